//! The REST API under `/api/v1`, its description (OpenAPI 3.1), and the pages that explain both.
//!
//! - [`gate`]: what holds for every call: the token, limits, `Accept`, `request-id`
//! - [`input`], [`problem`], [`time`]: how calls are read, and what refusals look like (RFC 9457)
//! - [`requests`], [`people`] and so on: one file a resource, each with its types on the wire
//! - [`description`]: puts the description together
//!
//! A handler reads its input, calls one method of the desk with the proofs that the token gives, and maps the
//! answer. It knows no rule of the service desk.

mod description;
mod gate;
mod input;
mod me;
mod problem;
mod requests;
mod state;
mod time;

use axum::Router;
use axum::middleware;
use axum::routing::get;
use tresen_desk::Desk;

pub(crate) use self::description::json as description;
use self::problem::{Failed, Problem};
use self::state::Api;

/// The routes.
pub(crate) fn router(desk: Desk) -> Router {
    let api = Api::new(desk);
    let (routes, _) = description::routes().split_for_parts();
    let routes = routes
        .fallback(async || Failed::from(Problem::NotFound))
        .method_not_allowed_fallback(async || Failed::from(Problem::MethodNotAllowed))
        .layer(middleware::from_fn_with_state(api.clone(), gate::pass));
    Router::new().nest("/api/v1", routes).route("/api/openapi.json", get(description::serve)).with_state(api)
}
