//! Staff: who works at the desk, in which role, on which request types.

pub(crate) mod holdings;
pub(crate) mod invitations;
pub(crate) mod kinds;
mod members;
pub(crate) mod roles;

use std::sync::Arc;

use tresen_keys::KeyStore;
use tresen_store::Store;

use crate::background::Wakeups;
use crate::clock::Clock;
use crate::outbox::Outbox;
use crate::people::People;
use crate::search::Search;
use crate::settings::Settings;

pub use invitations::{Added, Invitation, NewColleague};
pub use members::{Colleague, Duty};

/// Who works at the desk.
#[derive(Clone)]
pub struct Staff {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) wakeups: Arc<Wakeups>,
    pub(crate) people: Arc<People>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) search: Arc<Search>,
}
