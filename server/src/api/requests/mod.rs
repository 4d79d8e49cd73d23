//! Requests, their comments and files.
//!
//! - [`wire`]: what they look like on the wire
//! - [`list`], [`read`], [`create`], [`change`]: requests
//! - [`comments`], [`files`]: what is in them

mod change;
mod comments;
mod create;
mod files;
mod list;
mod read;
mod wire;

pub(super) use read::shown;
pub(super) use wire::AgentWire;

use super::state::Api;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(read::read, change::change))
        .routes(routes!(comments::list, comments::create))
        .routes(routes!(comments::read))
        .routes(routes!(files::upload))
        .routes(routes!(files::download))
}
