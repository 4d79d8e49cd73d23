//! Files: uploaded before the comment that names them, and downloaded.

use axum::Json as Answer;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tresen_desk::requests::{Access, OpenFile};
use tresen_desk::tokens::{Scope, Who};
use tresen_model::AttachmentId;
use tresen_model::query::escape;
use utoipa::{IntoParams, ToSchema};

use crate::api::gate::Called;
use crate::api::input::{Inside, Query};
use crate::api::once::once;
use crate::api::problem::{Failed, Problem, ProblemDetails};
use crate::api::state::Api;
use crate::api::words::{Bytes, IdempotencyKey};

/// What stands behind the question mark.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Named {
    /// The file's name.
    #[param(example = "report.pdf", min_length = 1, pattern = "\\S")]
    name: String,
}

/// A file that waits for its comment.
#[derive(Serialize, ToSchema)]
pub(super) struct Upload {
    /// What the comment names it by, within twelve hours, and by the same token's owner.
    id: String,
    /// Its name, made safe.
    #[schema(example = "report.pdf")]
    name: String,
    /// Bytes.
    size: u64,
    /// Detected from its contents.
    media_type: String,
}

/// Uploads a file
///
/// The body is the file. It is sealed while it streams, and belongs to nothing until a comment or a request names it.
#[utoipa::path(
    post,
    path = "/attachments",
    tag = "attachments",
    operation_id = "uploadFile",
    params(
        Named,
        ("idempotency-key" = inline(Option<IdempotencyKey>), Header, description = "A random key, good for 12 hours."),
    ),
    request_body(content = inline(Bytes), content_type = "application/octet-stream", description = "The file."),
    responses(
        (status = 201, body = Upload),
        (status = 409, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 415, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["comments:write"])),
)]
pub(super) async fn upload(
    State(api): State<Api>,
    called: Called,
    Query(named): Query<Named>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Answer<Upload>), Failed> {
    called.who(&api, Scope::CommentsWrite)?;
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if media_type.is_none_or(|media_type| !media_type.eq_ignore_ascii_case("application/octet-stream")) {
        return Err(Failed::from(Problem::MediaType).saying("Send application/octet-stream.".to_owned()));
    }
    if named.name.trim().is_empty() {
        return Err(Failed::field("name", "A file has a name."));
    }
    let most = api.desk.settings().attachments.max_bytes;
    let too_large = || Failed::from(Problem::TooLarge).saying(format!("The limit is {most} bytes."));
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let mut files = api.desk.requests.receive_files();
    files.begin(&named.name).await?;
    let (mut parts, mut size, mut hash) = (body.into_data_stream(), 0_u64, Sha256::new());
    while let Some(part) = parts.next().await {
        let part =
            part.map_err(|_| Failed::from(Problem::Malformed).saying("The body was cut off.".to_owned()))?;
        size += part.len() as u64;
        if size > most {
            return Err(too_large());
        }
        hash.update(&part);
        files.write(&part).await?;
    }
    files.end().await?;
    let file = files.finish().pop().ok_or_else(|| Failed::field("name", "The file is empty."))?;
    let hash = hash.finalize();
    let call: [&[u8]; 3] = [b"POST /attachments", named.name.as_bytes(), &hash];
    // A repetition has sent the file once more; what it sent is dropped.
    let handle = once(&api, &called.0, &headers, &call, async |_| {
        Ok(api.desk.requests.keep_file(&called.0, file).await?.handle)
    })
    .await?;
    let kept = api.desk.requests.handed(&called.0, &handle).await?;
    let upload = Upload { id: kept.handle, name: kept.name, size: kept.size, media_type: kept.media_type };
    Ok((StatusCode::CREATED, Answer(upload)))
}

/// Downloads a file
#[utoipa::path(
    get,
    path = "/requests/{number}/attachments/{id}",
    tag = "attachments",
    operation_id = "downloadFile",
    params(
        ("number" = String, Path, description = "The public number.", example = "T-7F3K-92QX"),
        ("id" = String, Path, description = "The file's id, as a comment names it."),
    ),
    responses(
        (status = 200, body = inline(Bytes), content_type = "application/octet-stream"),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["requests:read"])),
)]
pub(super) async fn download(
    State(api): State<Api>,
    called: Called,
    Inside(number, id): Inside,
) -> Result<Response, Failed> {
    let who = called.who(&api, Scope::RequestsRead)?;
    let id = AttachmentId::parse(&id).ok_or(Problem::NotFound)?;
    let file = match who {
        Who::Agent(agent) => api.desk.requests.attachment_for_agent(&agent, number, id).await?,
        Who::Customer(session) => api.desk.requests.attachment(&Access::Session(session), number, id).await?,
    };
    Ok(send(file))
}

/// The file as it is: programs save it, and nothing renders it.
fn send(file: OpenFile) -> Response {
    let name = escape(&file.name).replace('/', "%2F");
    let disposition = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{name}"))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let policy = HeaderValue::from_static("sandbox; default-src 'none'");
    let headers: [(HeaderName, HeaderValue); 4] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(file.media_type)),
        (header::CONTENT_LENGTH, HeaderValue::from(file.size)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, Body::from_stream(file.contents)).into_response()
}
