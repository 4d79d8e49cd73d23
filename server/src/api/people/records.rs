//! Finding, reading and rectifying.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use tresen_desk::privacy::Customer;
use tresen_desk::tokens::{Scope, Who};
use tresen_model::Language;
use utoipa::ToSchema;

use super::whom::Whom;
use crate::api::gate::Called;
use crate::api::input::{Id, Json, given};
use crate::api::once::once;
use crate::api::problem::{Failed, Problem, ProblemDetails};
use crate::api::state::Api;
use crate::api::time;
use crate::api::words::{IdempotencyKey, LanguageWord};

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
    #[schema(example = "ada@example.com", format = "email", max_length = 254)]
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
    Ok(Answer(api.desk.privacy.find_customer(&agent, &asked.email).await?.into()))
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
        Whom::Other(agent, person) => api.desk.privacy.customer(&agent, person).await?.into(),
        Whom::Own(session) => {
            let account = api.desk.accounts.account(&session).await?;
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
    #[schema(value_type = Option<String>, max_length = 100)]
    name: Option<Option<String>>,
    /// The language of emails: `en` or `de`.
    #[schema(value_type = Option<LanguageWord>)]
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
    api.desk.privacy.rectify_customer(&agent, person, name.as_deref(), language.transpose()?).await?;
    Ok(Answer(api.desk.privacy.customer(&agent, person).await?.into()))
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
        ("idempotency-key" = inline(Option<IdempotencyKey>), Header, description = "A random key, good for 24 hours."),
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
        api.desk.privacy.invite_customer(&agent, person).await?;
        Ok(String::new())
    })
    .await?;
    Ok(StatusCode::ACCEPTED)
}
