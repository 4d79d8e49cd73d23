//! Lists requests.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use serde::{Deserialize, Serialize};
use tresen_desk::requests::{Listing, MOST, Position, QueueOrder, QueueView, Whose};
use tresen_desk::tokens::{Scope, Who};
use tresen_model::query::escape;
use tresen_model::{PersonId, Status};
use utoipa::{IntoParams, ToSchema};

use super::wire::LineWire;
use crate::api::gate::Called;
use crate::api::input::Query;
use crate::api::problem::{Failed, Problem, ProblemDetails};
use crate::api::state::Api;
use crate::api::time;

/// Rows of a page when the caller names no number.
const USUAL: usize = 50;

/// Which requests, by where they stand.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "describes what `QueueView` is on the wire")]
enum ViewWord {
    Open,
    Waiting,
    Resolved,
    Closed,
    Active,
    All,
}

/// In what order.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[allow(dead_code, reason = "describes what `QueueOrder` is on the wire")]
enum OrderWord {
    Newest,
    Oldest,
}

/// What is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// `open`, `waiting`, `resolved`, `closed`, `active` (open and waiting) or `all`, which is usual.
    #[param(value_type = Option<ViewWord>, inline, example = "active")]
    status: Option<String>,
    /// `me`, `nobody`, or the id of an agent. For agents only.
    #[param(pattern = "^(me|nobody|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$", example = "nobody")]
    assignee: Option<String>,
    /// The id of a request type.
    #[serde(rename = "type")]
    #[param(example = "question")]
    kind: Option<String>,
    /// Words that must occur, or a number.
    q: Option<String>,
    /// Only what happened at this time or later (RFC 3339).
    #[param(format = "date-time")]
    updated_since: Option<String>,
    /// `newest` first, which is usual, or `oldest`. A customer's requests are always the newest first.
    #[param(value_type = Option<OrderWord>, inline)]
    order: Option<String>,
    /// Where the page begins: `next` of the last page.
    cursor: Option<String>,
    /// The most rows of the page: 1 to 200, usually 50. A search may give fewer, with a `next`.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// A page of requests.
#[derive(Serialize, ToSchema)]
pub(super) struct RequestPage {
    items: Vec<LineWire>,
    /// The cursor of the next page; `null` on the last one.
    next: Option<String>,
}

impl Asked {
    fn listing(&self, who: &Who) -> Result<Listing, Failed> {
        let agent = matches!(who, Who::Agent(_));
        let wrong = |field, detail: &str| Failed::field(field, detail);
        let view = match self.status.as_deref().unwrap_or("all") {
            "all" => QueueView::All,
            "active" => QueueView::Active,
            word => QueueView::Only(Status::parse(word).ok_or_else(|| {
                wrong("status", "There are: open, waiting, resolved, closed, active, all.")
            })?),
        };
        let assignee = match self.assignee.as_deref() {
            None => Whose::Anyone,
            Some(_) if !agent => return Err(wrong("assignee", "Only agents list by assignee.")),
            Some("me") => Whose::Me,
            Some("nobody") => Whose::Nobody,
            Some(id) => Whose::Agent(
                PersonId::parse(id)
                    .ok_or_else(|| wrong("assignee", "It is me, nobody, or the id of an agent."))?,
            ),
        };
        let order = match self.order.as_deref() {
            None | Some("newest") => QueueOrder::Newest,
            Some("oldest") if agent => QueueOrder::Oldest,
            Some(_) => return Err(wrong("order", "It is newest or, for agents, oldest.")),
        };
        let since = |text: &String| {
            time::read(text).ok_or_else(|| wrong("updated_since", "It is no time as RFC 3339 has it."))
        };
        let after = |cursor: &String| {
            let position = Position::parse(cursor).ok_or(Problem::CursorInvalid)?;
            let found = matches!(position, Position::Found(..));
            // A cursor of a search begins no list, and the other way round.
            let searched = self.q.as_deref().is_some_and(|q| !q.trim().is_empty());
            if found == searched { Ok(position) } else { Err(Failed::from(Problem::CursorInvalid)) }
        };
        let limit = self.limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(wrong("limit", "It is 1 to 200."));
        }
        Ok(Listing {
            search: self.q.clone().unwrap_or_default(),
            view,
            assignee,
            kind: self.kind.clone(),
            updated_since: self.updated_since.as_ref().map(since).transpose()?,
            order,
            after: self.cursor.as_ref().map(after).transpose()?,
            limit,
        })
    }

    /// The address of the next page (RFC 8288).
    fn link(&self, public_url: &str, cursor: &str) -> Option<HeaderValue> {
        let limit = self.limit.map(|limit| limit.to_string());
        let pairs = [
            ("status", self.status.as_deref()),
            ("assignee", self.assignee.as_deref()),
            ("type", self.kind.as_deref()),
            ("q", self.q.as_deref()),
            ("updated_since", self.updated_since.as_deref()),
            ("order", self.order.as_deref()),
            ("limit", limit.as_deref()),
            ("cursor", Some(cursor)),
        ];
        let pairs = pairs.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", escape(value?))));
        let query = pairs.collect::<Vec<_>>().join("&");
        let url = format!("<{}/api/v1/requests?{query}>; rel=\"next\"", public_url.trim_end_matches('/'));
        HeaderValue::from_str(&url).ok()
    }
}

/// Lists requests
///
/// An agent lists the requests of their types, a customer their own. Requests of restricted customers and suspected
/// spam are left out.
#[utoipa::path(
    get,
    path = "/requests",
    tag = "requests",
    operation_id = "listRequests",
    params(Asked),
    responses(
        (status = 200, body = RequestPage, headers(("link" = String, description = "The next page."))),
        (status = 400, body = ProblemDetails, content_type = "application/problem+json"),
        (status = 422, body = ProblemDetails, content_type = "application/problem+json"),
    ),
    security(("token" = ["requests:read"])),
)]
pub(super) async fn list(
    State(api): State<Api>,
    called: Called,
    Query(asked): Query<Asked>,
) -> Result<(HeaderMap, Answer<RequestPage>), Failed> {
    let who = called.who(&api, Scope::RequestsRead)?;
    let listing = asked.listing(&who)?;
    let page = match &who {
        Who::Agent(agent) => api.desk.requests.list_requests(agent, &listing).await?,
        Who::Customer(session) => api.desk.requests.list_own_requests(session, &listing).await?,
    };
    let mut headers = HeaderMap::new();
    if let Some(next) = &page.next
        && let Some(link) = asked.link(&api.desk.settings().public_url, next)
    {
        headers.insert(header::LINK, link);
    }
    let items = page.rows.into_iter().map(LineWire::from).collect();
    Ok((headers, Answer(RequestPage { items, next: page.next })))
}
