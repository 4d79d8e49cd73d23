//! Letting somebody in, and having them show again who they are.

use tresen_desk::Error;
use tresen_desk::Secret;
use tresen_desk::accounts::{Login, SecondProof};
use tresen_desk::people::{Entry, Purpose, Session};
use tresen_model::Address;
use tresen_model::address::Proof;

use super::address::local;
use super::context::Context;
use super::cookies::Cookie;
use super::outcome::Stop;
use crate::form::Done;

/// Where somebody goes who is signed in: to `next`, where they wanted to go, or to what is theirs.
pub(crate) fn after_login(session: Option<&Session>, next: &str) -> String {
    let staff = session.is_some_and(|session| session.role().is_staff());
    match next {
        "" if staff => Address::Queue(Default::default()).to_string(),
        "" => Address::Requests(Default::default()).to_string(),
        next => local(next),
    }
}

/// Lets somebody in who has just proven who they are. `next` is where they wanted to go, if anywhere.
pub(crate) async fn let_in<S>(context: &Context, entry: &Entry, next: &str) -> Result<Done<S>, Stop> {
    context.app.desk.accounts.adopt_language(&entry.session, context.language).await?;
    let session = context.app.desk.people.session(&entry.session).await?;
    context.set_cookies(Cookie::entry(entry));
    Ok(Done::Enter(after_login(session.as_ref(), next)))
}

/// Lets somebody in who has shown their password or a link that stands in for it, or asks for their
/// second factor.
pub(crate) async fn first_step<S>(context: &Context, login: Login, next: &str) -> Result<Done<S>, Stop> {
    match login {
        Login::In(entry) => let_in(context, &entry, next).await,
        Login::Second(half) => {
            let next = if next.is_empty() { String::new() } else { local(next) };
            context.set_cookies([Cookie::second_step(&half)]);
            Ok(Done::go(Address::SecondStep(Proof { next, by: String::new() })))
        }
    }
}

/// Looks whether a link is good, and changes nothing.
pub(crate) async fn is_good(context: &Context, purpose: Purpose, token: &str) -> Result<bool, Stop> {
    match context.app.desk.people.check_link(purpose, &Secret::received(token)).await {
        Ok(()) => Ok(true),
        Err(Error::Gone) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// What a form shows as a second factor: `by` says which of the two fields counts.
pub(crate) fn proof<'a>(by: &str, code: &'a str, recovery: &'a str) -> SecondProof<'a> {
    match by {
        "recovery" => SecondProof::Recovery(recovery),
        _ => SecondProof::Code(code),
    }
}

/// Whoever is signed in, proven again if the form has a [`again_field`](crate::parts::proof::again_field).
pub(crate) async fn proven(context: &Context, password: &str) -> Result<Session, Stop> {
    let session = context.require_session()?;
    match password {
        "" => Ok(session.clone()),
        password => Ok(context.app.desk.accounts.confirm_with_password(session, password).await?),
    }
}
