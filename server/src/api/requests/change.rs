//! Changes requests.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use serde::Deserialize;
use tresen_desk::requests::{Access, Change};
use tresen_desk::tokens::{Scope, Who};
use tresen_model::{PersonId, Priority, Status, Timestamp};
use utoipa::ToSchema;

use super::read::{Tagged, shown, tag};
use super::wire::{PriorityWord, RequestWire, StatusWord};
use crate::api::gate::Called;
use crate::api::input::{Json, Number, given};
use crate::api::problem::{Failed, Problem, ProblemDetails};
use crate::api::state::Api;
use crate::api::time;

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "status": "resolved" }))]
pub(super) struct RequestChange {
    /// Where it stands. A customer sets `open` or `closed`.
    #[schema(value_type = Option<StatusWord>)]
    status: Option<Status>,
    /// How soon. For agents only.
    #[schema(value_type = Option<PriorityWord>)]
    priority: Option<Priority>,
    /// The id of the agent who is to work on it, or `null` for nobody. For agents only.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, format = "uuid")]
    assignee: Option<Option<String>>,
}

/// Changes a request
///
/// With If-Match it is changed only if nothing happened since the caller read it.
#[utoipa::path(
    patch,
    path = "/requests/{number}",
    tag = "requests",
    operation_id = "changeRequest",
    params(
        ("number" = String, Path, description = "The public number.", example = "T-7F3K-92QX"),
        ("if-match" = Option<String>, Header, description = "The ETag that the caller has read."),
    ),
    request_body = RequestChange,
    responses(
        (status = 200, body = RequestWire, headers(("etag" = String, description = "For If-Match."))),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 412, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["requests:write"])),
)]
pub(super) async fn change(
    State(api): State<Api>,
    called: Called,
    Number(number): Number,
    headers: HeaderMap,
    Json(asked, _): Json<RequestChange>,
) -> Result<Tagged<RequestWire>, Failed> {
    let who = called.who(&api, Scope::RequestsWrite)?;
    let before = shown(&api, &who, number).await?;
    let only_at = expected(&headers, before.updated_at)?;
    match &who {
        Who::Agent(agent) => {
            let change = Change {
                status: asked.status,
                priority: asked.priority,
                assignee: asked.assignee.map(assignee).transpose()?,
                only_at,
            };
            api.desk.requests.change(agent, number, change).await?;
        }
        Who::Customer(session) => {
            if asked.priority.is_some() || asked.assignee.is_some() {
                return Err(Failed::field("status", "A customer changes nothing but the status."));
            }
            let close = match asked.status {
                None => None,
                Some(Status::Closed) => Some(true),
                Some(Status::Open) => Some(false),
                Some(_) => return Err(Failed::field("status", "A customer sets open or closed.")),
            };
            if let Some(close) = close {
                let access = Access::Session(session.clone());
                api.desk.requests.close_or_reopen(&access, number, close).await?;
            }
        }
    }
    let after = shown(&api, &who, number).await?;
    Ok(([tag(after.updated_at)], Answer(RequestWire::of(after))))
}

fn assignee(id: Option<String>) -> Result<Option<PersonId>, Failed> {
    let read = |id: String| {
        PersonId::parse(&id).ok_or_else(|| Failed::field("assignee", "It is the id of an agent, or null."))
    };
    id.map(read).transpose()
}

/// When something is to have happened last (RFC 9110, section 13.1.1).
fn expected(headers: &HeaderMap, now_at: Timestamp) -> Result<Option<Timestamp>, Failed> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let value = value.to_str().unwrap_or_default().trim();
    if value == "*" {
        return Ok(None);
    }
    let (name, current) = tag(now_at);
    if value.split(',').any(|one| one.trim().as_bytes() == current.as_bytes()) {
        return Ok(Some(now_at));
    }
    let detail = format!("Something happened at {}.", time::write(now_at));
    Err(Failed::from(Problem::Changed).saying(detail).with(name, current))
}
