//! The foot of every page.

use leptos::prelude::*;

use super::{MaybeText, NavLink, link::nav_items};

/// Privacy, imprint and whatever else the operator has to name.
#[component]
pub fn SiteFooter(
    /// What the navigation is called, for screen readers.
    #[prop(into)]
    label: String,
    /// The links.
    links: Vec<NavLink>,
    /// A few words before them.
    #[prop(optional, into)]
    text: MaybeText,
    /// Whether the page is as wide as the workspace.
    #[prop(optional)]
    wide: bool,
) -> impl IntoView {
    view! {
        <footer class=if wide { "site-footer wide" } else { "site-footer" }>
            <div class="site-footer-inner">
                {text.get().map(|text| view! { <p>{text}</p> })}
                <nav aria-label=label><ul>{nav_items(links)}</ul></nav>
            </div>
        </footer>
    }
    .into_any()
}
