//! People: customers for agents, and for a customer themselves.

use axum::Json as Answer;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tresen_desk::people::{Agent, Customer, Session};
use tresen_desk::privacy::{Asked, Checked, Export};
use tresen_desk::tokens::{Scope, Who};
use tresen_model::views::ErasureCount;
use tresen_model::{Language, PersonId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::gate::Called;
use super::input::{Id, Json, given};
use super::once::once;
use super::problem::{Failed, Problem, ProblemDetails};
use super::state::Api;
use super::time;

/// The routes.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(search))
        .routes(routes!(read, rectify))
        .routes(routes!(invite))
        .routes(routes!(restrict, lift))
        .routes(routes!(export))
        .routes(routes!(erase))
}

/// Whom an address names.
enum Whom {
    /// A customer, for an agent.
    Other(Agent, PersonId),
    /// Whose token it is.
    Own(Session),
}

impl Called {
    /// A customer reaches themselves, as `me` or by id; an agent a customer by id.
    fn whom(&self, api: &Api, scope: Scope, id: &str) -> Result<Whom, Failed> {
        let person = PersonId::parse(id);
        match self.who(api, scope)? {
            Who::Customer(session) if id == "me" || person == Some(session.person()) => {
                Ok(Whom::Own(session))
            }
            Who::Agent(agent) => Ok(Whom::Other(agent, person.ok_or(Problem::NotFound)?)),
            Who::Customer(_) => Err(Problem::NotFound.into()),
        }
    }

    /// The same for what only agents do.
    fn whom_as_agent(&self, api: &Api, scope: Scope, id: &str) -> Result<(Agent, PersonId), Failed> {
        match self.whom(api, scope, id)? {
            Whom::Other(agent, person) => Ok((agent, person)),
            Whom::Own(_) => Err(Problem::Forbidden.into()),
        }
    }
}

/// A person.
#[derive(Serialize, ToSchema)]
pub(super) struct Person {
    /// The id.
    id: String,
    /// The name, if one was given.
    name: Option<String>,
    /// The email address.
    #[schema(example = "ada@example.com")]
    email: String,
    /// Whether there is an account.
    registered: bool,
    /// The language of emails to them.
    #[schema(example = "en")]
    language: &'static str,
    /// Since when the processing of their data is restricted; for admins only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "date-time")]
    restricted_since: Option<String>,
}

impl From<Customer> for Person {
    fn from(customer: Customer) -> Self {
        Self {
            id: customer.id.to_string(),
            name: customer.name,
            email: customer.email,
            registered: customer.registered,
            language: customer.language.tag(),
            restricted_since: customer.restriction.map(|restriction| time::write(restriction.since)),
        }
    }
}

/// Whom to find. The address is in the body, so that it is in no log of addresses.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonSearch {
    /// The whole email address.
    #[schema(example = "ada@example.com")]
    email: String,
}

/// Finds a customer by address
#[utoipa::path(
    post,
    path = "/people/search",
    tag = "people",
    operation_id = "findPerson",
    request_body = PersonSearch,
    responses(
        (status = 200, body = Person),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["people:read"])),
)]
pub(super) async fn search(
    State(api): State<Api>,
    called: Called,
    Json(asked, _): Json<PersonSearch>,
) -> Result<Answer<Person>, Failed> {
    let Who::Agent(agent) = called.who(&api, Scope::PeopleRead)? else {
        return Err(Problem::Forbidden.into());
    };
    Ok(Answer(api.desk.find_customer(&agent, &asked.email).await?.into()))
}

/// Reads a person
///
/// A customer reads themselves, as `me`.
#[utoipa::path(
    get,
    path = "/people/{id}",
    tag = "people",
    operation_id = "readPerson",
    params(("id" = String, Path, description = "The id, or `me` for a customer.")),
    responses(
        (status = 200, body = Person),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["people:read"])),
)]
pub(super) async fn read(
    State(api): State<Api>,
    called: Called,
    Id(id): Id,
) -> Result<Answer<Person>, Failed> {
    Ok(Answer(match called.whom(&api, Scope::PeopleRead, &id)? {
        Whom::Other(agent, person) => api.desk.customer(&agent, person).await?.into(),
        Whom::Own(session) => {
            let account = api.desk.account(&session).await?;
            Person {
                id: session.person().to_string(),
                name: account.name,
                email: account.email,
                registered: true,
                language: account.language.tag(),
                restricted_since: None,
            }
        }
    }))
}

/// What to rectify; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonChange {
    /// The name; `null` removes it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    name: Option<Option<String>>,
    /// The language of emails: `en` or `de`.
    language: Option<String>,
}

/// Rectifies a customer's data (Art. 16 GDPR)
///
/// For customers without an account. Those with one do so themselves.
#[utoipa::path(
    patch,
    path = "/people/{id}",
    tag = "people",
    operation_id = "rectifyPerson",
    params(("id" = String, Path, description = "The id.")),
    request_body = PersonChange,
    responses(
        (status = 200, body = Person),
        (status = 403, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["people:write"])),
)]
pub(super) async fn rectify(
    State(api): State<Api>,
    called: Called,
    Id(id): Id,
    Json(asked, _): Json<PersonChange>,
) -> Result<Answer<Person>, Failed> {
    let (agent, person) = called.whom_as_agent(&api, Scope::PeopleWrite, &id)?;
    let language = asked.language.as_deref().map(|tag| {
        let known = Language::ALL.iter().copied().find(|language| language.tag() == tag);
        known.ok_or_else(|| Failed::field("language", "There are: en, de."))
    });
    let name = asked.name.map(Option::unwrap_or_default);
    api.desk.rectify_customer(&agent, person, name.as_deref(), language.transpose()?).await?;
    Ok(Answer(api.desk.customer(&agent, person).await?.into()))
}

/// Invites a customer to register
///
/// They are sent a link by email.
#[utoipa::path(
    post,
    path = "/people/{id}/invitation",
    tag = "people",
    operation_id = "invitePerson",
    params(
        ("id" = String, Path, description = "The id."),
        ("idempotency-key" = Option<String>, Header, description = "A random key, good for 24 hours."),
    ),
    responses(
        (status = 202, description = "The email waits to be sent."),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["people:write"])),
)]
pub(super) async fn invite(
    State(api): State<Api>,
    called: Called,
    Id(id): Id,
    headers: HeaderMap,
) -> Result<StatusCode, Failed> {
    let (agent, person) = called.whom_as_agent(&api, Scope::PeopleWrite, &id)?;
    once(&api, &called.0, &headers, &[b"POST invitation", id.as_bytes()], async |_| {
        api.desk.invite_customer(&agent, person).await?;
        Ok(String::new())
    })
    .await?;
    Ok(StatusCode::ACCEPTED)
}

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
    api.desk.restrict_customer_by_id(&agent, person).await?;
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
    api.desk.lift_for_customer_by_id(&agent, person).await?;
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
        (status = 200, body = Vec<u8>, content_type = "application/zip"),
        (status = 404, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["people:export"])),
)]
pub(super) async fn export(State(api): State<Api>, called: Called, Id(id): Id) -> Result<Response, Failed> {
    let Export { contents, .. } = match called.whom(&api, Scope::PeopleExport, &id)? {
        Whom::Other(agent, person) => api.desk.export_customer(&agent, person).await?,
        Whom::Own(session) => api.desk.export(&session).await?,
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"tresen-export.zip\"")),
    ];
    Ok((headers, Body::from_stream(contents)).into_response())
}

/// How the customer asked for it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "asked": "mail" }))]
pub(super) struct ErasureWish {
    /// `phone`, `mail` (email or letter), `in-person` or `otherwise`. A customer gives none.
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
pub(super) struct Deleted {
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
        ("idempotency-key" = Option<String>, Header, description = "A random key, good for 24 hours."),
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
            Ok(api.desk.erase_customer(&agent, person, asked).await?.receipt)
        }
        Whom::Own(_) if wish.asked.is_some() => Err(Failed::field("asked", "A customer gives none.")),
        Whom::Own(_) => Ok(api.desk.erase_by_token(&called.0).await?.receipt),
    })
    .await?;
    let Checked::Genuine(read) = api.desk.check_receipt(&receipt) else { return Err(Problem::Broken.into()) };
    Ok(Answer(Erasure { at: time::write(read.at), deleted: read.count.into(), receipt }))
}
