//! Refusals: `application/problem+json` (RFC 9457). Each type has a page at `/api/problems/NAME`.

use std::sync::Arc;

use axum::Extension;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tresen_app::language::shared::problems;
use tresen_desk::tokens::Scope;
use tresen_desk::{Error, Refusal};
use tresen_model::{Language, Problem as Wrong};
use utoipa::ToSchema;

/// Seconds until another try has a chance when a database or disk is away.
const OUTAGE: u64 = 10;

/// A kind of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    TokenNeeded,
    ScopeMissing,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    MediaType,
    TooLarge,
    Malformed,
    Invalid,
    CursorInvalid,
    Changed,
    KeyReused,
    StillRunning,
    Restricted,
    Withheld,
    TooManyCalls,
    Unavailable,
    Broken,
}

impl Problem {
    /// All of them, in the order of their page.
    pub(super) const ALL: [Self; 19] = [
        Self::TokenNeeded,
        Self::ScopeMissing,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::NotAcceptable,
        Self::MediaType,
        Self::TooLarge,
        Self::Malformed,
        Self::Invalid,
        Self::CursorInvalid,
        Self::Changed,
        Self::KeyReused,
        Self::StillRunning,
        Self::Restricted,
        Self::Withheld,
        Self::TooManyCalls,
        Self::Unavailable,
        Self::Broken,
    ];

    /// The last part of its URI. It never changes.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::TokenNeeded => "token-needed",
            Self::ScopeMissing => "scope-missing",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::NotAcceptable => "not-acceptable",
            Self::MediaType => "media-type",
            Self::TooLarge => "too-large",
            Self::Malformed => "malformed",
            Self::Invalid => "invalid",
            Self::CursorInvalid => "cursor-invalid",
            Self::Changed => "changed",
            Self::KeyReused => "key-reused",
            Self::StillRunning => "still-running",
            Self::Restricted => "restricted",
            Self::Withheld => "withheld",
            Self::TooManyCalls => "too-many-calls",
            Self::Unavailable => "unavailable",
            Self::Broken => "broken",
        }
    }

    /// The status of the answer.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::TokenNeeded => StatusCode::UNAUTHORIZED,
            Self::ScopeMissing | Self::Forbidden | Self::Withheld => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed | Self::CursorInvalid => StatusCode::BAD_REQUEST,
            Self::Invalid | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Changed => StatusCode::PRECONDITION_FAILED,
            Self::StillRunning | Self::Restricted => StatusCode::CONFLICT,
            Self::TooManyCalls => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What happened, the same for each of the type.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::TokenNeeded => "A valid token is needed",
            Self::ScopeMissing => "The token lacks a scope",
            Self::Forbidden => "Not allowed",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "The address has no such method",
            Self::NotAcceptable => "The answer is JSON, which the call does not accept",
            Self::MediaType => "The body has another media type than is expected",
            Self::TooLarge => "The body is too large",
            Self::Malformed => "The call cannot be read",
            Self::Invalid => "A value is not allowed",
            Self::CursorInvalid => "The cursor is not one that was given",
            Self::Changed => "It was changed in between",
            Self::KeyReused => "The idempotency key was used for another call",
            Self::StillRunning => "The first call with this idempotency key is still running",
            Self::Restricted => "The processing of the customer's data is restricted",
            Self::Withheld => "The file is withheld",
            Self::TooManyCalls => "Too many calls",
            Self::Unavailable => "Nothing can be stored or read at the moment",
            Self::Broken => "Something broke",
        }
    }

    /// What to do about it, for its page.
    pub(super) const fn advice(self) -> &'static str {
        match self {
            Self::TokenNeeded => {
                "Send the header Authorization: Bearer TOKEN. The token may have expired or been revoked, or its \
                 owner may have lost the role that it was made in. Make a new one on the page of your account."
            }
            Self::ScopeMissing => {
                "The member scope names what is missing. Make a token that has it. Some scopes can only be given \
                 by an admin, or by the operator on the command line."
            }
            Self::Forbidden => "The owner of the token may not do this, whatever the token's scopes are.",
            Self::NotFound => {
                "There is no such thing, or the owner of the token may not see it. The two look the same."
            }
            Self::MethodNotAllowed => "The header Allow names the methods of the address.",
            Self::NotAcceptable => "Send Accept: application/json, or no such header.",
            Self::MediaType => "Send the header Content-Type that the description of the call names.",
            Self::TooLarge => "Send less. The description of the call names the limit.",
            Self::Malformed => "The member detail says where the call stops being readable.",
            Self::Invalid => {
                "The list errors names each field and what is wrong with it. Nothing was stored. An unknown field \
                 is an error, too."
            }
            Self::CursorInvalid => {
                "Begin without a cursor, and pass on what the member next or the header Link gives."
            }
            Self::Changed => {
                "Somebody changed it after you read it. Read it again, look at what is new, and send your change \
                 with the new ETag."
            }
            Self::KeyReused => "Use a new random key for each call that is not a repetition.",
            Self::StillRunning => "Wait for the seconds in Retry-After, and send the same call again.",
            Self::Restricted => {
                "The customer or an agent has restricted the processing (Art. 18 GDPR). Nothing can be read or \
                 written until that is lifted."
            }
            Self::Withheld => "A virus scanner has found something in the file, or has not looked at it yet.",
            Self::TooManyCalls => {
                "Wait for the seconds in Retry-After. The headers RateLimit-Policy and RateLimit say how many calls \
                 a token has, and how many are left."
            }
            Self::Unavailable => {
                "Nothing is wrong with the call. Wait for the seconds in Retry-After and send it again."
            }
            Self::Broken => {
                "Nothing is wrong with the call. Tell the operator the request-id of the answer; it stands in the \
                 log, too."
            }
        }
    }
}

/// What is wrong with one field.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    /// The name of the field.
    #[schema(example = "subject")]
    field: String,
    /// What is wrong with it, in English.
    #[schema(example = "Please enter a subject.")]
    detail: String,
}

/// A refusal (RFC 9457).
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct ProblemDetails {
    /// Names the kind of refusal, and leads to a page about it.
    #[serde(rename = "type")]
    #[schema(example = "https://help.example.com/api/problems/not-found", format = "uri")]
    kind: String,
    /// What happened, the same for each of the type.
    #[schema(example = "Not found")]
    title: &'static str,
    /// The status of the answer.
    #[schema(example = 404)]
    status: u16,
    /// What happened this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The scope that the token lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    /// What is wrong, field by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

/// Why a call was refused.
pub(crate) struct Failed {
    problem: Problem,
    detail: Option<String>,
    scope: Option<Scope>,
    errors: Vec<FieldProblem>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self { problem, detail: None, scope: None, errors: Vec::new(), headers: Vec::new() }
    }
}

/// A scope that is missing.
impl From<Scope> for Failed {
    fn from(scope: Scope) -> Self {
        Self { scope: Some(scope), ..Self::from(Problem::ScopeMissing) }
            .saying(format!("The token lacks the scope {}.", scope.as_str()))
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusals) => Self::refused(&refusals),
            Error::NotFound | Error::Gone => Problem::NotFound.into(),
            Error::Forbidden | Error::FactorNeeded | Error::ProofNeeded | Error::Prove(_) => {
                Problem::Forbidden.into()
            }
            Error::Restricted => Problem::Restricted.into(),
            Error::Changed => Problem::Changed.into(),
            Error::Withheld(_) => Problem::Withheld.into(),
            Error::Busy { wait } => Self::from(Problem::TooManyCalls).after(wait),
            Error::Unfinished { begun } => Self::from(Problem::Unavailable).after(OUTAGE).saying(
                if begun {
                    "The erasure has begun and goes on by itself. Nobody sees anything of the person any more."
                } else {
                    "The erasure could not begin. It is tried again."
                }
                .to_owned(),
            ),
            Error::Broken(error) if error.outage().is_some() => {
                tracing::error!(%error, "nothing could be stored or read: answering 503");
                Self::from(Problem::Unavailable).after(OUTAGE)
            }
            Error::Broken(error) => {
                tracing::error!(%error, "a call of the API could not be answered");
                Problem::Broken.into()
            }
        }
    }
}

impl Failed {
    /// Says what happened this time.
    pub(super) fn saying(mut self, detail: String) -> Self {
        self.detail = Some(detail);
        self
    }

    /// Says when to try again, in seconds.
    pub(super) fn after(self, wait: u64) -> Self {
        self.with(header::RETRY_AFTER, HeaderValue::from(wait))
    }

    /// Adds a header.
    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// One field is wrong.
    pub(super) fn field(field: &str, detail: impl Into<String>) -> Self {
        let error = FieldProblem { field: field.to_owned(), detail: detail.into() };
        Self { errors: vec![error], ..Self::from(Problem::Invalid) }
    }

    /// All of it in a sentence, for what takes no problem details.
    pub(super) fn sentence(&self) -> String {
        let errors = self.errors.iter().map(|error| format!("{}: {}", error.field, error.detail));
        let more = self.detail.clone().into_iter().chain(errors);
        std::iter::once(format!("{}.", self.problem.title())).chain(more).collect::<Vec<_>>().join(" ")
    }

    fn refused(refusals: &[Refusal]) -> Self {
        let wait = refusals.iter().find_map(|refusal| match refusal.problem {
            Wrong::TooManyAttempts { wait } | Wrong::TooManyGuesses { wait } => Some(wait),
            _ => None,
        });
        if let Some(wait) = wait {
            return Self::from(Problem::TooManyCalls).after(wait);
        }
        let errors = refusals.iter().map(|refusal| FieldProblem {
            // Pages call a request's type `kind`.
            field: if refusal.field == "kind" { "type" } else { refusal.field }.to_owned(),
            detail: problems::problem(Language::English, &refusal.problem),
        });
        Self { errors: errors.collect(), ..Self::from(Problem::Invalid) }
    }
}

impl ProblemDetails {
    /// The body, with a type under the desk's own address.
    pub(super) fn body(&self, public_url: &str) -> Vec<u8> {
        let kind = format!("{}/api/problems/{}", public_url.trim_end_matches('/'), self.kind);
        let Self { title, status, detail, scope, errors, .. } = self.clone();
        let details = Self { kind, title, status, detail, scope, errors };
        let Ok(body) = serde_json::to_vec(&details) else { unreachable!("texts are JSON") };
        body
    }
}

/// Its body is written by the gate, which knows the desk's address.
impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let Self { problem, detail, scope, errors, headers } = self;
        let details = ProblemDetails {
            kind: problem.name().to_owned(),
            title: problem.title(),
            status: problem.status().as_u16(),
            detail,
            scope: scope.map(Scope::as_str),
            errors,
        };
        let mut response = (problem.status(), Extension(Arc::new(details))).into_response();
        for (name, value) in headers {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
