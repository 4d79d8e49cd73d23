//! `/account`: what a person sees and changes of themselves. Each section is a form of its
//! own with an address of its own; a refused one shows the page again. What the sections look
//! like stands in [`account_sections`](super::account_sections).

use axum::extract::Query;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tresen_model::{Language, Problem};

use super::account_sections::{self as sections, View};
use super::mailed_link;
use crate::components::{Notice, NoticeKind, PageHead};
use crate::language::{account as text, common};
use crate::web::{Answer, Context, Cookie, Form, Page, Place, Stop, Submitted};

/// A section that was refused shows what was typed; the others show what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Name,
    Address,
    Language,
    News,
    Password,
}

/// What the address of the page says.
#[derive(Deserialize)]
pub(super) struct Done {
    /// What was changed just now.
    #[serde(default)]
    done: String,
}

pub(super) async fn show(context: Context, Query(done): Query<Done>) -> Response {
    let language = context.language;
    let notice = match done.done.as_str() {
        "name" => Some(text::name_done(language)),
        "address" => Some(text::address_done(language)),
        "language" => Some(text::language_done(language)),
        "news" => Some(text::news_done(language)),
        "password" => Some(text::password_done(language)),
        "session" => Some(text::session_done(language)),
        _ => None,
    };
    let page = page(&context, None, notice).await;
    context.finish(page.map(mailed_link::page))
}

/// A section's address, opened instead of sent: after logging in again, say.
pub(super) async fn back(context: Context) -> Response {
    context.finish(Ok(Answer::go("/account")))
}

pub(super) async fn name(context: Context, form: Submitted) -> Response {
    let done = async {
        context.app.desk.change_name(context.require_session()?, form.get("name")).await?;
        Ok(Answer::go("/account?done=name"))
    };
    let done = done.await;
    context.finish_form(done, form, |shown| refused(&context, Section::Name, shown)).await
}

pub(super) async fn language(context: Context, form: Submitted) -> Response {
    let done = async {
        let session = context.require_session()?;
        let language = Language::parse(form.get("language"))
            .ok_or_else(|| tresen_desk::Error::refused("language", Problem::ChoiceUnknown))?;
        context.app.desk.change_language(session, language).await?;
        Ok(Answer::Go("/account?done=language".to_owned(), vec![Cookie::language(language)]))
    };
    let done = done.await;
    context.finish_form(done, form, |shown| refused(&context, Section::Language, shown)).await
}

pub(super) async fn news(context: Context, form: Submitted) -> Response {
    let done = async {
        let wanted = !form.get("mail_news").is_empty();
        context.app.desk.change_mail_news(context.require_session()?, wanted).await?;
        Ok(Answer::go("/account?done=news"))
    };
    let done = done.await;
    context.finish_form(done, form, |shown| refused(&context, Section::News, shown)).await
}

pub(super) async fn password(context: Context, form: Submitted) -> Response {
    let done = async {
        let session = context.require_session()?;
        let (current, password) = (form.get("current_password"), form.get("password"));
        let entry = context.app.desk.change_password(session, current, password).await?;
        Ok(Answer::Go("/account?done=password".to_owned(), Cookie::entry(&entry)))
    };
    let done = done.await;
    context.finish_form(done, form, |shown| refused(&context, Section::Password, shown)).await
}

pub(super) async fn end_session(context: Context, form: Submitted) -> Response {
    let done = async {
        context.app.desk.end_session(context.require_session()?, form.get("session")).await?;
        Ok(Answer::go("/account?done=session"))
    };
    let done = done.await;
    context.finish(done)
}

/// The page with one section as it was sent.
pub(super) async fn refused(context: &Context, section: Section, form: Form) -> Result<Page, Stop> {
    page(context, Some((section, form)), None).await
}

async fn page(
    context: &Context,
    refused: Option<(Section, Form)>,
    notice: Option<&'static str>,
) -> Result<Page, Stop> {
    let account = context.app.desk.account(context.require_session()?).await?;
    let view = View { context: context.clone(), account, refused };
    let language = context.language;
    Ok(Page::new(common::account(language), Place::Account, move || {
        view! {
            <PageHead title=common::account(language) lede=text::lede(language)/>
            <div class="stack loose">
                {notice.map(|notice| view! { <Notice kind=NoticeKind::Success>{notice}</Notice> })}
                <div>
                    {sections::name(&view)}
                    {sections::address(&view)}
                    {sections::language(&view)}
                    {sections::news(&view)}
                    {sections::password(&view)}
                    {sections::security(&view)}
                    {sections::sessions(&view)}
                    {sections::more(&view)}
                </div>
            </div>
        }
        .into_any()
    }))
}
