//! What somebody types is kept in the browser until it is sent (`sessionStorage`): it survives a reload, another
//! language, an ended session and the way Back, and is gone with the tab and at sign-out.
//!
//! Never kept: passwords, codes and whatever else is hidden or no text; consents, which are given anew.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use tresen_model::PersonId;
use web_sys::{
    Element, Event, HtmlFormElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, Storage,
};

use crate::visit::Visit;

/// What the names of drafts begin with.
const DRAFT: &str = "draft ";

/// Whose drafts the browser keeps.
const OWNER: &str = "drafts of";

/// The drafts of the forms of a page.
#[derive(Clone)]
pub(crate) struct Drafts {
    /// The path of the page. Its query may hold the token of a mailed link.
    page: String,
}

impl Drafts {
    /// Those of the page that is about to be shown.
    pub(super) fn new() -> Self {
        Self { page: window().location().pathname().unwrap_or_default() }
    }

    /// Keeps what stands in a form.
    pub(super) fn keep(&self, form: &HtmlFormElement) {
        let Some(storage) = storage() else { return };
        let typed = typed(form);
        let name = self.name(form);
        // A full storage keeps no draft; nothing else depends on it.
        drop(match typed.is_empty() {
            true => storage.remove_item(&name),
            false => serde_json::to_string(&typed).map_or(Ok(()), |typed| storage.set_item(&name, &typed)),
        });
    }

    /// Puts what was kept into a form, where nothing else stands.
    pub(super) fn restore(&self, form: &HtmlFormElement) {
        let kept = storage().and_then(|storage| storage.get_item(&self.name(form)).ok()?);
        let Some(typed) = kept.and_then(|kept| serde_json::from_str::<Typed>(&kept).ok()) else {
            return;
        };
        for field in fields(form) {
            if let Some(value) = field.name().and_then(|name| typed.get(&name)) {
                field.restore(value);
            }
        }
    }

    fn name(&self, form: &HtmlFormElement) -> String {
        format!("{DRAFT}{} {}", self.page, form.get_attribute("action").unwrap_or_default())
    }
}

/// What somebody has typed into a form, by the field's name.
pub(super) type Typed = BTreeMap<String, String>;

/// What stands in a form that somebody has typed or chosen.
pub(super) fn typed(form: &HtmlFormElement) -> Typed {
    let typed = fields(form).into_iter().filter_map(|field| Some((field.name()?, field.value())));
    typed.filter(|(_, value)| !value.is_empty()).collect()
}

/// Forgets what was kept of a form that was sent from the page `place`, a path.
pub(super) fn forget(form: &HtmlFormElement, place: &str) {
    if let Some(storage) = storage() {
        drop(storage.remove_item(&Drafts { page: place.to_owned() }.name(form)));
    }
}

/// Forgets everything.
pub(crate) fn forget_all() {
    if let Some(storage) = storage() {
        drop(storage.clear());
    }
}

/// Sees to it that nobody finds what somebody else has typed in the same tab: at sign-out, and when another person
/// is signed in.
pub(crate) fn guard(visit: &Visit) {
    if let (Some(storage), Some(person)) = (storage(), visit.person) {
        let owner = storage.get_item(OWNER).ok().flatten();
        if owner.as_deref().and_then(PersonId::parse).is_some_and(|owner| owner != person) {
            forget_all();
        }
        drop(storage.set_item(OWNER, &person.to_string()));
    }
    let closure = leptos::wasm_bindgen::closure::Closure::<dyn Fn(Event)>::new(|event: Event| {
        let form = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        if form.and_then(|form| form.get_attribute("action")).as_deref() == Some("/logout") {
            forget_all();
        }
    });
    let heard = document().add_event_listener_with_callback("submit", closure.as_ref().unchecked_ref());
    drop(heard);
    closure.forget();
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// A field that a person fills in with words or by choosing.
enum Field {
    Line(HtmlInputElement),
    Text(HtmlTextAreaElement),
    Choice(HtmlSelectElement),
}

impl Field {
    fn of(element: Element) -> Option<Self> {
        let element = match element.dyn_into::<HtmlTextAreaElement>() {
            Ok(text) => return Some(Self::Text(text)),
            Err(element) => element,
        };
        let element = match element.dyn_into::<HtmlSelectElement>() {
            Ok(choice) => return Some(Self::Choice(choice)),
            Err(element) => element,
        };
        let line = element.dyn_into::<HtmlInputElement>().ok()?;
        let secret = line.autocomplete().contains("password") || line.autocomplete() == "one-time-code";
        // The field that nobody sees is not in the order of the tabulator.
        let plain = matches!(line.type_().as_str(), "text" | "email" | "search" | "tel" | "url");
        (plain && !secret && line.tab_index() >= 0 && line.name() != "recovery").then_some(Self::Line(line))
    }

    fn name(&self) -> Option<String> {
        let name = match self {
            Self::Line(field) => field.name(),
            Self::Text(field) => field.name(),
            Self::Choice(field) => field.name(),
        };
        Some(name).filter(|name| !name.is_empty())
    }

    fn value(&self) -> String {
        match self {
            Self::Line(field) => field.value(),
            Self::Text(field) => field.value(),
            Self::Choice(field) => field.value(),
        }
    }

    /// What the page itself has put there, or somebody has typed meanwhile, stays.
    fn restore(&self, value: &str) {
        match self {
            Self::Line(field) if field.value() == field.default_value() => field.set_value(value),
            Self::Text(field) if field.default_value().is_ok_and(|first| first == field.value()) => {
                field.set_value(value);
            }
            Self::Choice(field) => field.set_value(value),
            Self::Line(_) | Self::Text(_) => {}
        }
    }
}

fn fields(form: &HtmlFormElement) -> Vec<Field> {
    let Ok(found) = form.query_selector_all("input, textarea, select") else { return Vec::new() };
    let elements = (0..found.length()).filter_map(|index| found.item(index)?.dyn_into::<Element>().ok());
    elements.filter_map(Field::of).collect()
}
