//! `/login/second`: the second step of a login. Who it is, the browser knows by a cookie that the first
//! step has set, and that is good for this page alone.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use tresen_desk::Error;

use super::login::after_login;
use super::mailed_link;
use super::passkeys::{self, Ask};
use super::proof::{self, Card, Where};
use crate::api::PasskeyFor;
use crate::components::{ButtonLink, PageHead};
use crate::language::{common, factors as text, passkeys as passkeys_text};
use crate::web::{Answer, Context, Form, Page, Place, Stop, Submitted, Width, escape};

pub(super) async fn show(context: Context, Query(from): Query<Where>) -> Response {
    let answer = open(&context, &from).await;
    context.finish(answer)
}

async fn open(context: &Context, from: &Where) -> Result<Answer, Stop> {
    if context.session().is_some() {
        return Ok(Answer::go(after_login(context.session(), &from.next)));
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
        _ => desk.second_step(half, proof::proof(form), device).await?,
    };
    mailed_link::let_in(context, &entry, form.get("next")).await
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
    let (by, instead, other) = match (recovery, has_app) {
        (true, true) => ("recovery", "", text::use_code(language)),
        (true, false) => ("recovery", "", passkeys_text::log_in(language)),
        (false, _) => ("", "recovery", text::use_recovery(language)),
    };
    let next = form.value("next");
    let other = (format!("/login/second?by={instead}&next={}", escape(&next)), other);
    let field = if recovery {
        Some(proof::recovery_field(language, form.error("recovery")))
    } else {
        has_app.then(|| proof::code_field(language, text::code_hint(language), form.error("code")))
    };
    let failed = form.is_refused().then(|| text::second_failed(language));
    let page = Page::new(text::second_title(language), Place::Login, move || {
        let asked = match field {
            Some(field) => proof::card(
                language,
                Card {
                    action: "/login/second",
                    failed,
                    field,
                    by: by.to_owned(),
                    next,
                    button: common::log_in(language),
                    other: Some(other),
                },
            ),
            None => view! { <p><a href=other.0>{other.1}</a></p> }.into_any(),
        };
        view! {
            <PageHead title=text::second_title(language) lede=text::second_lede(language)/>
            <div class="stack">
                {ask.map(|ask| passkeys::button(language, ask))}
                {asked}
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
