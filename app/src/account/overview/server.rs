//! What the server does for `/account`.

use tresen_model::{Address, Language, Problem};

use super::{Overview, SessionLine};
use crate::form::Done;
use crate::web::{Context, Cookie, Stop, asked};

/// Asks the desk for what the page shows.
pub(in crate::account) async fn load(context: &Context, done: &str) -> Result<Overview, Stop> {
    let account = context.app.desk.accounts.account(context.require_session()?).await?;
    let sessions = account.sessions.into_iter().map(|session| SessionLine {
        handle: session.handle,
        since: context.when(session.created_at),
        used: context.when(session.last_used_at),
        current: session.current,
    });
    Ok(Overview {
        name: account.name,
        email: account.email,
        language: account.language,
        staff: account.role.is_staff(),
        mail_news: account.mail_news,
        sessions: sessions.collect(),
        done: done.to_owned(),
    })
}

/// The page, which says what was changed.
fn account(done: &str) -> Address {
    Address::Account { done: done.to_owned() }
}

pub(super) async fn change_name(name: &str) -> Result<Done, Stop> {
    let context = asked()?;
    context.app.desk.accounts.change_name(context.require_session()?, name).await?;
    Ok(Done::go(account("name")))
}

pub(super) async fn change_language(language: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let session = context.require_session()?;
    let language = Language::parse(language)
        .ok_or_else(|| tresen_desk::Error::refused("language", Problem::ChoiceUnknown))?;
    context.app.desk.accounts.change_language(session, language).await?;
    context.set_cookies([Cookie::language(language)]);
    // Every page of the visit speaks the other language now.
    Ok(Done::Enter(account("language").to_string()))
}

pub(super) async fn change_news(mail_news: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let wanted = !mail_news.is_empty();
    context.app.desk.accounts.change_mail_news(context.require_session()?, wanted).await?;
    Ok(Done::go(account("news")))
}

pub(super) async fn change_password(current: &str, password: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let entry =
        context.app.desk.accounts.change_password(context.require_session()?, current, password).await?;
    context.set_cookies(Cookie::entry(&entry));
    Ok(Done::Enter(account("password").to_string()))
}

pub(super) async fn end_session(handle: &str) -> Result<Done, Stop> {
    let context = asked()?;
    context.app.desk.people.end_session(context.require_session()?, handle).await?;
    Ok(Done::go(account("session")))
}
