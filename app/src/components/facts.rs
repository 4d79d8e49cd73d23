//! Names and values: who the customer is, what is known of a request.

use leptos::prelude::*;

/// A list of names and values.
#[component]
pub fn Facts(
    /// Each name with its value, in order.
    facts: Vec<(String, AnyView)>,
) -> impl IntoView {
    let facts =
        facts.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect::<Vec<_>>();
    view! { <dl class="facts">{facts}</dl> }.into_any()
}
