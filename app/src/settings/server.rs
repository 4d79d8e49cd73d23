//! What the server does for this part.

use tresen_desk::Error;
use tresen_model::Address;

use super::{Shown, colleague, mail, people, services, webhook, webhooks};
use crate::web::{Context, Stop};

/// Asks the desk for what a page shows.
pub(crate) async fn load(context: &Context, address: &Address) -> Result<Shown, Stop> {
    Ok(match address {
        Address::Mail { done } => Shown::Mail(mail::load(context, done).await?),
        Address::People { done } => Shown::People(people::load(context, done).await?),
        Address::Colleague { id } => Shown::Colleague(colleague::load(context, *id).await?),
        Address::ServiceTokens { done } => Shown::Services(services::load(context, done).await?),
        Address::Webhooks { done } => Shown::Webhooks(webhooks::load(context, done).await?),
        Address::Webhook { id, done } => Shown::Webhook(webhook::load(context, *id, done).await?),
        _ => return Err(Error::NotFound.into()),
    })
}
