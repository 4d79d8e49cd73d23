//! Every route of the app.

use axum::Router;
use axum::routing::get;

use crate::web::{App, Context, Trouble};
use crate::{account, agent, api, customer, dev, legal, mine, settings, sign_in, thread};

/// Every page, every form, every server function.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/ui/{*function}", get(api::server::answer).post(api::server::answer))
        .merge(customer::routes())
        .merge(mine::routes())
        .merge(sign_in::routes())
        .merge(account::routes())
        .merge(legal::routes())
        .merge(agent::routes())
        .merge(settings::routes())
        .merge(dev::routes())
        .merge(thread::routes())
        .fallback(not_found)
}

async fn not_found(context: Context) -> axum::response::Response {
    context.trouble(axum::http::StatusCode::NOT_FOUND, Trouble::NotFound)
}
