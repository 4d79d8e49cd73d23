//! What the server does for the API tokens of services.

use std::collections::BTreeMap;

use tresen_desk::Error;
use tresen_desk::tokens::{NewService, Scope, Scopes};
use tresen_model::{Address, Problem};

use super::{ENDED, KIND, Line, SCOPE, Services};
use crate::form::Done;
use crate::settings::made::Made;
use crate::settings::{Shown, duty, lock};
use crate::web::{Context, Stop, asked};

/// The days that a token may last; empty is for ever.
const DAYS: [&str; 4] = ["30", "90", "365", ""];

/// Asks the desk for what the page shows.
pub(in crate::settings) async fn load(context: &Context, done: &str) -> Result<Services, Stop> {
    let admin = context.require_agent()?;
    let word = |scope: Scope| scope.as_str().to_owned();
    let kinds = duty::kinds(context);
    // A type that the operator has removed since still has its word.
    let called = |id: String| {
        let known = kinds.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone());
        known.unwrap_or(id)
    };
    let tokens = context.app.desk.tokens.service_tokens_for_admin(&admin).await?;
    let lines = tokens.into_iter().map(|token| Line {
        name: token.name,
        scopes: token.scopes.iter().map(word).collect(),
        kinds: token.kinds.into_iter().map(called).collect(),
        since: context.when(token.created_at),
        until: token.expires_at.map(|at| context.when(at)),
        used: token.last_used_at.map(|at| context.when(at)),
    });
    Ok(Services {
        done: done.to_owned(),
        lines: lines.collect(),
        scopes: Scope::ALL.into_iter().map(word).collect(),
        days: DAYS.map(str::to_owned).to_vec(),
        lock: lock::load(context),
        kinds,
    })
}

pub(super) async fn make(
    name: &str,
    days: &str,
    others: &BTreeMap<String, String>,
) -> Result<Done<Shown>, Stop> {
    let context = asked()?;
    let admin = context.require_agent()?;
    if !DAYS.contains(&days) {
        return Err(Error::refused("days", Problem::ChoiceUnknown).into());
    }
    let ticked = |prefix: &'static str| others.keys().filter_map(move |field| field.strip_prefix(prefix));
    let scopes: Option<Scopes> = ticked(SCOPE).map(Scope::parse).collect();
    let scopes = scopes.ok_or_else(|| Error::refused("scope", Problem::ChoiceUnknown))?;
    let kinds: Vec<String> = ticked(KIND).map(str::to_owned).collect();
    let new = NewService { name, scopes, kinds: &kinds, days: days.parse().ok() };
    let secret = context.app.desk.tokens.make_service_token(&admin, &new).await?;
    Ok(Done::Show(Box::new(Shown::Made(Made::Token(secret.reveal().to_owned())))))
}

pub(super) async fn end(service: &str) -> Result<Done, Stop> {
    let context = asked()?;
    context.app.desk.tokens.end_service_token(&context.require_agent()?, service).await?;
    Ok(Done::go(Address::ServiceTokens { done: ENDED.to_owned() }))
}
