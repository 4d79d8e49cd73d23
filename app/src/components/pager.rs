//! From one part of a long list to the next.

use leptos::prelude::*;

use super::{Icon, NavLink};

/// Links to the first and to the next part. Nothing at all when there is neither.
#[component]
pub fn Pager(
    /// What the navigation is called, for screen readers.
    #[prop(into)]
    label: String,
    /// Back to the beginning.
    #[prop(optional_no_strip)]
    first: Option<NavLink>,
    /// On.
    #[prop(optional_no_strip)]
    next: Option<NavLink>,
) -> impl IntoView {
    if first.is_none() && next.is_none() {
        return ().into_any();
    }
    view! {
        <nav class="pager" aria-label=label>
            {first.map(|first| {
                view! {
                    <a class="button secondary" href=first.href>
                        <Icon icon=Icon::ArrowLeft/>
                        <span>{first.label}</span>
                    </a>
                }
            })}
            {next.map(|next| {
                view! {
                    <a class="button secondary next" href=next.href rel="next">
                        <span>{next.label}</span>
                        <Icon icon=Icon::ArrowRight/>
                    </a>
                }
            })}
        </nav>
    }
    .into_any()
}
