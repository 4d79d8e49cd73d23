//! Delivery: what a mail says, what it is made of, and how it leaves.
//!
//! - [`templates`]: files in German and English, which an operator can override
//! - [`compose`]: headers and MIME parts
//! - [`transport`]: an SMTP server, or a folder with a file a mail
//! - [`smtp`], [`dkim`]: the dialogue with the server, and the signature
//! - [`letter`], [`lanes`], [`choose`], [`worker`]: what a row becomes, whose turn it is, who sends it
//! - [`again`]: what did not arrive, and sending it again

mod again;
mod choose;
pub mod compose;
pub mod dkim;
mod lanes;
mod letter;
mod markup;
mod pem;
mod send_error;
mod smtp;
pub mod templates;
pub mod transport;
mod worker;

use std::sync::Arc;

use tokio::sync::Semaphore;
use tresen_keys::KeyStore;
use tresen_store::Store;

use crate::background::Background;
use crate::background::Wakeups;
use crate::clock::Clock;
use crate::events::Events;
use crate::outbox::Outbox;
use crate::people::People;
use crate::requests::Requests;
use crate::settings::Settings;
use crate::uploads::Files;

pub use compose::{AttachedFile, ComposeError, OutgoingMail, Sender};
pub use dkim::Signer;
pub(crate) use letter::FILES_AT_ONCE;
pub use send_error::SendError;
pub use smtp::read_certificates;
pub use templates::{Rendered, TemplateError, Templates};
pub use transport::{Transport, TransportError};
pub(crate) use worker::Sent;

/// What sends the mails of the outbox.
#[derive(Clone)]
pub struct Delivery {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) background: Background,
    pub(crate) wakeups: Arc<Wakeups>,
    pub(crate) events: Events,
    pub(crate) people: Arc<People>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) requests: Arc<Requests>,
    pub(crate) files: Arc<Files>,
    pub(crate) sent: Arc<Sent>,
    pub(crate) transport: Arc<Transport>,
    pub(crate) templates: Arc<Templates>,
    pub(crate) mail_files: Arc<Semaphore>,
}
