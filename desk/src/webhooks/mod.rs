//! Webhooks: other programs are told of what happens, as Standard Webhooks describes.
//!
//! - [`event`]: what they are told of, noted in the transaction that caused it
//! - [`endpoints`]: where they are told, and the secrets that sign it
//! - [`deliveries`]: what is due, retries, and what fails for good
//!
//! A delivery holds the number of a request or the id of a person. Whoever gets it asks the API for more, with a token,
//! and so gets what that token may see. Nothing is told of a restricted customer's requests.

mod deliveries;
mod endpoints;
mod event;
pub(crate) mod holdings;

use std::sync::Arc;

use tresen_keys::KeyStore;
use tresen_store::Store;

use crate::clock::Clock;

pub use deliveries::{Due, Outcome};
pub use endpoints::{NewWebhook, Webhook};
pub use event::WebhookEvent;
pub(crate) use event::{note_person, note_request};

/// Other programs that are told of what happens.
#[derive(Clone)]
pub struct Webhooks {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
}
