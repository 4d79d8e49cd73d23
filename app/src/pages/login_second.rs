//! `/login/second`: the second step of a login. Who it is, the browser knows by a cookie that the first
//! step has set, and that is good for this page alone.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tresen_desk::Error;
use tresen_desk::people::SecondProof;
use tresen_model::Language;

use super::login::after_login;
use super::mailed_link;
use super::passkeys::{self, Ask};
use crate::api::PasskeyFor;
use crate::components::{Button, ButtonKind, ButtonLink, Field, Notice, NoticeKind, PageHead};
use crate::islands::LiveForm;
use crate::language::{common, factors as text, passkeys as passkeys_text};
use crate::web::{Answer, Context, Form, Page, Place, Stop, Submitted, Width, escape};

/// What the address of the page says.
#[derive(Deserialize)]
pub(super) struct Where {
    /// Where to go afterwards.
    #[serde(default)]
    next: String,
    /// `recovery` for a recovery code.
    #[serde(default)]
    by: String,
}

pub(super) async fn show(context: Context, Query(from): Query<Where>) -> Response {
    let answer = open(&context, &from).await;
    context.finish(answer)
}

async fn open(context: &Context, from: &Where) -> Result<Answer, Stop> {
    if context.session().is_some() {
        return Ok(Answer::go(after_login(context, &from.next)));
    }
    let good = match context.second_step() {
        Some(half) => context.app.desk.check_second_step(half).await,
        None => Err(Error::Gone),
    };
    match good {
        Ok(()) => {
            let form = Form::with([("next", &from.next), ("by", &from.by)]);
            Ok(mailed_link::page(page(context, form).await))
        }
        Err(Error::Gone) => Ok(mailed_link::page(gone(context))),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn submit(context: Context, form: Submitted) -> Response {
    match act(&context, &form).await {
        Err(Stop::Desk(Error::Gone)) => context.finish(Ok(mailed_link::page(gone(&context)))),
        done => context.finish_form(done, form, |shown| async { Ok(page(&context, shown).await) }).await,
    }
}

async fn act(context: &Context, form: &Submitted) -> Result<Answer, Stop> {
    let half = context.second_step().ok_or(Error::Gone)?;
    let (desk, device) = (&context.app.desk, context.device());
    let entry = match form.get("by") {
        "passkey" => desk.second_step_with_passkey(half, form.get("passkey"), device).await?,
        _ => desk.second_step(half, proof(form), device).await?,
    };
    mailed_link::let_in(context, &entry, form.get("next")).await
}

/// What a form shows: here, and where somebody proves again who they are.
pub(super) fn proof(form: &Submitted) -> SecondProof<'_> {
    match form.get("by") {
        "recovery" => SecondProof::Recovery(form.get("recovery")),
        _ => SecondProof::Code(form.get("code")),
    }
}

/// The field for a code of the app.
pub(super) fn code_field(language: Language, hint: &'static str, error: Option<String>) -> AnyView {
    view! {
        <Field
            name="code"
            label=text::code(language)
            hint
            error
            autocomplete="one-time-code"
            inputmode="numeric"
            maxlength=Some(12)
            required=true
        />
    }
    .into_any()
}

/// The field for a recovery code.
pub(super) fn recovery_field(language: Language, error: Option<String>) -> AnyView {
    view! {
        <Field
            name="recovery"
            label=text::recovery(language)
            hint=text::recovery_hint(language)
            error
            autocomplete="off"
            maxlength=Some(40)
            required=true
        />
    }
    .into_any()
}

async fn page(context: &Context, form: Form) -> Page {
    let language = context.language;
    // Over meanwhile: then whatever is sent is answered with that.
    let factors = match context.second_step() {
        Some(half) => context.app.desk.second_step_factors(half).await.ok(),
        None => None,
    };
    let has_app = factors.as_ref().is_none_or(|factors| factors.app.is_some());
    let has_passkey = factors.is_some_and(|factors| factors.passkeys > 0);
    let ask = Ask::new(PasskeyFor::SecondStep, "/login/second", &form);
    let ask = has_passkey.then_some(ask);
    let recovery = form.value("by") == "recovery";
    let (field, other, by) = if recovery {
        {
            let other = if has_app { text::use_code(language) } else { passkeys_text::log_in(language) };
            (Some(recovery_field(language, form.error("recovery"))), other, "")
        }
    } else {
        (
            has_app.then(|| code_field(language, text::code_hint(language), form.error("code"))),
            text::use_recovery(language),
            "recovery",
        )
    };
    let next = form.value("next");
    let by_now = if recovery { "recovery" } else { "" };
    let instead = format!("/login/second?by={by}&next={}", escape(&next));
    let page = Page::new(text::second_title(language), Place::Login, move || {
        view! {
            <PageHead title=text::second_title(language) lede=text::second_lede(language)/>
            <div class="stack">
                {ask.map(|ask| passkeys::button(language, ask))}
                {match field {
                    Some(field) => view! {
                        <LiveForm language>
                            <form class="form card" method="post" action="/login/second">
                                {form.notice().map(|_| view! {
                                    <Notice kind=NoticeKind::Error>{text::second_failed(language)}</Notice>
                                })}
                                {field}
                                <input type="hidden" name="by" value=by_now/>
                                <input type="hidden" name="next" value=next/>
                                <div class="form-actions">
                                    <Button label=common::log_in(language) kind=ButtonKind::Primary/>
                                    <a href=instead>{other}</a>
                                </div>
                            </form>
                        </LiveForm>
                    }
                    .into_any(),
                    None => view! { <p><a href=instead>{other}</a></p> }.into_any(),
                }}
                {recovery.then(|| view! { <p class="muted">{text::all_lost(language)}</p> })}
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

fn gone(context: &Context) -> Page {
    let language = context.language;
    let mut page = Page::new(text::second_gone_title(language), Place::Login, move || {
        view! {
            <PageHead title=text::second_gone_title(language) lede=text::second_gone(language)/>
            <p class="cluster"><ButtonLink href="/login" label=common::log_in(language)/></p>
        }
        .into_any()
    });
    page.status = StatusCode::GONE;
    page.width(Width::Narrow)
}
