//! `me`: the token, and who acts by it.

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use tresen_desk::tokens::Scope;
use utoipa::ToSchema;

use super::gate::Called;
use super::state::Api;
use super::time;

/// A token, and who acts by it.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    /// The id of who acts; absent for a service that only hands over mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<String>,
    /// `customer`, `agent` or `admin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "agent")]
    role: Option<&'static str>,
    /// Whether the operator made the token for a service.
    service: bool,
    /// What the token allows.
    #[schema(example = json!(["requests:read"]))]
    scopes: Vec<&'static str>,
    /// When the token ends by itself.
    #[schema(format = "date-time")]
    expires_at: Option<String>,
}

/// Reads what the token is and allows
///
/// Needs no scope.
#[utoipa::path(
    get,
    path = "/me",
    tag = "me",
    operation_id = "readMe",
    responses((status = 200, body = Me)),
    security(("token" = [])),
)]
pub(super) async fn read(State(_): State<Api>, Called(caller): Called) -> Answer<Me> {
    Answer(Me {
        person: caller.person().map(|person| person.to_string()),
        role: caller.role().map(|role| role.as_str()),
        service: caller.is_service(),
        scopes: caller.scopes().iter().map(Scope::as_str).collect(),
        expires_at: caller.expires_at().map(time::write),
    })
}
