//! Forms that are sent without leaving the page.

use leptos::prelude::*;
use tresen_model::Language;

/// Around a `<form>`: sends it, and puts what is wrong beside the fields. What was typed
/// stays, the chosen files too, and a second press of the button does nothing.
#[island]
pub fn LiveForm(
    /// The language to speak.
    language: Language,
    /// The form.
    children: Children,
) -> impl IntoView {
    let place = NodeRef::<leptos::html::Div>::new();
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let Some(place) = place.get() {
            browser::leave_checks_to_us(&place);
        }
    });
    #[cfg(feature = "hydrate")]
    let on_submit = move |event: leptos::ev::SubmitEvent| browser::submit(language, &event);
    #[cfg(not(feature = "hydrate"))]
    let on_submit = move |_: leptos::ev::SubmitEvent| {
        let _ = language;
    };
    view! { <div class="live-form" node_ref=place on:submit=on_submit>{children()}</div> }
}

#[cfg(feature = "hydrate")]
mod browser {
    use gloo_net::http::Request;
    use leptos::ev::SubmitEvent;
    use leptos::wasm_bindgen::JsCast;
    use tresen_model::Language;
    use wasm_bindgen_futures::spawn_local;
    use web_sys::{Element, FormData, HtmlElement, HtmlFormElement, HtmlInputElement};

    use crate::islands::prove;
    use crate::language::islands as text;
    use crate::outcome::Outcome;

    /// The server asks for a proof once; the next ones are for stamps that became old meanwhile.
    const PROOFS: usize = 3;

    /// A browser's own checks name one field at a time, in the browser's language and away from
    /// the field. Without this island they stay: they keep chosen files from being lost.
    pub(super) fn leave_checks_to_us(place: &HtmlElement) {
        if let Ok(Some(form)) = place.query_selector("form") {
            drop(form.set_attribute("novalidate", ""));
        }
    }

    pub(super) fn submit(language: Language, event: &SubmitEvent) {
        let Some(form) = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok()) else {
            return;
        };
        event.prevent_default();
        if form.get_attribute("aria-busy").is_some() {
            return;
        }
        let Ok(data) = FormData::new_with_form(&form) else { return };
        // Which button was pressed is part of the form.
        if let Some(button) = event.submitter()
            && let Some(name) = button.get_attribute("name")
        {
            let value = button.get_attribute("value").unwrap_or_default();
            drop(data.append_with_str(&name, &value));
        }
        drop(form.set_attribute("aria-busy", "true"));
        announce(&form, text::sending(language), false);
        spawn_local(async move {
            let outcome = send_with_proof(language, &form, &data).await;
            drop(form.remove_attribute("aria-busy"));
            match outcome {
                Some(Outcome::Go(address)) => go(&address),
                Some(Outcome::Refused { errors, notice }) => {
                    show(&form, &errors, &notice);
                }
                Some(Outcome::Prove { .. }) | None => {
                    show(&form, &Default::default(), text::no_connection(language))
                }
            }
        });
    }

    /// Sends it, with a proof of work when the page or the server wants one.
    async fn send_with_proof(language: Language, form: &HtmlFormElement, data: &FormData) -> Option<Outcome> {
        if prove::is_wanted(form) {
            announce(form, text::proving(language), false);
            prove::put_into(form, data).await;
        }
        let mut outcome = send(form, data).await;
        for _ in 0..PROOFS {
            let Some(Outcome::Prove { stamp, bits }) = &outcome else { break };
            prove::want(form, stamp, *bits);
            announce(form, text::proving(language), false);
            prove::put_into(form, data).await;
            outcome = send(form, data).await;
        }
        outcome
    }

    async fn send(form: &HtmlFormElement, data: &FormData) -> Option<Outcome> {
        let action = form.get_attribute("action").unwrap_or_default();
        let request = Request::post(&action).header("Accept", "application/json").body(data.clone()).ok()?;
        request.send().await.ok()?.json().await.ok()
    }

    /// Leads there, also when "there" is the place in this page where we are.
    fn go(address: &str) {
        let Some(window) = web_sys::window() else { return };
        let location = window.location();
        let here = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
        let (page, place) = address.split_once('#').unwrap_or((address, ""));
        if page == here {
            if !place.is_empty() {
                drop(location.set_hash(place));
            }
            drop(location.reload());
        } else {
            drop(location.assign(address));
        }
    }

    fn show(form: &HtmlFormElement, errors: &std::collections::BTreeMap<String, String>, notice: &str) {
        announce(form, notice, true);
        let Ok(fields) = form.query_selector_all(".field-error") else { return };
        let mut first: Option<Element> = None;
        for index in 0..fields.length() {
            let Some(place) = fields.item(index).and_then(|node| node.dyn_into::<Element>().ok()) else {
                continue;
            };
            let id = place.id();
            let Some(field) = id.strip_suffix("-error") else { continue };
            let control = place.owner_document().and_then(|document| document.get_element_by_id(field));
            let name = control
                .as_ref()
                .and_then(|control| control.get_attribute("name"))
                .unwrap_or_else(|| field.to_owned());
            match errors.get(&name) {
                Some(sentence) => {
                    place.set_text_content(Some(sentence));
                    drop(place.remove_attribute("hidden"));
                    if let Some(control) = control {
                        drop(control.set_attribute("aria-invalid", "true"));
                        // A wrong password is typed anew.
                        if let Some(input) = control.dyn_ref::<HtmlInputElement>()
                            && input.type_() == "password"
                        {
                            input.set_value("");
                        }
                        first.get_or_insert(control);
                    }
                }
                None => {
                    place.set_text_content(None);
                    drop(place.set_attribute("hidden", ""));
                    if let Some(control) = control {
                        drop(control.remove_attribute("aria-invalid"));
                    }
                }
            }
        }
        if let Some(first) = first.and_then(|first| first.dyn_into::<HtmlElement>().ok()) {
            drop(first.focus());
        }
    }

    /// Says something above the form, to screen readers too.
    fn announce(form: &HtmlFormElement, sentence: &str, refused: bool) {
        let Some(document) = form.owner_document() else { return };
        let place = match form.query_selector(".live-notice") {
            Ok(Some(place)) => place,
            _ => {
                let Ok(place) = document.create_element("p") else { return };
                drop(place.set_attribute("role", "status"));
                // A notice that came with the page says the same.
                if let Ok(Some(old)) = form.query_selector(".notice") {
                    old.remove();
                }
                drop(form.insert_before(&place, form.first_child().as_ref()));
                place
            }
        };
        let class = if refused { "live-notice refused" } else { "live-notice" };
        drop(place.set_attribute("class", class));
        place.set_text_content(Some(sentence));
    }
}
