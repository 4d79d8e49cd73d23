//! Status and priority: a shape and a word, so that nothing hangs on colour alone.

use leptos::prelude::*;
use tresen_model::{Priority, Status};

use super::Icon;

/// Where a request stands.
#[component]
pub fn StatusBadge(
    /// The status.
    status: Status,
    /// What it is called.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let (class, icon) = match status {
        Status::Open => ("status open", Icon::StatusOpen),
        Status::Waiting => ("status waiting", Icon::StatusWaiting),
        Status::Resolved => ("status resolved", Icon::StatusResolved),
        Status::Closed => ("status closed", Icon::StatusClosed),
    };
    view! { <span class=class><Icon icon/>{label}</span> }.into_any()
}

/// How soon a request should be looked at.
#[component]
pub fn PriorityMark(
    /// The priority.
    priority: Priority,
    /// What it is called.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let (class, icon) = match priority {
        Priority::Urgent => ("priority urgent", Icon::Urgent),
        Priority::High => ("priority high", Icon::High),
        Priority::Normal => ("priority normal", Icon::Normal),
        Priority::Low => ("priority low", Icon::Low),
    };
    view! { <span class=class><Icon icon/>{label}</span> }.into_any()
}
