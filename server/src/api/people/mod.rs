//! People: customers for agents, and for a customer themselves.
//!
//! - [`records`]: finding, reading and rectifying
//! - [`rights`]: restriction, export, erasure
//! - [`whom`]: who an address names

mod records;
mod rights;
mod whom;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use self::rights::Deleted;
use super::state::Api;

/// The routes.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(records::search))
        .routes(routes!(records::read, records::rectify))
        .routes(routes!(records::invite))
        .routes(routes!(rights::restrict, rights::lift))
        .routes(routes!(rights::export))
        .routes(routes!(rights::erase))
}
