//! The REST API under `/api/v1`, its description (OpenAPI 3.1), and the pages that explain both.
//!
//! - [`gate`]: what holds for every call: the token, limits, `Accept`, `request-id`
//! - [`input`], [`once`], [`problem`], [`time`]: how calls are read, and what refusals look like (RFC 9457)
//! - [`requests`], [`people`], [`receipts`], [`desk`], [`mail`], [`me`]: the resources, each with its types on the wire
//! - [`mcp`]: the Model Context Protocol, for assistants
//! - [`description`], [`pages`]: the description, for machines and for people
//!
//! A handler reads its input, calls one method of the desk with the proofs that the token gives, and maps the
//! answer. It knows no rule of the service desk.

mod description;
mod desk;
mod gate;
mod input;
mod mail;
mod mcp;
mod me;
mod once;
mod pages;
mod people;
mod problem;
mod receipts;
mod requests;
mod state;
mod time;
mod words;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tresen_desk::{Desk, Settings};

pub(crate) use self::description::json as description;
use self::problem::{Failed, Problem};
use self::state::Api;
use crate::mailbox::room::Room;

/// The answer to a network that calls too often.
pub(crate) fn too_many(settings: &Settings, wait: u64) -> Response {
    let failed = Failed::from(Problem::TooManyCalls).after(wait);
    gate::finished(failed.into_response(), settings)
}

/// The routes.
pub(crate) fn router(desk: Desk, room: Arc<Room>, css: String, mcp: bool) -> Router {
    let api = Api::new(desk, room, css);
    let (routes, _) = description::routes().split_for_parts();
    let routes = routes
        .fallback(async || Failed::from(Problem::NotFound))
        .method_not_allowed_fallback(async || Failed::from(Problem::MethodNotAllowed))
        .layer(middleware::from_fn_with_state(api.clone(), gate::pass));
    let assistants = if mcp { mcp::router(&api) } else { Router::new() };
    Router::new()
        .nest("/api/v1", routes)
        .merge(assistants)
        .route("/api", get(pages::operations))
        .route("/api/problems/{name}", get(pages::problem))
        .route("/api/openapi.json", get(description::serve))
        .with_state(api)
}
