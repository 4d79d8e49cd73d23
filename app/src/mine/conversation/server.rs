//! What the server does for `/requests/NUMBER`.

use leptos::server_fn::codec::MultipartData;
use tresen_desk::requests::Access;
use tresen_model::{Address, RequestNumber};

use super::Conversation;
use crate::form::{Done, Unmet};
use crate::thread::{Thread, number_of, place_of_latest};
use crate::web::{Act, Context, Stop, Submitted, asked, received};

/// Asks the desk for what the page shows.
pub(in crate::mine) async fn load(
    context: &Context,
    number: RequestNumber,
    token: &str,
) -> Result<Conversation, Stop> {
    let access = context.access(Some(token)).await?;
    let desk = &context.app.desk;
    let found = desk.requests.conversation(&access, number).await?;
    // Mail scanners open links: a link alone is nobody's look.
    let looks = context.looks() && matches!(access, Access::Session(_));
    if looks {
        desk.requests.note_shown(&found);
    }
    let unread = found.unread && !looks;
    // An owner who came by an old link is there by login.
    let token = if matches!(access, Access::Link(_)) { token.to_owned() } else { String::new() };
    let kind = desk.settings().request_type(&found.kind);
    Ok(Conversation {
        subject: found.subject,
        kind: kind.map(|kind| kind.name.get(context.language).to_owned()),
        created: context.when(found.created_at),
        updated: context.when(found.updated_at),
        restricted: found.restricted,
        unconfirmed: found.unconfirmed,
        once: context.once(),
        thread: Thread::of(context, found.number, token, found.status, unread, found.comments),
    })
}

/// The function of the form for a comment.
pub(crate) const COMMENT: Act = |context, form| Box::pin(comment(context, form));

/// The same, for the app.
pub(super) async fn receive(form: MultipartData) -> Result<Done, Unmet> {
    let context = asked()?;
    let mut form = received(&context, form).await?;
    Ok(comment(&context, &mut form).await?)
}

async fn comment(context: &Context, form: &mut Submitted) -> Result<Done, Stop> {
    let number = number_of(form.get("number"))?;
    let token = form.get("token").to_owned();
    let access = context.access(Some(&token)).await?;
    let desk = &context.app.desk;
    let files = form.take_files()?;
    desk.requests.comment(&access, number, form.get("body"), form.get("once"), files).await?;
    let comments = desk.requests.conversation(&access, number).await?.comments;
    Ok(Done::Go(format!("{}{}", Address::Request { number, token }, place_of_latest(&comments))))
}

/// The function of the button that closes.
pub(crate) const CLOSE: Act = |context, form| Box::pin(close_or_reopen(context, form, true));

/// The function of the button that opens again.
pub(crate) const REOPEN: Act = |context, form| Box::pin(close_or_reopen(context, form, false));

/// The same, for the app.
pub(super) async fn receive_and(form: MultipartData, close: bool) -> Result<Done, Unmet> {
    let context = asked()?;
    let mut form = received(&context, form).await?;
    Ok(close_or_reopen(&context, &mut form, close).await?)
}

/// What stands in the form for a comment is sent first: whoever closes a request has often just said why.
async fn close_or_reopen(context: &Context, form: &mut Submitted, close: bool) -> Result<Done, Stop> {
    let written = !form.get("body").trim().is_empty() || form.had_files();
    let done = if written { Some(comment(context, form).await?) } else { None };
    let number = number_of(form.get("number"))?;
    let token = form.get("token").to_owned();
    let access = context.access(Some(&token)).await?;
    context.app.desk.requests.close_or_reopen(&access, number, close).await?;
    Ok(done.unwrap_or_else(|| Done::go(Address::Request { number, token })))
}

pub(super) async fn confirm(number: &str, token: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let number = number_of(number)?;
    let access = context.access(Some(token)).await?;
    context.app.desk.requests.confirm_request(&access, number).await?;
    Ok(Done::go(Address::Request { number, token: token.to_owned() }))
}
