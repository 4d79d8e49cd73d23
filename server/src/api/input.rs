//! Reads what a call brings. Everything that cannot be read is a problem, never a guess.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path as AxumPath, Query as AxumQuery, Request};
use axum::http::header;
use axum::http::request::Parts;
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::error::Category;
use tresen_model::RequestNumber;

use super::problem::{Failed, Problem};

/// The largest body in JSON, in bytes.
pub(super) const LARGEST: usize = 256 * 1024;

/// A body in JSON, and its bytes.
pub(super) struct Json<T>(pub(super) T, pub(super) Bytes);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Failed;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failed> {
        let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(Failed::from(Problem::MediaType).saying("Send application/json.".to_owned()));
        }
        // Never more than the limit is in memory.
        let bytes = axum::body::to_bytes(request.into_body(), LARGEST).await.map_err(|error| {
            if error.into_inner().is::<LengthLimitError>() {
                Failed::from(Problem::TooLarge).saying(format!("The limit is {LARGEST} bytes."))
            } else {
                Failed::from(Problem::Malformed).saying("The body was cut off.".to_owned())
            }
        })?;
        let read = serde_json::from_slice(&bytes).map_err(|error| {
            let kind = match error.classify() {
                Category::Data => Problem::Invalid,
                Category::Io | Category::Syntax | Category::Eof => Problem::Malformed,
            };
            Failed::from(kind).saying(error.to_string())
        })?;
        Ok(Self(read, bytes))
    }
}

/// What stands behind the question mark.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failed> {
        let read = AxumQuery::from_request_parts(parts, state).await;
        let AxumQuery(query) =
            read.map_err(|error| Failed::from(Problem::Malformed).saying(error.body_text()))?;
        Ok(Self(query))
    }
}

/// A request's number and the id of something in it.
pub(super) struct Inside(pub(super) RequestNumber, pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Inside {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failed> {
        let AxumPath((number, id)) = AxumPath::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::NotFound)?;
        Ok(Self(RequestNumber::parse(&number).ok_or(Problem::NotFound)?, id))
    }
}

/// The first part of the address that varies.
pub(super) struct Id(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failed> {
        let AxumPath(id) =
            AxumPath::<String>::from_request_parts(parts, state).await.map_err(|_| Problem::NotFound)?;
        Ok(Self(id))
    }
}

/// Reads a value that is given, `null` included, so that `null` differs from nothing.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// A request's number in the address.
pub(super) struct Number(pub(super) RequestNumber);

impl<S: Send + Sync> FromRequestParts<S> for Number {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failed> {
        let AxumPath(typed) =
            AxumPath::<String>::from_request_parts(parts, state).await.map_err(|_| Problem::NotFound)?;
        // One that cannot be is one that is not there.
        Ok(Self(RequestNumber::parse(&typed).ok_or(Problem::NotFound)?))
    }
}
