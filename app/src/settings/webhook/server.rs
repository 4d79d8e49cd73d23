//! What the server does for `/agent/settings/webhooks/{id}`.

use tresen_desk::Error;
use tresen_desk::webhooks::DeliveryState;
use tresen_model::{Address, DeliveryId, WebhookId};

use super::{Delivery, OFF, ON, One, REPLAYED, State};
use crate::form::Done;
use crate::settings::made::Made;
use crate::settings::{Shown, lock, webhooks};
use crate::web::{Context, Stop, asked};

/// Asks the desk for what the page shows.
pub(in crate::settings) async fn load(context: &Context, id: WebhookId, done: &str) -> Result<One, Stop> {
    let admin = context.require_agent()?;
    let (webhook, deliveries) = context.app.desk.webhooks.webhook_deliveries(&admin, id).await?;
    let deliveries = deliveries.into_iter().map(|one| Delivery {
        id: one.id,
        event: one.event,
        number: one.number,
        at: context.when(one.at),
        state: match one.state {
            DeliveryState::Waiting(at) => State::Waiting(context.when(at)),
            DeliveryState::Sent => State::Sent,
            DeliveryState::GivenUp => State::GivenUp,
        },
        attempts: one.attempts,
        status: one.status,
    });
    Ok(One {
        done: done.to_owned(),
        deliveries: deliveries.collect(),
        webhook: webhooks::line(context, webhook),
        lock: lock::load(context),
    })
}

fn read(id: &str) -> Result<WebhookId, Error> {
    WebhookId::parse(id).ok_or(Error::NotFound)
}

fn page(id: WebhookId, done: &str) -> Address {
    Address::Webhook { id, done: done.to_owned() }
}

pub(super) async fn renew(id: &str) -> Result<Done<Shown>, Stop> {
    let context = asked()?;
    let (admin, id) = (context.require_agent()?, read(id)?);
    let secret = context.app.desk.webhooks.renew_webhook_secret(&admin, id).await?;
    let on = page(id, "").to_string();
    Ok(Done::Show(Box::new(Shown::Made(Made::Webhook { secret, on }))))
}

pub(super) async fn switch(id: &str, on: bool) -> Result<Done, Stop> {
    let context = asked()?;
    let (admin, id) = (context.require_agent()?, read(id)?);
    context.app.desk.webhooks.switch_webhook(&admin, id, on).await?;
    Ok(Done::go(page(id, if on { ON } else { OFF })))
}

pub(super) async fn remove(id: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let (admin, id) = (context.require_agent()?, read(id)?);
    context.app.desk.webhooks.drop_webhook(&admin, id).await?;
    Ok(Done::go(Address::Webhooks { done: webhooks::REMOVED.to_owned() }))
}

pub(super) async fn replay(id: &str, delivery: &str) -> Result<Done, Stop> {
    let context = asked()?;
    let (admin, id) = (context.require_agent()?, read(id)?);
    let delivery = DeliveryId::parse(delivery).ok_or(Error::NotFound)?;
    context.app.desk.webhooks.replay_delivery(&admin, delivery).await?;
    Ok(Done::go(page(id, REPLAYED)))
}
