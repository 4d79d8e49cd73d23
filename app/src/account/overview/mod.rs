//! `/account`: what a person sees and changes of themselves. Each section is a form of its own with an address of
//! its own.

// The macro makes a struct of each function's arguments; they are fields of its form.
#![allow(missing_docs)]

mod sections;
#[cfg(feature = "ssr")]
mod server;

use leptos::prelude::*;
use leptos::server_fn::codec::{Json, PostUrl};
use serde::{Deserialize, Serialize};
use tresen_model::Language;

#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use crate::components::{Notice, NoticeKind, PageHead, When};
use crate::form::{Done, Forms, Unmet};
use crate::language::account::overview as text;
use crate::language::shared::common;
use crate::page::{Page, Place};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Overview {
    /// The name, if one was given.
    pub name: Option<String>,
    /// The email address.
    pub email: String,
    /// The language of pages and mails.
    pub language: Language,
    /// Whether the person is an agent or an admin.
    pub staff: bool,
    /// Whether a mail comes when a customer writes in a request of theirs; `None` for customers.
    pub mail_news: Option<bool>,
    /// Where the person is logged in, the latest first.
    pub sessions: Vec<SessionLine>,
    /// What was changed just now.
    pub done: String,
}

/// A session, as its owner sees it.
#[derive(Clone, Serialize, Deserialize)]
pub struct SessionLine {
    /// What names it in the form that ends it. Not its token.
    pub handle: String,
    /// When it began.
    pub since: When,
    /// When it was last used.
    pub used: When,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Changes the name.
///
/// # Errors
/// [`Unmet`]: too long, or missing where customers read it.
#[server(prefix = "/api/ui", endpoint = "account/name", input = PostUrl, output = Json)]
pub async fn change_name(#[server(default)] name: String) -> Result<Done, Unmet> {
    Ok(server::change_name(&name).await?)
}

/// Changes the language of pages and mails.
///
/// # Errors
/// [`Unmet`]: none that there is.
#[server(prefix = "/api/ui", endpoint = "account/language", input = PostUrl, output = Json)]
pub async fn change_language(#[server(default)] language: String) -> Result<Done, Unmet> {
    Ok(server::change_language(&language).await?)
}

/// Changes whether a mail comes when a customer writes.
///
/// # Errors
/// [`Unmet`]: not for customers.
#[server(prefix = "/api/ui", endpoint = "account/news", input = PostUrl, output = Json)]
pub async fn change_news(#[server(default)] mail_news: String) -> Result<Done, Unmet> {
    Ok(server::change_news(&mail_news).await?)
}

/// Changes the password.
///
/// # Errors
/// [`Unmet`]: the current one is wrong, or the new one is too weak.
#[server(prefix = "/api/ui", endpoint = "account/password", input = PostUrl, output = Json)]
pub async fn change_password(
    #[server(default)] current_password: String,
    #[server(default)] password: String,
) -> Result<Done, Unmet> {
    Ok(server::change_password(&current_password, &password).await?)
}

/// Ends a session in another browser.
///
/// # Errors
/// [`Unmet`] when nobody is signed in.
#[server(prefix = "/api/ui", endpoint = "account/sessions/end", input = PostUrl, output = Json)]
pub async fn end_session(#[server(default)] session: String) -> Result<Done, Unmet> {
    Ok(server::end_session(&session).await?)
}

/// The page.
pub(super) fn page(visit: &Visit, overview: Overview, forms: &Forms) -> Page {
    let language = visit.language;
    let forms = forms.clone();
    Page::new(common::account(language), Place::Account, move || {
        let notice = done(language, &overview.done);
        view! {
            <PageHead title=common::account(language) lede=text::lede(language)/>
            <div class="stack loose">
                {notice.map(|notice| view! { <Notice kind=NoticeKind::Success>{notice}</Notice> })}
                <div>
                    {sections::name(language, &overview, &forms)}
                    {sections::address(language, &overview, &forms)}
                    {sections::language(language, &overview, &forms)}
                    {sections::news(language, &overview, &forms)}
                    {sections::password(language, &overview, &forms)}
                    {sections::security(language)}
                    {sections::programs(language)}
                    {sections::sessions(language, &overview, &forms)}
                    {sections::more(language, &overview)}
                </div>
            </div>
        }
        .into_any()
    })
}

fn done(language: Language, what: &str) -> Option<&'static str> {
    match what {
        "name" => Some(text::name_done(language)),
        "address" => Some(text::address_done(language)),
        "language" => Some(text::language_done(language)),
        "news" => Some(text::news_done(language)),
        "password" => Some(text::password_done(language)),
        "session" => Some(text::session_done(language)),
        _ => None,
    }
}
