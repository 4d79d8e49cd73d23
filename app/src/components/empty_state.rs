//! What stands where a list would: why there is nothing, and what to do.

use leptos::prelude::*;

use super::{Icon, MaybeText};

/// An empty list that helps.
#[component]
pub fn EmptyState(
    /// What is missing, in a few words.
    #[prop(into)]
    title: String,
    /// What to do about it.
    #[prop(optional, into)]
    text: MaybeText,
    /// A picture of what will be here.
    #[prop(default = Icon::Inbox)]
    icon: Icon,
    /// Buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon icon/>
            <h2>{title}</h2>
            {text.get().map(|text| view! { <p class="empty-text">{text}</p> })}
            {children.map(|children| view! { <div class="empty-actions">{children()}</div> })}
        </div>
    }
    .into_any()
}
