//! The outbox: a mail is a row in the transaction that caused it. What sends it is [`delivery`](crate::delivery).

mod admins;
pub(crate) mod deliveries;
pub(crate) mod enqueue;
pub(crate) mod holdings;
pub mod kinds;
pub(crate) mod lane;
mod link;
pub(crate) mod thread;

use std::sync::Arc;

use tresen_keys::KeyStore;
use tresen_store::Store;

use crate::abuse::Limits;
use crate::background::Wakeups;
use crate::clock::Clock;
use crate::people::People;
use crate::settings::Settings;

pub use kinds::{MailContext, MailKind};

/// Mails that wait to be sent.
#[derive(Clone)]
pub struct Outbox {
    pub(crate) settings: Arc<Settings>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) wakeups: Arc<Wakeups>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) people: Arc<People>,
}
