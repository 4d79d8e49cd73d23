//! `/agent/requests/new`: an agent writes a request down for somebody who called.

#[cfg(feature = "ssr")]
mod server;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, MultipartData, MultipartFormData};
use serde::{Deserialize, Serialize};
use tresen_model::address::QueueQuery;
use tresen_model::{Address, Language, PersonName, Subject};

#[cfg(feature = "ssr")]
pub(crate) use self::server::SAVE;
#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use crate::components::{
    Button, ButtonKind, Choice, Field, Icon, NavLink, PageHead, Select, TextArea, WRITING,
};
use crate::form::{Done, Form, Forms, Unmet};
use crate::language::agent::requests as text;
use crate::language::shared::common;
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::parts::fields;
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Capture {
    /// The request types that the agent works on: id and name.
    pub kinds: Vec<(String, String)>,
    /// The word by which the form is known again.
    pub once: String,
}

/// Saves a request that an agent has written down.
///
/// # Errors
/// [`Unmet`]: what is wrong with the fields.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "agent/capture", input = MultipartFormData, output = Json)]
pub async fn capture_request(form: MultipartData) -> Result<Done, Unmet> {
    server::receive(form).await
}

/// The page.
pub(super) fn page(visit: &Visit, capture: Capture, forms: &Forms) -> Page {
    let language = visit.language;
    let form = forms.at("/agent/requests/new");
    let visit = visit.clone();
    let page = Page::new(text::capture(language), Place::NewRequest, move || {
        let back = Some(NavLink::new(text::back(language), Address::Queue(QueueQuery::default())));
        view! {
            <PageHead title=text::capture(language) lede=text::capture_lede(language) back/>
            {the_form(&visit, capture, form)}
        }
        .into_any()
    });
    page.width(Width::Narrow).writing()
}

fn the_form(visit: &Visit, capture: Capture, form: Form) -> AnyView {
    let language = visit.language;
    let visit = visit.clone();
    view! {
        <LiveForm
            language
            to=CaptureRequest::PATH
            action=Address::NewForCustomer
            form=form.clone()
            class="form card"
            files=true
            id=WRITING
        >
            {fields::once(&form, &capture.once)}
            {customer(language, &form)}
            {kind(language, capture.kinds, &form)}
            <Field
                name="subject"
                label=text::capture_subject(language)
                value=form.value("subject")
                error=form.error("subject")
                maxlength=Some(Subject::MAX)
                required=true
            />
            <TextArea
                name="body"
                label=text::capture_body(language)
                hint=text::capture_body_hint(language)
                value=form.value("body")
                error=form.error("body")
                rows=9
                required=true
            />
            {fields::attachments(&visit, &form)}
            <div class="form-actions">
                <Button
                    label=text::capture_save(language)
                    kind=ButtonKind::Primary
                    icon=Some(Icon::Check)
                />
            </div>
        </LiveForm>
    }
    .into_any()
}

fn kind(language: Language, kinds: Vec<(String, String)>, form: &Form) -> AnyView {
    let kinds: Vec<Choice> = kinds.into_iter().map(|(id, name)| Choice::new(id, name)).collect();
    // Whoever works on one type only has nothing to choose.
    match <[Choice; 1]>::try_from(kinds) {
        Ok([only]) => view! { <input type="hidden" name="kind" value=only.value/> }.into_any(),
        Err(kinds) => view! {
            <Select
                name="kind"
                label=text::capture_kind(language)
                choices=kinds
                prompt=text::capture_kind_prompt(language)
                value=form.value("kind")
                error=form.error("kind")
                required=true
            />
        }
        .into_any(),
    }
}

fn customer(language: Language, form: &Form) -> AnyView {
    let languages: Vec<Choice> =
        Language::ALL.iter().map(|language| Choice::new(language.tag(), language.own_name())).collect();
    view! {
        <Field
            name="email"
            kind="email"
            label=text::capture_email(language)
            hint=text::capture_email_hint(language)
            value=form.value("email")
            error=form.error("email")
            autocomplete="off"
            required=true
        />
        <div class="pair">
            <Field
                name="name"
                label=text::capture_name(language)
                marker=common::optional(language)
                value=form.value("name")
                error=form.error("name")
                autocomplete="off"
                maxlength=Some(PersonName::MAX)
            />
            <Select
                name="language"
                label=text::capture_language(language)
                choices=languages
                value=form.value_or("language", language.tag())
                error=form.error("language")
            />
        </div>
    }
    .into_any()
}
