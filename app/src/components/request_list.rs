//! A customer's list of requests.

use leptos::prelude::*;
use tresen_model::Status;

use super::{Number, StatusBadge, Time, When};

/// A line of the list.
#[derive(Clone)]
pub struct RequestRow {
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
    /// The last change.
    pub updated: When,
    /// "New answer", when there is something unread.
    pub unread: Option<String>,
    /// More small facts: the request type, "3 comments".
    pub details: Vec<String>,
}

/// The list. An empty one is the page's to show, as an [`EmptyState`](super::EmptyState).
#[component]
pub fn RequestList(
    /// The lines, in order.
    rows: Vec<RequestRow>,
) -> impl IntoView {
    let rows = rows.into_iter().map(line).collect::<Vec<_>>();
    view! { <ul class="request-list">{rows}</ul> }.into_any()
}

fn line(row: RequestRow) -> AnyView {
    let class = if row.unread.is_some() { "request-row unread" } else { "request-row" };
    let details = row.details.into_iter().map(|detail| view! { <span>{detail}</span> }).collect::<Vec<_>>();
    view! {
        <li>
            <div class=class>
                <h2 class="request-subject"><a href=row.href dir="auto">{row.subject}</a></h2>
                <p class="request-meta">
                    {row.unread.map(|unread| view! { <span class="unread-mark">{unread}</span> })}
                    <Time when=row.updated/>
                    {details}
                    <Number number=row.number/>
                </p>
                <StatusBadge status=row.status label=row.status_label/>
            </div>
        </li>
    }
    .into_any()
}
