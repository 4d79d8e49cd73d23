//! `/agent/requests/new`: an agent writes a request down for somebody who called.

use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::Error;
use tresen_desk::requests::Capture;
use tresen_model::{Language, PersonName, Problem, Subject};

use super::address::agent_address;
use super::parts;
use crate::components::{Button, ButtonKind, Choice, Field, Icon, NavLink, PageHead, Select, TextArea};
use crate::islands::LiveForm;
use crate::language::{agent as text, common};
use crate::web::{Answer, Context, Form, Page, Place, Stop, Submitted, Width};

const PATH: &str = "/agent/requests/new";

pub(super) async fn show(context: Context) -> Response {
    let page = page(context.clone(), Form::default()).await;
    context.finish(page.map(|page| Answer::Page(Box::new(page))))
}

pub(super) async fn submit(context: Context, mut form: Submitted) -> Response {
    let done = act(&context, &mut form).await;
    context.finish_form(done, form, |shown| page(context.clone(), shown)).await
}

async fn act(context: &Context, form: &mut Submitted) -> Result<Answer, Stop> {
    let agent = context.require_agent()?;
    let language = Language::parse(form.get("language"))
        .ok_or_else(|| Error::refused("language", Problem::ChoiceUnknown))?;
    let files = form.take_files()?;
    let capture = Capture {
        email: form.get("email"),
        name: form.get("name"),
        kind: form.get("kind"),
        subject: form.get("subject"),
        body: form.get("body"),
        once: form.get("once"),
        language,
    };
    let submitted = context.app.desk.capture(&agent, &capture, files).await?;
    Ok(Answer::go(agent_address(submitted.number)))
}

async fn page(context: Context, form: Form) -> Result<Page, Stop> {
    let agent = context.require_agent()?;
    let kinds = context.app.desk.kinds_of(&agent).await?;
    let kinds: Vec<Choice> =
        kinds.iter().map(|kind| Choice::new(kind.id.as_str(), kind.name.get(context.language))).collect();
    let language = context.language;
    let page = Page::new(text::capture(language), Place::NewRequest, move || {
        let back = Some(NavLink::new(text::back(language), "/agent"));
        view! {
            <PageHead title=text::capture(language) lede=text::capture_lede(language) back/>
            {fields(&context, kinds, form)}
        }
        .into_any()
    });
    Ok(page.width(Width::Narrow))
}

fn fields(context: &Context, kinds: Vec<Choice>, form: Form) -> AnyView {
    let language = context.language;
    let limits = context.app.desk.settings().attachments;
    let customer = customer(language, &form);
    // Whoever works on one type only has nothing to choose.
    let kind = match <[Choice; 1]>::try_from(kinds) {
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
    };
    view! {
        <LiveForm language>
            <form class="form card" method="post" action=PATH enctype="multipart/form-data">
                {parts::top(&form)}
                {customer}
                {kind}
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
                {parts::attachments(language, limits, &form)}
                <div class="form-actions">
                    <Button
                        label=text::capture_save(language)
                        kind=ButtonKind::Primary
                        icon=Some(Icon::Check)
                    />
                </div>
            </form>
        </LiveForm>
    }
    .into_any()
}

fn customer(language: Language, form: &Form) -> AnyView {
    let languages: Vec<Choice> =
        Language::ALL.iter().map(|language| Choice::new(language.tag(), language.own_name())).collect();
    let chosen = form.value("language");
    let chosen = if chosen.is_empty() { language.tag().to_owned() } else { chosen };
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
                value=chosen
                error=form.error("language")
            />
        </div>
    }
    .into_any()
}
