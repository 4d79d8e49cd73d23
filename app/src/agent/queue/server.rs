//! What the server does for `/agent`.

use tresen_desk::Settings;
use tresen_desk::requests::{Assignee, QueueOrder, QueueQuery as Asked, QueueView};
use tresen_model::Status;
use tresen_model::address::QueueQuery;
use tresen_model::views::RequestLine;

use super::filter::{ALL, ME, NOBODY, OLDEST};
use super::{Counts, Queue, Row};
use crate::web::{Context, Stop};

/// Asks the desk for what the page shows.
pub(in crate::agent) async fn load(context: &Context, query: &QueueQuery) -> Result<Queue, Stop> {
    let agent = context.require_agent()?;
    let desk = &context.app.desk;
    let (shown, asked) = read(query, desk.settings());
    let counts = desk.requests.queue_counts(&agent).await?;
    let list = desk.requests.queue(&agent, &asked).await?;
    let incomplete = !query.search.is_empty() && desk.indexer.search_is_incomplete().await?;
    let kinds = desk.people.kinds_of(&agent).await?;
    let kinds = kinds.iter().map(|kind| (kind.id.clone(), kind.name.get(context.language).to_owned()));
    Ok(Queue {
        shown,
        counts: Counts {
            active: counts.active,
            mine: counts.mine,
            unassigned: counts.unassigned,
            held: counts.held,
            aside: counts.aside,
        },
        kinds: kinds.collect(),
        rows: list.rows.into_iter().map(|line| row(context, line)).collect(),
        next: list.next,
        incomplete,
    })
}

/// What the address says, without what is unknown, and the same for the desk.
fn read(query: &QueueQuery, settings: &Settings) -> (QueueQuery, Asked) {
    let (view, view_word) = match (query.view.as_str(), Status::parse(&query.view)) {
        (ALL, _) => (QueueView::All, ALL),
        (_, Some(status)) => (QueueView::Only(status), status.as_str()),
        _ => (QueueView::Active, ""),
    };
    let (assignee, assignee_word) = match query.assignee.as_str() {
        ME => (Assignee::Me, ME),
        NOBODY => (Assignee::Nobody, NOBODY),
        _ => (Assignee::Anyone, ""),
    };
    let (order, order_word) = match query.order.as_str() {
        OLDEST => (QueueOrder::Oldest, OLDEST),
        _ => (QueueOrder::Newest, ""),
    };
    let kind = settings.request_type(&query.kind).map(|kind| kind.id.clone());
    let after = Some(query.after.clone()).filter(|after| !after.is_empty());
    let shown = QueueQuery {
        view: view_word.to_owned(),
        assignee: assignee_word.to_owned(),
        kind: kind.clone().unwrap_or_default(),
        order: order_word.to_owned(),
        search: query.search.clone(),
        after: query.after.clone(),
    };
    (shown, Asked { search: query.search.clone(), view, assignee, kind, order, after })
}

fn row(context: &Context, line: RequestLine) -> Row {
    let kind = context.app.desk.settings().request_type(&line.kind);
    Row {
        number: line.number,
        subject: line.subject,
        status: line.status,
        priority: line.priority,
        customer: line.customer,
        assignee: line.assignee,
        // A type that the operator has removed since still has its word.
        kind: kind.map_or(line.kind, |kind| kind.name.get(context.language).to_owned()),
        created: context.when(line.created_at),
        updated: context.when(line.updated_at),
        unread: line.unread,
    }
}
