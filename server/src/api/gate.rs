//! What holds for every call, before it reaches its handler.
//!
//! It goes by the token alone and looks at no cookie, so no browser can be made to call on somebody's behalf.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE32_NOPAD;
use tracing::Instrument;
use tresen_desk::Secret;
use tresen_desk::tokens::{Allowance, Caller, Scope, Who};
use tresen_desk::{Error, Settings};

use super::problem::{Failed, Problem, ProblemDetails};
use super::state::Api;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Lets calls with a valid token pass.
pub(super) async fn pass(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let id = random_id();
    let span = tracing::info_span!("api", request = %id);
    let mut response = async {
        match check(&api, request.headers()).await {
            Ok((caller, allowance)) => {
                request.extensions_mut().insert(caller);
                let mut response = next.run(request).await;
                say_limits(response.headers_mut(), allowance);
                response
            }
            Err(failed) => failed.into_response(),
        }
    }
    .instrument(span)
    .await;
    response = finished(response, api.desk.settings());
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Writes the body of a problem, whose type stands under the desk's own address.
pub(super) fn finished(mut response: Response, settings: &Settings) -> Response {
    if let Some(details) = response.extensions_mut().remove::<Arc<ProblemDetails>>() {
        let body = details.body(&settings.public_url);
        let json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        *response.body_mut() = Body::from(body);
    }
    response
}

async fn check(api: &Api, headers: &HeaderMap) -> Result<(Caller, Allowance), Failed> {
    let missing = |challenge: &'static str| {
        Failed::from(Problem::TokenNeeded).with(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    };
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) =
        given.and_then(|value| value.split_once(' ')).ok_or_else(|| missing("Bearer realm=\"Tresen\""))?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(missing("Bearer realm=\"Tresen\""));
    }
    let passed =
        api.desk.tokens.caller(&Secret::received(token.trim())).await.map_err(|error| match error {
            Error::Forbidden => missing("Bearer realm=\"Tresen\", error=\"invalid_token\""),
            error => error.into(),
        })?;
    // After the token: a stranger learns nothing of what is spoken here.
    if accepts_json(headers) { Ok(passed) } else { Err(Problem::NotAcceptable.into()) }
}

/// Whether an answer in JSON is welcome (RFC 9110, section 12.5.1).
fn accepts_json(headers: &HeaderMap) -> bool {
    let mut ranges = headers
        .get_all(header::ACCEPT)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
        .peekable();
    ranges.peek().is_none()
        || ranges.any(|range| {
            matches!(range.as_str(), "*/*" | "application/*" | "application/json" | "application/problem+json")
                // What downloads, lists and exports are.
                || matches!(range.as_str(), "application/octet-stream" | "application/x-ndjson" | "application/zip")
                || range.starts_with("image/")
        })
}

/// Says how many calls a token has, and how many are left (draft-ietf-httpapi-ratelimit-headers-11).
fn say_limits(headers: &mut HeaderMap, allowance: Allowance) {
    let Allowance { at_once, an_hour, left, full_in } = allowance;
    // The bucket holds `at_once` calls, and is filled again within this.
    let window = u64::from(at_once) * 3600 / u64::from(an_hour.max(1));
    let policy = format!("\"token\";q={at_once};w={}", window.max(1));
    let limit = format!("\"token\";r={left};t={full_in}");
    for (name, value) in [(POLICY, policy), (LIMIT, limit)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
}

/// Names one call, in the answer and in the log.
fn random_id() -> String {
    let mut bytes = [0; 10];
    if getrandom::fill(&mut bytes).is_err() {
        return "unknown".to_owned();
    }
    BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
}

/// Who calls.
pub(super) struct Called(pub(super) Caller);

impl FromRequestParts<Api> for Called {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Failed> {
        parts.extensions.get::<Caller>().cloned().map(Self).ok_or_else(|| Problem::TokenNeeded.into())
    }
}

impl Called {
    /// As whom the caller acts, if a scope allows it.
    pub(super) fn who(&self, api: &Api, scope: Scope) -> Result<Who, Failed> {
        Ok(self.0.who(api.desk.now(), scope)?)
    }
}
