//! `POST /api/v1/mail`: a message (RFC 5322) from a program that has a token.

use axum::Json as Answer;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tresen_desk::intake::{Envelope, IntakeChannel, TakenIn};
use tresen_desk::tokens::Scope;
use utoipa::{IntoParams, ToSchema};

use super::gate::Called;
use super::input::Query;
use super::problem::{Failed, Problem, ProblemDetails};
use super::state::Api;
use super::words::Bytes;

/// Memory that a message without a stated size gets at first, in bytes.
const FIRST: usize = 256 * 1024;

/// Seconds until another try when a message could not be stored.
const LATER: u64 = 60;

/// What may stand behind the question mark.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// The id of the request type of a new request.
    #[param(example = "question")]
    kind: Option<String>,
}

/// What became of the message.
#[derive(Serialize, ToSchema)]
pub(super) struct Taken {
    /// `request`, `comment`, `held`, `report`, `aside`, `known` or `own`.
    #[schema(example = "request")]
    outcome: &'static str,
    /// The number of its request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "T-7F3K-92QX")]
    number: Option<String>,
}

/// Hands over an email
///
/// The body is the whole message (RFC 5322). The same message handed over twice is stored once.
#[utoipa::path(
    post,
    path = "/mail",
    tag = "mail",
    operation_id = "handOverMail",
    params(
        Asked,
        ("envelope-to" = Option<String>, Header, description = "The envelope's recipients, comma-separated."),
        ("return-path" = Option<String>, Header, description = "The envelope's sender."),
    ),
    request_body(content = inline(Bytes), content_type = "message/rfc822", description = "The message."),
    responses(
        (status = 201, body = Taken),
        (status = 200, body = Taken, description = "It was here before, or is an email of the desk itself."),
        (status = 400, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 413, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 415, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["mail"])),
)]
pub(super) async fn take_in(
    State(api): State<Api>,
    Called(caller): Called,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Answer<Taken>), Failed> {
    caller.check(Scope::Mail)?;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let media_type = text("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !["message/rfc822", "message/global"].iter().any(|known| media_type.eq_ignore_ascii_case(known)) {
        return Err(Failed::from(Problem::MediaType).saying("Send message/rfc822.".to_owned()));
    }
    if asked.kind.as_deref().is_some_and(|kind| api.desk.settings().request_type(kind).is_none()) {
        return Err(Failed::field("kind", "It is no id of a request type."));
    }
    let length = text("content-length").and_then(|length| length.parse::<usize>().ok());
    let raw = read(&api, length, body).await?;
    let envelope = Envelope {
        channel: IntakeChannel::Api,
        recipients: text("envelope-to")
            .into_iter()
            .flat_map(|to| to.split(','))
            .map(|to| to.trim().to_owned())
            .collect(),
        return_path: text("return-path").map(|path| path.trim_matches(['<', '>', ' ']).to_owned()),
        kind: asked.kind,
    };
    let taken = api.desk.intake.take_in(&raw, &envelope).await.map_err(|error| {
        tracing::error!(%error, "a message from the API could not be taken in; it was told to come again");
        Failed::from(Problem::Unavailable).after(LATER)
    })?;
    let outcome = taken.as_str();
    let number = match taken {
        TakenIn::Request(number) | TakenIn::Comment(number) | TakenIn::Held(number) => Some(number),
        TakenIn::Report | TakenIn::Known | TakenIn::Own | TakenIn::Aside => None,
    };
    let status = match taken {
        TakenIn::Known | TakenIn::Own => StatusCode::OK,
        _ => StatusCode::CREATED,
    };
    Ok((status, Answer(Taken { outcome, number: number.map(|number| number.to_string()) })))
}

async fn read(api: &Api, length: Option<usize>, body: Body) -> Result<Vec<u8>, Failed> {
    let room = &api.room;
    let too_large = || {
        let limit = format!("The limit is `largest_mail`, {} bytes.", room.largest());
        Failed::from(Problem::TooLarge).saying(limit)
    };
    if length.is_some_and(|length| length > room.largest()) {
        return Err(too_large());
    }
    let unread = |why: &str| Failed::from(Problem::Malformed).saying(why.to_owned());
    let mut space = room.space(length.unwrap_or_default().max(FIRST)).await;
    let mut raw = Vec::new();
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        raw.extend_from_slice(&part.map_err(|_| unread("The message was cut off."))?);
        if raw.len() > room.largest() {
            return Err(too_large());
        }
        if raw.len() > space.bytes() {
            drop(space);
            space = room.space(room.largest()).await;
        }
    }
    if raw.iter().all(u8::is_ascii_whitespace) {
        return Err(unread("The message is empty."));
    }
    Ok(raw)
}
