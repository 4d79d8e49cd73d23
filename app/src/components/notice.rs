//! A sentence that stands out: something went well, or did not.

use leptos::prelude::*;

use super::{Icon, MaybeText};

/// What kind of news it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NoticeKind {
    /// Worth knowing.
    #[default]
    Info,
    /// It worked.
    Success,
    /// Careful.
    Warning,
    /// It did not work. Read out at once.
    Error,
}

impl NoticeKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Info => "notice info",
            Self::Success => "notice success",
            Self::Warning => "notice warning",
            Self::Error => "notice error",
        }
    }

    const fn role(self) -> &'static str {
        match self {
            Self::Error => "alert",
            _ => "status",
        }
    }

    const fn icon(self) -> Icon {
        match self {
            Self::Info => Icon::Info,
            Self::Success => Icon::StatusResolved,
            Self::Warning | Self::Error => Icon::Warning,
        }
    }
}

/// A notice.
#[component]
pub fn Notice(
    /// What kind of news.
    #[prop(optional)]
    kind: NoticeKind,
    /// The news in a few words.
    #[prop(optional, into)]
    title: MaybeText,
    /// The news: text, or elements.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class=kind.class() role=kind.role()>
            <Icon icon=kind.icon()/>
            <div class="notice-body">
                {title.get().map(|title| view! { <p class="notice-title">{title}</p> })}
                {children.map(|children| view! { <div>{children()}</div> })}
            </div>
        </div>
    }
    .into_any()
}
