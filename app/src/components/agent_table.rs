//! The agents' queue.

use leptos::prelude::*;
use tresen_model::{Priority, Status};

use super::{Number, PriorityMark, StatusBadge, Table, Time, When};

/// What the columns are called.
#[derive(Clone)]
pub struct AgentTableHeads {
    /// Subject, number and request type.
    pub subject: String,
    /// Where it stands.
    pub status: String,
    /// How soon.
    pub priority: String,
    /// Who asked.
    pub customer: String,
    /// Who works on it.
    pub assignee: String,
    /// When it came in.
    pub created: String,
    /// The last change.
    pub updated: String,
}

/// A line of the queue.
#[derive(Clone)]
pub struct AgentRow {
    /// Where it leads.
    pub href: String,
    /// The public number.
    pub number: String,
    /// What it is about, as typed.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// What that status is called.
    pub status_label: String,
    /// How soon.
    pub priority: Priority,
    /// What that priority is called.
    pub priority_label: String,
    /// Who asked: a name, or words for "no name".
    pub customer: String,
    /// Who works on it: a name, or words for "nobody".
    pub assignee: String,
    /// Whether nobody works on it.
    pub unassigned: bool,
    /// What the request type is called.
    pub kind: String,
    /// When it came in.
    pub created: When,
    /// The last change.
    pub updated: When,
    /// "Unread", when no agent has seen the latest.
    pub unread: Option<String>,
}

/// The queue. An empty one is the page's to show, as an [`EmptyState`](super::EmptyState).
#[component]
pub fn AgentTable(
    /// What the table shows, for screen readers.
    #[prop(into)]
    caption: String,
    /// What the columns are called.
    heads: AgentTableHeads,
    /// The lines, in order.
    rows: Vec<AgentRow>,
) -> impl IntoView {
    let heads = vec![
        heads.subject,
        heads.status,
        heads.priority,
        heads.customer,
        heads.assignee,
        heads.created,
        heads.updated,
    ];
    let rows = rows.into_iter().map(line).collect();
    view! { <Table caption heads rows/> }.into_any()
}

fn line(row: AgentRow) -> AnyView {
    let class = row.unread.is_some().then_some("unread");
    view! {
        <tr role="row" class=class>
            <th scope="row" role="rowheader">
                <a href=row.href dir="auto">
                    {row.subject}
                    {row.unread.map(|unread| view! { <span class="visually-hidden">" ("{unread}")"</span> })}
                </a>
                <span class="queue-facts"><Number number=row.number/>" · "{row.kind}</span>
            </th>
            <td role="cell"><StatusBadge status=row.status label=row.status_label/></td>
            <td role="cell"><PriorityMark priority=row.priority label=row.priority_label/></td>
            <td role="cell" class="name"><bdi>{row.customer}</bdi></td>
            <td role="cell" class=if row.unassigned { "name nobody" } else { "name" }><bdi>{row.assignee}</bdi></td>
            <td role="cell" class="age received"><Time when=row.created/></td>
            <td role="cell" class="age"><Time when=row.updated/></td>
        </tr>
    }
    .into_any()
}
