//! `/account/confirm`: showing once more who one is, before what cannot be taken back. The desk says when;
//! afterwards it goes on to `next`.

use axum::extract::Query;
use axum::response::Response;
use leptos::prelude::*;

use super::mailed_link;
use super::passkeys::{self, Ask};
use super::proof::{self, Card, Where};
use crate::api::PasskeyFor;
use crate::components::PageHead;
use crate::language::factors as text;
use crate::web::{Answer, Context, Form, Page, Place, Stop, Submitted, Width, escape, local};

pub(super) async fn show(context: Context, Query(from): Query<Where>) -> Response {
    let page = page(&context, Form::with([("next", &from.next), ("by", &from.by)])).await;
    context.finish(page.map(mailed_link::page))
}

pub(super) async fn submit(context: Context, form: Submitted) -> Response {
    let done = act(&context, &form).await;
    context.finish_form(done, form, |shown| page(&context, shown)).await
}

async fn act(context: &Context, form: &Submitted) -> Result<Answer, Stop> {
    let (desk, session) = (&context.app.desk, context.require_session()?);
    match form.get("by") {
        "code" | "recovery" => desk.confirm_with_code(session, proof::proof(form), context.device()).await?,
        "passkey" => desk.confirm_with_passkey(session, form.get("passkey")).await?,
        _ => desk.confirm_with_password(session, form.get("password")).await?,
    };
    Ok(Answer::go(local(form.get("next"))))
}

async fn page(context: &Context, form: Form) -> Result<Page, Stop> {
    let language = context.language;
    let session = context.require_session()?;
    let factors = context.app.desk.factors(session).await?;
    let email = context.app.desk.account(session).await?.email;
    let (by, next) = (form.value("by"), form.value("next"));
    let field = match by.as_str() {
        "code" => proof::code_field(language, text::code_hint(language), form.error("code")),
        "recovery" => proof::recovery_field(language, form.error("recovery")),
        _ => view! {
            {proof::username(email)}
            {proof::password_field(text::password(language), None, &form)}
        }
        .into_any(),
    };
    let (other, instead) = if by == "code" || by == "recovery" {
        (text::use_password(language), "")
    } else {
        (text::use_code(language), "code")
    };
    let other = factors
        .app
        .is_some()
        .then(|| (format!("/account/confirm?by={instead}&next={}", escape(&next)), other));
    let ask = Ask::new(PasskeyFor::Confirm, "/account/confirm", &form);
    let ask = (factors.passkeys > 0).then_some(ask);
    let card = Card {
        action: "/account/confirm",
        failed: form.is_refused().then(|| text::confirm_failed(language)),
        field,
        by,
        next,
        button: text::go_on(language),
        other,
    };
    let page = Page::new(text::confirm_title(language), Place::Account, move || {
        view! {
            <PageHead title=text::confirm_title(language) lede=text::confirm_lede(language)/>
            <div class="stack">
                {ask.map(|ask| passkeys::button(language, ask))}
                {proof::card(language, card)}
            </div>
        }
        .into_any()
    });
    Ok(page.width(Width::Narrow))
}
