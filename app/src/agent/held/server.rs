//! What the server does for requests that are held back.

use tresen_model::Address;

use super::{Held, Row};
use crate::form::Done;
use crate::thread::number_of;
use crate::web::{Context, Stop, asked};

/// Asks the desk for what the page shows.
pub(in crate::agent) async fn load(context: &Context, after: &str) -> Result<Held, Stop> {
    let agent = context.require_agent()?;
    let after = Some(after).filter(|after| !after.is_empty());
    let list = context.app.desk.requests.held_requests(&agent, after).await?;
    let rows = list.rows.into_iter().map(|line| Row {
        number: line.number,
        subject: line.subject,
        name: line.name,
        email: line.email,
        why: line.why,
        created: context.when(line.created_at),
    });
    Ok(Held { rows: rows.collect(), further: after.is_some(), next: list.next })
}

pub(super) async fn release(named: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let (agent, number) = (context.require_agent()?, number_of(named)?);
    context.app.desk.requests.release_held(&agent, number).await?;
    Ok(Done::go(Address::RequestForAgents { number }))
}

pub(super) async fn discard(named: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let (agent, number) = (context.require_agent()?, number_of(named)?);
    context.app.desk.privacy.discard_held(&agent, number).await?;
    Ok(Done::go(Address::Held { after: String::new() }))
}
