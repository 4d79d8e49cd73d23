//! What the desk is: its request types, its agents, its numbers, its audit log.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tresen_desk::people::Agent;
use tresen_desk::people::Audited;
use tresen_desk::requests::{Day, Statistic};
use tresen_desk::tokens::{Scope, Who};
use tresen_model::Timestamp;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::gate::Called;
use super::input::Query;
use super::problem::{Failed, Problem, ProblemDetails};
use super::requests::AgentWire;
use super::state::Api;
use super::time;

/// The longest time that statistics are read for at once, in days.
const LONGEST: i64 = 400;

/// Entries of a page of the audit log, at most.
const MOST: usize = 1000;

/// The routes.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(types))
        .routes(routes!(agents))
        .routes(routes!(statistics))
        .routes(routes!(audit))
}

/// A request type.
#[derive(Serialize, ToSchema)]
pub(super) struct RequestType {
    /// The id. It never changes.
    #[schema(example = "question")]
    id: String,
    /// The name in each language.
    name: Names,
}

/// A name in each language.
#[derive(Serialize, ToSchema)]
pub(super) struct Names {
    #[schema(example = "Question")]
    en: String,
    #[schema(example = "Frage")]
    de: String,
}

/// Lists the request types
///
/// Needs no scope.
#[utoipa::path(
    get,
    path = "/types",
    tag = "desk",
    operation_id = "listTypes",
    responses((status = 200, body = Vec<RequestType>)),
    security(("token" = [])),
)]
pub(super) async fn types(State(api): State<Api>, _: Called) -> Answer<Vec<RequestType>> {
    let types = api.desk.settings().request_types.iter();
    Answer(
        types
            .map(|known| RequestType {
                id: known.id.clone(),
                name: Names { en: known.name.en.clone(), de: known.name.de.clone() },
            })
            .collect(),
    )
}

fn agent(api: &Api, called: &Called, scope: Scope) -> Result<Agent, Failed> {
    match called.who(api, scope)? {
        Who::Agent(agent) => Ok(agent),
        Who::Customer(_) => Err(Problem::Forbidden.into()),
    }
}

/// Lists the agents who can be given requests
#[utoipa::path(
    get,
    path = "/agents",
    tag = "desk",
    operation_id = "listAgents",
    responses((status = 200, body = Vec<AgentWire>)),
    security(("token" = ["requests:read"])),
)]
pub(super) async fn agents(State(api): State<Api>, called: Called) -> Result<Answer<Vec<AgentWire>>, Failed> {
    let agent = agent(&api, &called, Scope::RequestsRead)?;
    Ok(Answer(api.desk.requests.agents(&agent).await?.into_iter().map(AgentWire::from).collect()))
}

/// Which days.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Days {
    /// The first day (UTC).
    #[param(example = "2026-10-01", format = "date")]
    from: String,
    /// The last day (UTC).
    #[param(example = "2026-10-31", format = "date")]
    to: String,
}

/// What happened on a day, in one request type, by one agent.
#[derive(Serialize, ToSchema)]
#[schema(as = Statistic)]
pub(super) struct StatisticWire {
    #[schema(format = "date", example = "2026-10-01")]
    day: String,
    /// The id of the request type.
    #[serde(rename = "type")]
    kind: String,
    /// Who did it; `null` for what customers did.
    agent: Option<AgentWire>,
    created: u64,
    answered: u64,
    resolved: u64,
    closed: u64,
    reopened: u64,
    /// Requests that were resolved or closed for the first time.
    settled: u64,
    /// Seconds from request to first answer, over all of `answered`.
    answer_seconds: u64,
    /// Seconds from request to settlement, over all of `settled`.
    settle_seconds: u64,
}

impl From<Statistic> for StatisticWire {
    fn from(one: Statistic) -> Self {
        let Statistic { day, kind, agent, agent_name, tally } = one;
        Self {
            day: time::write(day.start()).chars().take(10).collect(),
            kind,
            agent: agent.map(|id| AgentWire { id: id.to_string(), name: agent_name }),
            created: tally.created,
            answered: tally.answered,
            resolved: tally.resolved,
            closed: tally.closed,
            reopened: tally.reopened,
            settled: tally.settled,
            answer_seconds: tally.answer_seconds,
            settle_seconds: tally.settle_seconds,
        }
    }
}

/// Reads statistics
#[utoipa::path(
    get,
    path = "/statistics",
    tag = "desk",
    operation_id = "readStatistics",
    params(Days),
    responses(
        (status = 200, body = Vec<StatisticWire>),
        (status = 422, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["statistics:read"])),
)]
pub(super) async fn statistics(
    State(api): State<Api>,
    called: Called,
    Query(days): Query<Days>,
) -> Result<Answer<Vec<StatisticWire>>, Failed> {
    let agent = agent(&api, &called, Scope::StatisticsRead)?;
    let (from, to) = (day("from", &days.from)?, day("to", &days.to)?);
    if to.0 < from.0 || to.0 - from.0 > LONGEST {
        return Err(Failed::field("to", format!("It is `from` or later, by at most {LONGEST} days.")));
    }
    let statistics = api.desk.requests.statistics(&agent, from, to).await?;
    Ok(Answer(statistics.into_iter().map(StatisticWire::from).collect()))
}

fn day(field: &str, text: &str) -> Result<Day, Failed> {
    let wrong = || Failed::field(field, "It is a day such as 2026-10-01.");
    let date: Date =
        Some(text).filter(|text| text.len() == 10).ok_or_else(wrong)?.parse().map_err(|_| wrong())?;
    let start = date.at(0, 0, 0, 0).to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| wrong())?;
    Ok(Day::of(Timestamp(start.timestamp().as_microsecond())))
}

/// Where the page begins.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditPage {
    /// The `cursor` of the last line that was read; without it, the beginning.
    cursor: Option<String>,
    /// The most lines: 1 to 1000, which is usual.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
}

/// A line of the audit log.
#[derive(Serialize, ToSchema)]
pub(super) struct AuditLine {
    /// Where the next page begins.
    cursor: String,
    /// When.
    #[schema(format = "date-time")]
    at: String,
    /// What was done.
    #[schema(example = "role-changed")]
    event: String,
    /// In what numbers.
    #[schema(value_type = Object)]
    counts: serde_json::Value,
}

impl From<Audited> for AuditLine {
    fn from(entry: Audited) -> Self {
        Self {
            cursor: format!("{:x}.{}", entry.at.0, entry.id.simple()),
            at: time::write(entry.at),
            event: entry.event,
            counts: serde_json::from_str(&entry.counts).unwrap_or_default(),
        }
    }
}

/// Reads the audit log
///
/// Oldest first, a line of JSON for each entry. It holds no personal data. For admins.
#[utoipa::path(
    get,
    path = "/audit",
    tag = "desk",
    operation_id = "readAudit",
    params(AuditPage),
    responses(
        (status = 200, body = AuditLine, content_type = "application/x-ndjson"),
        (status = 400, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["audit:read"])),
)]
pub(super) async fn audit(
    State(api): State<Api>,
    called: Called,
    Query(asked): Query<AuditPage>,
) -> Result<(HeaderMap, String), Failed> {
    let agent = agent(&api, &called, Scope::AuditRead)?;
    let limit = asked.limit.unwrap_or(MOST);
    if !(1..=MOST).contains(&limit) {
        return Err(Failed::field("limit", format!("It is 1 to {MOST}.")));
    }
    let after = asked.cursor.as_deref().map(|cursor| read_cursor(cursor).ok_or(Problem::CursorInvalid));
    let entries = api.desk.people.audit_log(&agent, after.transpose()?, limit).await?;
    let mut text = String::new();
    for line in entries.into_iter().map(AuditLine::from) {
        let Ok(json) = serde_json::to_string(&line) else { unreachable!("texts are JSON") };
        text.push_str(&json);
        text.push('\n');
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    Ok((headers, text))
}

fn read_cursor(cursor: &str) -> Option<(Timestamp, Uuid)> {
    let (at, id) = cursor.split_once('.')?;
    Some((Timestamp(i64::from_str_radix(at, 16).ok()?), Uuid::try_parse(id).ok()?))
}
