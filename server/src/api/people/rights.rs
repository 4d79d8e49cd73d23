//! Restriction, export, erasure.

use axum::Json as Answer;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tresen_desk::privacy::{Asked, Checked, Export};
use tresen_desk::tokens::Scope;
use tresen_model::views::ErasureCount;
use utoipa::ToSchema;

use super::whom::Whom;
use crate::api::gate::Called;
use crate::api::input::{Id, Json};
use crate::api::once::once;
use crate::api::problem::{Failed, Problem, ProblemDetails};
use crate::api::state::Api;
use crate::api::time;
use crate::api::words::{Bytes, IdempotencyKey};

/// Restricts the processing of a customer's data (Art. 18 GDPR)
#[utoipa::path(
    put,
    path = "/people/{id}/restriction",
    tag = "people",
    operation_id = "restrictPerson",
    params(("id" = String, Path, description = "The id.")),
    responses(
        (status = 204, description = "It is restricted."),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["people:restrict"])),
)]
pub(super) async fn restrict(
    State(api): State<Api>,
    called: Called,
    Id(id): Id,
) -> Result<StatusCode, Failed> {
    let (agent, person) = called.whom_as_agent(&api, Scope::PeopleRestrict, &id)?;
    api.desk.privacy.restrict_customer_by_id(&agent, person).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lifts the restriction that an agent has set
///
/// For admins: a restricted customer is not there for anybody else.
#[utoipa::path(
    delete,
    path = "/people/{id}/restriction",
    tag = "people",
    operation_id = "liftRestriction",
    params(("id" = String, Path, description = "The id.")),
    responses(
        (status = 204, description = "It is lifted."),
        (status = 403, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["people:restrict"])),
)]
pub(super) async fn lift(State(api): State<Api>, called: Called, Id(id): Id) -> Result<StatusCode, Failed> {
    let (agent, person) = called.whom_as_agent(&api, Scope::PeopleRestrict, &id)?;
    api.desk.privacy.lift_for_customer_by_id(&agent, person).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Exports everything about a person (Art. 15 and 20 GDPR)
///
/// A ZIP file with `data.json`, a page to read, and all files. A customer exports themselves, as `me`.
#[utoipa::path(
    post,
    path = "/people/{id}/export",
    tag = "people",
    operation_id = "exportPerson",
    params(("id" = String, Path, description = "The id, or `me` for a customer.")),
    responses(
        (status = 200, body = inline(Bytes), content_type = "application/zip"),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["people:export"])),
)]
pub(super) async fn export(State(api): State<Api>, called: Called, Id(id): Id) -> Result<Response, Failed> {
    let Export { contents, .. } = match called.whom(&api, Scope::PeopleExport, &id)? {
        Whom::Other(agent, person) => api.desk.privacy.export_customer(&agent, person).await?,
        Whom::Own(session) => api.desk.privacy.export(&session).await?,
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"tresen-export.zip\"")),
    ];
    Ok((headers, Body::from_stream(contents)).into_response())
}

/// How a customer asked for an erasure.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
#[allow(dead_code, reason = "describes what `Asked` is on the wire")]
enum AskedWord {
    Phone,
    Mail,
    InPerson,
    Otherwise,
}

/// How the customer asked for it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "asked": "mail" }))]
pub(super) struct ErasureWish {
    /// `phone`, `mail` (email or letter), `in-person` or `otherwise`. A customer gives none.
    #[schema(value_type = Option<AskedWord>)]
    asked: Option<String>,
}

/// What was erased.
#[derive(Serialize, ToSchema)]
pub(super) struct Erasure {
    /// When it was finished.
    #[schema(format = "date-time")]
    at: String,
    /// What was deleted.
    deleted: Deleted,
    /// The signed receipt. It holds no personal data.
    receipt: String,
}

/// What an erasure deleted, in numbers.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Deleted {
    requests: u64,
    comments: u64,
    attachments: u64,
    history: u64,
    emails: u64,
    sessions: u64,
    links: u64,
    consents: u64,
}

impl From<ErasureCount> for Deleted {
    fn from(count: ErasureCount) -> Self {
        Self {
            requests: count.requests,
            comments: count.comments,
            attachments: count.attachments,
            history: count.history,
            emails: count.mails,
            sessions: count.sessions,
            links: count.tokens,
            consents: count.consents,
        }
    }
}

/// Erases a person, for good (Art. 17 GDPR)
///
/// It reaches everything they wrote, backups included, and is done when the answer comes. A customer erases themselves,
/// as `me`, and their token with them.
#[utoipa::path(
    post,
    path = "/people/{id}/erasure",
    tag = "people",
    operation_id = "erasePerson",
    params(
        ("id" = String, Path, description = "The id, or `me` for a customer."),
        ("idempotency-key" = inline(Option<IdempotencyKey>), Header, description = "A random key, good for 24 hours."),
    ),
    request_body = ErasureWish,
    responses(
        (status = 200, body = Erasure),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["people:erase"])),
)]
pub(super) async fn erase(
    State(api): State<Api>,
    called: Called,
    Id(id): Id,
    headers: HeaderMap,
    Json(wish, bytes): Json<ErasureWish>,
) -> Result<Answer<Erasure>, Failed> {
    let whom = called.whom(&api, Scope::PeopleErase, &id)?;
    let call: [&[u8]; 3] = [b"POST erasure", id.as_bytes(), &bytes];
    let receipt = once(&api, &called.0, &headers, &call, async |_| match whom {
        Whom::Other(agent, person) => {
            let word = wish.asked.as_deref().unwrap_or_default();
            let asked = Asked::ALL.into_iter().find(|asked| asked.as_str() == word);
            let asked =
                asked.ok_or_else(|| Failed::field("asked", "It is phone, mail, in-person or otherwise."))?;
            Ok(api.desk.privacy.erase_customer(&agent, person, asked).await?.receipt)
        }
        Whom::Own(_) if wish.asked.is_some() => Err(Failed::field("asked", "A customer gives none.")),
        Whom::Own(_) => Ok(api.desk.privacy.erase_by_token(&called.0).await?.receipt),
    })
    .await?;
    let Checked::Genuine(read) = api.desk.privacy.check_receipt(&receipt) else {
        return Err(Problem::Broken.into());
    };
    Ok(Answer(Erasure { at: time::write(read.at), deleted: read.count.into(), receipt }))
}
