//! What the server does for `/agent/settings/people/{id}`.

use std::collections::BTreeMap;

use tresen_desk::Error;
use tresen_model::{Address, PersonId};

use super::Colleague;
use crate::form::Done;
use crate::settings::{duty, lock};
use crate::web::{Context, Stop, asked};

/// Asks the desk for what the page shows.
pub(in crate::settings) async fn load(context: &Context, person: PersonId) -> Result<Colleague, Stop> {
    let admin = context.require_agent()?;
    let colleagues = context.app.desk.staff.colleagues(&admin).await?;
    let one = colleagues.into_iter().find(|one| one.id == person).ok_or(Error::NotFound)?;
    Ok(Colleague { person: one.into(), kinds: duty::kinds(context), lock: lock::load(context) })
}

pub(super) async fn change(
    id: &str,
    role: &str,
    scope: &str,
    others: &BTreeMap<String, String>,
) -> Result<Done, Stop> {
    let context = asked()?;
    let admin = context.require_agent()?;
    let person = PersonId::parse(id).ok_or(Error::NotFound)?;
    let duty = duty::Sent { role, scope, others }.duty(&context)?;
    context.app.desk.staff.change_duty(&admin, person, &duty).await?;
    let list = Address::People { done: super::CHANGED.to_owned() }.to_string();
    // With another role of their own an admin is signed out.
    Ok(if person == admin.person() { Done::Enter(list) } else { Done::Go(list) })
}
