//! What the server does for API tokens.

use std::collections::BTreeMap;

use tresen_desk::Error;
use tresen_desk::tokens::{NewToken, Scope};
use tresen_model::{Address, Problem};

use super::{Line, SCOPE, Tokens};
use crate::account::Shown;
use crate::form::Done;
use crate::web::{Context, Stop, asked};

/// The days that a token may last; empty is for ever.
const DAYS: [&str; 4] = ["30", "90", "365", ""];

/// Asks the desk for what the page shows.
pub(in crate::account) async fn load(context: &Context, done: &str) -> Result<Tokens, Stop> {
    let (desk, session) = (&context.app.desk, context.require_session()?);
    let words = |scopes: &mut dyn Iterator<Item = Scope>| -> Vec<String> {
        scopes.map(|scope| scope.as_str().to_owned()).collect()
    };
    let lines = desk.tokens.tokens_of(session).await?.into_iter().map(|line| Line {
        handle: line.handle,
        name: line.name,
        scopes: words(&mut line.scopes.iter()),
        since: context.when(line.created_at),
        until: line.expires_at.map(|at| context.when(at)),
        used: line.last_used_at.map(|at| context.when(at)),
    });
    let role = session.role();
    let days = if session.is_vouched_for() { &DAYS[..1] } else { &DAYS[..] };
    Ok(Tokens {
        done: done.to_owned(),
        fresh: session.is_fresh(context.now),
        staff: role.is_staff(),
        restricted: session.restriction().is_some(),
        lines: lines.collect(),
        // Whoever signs in with a provider has tokens that end soon.
        days: days.iter().map(|days| (*days).to_owned()).collect(),
        scopes: words(&mut Scope::ALL.into_iter().filter(|scope| scope.is_for(role))),
    })
}

pub(super) async fn make(
    name: &str,
    days: &str,
    others: &BTreeMap<String, String>,
) -> Result<Done<Shown>, Stop> {
    let context = asked()?;
    let session = context.require_session()?;
    if !DAYS.contains(&days) {
        return Err(Error::refused("days", Problem::ChoiceUnknown).into());
    }
    let ticked = others.keys().filter_map(|field| field.strip_prefix(SCOPE));
    let scopes: Option<_> = ticked.map(Scope::parse).collect();
    let scopes = scopes.ok_or_else(|| Error::refused("scopes", Problem::ChoiceUnknown))?;
    let new = NewToken { name, scopes, days: days.parse().ok() };
    let secret = context.app.desk.tokens.make_token(session, &new).await?;
    Ok(Done::Show(Box::new(Shown::MadeToken(secret.reveal().to_owned()))))
}

pub(super) async fn end(handle: &str) -> Result<Done, Stop> {
    let context = asked()?;
    context.app.desk.tokens.end_token(context.require_session()?, handle).await?;
    Ok(Done::go(Address::Tokens { done: "ended".to_owned() }))
}
