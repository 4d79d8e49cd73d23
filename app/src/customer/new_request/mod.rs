//! `/requests/new`: asking for help.

#[cfg(feature = "ssr")]
mod server;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, MultipartData, MultipartFormData};
use serde::{Deserialize, Serialize};
use tresen_model::{Address, Language, PersonName, Subject};

#[cfg(feature = "ssr")]
pub(crate) use self::server::SEND;
#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use crate::components::{
    Button, ButtonKind, Checkbox, Choice, Field, Icon, PageHead, Select, TextArea, WRITING,
};
use crate::form::{Done, Form, Forms, Unmet};
use crate::language::customer::new_request as text;
use crate::language::shared::common;
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::parts::fields::{self, Stamp};
use crate::parts::restricted::{self, Restricted};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewRequest {
    /// Name and address of whoever is signed in.
    pub account: Option<(Option<String>, String)>,
    /// The request types: id and name.
    pub kinds: Vec<(String, String)>,
    /// By whom the processing of their data is restricted, if it is.
    pub restricted: Option<Restricted>,
    /// The word by which the form is known again.
    pub once: String,
    /// The stamp of the form, where nobody is signed in.
    pub stamp: Option<Stamp>,
}

/// Sends a new request.
///
/// # Errors
/// [`Unmet`]: what is wrong with the fields, or that a proof of work comes first.
#[allow(missing_docs)]
#[server(prefix = "/api/ui", endpoint = "requests/send", input = MultipartFormData, output = Json)]
pub async fn send_request(form: MultipartData) -> Result<Done, Unmet> {
    server::receive(form).await
}

/// The page.
pub(super) fn page(visit: &Visit, new: NewRequest, forms: &Forms) -> Page {
    let language = visit.language;
    let form = forms.at("/requests/new");
    let visit = visit.clone();
    let page = Page::new(common::new_request(language), Place::NewRequest, move || {
        let NewRequest { account, kinds, restricted, once, stamp } = new;
        let kinds: Vec<Choice> = kinds.into_iter().map(|(id, name)| Choice::new(id, name)).collect();
        let who = match account {
            Some((name, email)) => {
                view! { <p class="muted">{text::as_whom(language, name.as_deref(), &email)}</p> }.into_any()
            }
            None => who(language, &form),
        };
        let kind = (kinds.len() > 1).then(|| {
            view! {
                <Select
                    name="kind"
                    label=text::kind(language)
                    choices=kinds
                    prompt=text::kind_prompt(language)
                    value=form.value("kind")
                    error=form.error("kind")
                    required=true
                />
            }
            .into_any()
        });
        view! {
            <PageHead title=common::new_request(language) lede=text::lede(language)/>
            {restricted::notice(language, restricted)}
            <LiveForm
                language
                to=SendRequest::PATH
                action=Address::NewRequest
                form=form.clone()
                class="form card"
                files=true
                id=WRITING
            >
                {fields::once(&form, &once)}
                {stamp.map(|stamp| fields::shield(&visit, &form, stamp))}
                {who}
                {kind}
                <Field
                    name="subject"
                    label=text::subject(language)
                    value=form.value("subject")
                    error=form.error("subject")
                    maxlength=Some(Subject::MAX)
                    required=true
                />
                <TextArea
                    name="body"
                    label=text::body(language)
                    hint=text::body_hint(language)
                    value=form.value("body")
                    error=form.error("body")
                    rows=9
                    required=true
                />
                {fields::attachments(&visit, &form)}
                <Checkbox
                    name="consent"
                    checked=form.ticked("consent")
                    error=form.error("consent")
                    required=true
                >
                    {text::consent_before(language)} " "
                    <a href=Address::Privacy.to_string() target="_blank">{text::consent_link(language)}</a>
                    {text::consent_after(language)}
                </Checkbox>
                <div class="form-actions">
                    <Button label=text::send(language) kind=ButtonKind::Primary icon=Some(Icon::Send)/>
                </div>
            </LiveForm>
        }
        .into_any()
    });
    page.width(Width::Narrow).writing()
}

fn who(language: Language, form: &Form) -> AnyView {
    view! {
        <div class="pair">
            <Field
                name="email"
                kind="email"
                label=text::email(language)
                hint=text::email_hint(language)
                value=form.value("email")
                error=form.error("email")
                autocomplete="email"
                required=true
            />
            <Field
                name="name"
                label=text::name(language)
                marker=common::optional(language)
                hint=text::name_hint(language)
                value=form.value("name")
                error=form.error("name")
                autocomplete="name"
                maxlength=Some(PersonName::MAX)
            />
        </div>
    }
    .into_any()
}
