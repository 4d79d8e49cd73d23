//! What the server does for the second factors.

use tresen_desk::Error;
use tresen_desk::accounts::{AppSetup, FactorAdded};
use tresen_model::Address;

use super::app::Setup;
use super::passkeys::Line;
use super::{Factors, address};
use crate::account::Shown;
use crate::components::QrCode;
use crate::form::Done;
use crate::web::{Context, Cookie, Stop, asked};

/// Asks the desk for what the page of all factors shows.
pub(in crate::account) async fn load(context: &Context, needed: bool, done: &str) -> Result<Factors, Stop> {
    let (desk, session) = (&context.app.desk, context.require_session()?);
    let factors = desk.accounts.factors(session).await?;
    let passkeys = if desk.accounts.offers_passkeys() {
        let passkeys = desk.accounts.passkeys_of(session).await?.into_iter().map(|line| Line {
            id: line.id,
            name: line.name,
            since: context.when(line.since),
            used: line.last_used_at.map(|at| context.when(at)),
        });
        Some(passkeys.collect())
    } else {
        None
    };
    Ok(Factors {
        needed: needed && session.lacks_factor(),
        done: done.to_owned(),
        fresh: session.is_fresh(context.now),
        app: factors.app.map(|since| context.when(since)),
        passkeys,
        recovery_codes: factors.recovery_codes,
        any: factors.any(),
        last_required: factors.is_last_required(),
    })
}

/// Asks the desk for the app that is being set up.
pub(in crate::account) async fn load_setup(context: &Context) -> Result<Setup, Stop> {
    match context.app.desk.accounts.app_setup(context.require_session()?).await {
        Ok(AppSetup { secret, link }) => Ok(Setup { secret, picture: QrCode::draw(&link), link }),
        // Nothing is being set up: it took an hour, or is done.
        Err(Error::NotFound) => Err(Stop::Go(address().to_string())),
        Err(error) => Err(error.into()),
    }
}

/// The page of all factors, which says what was done.
fn factors(done: &str) -> Address {
    Address::Factors { needed: false, done: done.to_owned() }
}

pub(super) async fn begin_app() -> Result<Done, Stop> {
    let context = asked()?;
    context.app.desk.accounts.begin_app(context.require_session()?).await?;
    Ok(Done::go(Address::FactorApp))
}

pub(super) async fn confirm_app(code: &str) -> Result<Done<Shown>, Stop> {
    let context = asked()?;
    match context.app.desk.accounts.confirm_app(context.require_session()?, code).await {
        Ok(new) => Ok(added(&context, new, "app")),
        Err(Error::NotFound) => Ok(Done::go(address())),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn remove_app() -> Result<Done, Stop> {
    let context = asked()?;
    removed(context.app.desk.accounts.remove_app(context.require_session()?).await, "app-removed")
}

pub(super) async fn add_passkey(name: &str, passkey: &str) -> Result<Done<Shown>, Stop> {
    let context = asked()?;
    let new = context.app.desk.accounts.add_passkey(context.require_session()?, name, passkey).await?;
    Ok(added(&context, new, "passkey"))
}

pub(super) async fn remove_passkey(id: &str) -> Result<Done, Stop> {
    let context = asked()?;
    removed(context.app.desk.accounts.remove_passkey(context.require_session()?, id).await, "passkey-removed")
}

pub(super) async fn new_codes() -> Result<Done<Shown>, Stop> {
    let context = asked()?;
    let codes = context.app.desk.accounts.new_recovery_codes(context.require_session()?).await?;
    Ok(Done::Show(Box::new(Shown::RecoveryCodes(codes))))
}

/// After a factor was added: the page of all factors, which says `done`, or, where recovery codes came with it, the
/// page that shows them. The session has another secret from now on.
fn added(context: &Context, added: FactorAdded, done: &str) -> Done<Shown> {
    context.set_cookies(Cookie::entry(&added.entry));
    if added.recovery_codes.is_empty() {
        Done::Enter(factors(done).to_string())
    } else {
        Done::Show(Box::new(Shown::RecoveryCodes(added.recovery_codes)))
    }
}

fn removed(outcome: Result<(), Error>, done: &str) -> Result<Done, Stop> {
    match outcome {
        Ok(()) => Ok(Done::go(factors(done))),
        // Gone already, or the page was older than the rule: it shows what is so now.
        Err(Error::NotFound | Error::Refused(_)) => Ok(Done::go(address())),
        Err(error) => Err(error.into()),
    }
}
