//! The top of a page: its title, what it is about, what can be done.

use leptos::prelude::*;

use super::{Icon, MaybeText, NavLink};

/// A page's title and what belongs to it.
#[component]
pub fn PageHead(
    /// The title. Plain text; it may come from a person.
    #[prop(into)]
    title: String,
    /// The way back.
    #[prop(optional_no_strip)]
    back: Option<NavLink>,
    /// A sentence under the title.
    #[prop(optional, into)]
    lede: MaybeText,
    /// A line of small facts under the title: number, status, time.
    #[prop(optional, into)]
    meta: Option<AnyView>,
    /// Buttons at the right.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="page-head">
            <div class="page-head-text">
                {back.map(|back| {
                    view! {
                        <a class="back-link" href=back.href><Icon icon=Icon::ArrowLeft/><span>{back.label}</span></a>
                    }
                })}
                <h1 dir="auto">{title}</h1>
                {lede.get().map(|lede| view! { <p class="lede">{lede}</p> })}
                {meta.map(|meta| view! { <div class="meta">{meta}</div> })}
            </div>
            {children.map(|children| view! { <div class="page-head-actions">{children()}</div> })}
        </div>
    }
    .into_any()
}
