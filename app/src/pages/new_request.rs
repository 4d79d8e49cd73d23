//! `/requests/new`: asking for help, and `/requests/sent`: it has arrived.

use axum::extract::Query;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tresen_desk::abuse::FormKind;
use tresen_desk::requests::{Fields, Submission};
use tresen_model::{PersonName, RequestNumber, Subject};

use super::{parts, restricted};
use crate::components::{
    Button, ButtonKind, ButtonLink, Checkbox, Choice, Field, Icon, NumberSlip, PageHead, Select, TextArea,
};
use crate::islands::LiveForm;
use crate::language::{common, new_request as text};
use crate::web::{Answer, Context, Form, Page, Place, Stop, Submitted, Width};

pub(super) async fn show(context: Context) -> Response {
    let page = page(context.clone(), Form::default()).await;
    context.finish(page.map(|page| Answer::Page(Box::new(page))))
}

pub(super) async fn submit(context: Context, mut form: Submitted) -> Response {
    let done = act(&context, &mut form).await;
    context.finish_form(done, form, |shown| page(context.clone(), shown)).await
}

async fn act(context: &Context, form: &mut Submitted) -> Result<Answer, Stop> {
    let desk = &context.app.desk;
    let account = match context.session() {
        Some(session) => Some(desk.account(session).await?),
        None => None,
    };
    let fields = Fields {
        email: account.as_ref().map_or(form.get("email"), |account| &account.email),
        name: form.get("name"),
        kind: form.get("kind"),
        subject: form.get("subject"),
        body: form.get("body"),
        consent: form.ticked("consent"),
        once: form.get("once"),
        language: context.language,
    };
    let submission = Submission::parse(&fields, desk.settings());
    let files = form.take_files();
    let signs = context.signs(form);
    let submitted = desk.submit_screened(submission?, files?, context.session(), &signs).await?;
    let number = submitted.number;
    Ok(Answer::go(match context.session() {
        Some(_) => format!("/requests/{number}"),
        None if submitted.held => format!("/requests/sent?number={number}&confirm"),
        None => format!("/requests/sent?number={number}"),
    }))
}

async fn page(context: Context, form: Form) -> Result<Page, Stop> {
    let language = context.language;
    let settings = context.app.desk.settings();
    let limits = settings.attachments;
    let kinds: Vec<Choice> = settings
        .request_types
        .iter()
        .map(|kind| Choice::new(kind.id.as_str(), kind.name.get(language)))
        .collect();
    let account = match context.session() {
        Some(session) => Some(context.app.desk.account(session).await?),
        None => None,
    };
    let restricted = restricted::notice(&context).await?;
    let shield = match context.session() {
        Some(_) => None,
        None => Some(parts::shield(&context, &form, context.app.desk.stamp(FormKind::Request).await?)),
    };
    let page = Page::new(common::new_request(language), Place::NewRequest, move || {
        let who = match account {
            Some(account) => view! {
                <p class="muted">{text::as_whom(language, account.name.as_deref(), &account.email)}</p>
            }
            .into_any(),
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
            {restricted}
            <LiveForm language>
                <form class="form card" method="post" action="/requests/new" enctype="multipart/form-data">
                    {parts::top(&form)}
                    {shield}
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
                    {parts::attachments(language, limits, &form)}
                    <Checkbox
                        name="consent"
                        checked=form.ticked("consent")
                        error=form.error("consent")
                        required=true
                    >
                        {text::consent_before(language)} " "
                        <a href="/privacy" target="_blank">{text::consent_link(language)}</a>
                        {text::consent_after(language)}
                    </Checkbox>
                    <div class="form-actions">
                        <Button label=text::send(language) kind=ButtonKind::Primary icon=Some(Icon::Send)/>
                    </div>
                </form>
            </LiveForm>
        }
        .into_any()
    });
    Ok(page.width(Width::Narrow))
}

fn who(language: tresen_model::Language, form: &Form) -> AnyView {
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

/// What the address of the page says.
#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    number: String,
    /// There when it waits to be confirmed.
    confirm: Option<String>,
}

pub(super) async fn sent(context: Context, Query(sent): Query<Sent>) -> Response {
    let language = context.language;
    let Some(number) = RequestNumber::parse(&sent.number) else {
        return context.finish(Ok(Answer::go("/requests/new")));
    };
    let held = sent.confirm.is_some();
    let (title, lede, next) = if held {
        (text::held_title(language), text::held_lede(language), text::held_next(language))
    } else {
        (text::sent_title(language), text::sent_lede(language), text::sent_next(language))
    };
    let page = Page::new(title, Place::NewRequest, move || {
        view! {
            <PageHead title lede/>
            <div class="stack">
            <NumberSlip number=number.to_string() large=true/>
            <div class="prose">
                <p>{next}</p>
                <p class="muted">{text::sent_no_mail(language)}</p>
            </div>
            <p class="cluster">
                <ButtonLink href="/" label=common::back_to_start(language) kind=ButtonKind::Secondary/>
            </p>
            </div>
        }
        .into_any()
    });
    context.finish(Ok(Answer::Page(Box::new(page.width(Width::Narrow)))))
}
