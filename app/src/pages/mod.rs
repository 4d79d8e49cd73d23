//! Pages: axum routes, one file a page.
//!
//! A page asks the desk, then renders. A form posts to the address of its page; its handler
//! reads what was sent, calls one method of the desk and says where to go
//! ([`Context::finish_form`] does the rest).

mod home;
mod language;
mod login;
mod new_request;

use axum::Router;
use axum::routing::{get, post};

use crate::web::{App, Context, Trouble};

/// Every page.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/", get(home::show))
        .route("/language", post(language::switch))
        .route("/requests/new", get(new_request::show).post(new_request::submit))
        .route("/requests/sent", get(new_request::sent))
        .route("/login", get(login::show).post(login::submit))
        .route("/logout", post(login::logout))
        .fallback(not_found)
}

async fn not_found(context: Context) -> axum::response::Response {
    context.trouble(axum::http::StatusCode::NOT_FOUND, Trouble::NotFound)
}
