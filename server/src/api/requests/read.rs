//! Reads one request.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use tresen_desk::requests::Access;
use tresen_desk::tokens::{Scope, Who};
use tresen_model::views::Conversation;
use tresen_model::{RequestNumber, Timestamp};

use super::wire::RequestWire;
use crate::api::gate::Called;
use crate::api::input::Number;
use crate::api::problem::{Failed, ProblemDetails};
use crate::api::state::Api;

/// An answer with the state of what it shows.
pub(super) type Tagged<T> = ([(HeaderName, HeaderValue); 1], Answer<T>);

/// The state that a request was in at a time.
pub(super) fn tag(updated_at: Timestamp) -> (HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("\"{:x}\"", updated_at.0));
    (header::ETAG, value.unwrap_or(HeaderValue::from_static("\"\"")))
}

/// What the caller sees of a request.
pub(in crate::api) async fn shown(
    api: &Api,
    who: &Who,
    number: RequestNumber,
) -> Result<Conversation, Failed> {
    Ok(match who {
        Who::Agent(agent) => api.desk.requests.conversation_for_agent(agent, number).await?,
        Who::Customer(session) => {
            api.desk.requests.conversation(&Access::Session(session.clone()), number).await?
        }
    })
}

/// Reads a request
///
/// A customer reads their own only. Somebody else's number is answered as one that does not exist.
#[utoipa::path(
    get,
    path = "/requests/{number}",
    tag = "requests",
    operation_id = "readRequest",
    params(("number" = String, Path, description = "The public number.", example = "T-7F3K-92QX")),
    responses(
        (status = 200, body = RequestWire, headers(("etag" = String, description = "For If-Match."))),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["requests:read"])),
)]
pub(super) async fn read(
    State(api): State<Api>,
    called: Called,
    Number(number): Number,
) -> Result<Tagged<RequestWire>, Failed> {
    let who = called.who(&api, Scope::RequestsRead)?;
    let shown = shown(&api, &who, number).await?;
    Ok(([tag(shown.updated_at)], Answer(RequestWire::of(shown))))
}
