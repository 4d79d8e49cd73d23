//! What the server does for `/agent/settings/webhooks`.

use std::collections::BTreeMap;

use tresen_desk::Error;
use tresen_desk::webhooks::{NewWebhook, Webhook, WebhookEvent};
use tresen_model::{Address, Problem};

use super::{EVENT, Line, Webhooks};
use crate::form::Done;
use crate::settings::made::Made;
use crate::settings::{Shown, lock};
use crate::web::{Context, Stop, asked};

/// A webhook, as pages show it.
pub(in crate::settings) fn line(context: &Context, webhook: Webhook) -> Line {
    Line {
        id: webhook.id,
        name: webhook.name,
        url: webhook.url,
        events: webhook.events.split_whitespace().map(str::to_owned).collect(),
        text: webhook.text,
        failing: webhook.failing_since.map(|at| context.when(at)),
        off: webhook.disabled_at.map(|at| context.when(at)),
    }
}

/// Asks the desk for what the page shows.
pub(in crate::settings) async fn load(context: &Context, done: &str) -> Result<Webhooks, Stop> {
    let admin = context.require_agent()?;
    let webhooks = context.app.desk.webhooks.webhooks_for_admin(&admin).await?;
    Ok(Webhooks {
        done: done.to_owned(),
        lines: webhooks.into_iter().map(|webhook| line(context, webhook)).collect(),
        events: WebhookEvent::ALL.map(|event| event.as_str().to_owned()).to_vec(),
        lock: lock::load(context),
    })
}

pub(super) async fn add(
    name: &str,
    url: &str,
    text: bool,
    others: &BTreeMap<String, String>,
) -> Result<Done<Shown>, Stop> {
    let context = asked()?;
    let admin = context.require_agent()?;
    let ticked = others.keys().filter_map(|field| field.strip_prefix(EVENT));
    let events: Option<Vec<WebhookEvent>> = ticked.map(WebhookEvent::parse).collect();
    let events = events.ok_or_else(|| Error::refused("url", Problem::ChoiceUnknown))?;
    let new = NewWebhook { name, url: url.trim(), events: &events, private: false, text };
    let secret = context.app.desk.webhooks.make_webhook(&admin, &new).await?;
    let on = Address::Webhooks { done: String::new() }.to_string();
    Ok(Done::Show(Box::new(Shown::Made(Made::Webhook { secret, on }))))
}
