//! Webhooks: other programs are told of what happens, as Standard Webhooks describes.
//!
//! - [`endpoints`]: where they are told, and the secrets that sign it
//! - [`deliveries`]: what is due, retries, and what fails for good
//! - [`text`]: what was written, for the endpoints that are told
//! - [`alarm`]: the email to admins when one was switched off
//! - [`admin`]: what admins do in the browser
//!
//! A delivery holds the number of a request or the id of a person. Whoever gets it asks the API for more, with a token,
//! and so gets what that token may see. For one endpoint an admin may let the text go along. Nothing is told of a
//! restricted customer's requests. What happened is noted in the transaction that caused it: see
//! [`webhook_event`](crate::webhook_event).

mod admin;
mod alarm;
mod deliveries;
mod endpoints;
pub(crate) mod holdings;
mod text;

use std::sync::Arc;

use tresen_keys::KeyStore;
use tresen_store::Store;

use crate::clock::Clock;
use crate::outbox::Outbox;
use crate::people::People;
use crate::requests::Requests;

pub use crate::webhook_event::WebhookEvent;
pub use admin::{Delivery, DeliveryState};
pub use deliveries::{Due, Outcome};
pub use endpoints::{NewWebhook, Webhook};

/// Other programs that are told of what happens.
#[derive(Clone)]
pub struct Webhooks {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) people: Arc<People>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) requests: Arc<Requests>,
}
