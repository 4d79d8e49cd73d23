//! What the server does for `/agent/settings/people`.

use std::collections::BTreeMap;

use tresen_desk::Error;
use tresen_desk::staff::{Added, NewColleague};
use tresen_model::{Address, Language, PersonId, Problem};

use super::{ADDED, INVITED, Invitation, People, WITHDRAWN};
use crate::form::Done;
use crate::settings::person::Person;
use crate::settings::{duty, lock};
use crate::web::{Context, Stop, asked};

/// Asks the desk for what the page shows.
pub(in crate::settings) async fn load(context: &Context, done: &str) -> Result<People, Stop> {
    let admin = context.require_agent()?;
    let colleagues = context.app.desk.staff.colleagues(&admin).await?;
    let invitations = context.app.desk.staff.invitations(&admin).await?;
    let invitations = invitations.into_iter().map(|one| Invitation {
        id: one.id,
        name: one.name,
        email: one.email,
        role: one.role,
        until: context.when(one.until).exact,
    });
    Ok(People {
        done: done.to_owned(),
        colleagues: colleagues.into_iter().map(Person::from).collect(),
        invitations: invitations.collect(),
        kinds: duty::kinds(context),
        lock: lock::load(context),
    })
}

fn list(done: &str) -> Done {
    Done::go(Address::People { done: done.to_owned() })
}

pub(super) async fn add(
    email: &str,
    name: &str,
    role: &str,
    scope: &str,
    language: &str,
    others: &BTreeMap<String, String>,
) -> Result<Done, Stop> {
    let context = asked()?;
    let admin = context.require_agent()?;
    let duty = duty::Sent { role, scope, others }.duty(&context)?;
    // A program may leave it out.
    let language = match language {
        "" => context.language,
        tag => Language::parse(tag).ok_or_else(|| Error::refused("language", Problem::ChoiceUnknown))?,
    };
    let new = NewColleague { email, name, duty, language };
    let added = context.app.desk.staff.add_colleague(&admin, &new).await?;
    Ok(list(if added == Added::Now { ADDED } else { INVITED }))
}

pub(super) async fn withdraw(id: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let admin = context.require_agent()?;
    let person = PersonId::parse(id).ok_or(Error::NotFound)?;
    context.app.desk.staff.withdraw_invitation(&admin, person).await?;
    Ok(list(WITHDRAWN))
}
