//! Buttons, and links that look like them.

use leptos::prelude::*;
use tresen_model::Status;

use super::{Beside, Carries, Icon, MaybeText, WRITING};

/// How much a button stands out. A page has one primary button at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonKind {
    /// What most people came for.
    #[default]
    Primary,
    /// Something else that they may do.
    Secondary,
    /// Something on the side.
    Quiet,
    /// Something that cannot be undone.
    Danger,
}

impl ButtonKind {
    const fn class(self, large: bool) -> &'static str {
        match (self, large) {
            (Self::Primary, false) => "button primary",
            (Self::Primary, true) => "button primary large",
            (Self::Secondary, false) => "button secondary",
            (Self::Secondary, true) => "button secondary large",
            (Self::Quiet, false) => "button quiet",
            (Self::Quiet, true) => "button quiet large",
            (Self::Danger, false) => "button danger",
            (Self::Danger, true) => "button danger large",
        }
    }
}

/// What a button sends that stands beside the form in which people write: everything that stands in it goes along.
#[derive(Debug, Clone)]
pub struct Sends {
    /// The path to which a browser without scripts sends it.
    pub action: String,
    /// The address of the server function.
    pub to: &'static str,
    /// The status that the request has then.
    pub sets: Status,
}

/// A button that submits its form.
#[component]
pub fn Button(
    /// What it does, in a verb.
    #[prop(into)]
    label: String,
    /// How much it stands out.
    #[prop(optional)]
    kind: ButtonKind,
    /// What stands before the words.
    #[prop(optional_no_strip)]
    icon: Option<Icon>,
    /// Whether it is larger.
    #[prop(optional)]
    large: bool,
    /// What names it in the form.
    #[prop(optional, into)]
    name: MaybeText,
    /// What it sends under that name.
    #[prop(optional, into)]
    value: MaybeText,
    /// More words for screen readers, after the label: which session to end.
    #[prop(optional, into)]
    about: MaybeText,
    /// Another form that it sends, and another function that takes it.
    #[prop(optional)]
    sends: Option<Sends>,
    /// Takes along what people have written, where no scripts run.
    #[prop(optional)]
    carries: Option<Carries>,
) -> impl IntoView {
    let (form, action, to, sets) = match sends {
        Some(Sends { action, to, sets }) => (Some(WRITING), Some(action), Some(to), Some(sets.as_str())),
        None => (None, None, None, None),
    };
    let beside = carries.as_ref().map(|carries| carries.beside);
    let carrier = move || beside.and_then(Beside::form);
    let carried = carries.map(|carries| carries.action);
    let (validates, action) = (action.is_none(), move || {
        carried.clone().filter(|_| carrier().is_some()).or_else(|| action.clone())
    });
    view! {
        <button
            type="submit"
            class=kind.class(large)
            name=name.get()
            value=value.get()
            form=move || carrier().or(form)
            formnovalidate=move || !validates || carrier().is_some()
            formaction=action
            data-to=to
            data-status=sets
        >
            {icon.map(|icon| view! { <Icon icon/> })}
            <span>
                {label}
                {about.get().map(|about| view! { <span class="visually-hidden">" "{about}</span> })}
            </span>
        </button>
    }
    .into_any()
}

/// A link that looks like a button.
#[component]
pub fn ButtonLink(
    /// Where it leads.
    #[prop(into)]
    href: String,
    /// What is there.
    #[prop(into)]
    label: String,
    /// How much it stands out.
    #[prop(optional)]
    kind: ButtonKind,
    /// What stands before the words.
    #[prop(optional_no_strip)]
    icon: Option<Icon>,
    /// Whether it is larger.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    view! {
        <a class=kind.class(large) href=href>
            {icon.map(|icon| view! { <Icon icon/> })}
            <span>{label}</span>
        </a>
    }
    .into_any()
}
