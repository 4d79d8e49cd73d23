//! A link as a value, for navigation, pagers and filters.

use leptos::prelude::*;

/// Where a link leads and what it says.
#[derive(Clone)]
pub struct NavLink {
    /// What it says.
    pub label: String,
    /// Where it leads. Always an address of our own, never one that a person typed.
    pub href: String,
    /// Whether the reader is there already.
    pub current: bool,
}

impl NavLink {
    /// A link to somewhere else.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), current: false }
    }

    /// Says whether the reader is there already.
    #[must_use]
    pub fn current(mut self, current: bool) -> Self {
        self.current = current;
        self
    }

    /// The value of `aria-current`.
    pub(super) fn aria_current(&self) -> Option<&'static str> {
        self.current.then_some("page")
    }
}

/// The links as items of a list.
pub(super) fn nav_items(links: Vec<NavLink>) -> Vec<AnyView> {
    links
        .into_iter()
        .map(|link| {
            let current = link.aria_current();
            view! { <li><a aria-current=current href=link.href>{link.label}</a></li> }.into_any()
        })
        .collect()
}
