//! The public number of a request.

use leptos::prelude::*;

/// The number on a slip, as one pulls it at a counter.
#[component]
pub fn NumberSlip(
    /// The number, as `T-7F3K-92QX`.
    #[prop(into)]
    number: String,
    /// Whether it is what the page is about.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    view! { <span class=if large { "slip large" } else { "slip" }>{number}</span> }.into_any()
}

/// The number in a line of text.
#[component]
pub fn Number(
    /// The number, as `T-7F3K-92QX`.
    #[prop(into)]
    number: String,
) -> impl IntoView {
    view! { <span class="number">{number}</span> }.into_any()
}
