//! Comments and internal notes.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use tresen_desk::requests::{Access, Reply};
use tresen_desk::tokens::{Caller, Scope, Who};
use tresen_model::{RequestNumber, Status, Visibility};
use utoipa::ToSchema;

use super::read::shown;
use super::wire::{CommentWire, StatusWord, VisibilityWord};
use crate::api::gate::Called;
use crate::api::input::{Inside, Json, Number};
use crate::api::once::once;
use crate::api::problem::{Failed, Problem, ProblemDetails};
use crate::api::state::Api;
use crate::api::words::IdempotencyKey;

/// The comments of a request.
#[derive(Serialize, ToSchema)]
pub(super) struct CommentList {
    /// Oldest first.
    items: Vec<CommentWire>,
}

/// Lists the comments of a request
///
/// All of them, oldest first. Internal notes are listed for agents only.
#[utoipa::path(
    get,
    path = "/requests/{number}/comments",
    tag = "comments",
    operation_id = "listComments",
    params(("number" = String, Path, description = "The public number.", example = "T-7F3K-92QX")),
    responses(
        (status = 200, body = CommentList),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["requests:read"])),
)]
pub(super) async fn list(
    State(api): State<Api>,
    called: Called,
    Number(number): Number,
) -> Result<Answer<CommentList>, Failed> {
    let who = called.who(&api, Scope::RequestsRead)?;
    let shown = shown(&api, &who, number).await?;
    Ok(Answer(CommentList { items: shown.comments.into_iter().map(CommentWire::from).collect() }))
}

/// Reads a comment
#[utoipa::path(
    get,
    path = "/requests/{number}/comments/{id}",
    tag = "comments",
    operation_id = "readComment",
    params(
        ("number" = String, Path, description = "The public number.", example = "T-7F3K-92QX"),
        ("id" = String, Path, description = "The comment's id."),
    ),
    responses(
        (status = 200, body = CommentWire),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["requests:read"])),
)]
pub(super) async fn read(
    State(api): State<Api>,
    called: Called,
    Inside(number, id): Inside,
) -> Result<Answer<CommentWire>, Failed> {
    let who = called.who(&api, Scope::RequestsRead)?;
    Ok(Answer(find(&api, &who, number, &id).await?))
}

async fn find(api: &Api, who: &Who, number: RequestNumber, id: &str) -> Result<CommentWire, Failed> {
    let comments = shown(api, who, number).await?.comments;
    let found = comments.into_iter().find(|comment| comment.id.to_string() == id);
    Ok(found.map(CommentWire::from).ok_or(Problem::NotFound)?)
}

/// A new comment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "body": "Have you tried turning it off and on again?", "status": "waiting" }))]
pub(super) struct NewComment {
    /// The text, plain.
    #[schema(min_length = 1, max_length = 50_000, pattern = "[^\\s\\x00-\\x1f\\x7f-\\x9f\\ufdd0-\\ufdef]")]
    body: String,
    /// `public`, which is usual and goes to the customer by email, or `internal`, which is for agents only.
    #[schema(value_type = Option<VisibilityWord>)]
    visibility: Option<Visibility>,
    /// Where the request stands afterwards. For public comments of agents.
    #[schema(value_type = Option<StatusWord>)]
    status: Option<Status>,
    /// Files, by the `id` that their upload gave.
    #[serde(default)]
    attachments: Vec<String>,
}

/// Writes a comment
///
/// A customer's comment opens the request again.
#[utoipa::path(
    post,
    path = "/requests/{number}/comments",
    tag = "comments",
    operation_id = "createComment",
    params(
        ("number" = String, Path, description = "The public number.", example = "T-7F3K-92QX"),
        ("idempotency-key" = inline(Option<IdempotencyKey>), Header, description = "A random key, good for 24 hours."),
    ),
    request_body = NewComment,
    responses(
        (status = 201, body = CommentWire, headers(("location" = String, description = "The comment."))),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 409, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["comments:write"])),
)]
pub(super) async fn create(
    State(api): State<Api>,
    called: Called,
    Number(number): Number,
    headers: HeaderMap,
    Json(new, bytes): Json<NewComment>,
) -> Result<(StatusCode, [(header::HeaderName, HeaderValue); 1], Answer<CommentWire>), Failed> {
    let who = called.who(&api, Scope::CommentsWrite)?;
    let path = number.to_string();
    let call: [&[u8]; 3] = [b"POST /comments", path.as_bytes(), &bytes];
    let id = once(&api, &called.0, &headers, &call, async |word| {
        store(&api, &called.0, &who, number, &new, &word).await
    })
    .await?;
    let comment = find(&api, &who, number, &id).await?;
    let location = HeaderValue::from_str(&format!("/api/v1/requests/{number}/comments/{id}"));
    let location = location.map_err(|_| Problem::Broken)?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Answer(comment)))
}

async fn store(
    api: &Api,
    caller: &Caller,
    who: &Who,
    number: RequestNumber,
    new: &NewComment,
    once: &str,
) -> Result<String, Failed> {
    let visibility = new.visibility.unwrap_or(Visibility::Public);
    let files = api.desk.requests.kept_files(caller, &new.attachments).await?;
    let comment = match who {
        Who::Agent(agent) => {
            if new.status.is_some() && visibility == Visibility::Internal {
                return Err(Failed::field("status", "An internal note leaves the status as it is."));
            }
            let reply = Reply { body: &new.body, once, visibility, status: new.status };
            api.desk.requests.reply(agent, number, &reply, files).await?
        }
        Who::Customer(session) => {
            if visibility == Visibility::Internal {
                return Err(Failed::field("visibility", "Customers write public comments."));
            }
            if new.status.is_some() {
                return Err(Failed::field("status", "A customer's comment opens the request."));
            }
            let access = Access::Session(session.clone());
            api.desk.requests.comment(&access, number, &new.body, once, files).await?
        }
    };
    Ok(comment.to_string())
}
