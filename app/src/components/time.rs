//! Points in time as people say them.

use leptos::prelude::*;

use super::When;

/// A point in time.
#[component]
pub fn Time(
    /// When.
    when: When,
) -> impl IntoView {
    view! { <time datetime=when.datetime title=when.exact>{when.said}</time> }.into_any()
}
