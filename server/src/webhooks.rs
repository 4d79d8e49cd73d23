//! Webhooks: the worker that sends what is due, and `tresen webhook`.
//!
//! A receiver's address is the operator's, but its name may lead anywhere. So what it resolves to is looked at and is what
//! is connected to, and no redirect is followed: see [`reach`](crate::sign_in::reach).

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Request, header};
use clap::Subcommand;
use futures_util::future::join_all;
use jiff::Timestamp as Time;
use tresen_desk::clock::SystemClock;
use tresen_desk::webhooks::{Due, NewWebhook, Outcome, WebhookEvent};
use tresen_desk::{Desk, Error};
use tresen_model::Timestamp;

use crate::config::Config;
use crate::sign_in::reach::Reach;
use crate::{Failure, open};

/// Poll interval.
const EVERY: Duration = Duration::from_secs(2);

#[derive(Subcommand)]
pub(crate) enum Webhook {
    /// Add a webhook, and print the secret that signs its deliveries.
    Add {
        /// Its name.
        #[arg(long)]
        name: String,
        /// Where deliveries are sent.
        #[arg(long)]
        url: String,
        /// An event, such as `request.created`. May be given several times; without it, all of them.
        #[arg(long, value_parser = event)]
        event: Vec<WebhookEvent>,
        /// Let it lie in a private network, and on this machine without TLS.
        #[arg(long)]
        allow_private: bool,
        /// Tell it what was written, too. Without it, deliveries hold ids alone.
        #[arg(long)]
        with_text: bool,
    },
    /// List them, with what waits and what was given up.
    List,
    /// Remove one, with what it was still to be told.
    Remove {
        /// Its name.
        #[arg(long)]
        name: String,
    },
    /// Print a new secret. For a day, deliveries are signed with the old one, too.
    Rotate {
        /// Its name.
        #[arg(long)]
        name: String,
    },
    /// Switch one on again, and send once more what was given up.
    Replay {
        /// Its name.
        #[arg(long)]
        name: String,
    },
}

fn event(word: &str) -> Result<WebhookEvent, String> {
    let known = || WebhookEvent::ALL.map(WebhookEvent::as_str).join(", ");
    WebhookEvent::parse(word).ok_or_else(|| format!("the events are: {}", known()))
}

/// Does what was asked.
pub(crate) async fn webhook(config: &Config, asked: &Webhook) -> Result<(), Failure> {
    let desk = open::existing(config, Arc::new(SystemClock)).await?;
    let done = with(&desk, asked).await;
    desk.close().await;
    done
}

async fn with(desk: &Desk, asked: &Webhook) -> Result<(), Failure> {
    let broken = |error: Error| Failure::from(error.to_string());
    let none = |name: &str| Failure::from(format!("there is no webhook `{name}`"));
    match asked {
        Webhook::Add { name, url, event, allow_private, with_text } => {
            let new = NewWebhook { name, url, events: event, private: *allow_private, text: *with_text };
            let secret = desk.webhooks.add_webhook(&new).await.map_err(|error| match error {
                Error::Refused(refusals) if refusals.iter().any(|refusal| refusal.field == "url") => {
                    Failure::from(format!("`{url}` is no https:// address; --allow-private allows http://"))
                }
                Error::Refused(_) => Failure::from(format!(
                    "the name `{name}` is taken, or it does not have 1 to 60 characters"
                )),
                error => broken(error),
            })?;
            println!("{secret}");
        }
        Webhook::List => {
            for one in desk.webhooks.webhooks().await.map_err(broken)? {
                let events = if one.events.is_empty() { "all events" } else { &one.events };
                let state = match (one.disabled_at, one.failing_since) {
                    (Some(at), _) => format!("switched off {}", day(at)),
                    (None, Some(at)) => format!("failing since {}", day(at)),
                    (None, None) => "fine".to_owned(),
                };
                let (waiting, failed) = (one.waiting, one.failed);
                let text = if one.text { ", with text" } else { "" };
                println!(
                    "{}: {}, {events}{text}, {state}, {waiting} waiting, {failed} given up",
                    one.name, one.url
                );
            }
        }
        Webhook::Remove { name } => {
            if !desk.webhooks.remove_webhook(name).await.map_err(broken)? {
                return Err(none(name));
            }
        }
        Webhook::Rotate { name } => {
            println!(
                "{}",
                desk.webhooks.rotate_webhook(name).await.map_err(broken)?.ok_or_else(|| none(name))?
            );
        }
        Webhook::Replay { name } => {
            let again =
                desk.webhooks.replay_webhook(name).await.map_err(broken)?.ok_or_else(|| none(name))?;
            println!("{again} deliveries are sent once more");
        }
    }
    Ok(())
}

fn day(at: Timestamp) -> String {
    Time::from_microsecond(at.0).map_or_else(|_| "?".to_owned(), |time| time.strftime("%Y-%m-%d").to_string())
}

/// How receivers are reached, made when there is something to send: a desk without webhooks needs no certificates.
struct Ways {
    outside: Reach,
    inside: Reach,
}

impl Ways {
    fn new() -> Result<Self, String> {
        Ok(Self { outside: Reach::new(None, false, false)?, inside: Reach::new(None, true, true)? })
    }
}

/// Sends what is due, until the desk is closed.
pub(crate) async fn keep_sending(desk: Desk) {
    let mut ways = None;
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = desk.closing() => return,
        }
        if let Err(error) = round(&desk, &mut ways).await {
            tracing::error!(%error, "webhooks could not be sent; trying again soon");
        }
    }
}

async fn round(desk: &Desk, ways: &mut Option<Ways>) -> Result<(), Error> {
    let due = desk.webhooks.due_webhooks().await?;
    if due.is_empty() {
        return Ok(());
    }
    if ways.is_none() {
        match Ways::new() {
            Ok(new) => *ways = Some(new),
            Err(error) => tracing::error!(error, "no webhook can be reached"),
        }
    }
    let ways = &*ways;
    let sent = due.into_iter().map(async |due| {
        let id = due.id;
        let outcome = match ways {
            Some(ways) if due.private => send(&ways.inside, due).await,
            Some(ways) => send(&ways.outside, due).await,
            None => Outcome::Refused(None),
        };
        desk.webhooks.webhook_came_to(id, outcome).await
    });
    join_all(sent).await.into_iter().collect()
}

async fn send(reach: &Reach, due: Due) -> Outcome {
    let request = Request::post(&due.url)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_LENGTH, due.body.len())
        .header(header::USER_AGENT, "Tresen")
        .header("webhook-id", due.id.to_string())
        .header("webhook-timestamp", due.timestamp)
        .header("webhook-signature", due.signature)
        .body(due.body.into_bytes());
    let Ok(request) = request else { return Outcome::Refused(None) };
    match reach.ask(request).await {
        Ok(answer) if answer.status().is_success() => Outcome::Taken(answer.status().as_u16()),
        Ok(answer) if answer.status() == axum::http::StatusCode::GONE => Outcome::Unwanted,
        Ok(answer) => Outcome::Refused(Some(answer.status().as_u16())),
        Err(error) => {
            tracing::warn!(%error, delivery = %due.id, "a webhook was not reached");
            Outcome::Refused(None)
        }
    }
}
