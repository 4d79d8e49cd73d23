//! What the server does for `/account/delete`.

use tresen_desk::Secret;
use tresen_desk::people::Purpose;
use tresen_desk::{Error, privacy};
use tresen_model::Address;
use tresen_model::address::Mailed;

use super::{By, Delete, Farewell, LINK, Sure};
use crate::account::Shown;
use crate::form::Done;
use crate::parts::erasure::Erased;
use crate::web::{Context, Cookie, Stop, asked};

/// Turns a link that is no longer good into the page that offers another one.
fn ask_again(error: Error) -> Stop {
    match error {
        Error::Gone => Stop::gone_link(&Address::Delete(Mailed::default())),
        error => error.into(),
    }
}

/// Loads the data of the page.
pub(in crate::account) async fn load(context: &Context, mailed: &Mailed) -> Result<Delete, Stop> {
    let desk = &context.app.desk;
    let (count, by) = if !mailed.token.is_empty() {
        let link = Secret::received(&mailed.token);
        let count = desk.privacy.erasure_preview_by_link(&link).await.map_err(ask_again)?;
        (count, By::Link { token: mailed.token.clone() })
    } else if mailed.by_link() {
        let access = context.require_data_access().await.map_err(ask_again)?;
        (desk.privacy.erasure_preview(&access).await?, By::DataAccess)
    } else if mailed.sent {
        return Ok(Delete::Sent { lifetime: Purpose::Erase.lifetime() });
    } else {
        let Some(session) = context.session() else { return Ok(Delete::Ask) };
        let email = desk.accounts.account(session).await?.email;
        (desk.privacy.erasure_preview(session).await?, By::Password { email })
    };
    Ok(Delete::Sure(Sure { count, days: key_backup_days(context), by }))
}

fn key_backup_days(context: &Context) -> u32 {
    context.app.desk.settings().retention.key_backup_days
}

/// Takes every form of the page.
pub(super) async fn delete(
    token: &str,
    by: &str,
    act: &str,
    email: &str,
    password: &str,
) -> Result<Done<Shown>, Stop> {
    let context = asked()?;
    let desk = &context.app.desk;
    let erased = if !token.is_empty() {
        desk.privacy.erase_by_link(&Secret::received(token)).await.map_err(ask_again)?
    } else if by == Mailed::BY_LINK {
        let access = context.require_data_access().await.map_err(ask_again)?;
        desk.privacy.erase_by_data_access(&access).await.map_err(ask_again)?
    } else if act == LINK {
        desk.privacy.ask_own_erasure(context.require_session()?).await?;
        return Ok(asked_for());
    } else if let Some(session) = context.session() {
        desk.privacy.erase_self(session, password).await?
    } else if !password.is_empty() {
        // The session has ended since the page was opened.
        return Err(Stop::LogIn);
    } else {
        desk.privacy.ask_erasure(email).await?;
        return Ok(asked_for());
    };
    Ok(farewell(&context, erased).await)
}

/// Leads to the page that says an email was sent.
fn asked_for() -> Done<Shown> {
    Done::go(Address::Delete(Mailed { sent: true, ..Mailed::default() }))
}

/// Returns the last page. If the erased person was signed in here, its header is that of a visitor, and the browser
/// drops the session cookie.
async fn farewell(context: &Context, erased: privacy::Erased) -> Done<Shown> {
    context.recheck_session().await;
    if context.data_access().is_some() {
        context.set_cookies([Cookie::no_data_access()]);
    }
    let erased = Erased::of(context, erased);
    let farewell = Farewell { erased, days: key_backup_days(context) };
    Done::ShowAs { visit: context.visit(), shown: Box::new(Shown::Delete(Delete::Done(Box::new(farewell)))) }
}
