//! `/api/mcp`: the Model Context Protocol (streamable HTTP), for assistants. Off unless the operator puts it on.
//!
//! - [`tools`]: what an assistant can do
//! - [`shown`]: what it is shown, with what customers wrote marked as untrusted
//!
//! An assistant reads words of strangers, which may ask it to do things. So it can do nothing here that reaches a customer:
//! it reads, and writes internal notes. Sending stays with a person. It shows a token as every program does, and has the
//! rights of that token; each call of a tool is in the audit log.

mod shown;
mod tools;

use std::sync::Arc;

use axum::routing::any_service;
use axum::{Router, middleware};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use self::tools::Assistant;
use super::gate;
use super::input::LARGEST;
use super::state::Api;

/// The route.
pub(super) fn router(api: &Api) -> Router<Api> {
    // Each call stands for itself, on any node. The token is asked for each time, so no name of a host protects anything;
    // pages of other origins are refused all the same, as the protocol asks.
    let settings = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(LARGEST)
        .disable_allowed_hosts()
        .with_allowed_origins([api.desk.settings().public_url.trim_end_matches('/')])
        .enforce_origin_validation();
    let of = api.clone();
    let service = StreamableHttpService::new(
        move || Ok(Assistant::new(of.clone())),
        Arc::new(NeverSessionManager::default()),
        settings,
    );
    Router::new()
        .route("/api/mcp", any_service(service))
        .layer(middleware::from_fn_with_state(api.clone(), gate::pass))
}
