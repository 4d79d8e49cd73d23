//! Creates requests.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use tresen_desk::requests::{Capture, Fields, Submission};
use tresen_desk::tokens::{Caller, Scope, Who};
use tresen_model::{Language, RequestNumber};
use utoipa::ToSchema;

use super::read::{shown, tag};
use super::wire::RequestWire;
use crate::api::gate::Called;
use crate::api::input::Json;
use crate::api::once::once;
use crate::api::problem::{Failed, Problem, ProblemDetails};
use crate::api::state::Api;
use crate::api::words::{IdempotencyKey, LanguageWord};

/// A new request.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "email": "ada@example.com", "type": "question", "subject": "The printer", "body": "It prints everything twice."
}))]
pub(super) struct NewRequest {
    /// The customer's email address. From an agent it is needed; a customer writes for themselves and gives none.
    #[schema(format = "email", max_length = 254)]
    email: Option<String>,
    /// The customer's name, for a customer who is new. From agents only.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// The id of a request type. It may be left out where there is only one.
    #[serde(default, rename = "type")]
    kind: String,
    /// The subject.
    #[schema(min_length = 1, max_length = 200, pattern = "[^\\s\\x00-\\x1f\\x7f-\\x9f\\ufdd0-\\ufdef]")]
    subject: String,
    /// The text, plain.
    #[schema(min_length = 1, max_length = 50_000, pattern = "[^\\s\\x00-\\x1f\\x7f-\\x9f\\ufdd0-\\ufdef]")]
    body: String,
    /// The language of emails to a customer who is new: `en`, which is usual, or `de`.
    #[schema(value_type = Option<LanguageWord>)]
    language: Option<String>,
    /// Whether the customer agrees with the privacy statement. From a customer it has to be `true`; an agent gives none.
    consent: Option<bool>,
    /// Files, by the `id` that their upload gave.
    #[serde(default)]
    attachments: Vec<String>,
}

/// Creates a request
///
/// An agent creates it for a customer, who is told by email. The Idempotency-Key makes sure that a call that is sent
/// twice creates one.
#[utoipa::path(
    post,
    path = "/requests",
    tag = "requests",
    operation_id = "createRequest",
    params(("idempotency-key" = inline(Option<IdempotencyKey>), Header, description = "A random key, good for 24 hours.")),
    request_body = NewRequest,
    responses(
        (status = 201, body = RequestWire, headers(
            ("location" = String, description = "The address of the request."),
            ("etag" = String, description = "For If-Match."),
        )),
        (status = 409, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["requests:write"])),
)]
pub(super) async fn create(
    State(api): State<Api>,
    called: Called,
    headers: HeaderMap,
    Json(new, bytes): Json<NewRequest>,
) -> Result<(StatusCode, HeaderMap, Answer<RequestWire>), Failed> {
    let who = called.who(&api, Scope::RequestsWrite)?;
    let call: [&[u8]; 2] = [b"POST /requests", &bytes];
    let number = once(&api, &called.0, &headers, &call, async |word| {
        store(&api, &called.0, &who, &new, &word).await.map(|number| number.to_string())
    })
    .await?;
    let number = RequestNumber::parse(&number).ok_or(Problem::Broken)?;
    let shown = shown(&api, &who, number).await?;
    let mut headers = HeaderMap::new();
    let (name, value) = tag(shown.updated_at);
    headers.insert(name, value);
    if let Ok(location) = HeaderValue::from_str(&format!("/api/v1/requests/{number}")) {
        headers.insert(header::LOCATION, location);
    }
    Ok((StatusCode::CREATED, headers, Answer(RequestWire::of(shown))))
}

async fn store(
    api: &Api,
    caller: &Caller,
    who: &Who,
    new: &NewRequest,
    once: &str,
) -> Result<RequestNumber, Failed> {
    let language = match new.language.as_deref() {
        None => Language::English,
        Some(tag) => Language::ALL
            .iter()
            .copied()
            .find(|language| language.tag() == tag)
            .ok_or_else(|| Failed::field("language", "There are: en, de."))?,
    };
    let (kind, subject, body) = (new.kind.as_str(), new.subject.as_str(), new.body.as_str());
    let submitted = match who {
        Who::Agent(agent) => {
            if new.consent.is_some() {
                return Err(Failed::field("consent", "Nobody consents for somebody else."));
            }
            let email = new.email.as_deref().unwrap_or_default();
            let name = new.name.as_deref().unwrap_or_default();
            let form = Capture { email, name, kind, subject, body, once, language };
            let files = api.desk.requests.kept_files(caller, &new.attachments).await?;
            api.desk.requests.capture(agent, &form, files).await?
        }
        Who::Customer(session) => {
            if new.email.is_some() || new.name.is_some() {
                return Err(Failed::field("email", "A customer's token writes for its owner alone."));
            }
            let fields = Fields {
                // Of no matter for somebody who has shown who they are.
                email: "customer@example.com",
                name: "",
                kind,
                subject,
                body,
                consent: new.consent == Some(true),
                once,
                language,
            };
            let submission = Submission::parse(&fields, api.desk.settings())?;
            let files = api.desk.requests.kept_files(caller, &new.attachments).await?;
            api.desk.requests.submit(submission, files, Some(session)).await?
        }
    };
    Ok(submitted.number)
}
