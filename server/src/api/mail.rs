//! `POST /api/v1/mail`: a message (RFC 5322) from a program that has a token.
//!
//! It goes by the token alone and looks at no cookie, so no browser can be made to use it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::post;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use tresen_desk::intake::{Envelope, IntakeChannel, TakenIn};
use tresen_desk::people::Secret;
use tresen_desk::tokens::Scope;
use tresen_desk::{Desk, Error};

use crate::mailbox::room::Room;

/// A message that did not say its size gets so much room at first, in bytes.
const FIRST: usize = 256 * 1024;

/// What the way needs.
#[derive(Clone)]
struct Place {
    desk: Desk,
    room: Arc<Room>,
}

/// What may stand behind the question mark.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The id of the request type of a new request.
    kind: Option<String>,
}

/// What became of the message.
#[derive(Serialize)]
struct Answer {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
}

/// Why a message was not taken in.
enum Refused {
    NoToken,
    NotAMessage,
    Empty,
    TooLarge,
    NoSuchKind,
    CutOff,
    /// The seconds to wait.
    TooMany(u64),
    Later,
}

/// The way.
pub(crate) fn router(desk: Desk, room: Arc<Room>) -> Router {
    Router::new().route("/api/v1/mail", post(take_in)).with_state(Place { desk, room })
}

async fn take_in(
    State(place): State<Place>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    // Before anything else: whoever has no token learns nothing, and sends nothing.
    if let Err(refused) = check_token(&place.desk, &headers).await {
        return refused.into_response();
    }
    let Ok(Query(asked)) = asked else { return Refused::NoSuchKind.into_response() };
    match read_and_take(&place, asked, &headers, body).await {
        Ok(taken) => answer(taken),
        Err(refused) => refused.into_response(),
    }
}

async fn check_token(desk: &Desk, headers: &HeaderMap) -> Result<(), Refused> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = given.and_then(|value| value.split_once(' ')).ok_or(Refused::NoToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refused::NoToken);
    }
    match desk.caller(&Secret::received(token.trim())).await {
        Ok((caller, _)) => caller.check(Scope::Mail).map_err(|_| Refused::NoToken),
        Err(Error::Forbidden) => Err(Refused::NoToken),
        Err(Error::Busy { wait }) => Err(Refused::TooMany(wait)),
        Err(error) => {
            tracing::error!(%error, "a token could not be checked");
            Err(Refused::Later)
        }
    }
}

async fn read_and_take(
    place: &Place,
    asked: Asked,
    headers: &HeaderMap,
    body: Body,
) -> Result<TakenIn, Refused> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let media_type = text("content-type").unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("message/rfc822")
        && !media_type.eq_ignore_ascii_case("message/global")
    {
        return Err(Refused::NotAMessage);
    }
    if asked.kind.as_deref().is_some_and(|kind| place.desk.settings().request_type(kind).is_none()) {
        return Err(Refused::NoSuchKind);
    }
    let length = text("content-length").and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length > place.room.largest()) {
        return Err(Refused::TooLarge);
    }
    let mut space = place.room.space(length.unwrap_or_default().max(FIRST)).await;
    let mut raw = Vec::new();
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        raw.extend_from_slice(&part.map_err(|_| Refused::CutOff)?);
        if raw.len() > place.room.largest() {
            return Err(Refused::TooLarge);
        }
        if raw.len() > space.bytes() {
            drop(space);
            space = place.room.space(place.room.largest()).await;
        }
    }
    if raw.iter().all(u8::is_ascii_whitespace) {
        return Err(Refused::Empty);
    }
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
    place.desk.take_in(&raw, &envelope).await.map_err(|error| {
        tracing::error!(%error, "a message from the API could not be taken in; it was told to come again");
        Refused::Later
    })
}

fn answer(taken: TakenIn) -> Response {
    let outcome = taken.as_str();
    let number = match taken {
        TakenIn::Request(number) | TakenIn::Comment(number) | TakenIn::Held(number) => Some(number),
        TakenIn::Report | TakenIn::Known | TakenIn::Own | TakenIn::Aside => None,
    };
    let status = match taken {
        TakenIn::Known | TakenIn::Own => StatusCode::OK,
        _ => StatusCode::CREATED,
    };
    (status, Json(Answer { outcome, number: number.map(|number| number.to_string()) })).into_response()
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Told {
            error: &'static str,
        }
        let (status, error) = match self {
            Self::NoToken => (
                StatusCode::UNAUTHORIZED,
                "a token with the scope mail is required: Authorization: Bearer TOKEN",
            ),
            Self::NotAMessage => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "the content type must be message/rfc822")
            }
            Self::Empty => (StatusCode::BAD_REQUEST, "the message is empty"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "the message is larger than `largest_mail`"),
            Self::NoSuchKind => {
                (StatusCode::BAD_REQUEST, "the only query parameter is `kind`, the id of a request type")
            }
            Self::CutOff => (StatusCode::BAD_REQUEST, "the message was cut off"),
            Self::TooMany(_) => {
                (StatusCode::TOO_MANY_REQUESTS, "this token was used too often; see Retry-After")
            }
            Self::Later => (StatusCode::SERVICE_UNAVAILABLE, "try again later"),
        };
        let mut response = (status, Json(Told { error })).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Self::TooMany(wait) = self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        }
        response
    }
}
