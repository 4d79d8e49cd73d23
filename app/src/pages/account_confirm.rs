//! `/account/confirm`: showing once more who one is, before what cannot be taken back. The desk says when;
//! afterwards it goes on to `next`.

use axum::extract::Query;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tresen_desk::people::Session;

use super::login_second::{code_field, proof, recovery_field};
use super::mailed_link;
use super::passkeys::{self, Ask};
use crate::api::PasskeyFor;
use crate::components::{Button, ButtonKind, Field, Notice, NoticeKind, PageHead};
use crate::islands::LiveForm;
use crate::language::factors as text;
use crate::web::{Answer, Context, Form, Page, Place, Stop, Submitted, Width, escape, local};

/// What the address of the page says.
#[derive(Deserialize)]
pub(super) struct Where {
    /// Where to go afterwards.
    #[serde(default)]
    next: String,
    /// `code` or `recovery`; otherwise the password is asked for.
    #[serde(default)]
    by: String,
}

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
        "code" | "recovery" => desk.confirm_with_code(session, proof(form), context.device()).await?,
        "passkey" => desk.confirm_with_passkey(session, form.get("passkey")).await?,
        _ => desk.confirm_with_password(session, form.get("password")).await?,
    };
    Ok(Answer::go(local(form.get("next"))))
}

/// A field for the password, where a form is about to do what cannot be taken back and it is too long
/// ago that somebody has shown who they are. [`proven`] takes it.
pub(super) fn password_field(context: &Context, form: &Form) -> Option<AnyView> {
    let language = context.language;
    if context.session().is_none_or(|session| session.is_fresh(context.now)) {
        return None;
    }
    Some(
        view! {
            <Field
                name="password"
                kind="password"
                label=text::password(language)
                hint=text::password_hint(language)
                error=form.error("password")
                autocomplete="current-password"
                required=true
            />
        }
        .into_any(),
    )
}

/// Whoever is logged in, proven again if the form has a [`password_field`].
pub(super) async fn proven(context: &Context, form: &Submitted) -> Result<Session, Stop> {
    let session = context.require_session()?;
    match form.get("password") {
        "" => Ok(session.clone()),
        password => Ok(context.app.desk.confirm_with_password(session, password).await?),
    }
}

async fn page(context: &Context, form: Form) -> Result<Page, Stop> {
    let language = context.language;
    let session = context.require_session()?;
    let factors = context.app.desk.factors(session).await?;
    let email = context.app.desk.account(session).await?.email;
    let (by, next) = (form.value("by"), form.value("next"));
    let field = match by.as_str() {
        "code" => code_field(language, text::code_hint(language), form.error("code")),
        "recovery" => recovery_field(language, form.error("recovery")),
        _ => view! {
            <input type="email" value=email autocomplete="username" readonly=true hidden=true/>
            <Field
                name="password"
                kind="password"
                label=text::password(language)
                error=form.error("password")
                autocomplete="current-password"
                required=true
            />
        }
        .into_any(),
    };
    let (other, instead) = if by == "code" || by == "recovery" {
        (text::use_password(language), "")
    } else {
        (text::use_code(language), "code")
    };
    let other = factors.app.is_some().then(|| {
        let href = format!("/account/confirm?by={instead}&next={}", escape(&next));
        view! { <a href=href>{other}</a> }
    });
    let ask = Ask::new(PasskeyFor::Confirm, "/account/confirm", &form);
    let ask = (factors.passkeys > 0).then_some(ask);
    let page = Page::new(text::confirm_title(language), Place::Account, move || {
        view! {
            <PageHead title=text::confirm_title(language) lede=text::confirm_lede(language)/>
            <div class="stack">
            {ask.map(|ask| passkeys::button(language, ask))}
            <LiveForm language>
                <form class="form card" method="post" action="/account/confirm">
                    {form.notice().map(|_| view! {
                        <Notice kind=NoticeKind::Error>{text::confirm_failed(language)}</Notice>
                    })}
                    {field}
                    <input type="hidden" name="by" value=by/>
                    <input type="hidden" name="next" value=next/>
                    <div class="form-actions">
                        <Button label=text::go_on(language) kind=ButtonKind::Primary/>
                        {other}
                    </div>
                </form>
            </LiveForm>
            </div>
        }
        .into_any()
    });
    Ok(page.width(Width::Narrow))
}
