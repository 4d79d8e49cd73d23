//! `/login` for customers and agents alike, and `/logout`.

use axum::extract::Query;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tresen_desk::people::Session;

use super::mailed_link;
use super::passkeys::{self, Ask};
use super::{proof, sign_in};
use crate::api::PasskeyFor;
use crate::components::{Button, ButtonKind, Field, Notice, NoticeKind, PageHead};
use crate::islands::LiveForm;
use crate::language::{common, login as text};
use crate::web::{Answer, Context, Cookie, Form, Page, Place, Stop, Submitted, Width, local};

/// What the address of the page says.
#[derive(Deserialize)]
pub(super) struct Where {
    /// Where to go afterwards.
    #[serde(default)]
    next: String,
}

pub(super) async fn show(context: Context, Query(to): Query<Where>) -> Response {
    let answer = if context.session().is_some() {
        Ok(Answer::go(after_login(context.session(), &to.next)))
    } else {
        let form = Form::with([("next", &to.next)]);
        page(context.clone(), form).await.map(|page| Answer::Page(Box::new(page)))
    };
    context.finish(answer)
}

pub(super) async fn submit(context: Context, form: Submitted) -> Response {
    let done = act(&context, &form).await;
    context.finish_form(done, form, |shown| page(context.clone(), shown)).await
}

async fn act(context: &Context, form: &Submitted) -> Result<Answer, Stop> {
    let desk = &context.app.desk;
    let login = desk.login_from(form.get("email"), form.get("password"), context.visitor()).await?;
    mailed_link::first_step(context, login, form.get("next")).await
}

/// Where somebody goes who is logged in: to `next`, where they wanted to go, or to what is theirs.
pub(super) fn after_login(session: Option<&Session>, next: &str) -> String {
    let staff = session.is_some_and(|session| session.role().is_staff());
    match next {
        "" if staff => "/agent".to_owned(),
        "" => "/requests".to_owned(),
        next => local(next),
    }
}

pub(super) async fn logout(context: Context) -> Response {
    let done = async {
        if let Some(session) = context.session() {
            context.app.desk.logout(session).await?;
        }
        Ok(Answer::Go("/".to_owned(), vec![Cookie::no_session()]))
    };
    let done = done.await;
    context.finish(done)
}

pub(super) async fn page(context: Context, form: Form) -> Result<Page, Stop> {
    let language = context.language;
    let providers = sign_in::buttons(&context, form.value("next"));
    let ask = Ask::new(PasskeyFor::Login, "/login/passkey", &form);
    let ask = context.app.desk.offers_passkeys().then_some(ask);
    let page = Page::new(common::log_in(language), Place::Login, move || {
        view! {
            <PageHead title=common::log_in(language) lede=text::lede(language)/>
            <div class="stack">
            <LiveForm language>
                <form class="form card" method="post" action="/login">
                    {form.notice().map(|_| view! {
                        <Notice kind=NoticeKind::Error>{text::failed(language)}</Notice>
                    })}
                    <Field
                        name="email"
                        kind="email"
                        label=text::email(language)
                        value=form.value("email")
                        error=form.error("email")
                        autocomplete="username"
                        required=true
                    />
                    {proof::password_field(text::password(language), None, &form)}
                    <input type="hidden" name="next" value=form.value("next")/>
                    <div class="form-actions">
                        <Button label=common::log_in(language) kind=ButtonKind::Primary/>
                        <a href="/password">{text::forgotten(language)}</a>
                    </div>
                </form>
            </LiveForm>
            {ask.map(|ask| passkeys::button(language, ask))}
            {providers}
            <p>{text::no_account(language)} " " <a href="/register">{text::register(language)}</a></p>
            </div>
        }
        .into_any()
    });
    Ok(page.width(Width::Narrow))
}
