//! Finding one's way in a list: a search field, and links that filter.

use leptos::prelude::*;

use super::QueryForm;
use super::{Icon, MaybeText, NavLink, link::nav_items};

/// A search by GET, so that its result has an address.
#[component]
pub fn SearchForm(
    /// Where it leads.
    #[prop(into)]
    action: String,
    /// What can be searched, for screen readers and in the empty field.
    #[prop(into)]
    label: String,
    /// What the button says.
    #[prop(into)]
    button: String,
    /// The parameter's name.
    #[prop(default = "q".to_owned(), into)]
    name: String,
    /// What was searched.
    #[prop(optional, into)]
    value: MaybeText,
    /// Other parameters that stay as they are, as names and values.
    #[prop(optional)]
    keep: Vec<(String, String)>,
) -> impl IntoView {
    let kept = keep
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect::<Vec<_>>();
    view! {
        <QueryForm action class="search" role="search">
            {kept}
            <div class="search-box">
                <Icon icon=Icon::Search/>
                <input
                    class="field-control"
                    type="search"
                    name=name
                    value=value.get()
                    placeholder=label.clone()
                    aria-label=label
                    maxlength="200"
                />
            </div>
            <button type="submit" class="button secondary">{button}</button>
        </QueryForm>
    }
    .into_any()
}

/// Links that show a part of a list; the current one is marked.
#[component]
pub fn FilterTabs(
    /// What is filtered, for screen readers.
    #[prop(into)]
    label: String,
    /// The parts.
    links: Vec<NavLink>,
) -> impl IntoView {
    view! { <nav class="tabs" aria-label=label><ul>{nav_items(links)}</ul></nav> }.into_any()
}
