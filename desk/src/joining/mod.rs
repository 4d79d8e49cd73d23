//! Another address for an account, and the joining of two records of one person.

mod join;
mod new_address;

use std::sync::Arc;

use tresen_keys::KeyStore;
use tresen_store::Store;

use crate::abuse::Limits;
use crate::accounts::Accounts;
use crate::background::Background;
use crate::background::Wakeups;
use crate::clock::Clock;
use crate::outbox::Outbox;
use crate::people::People;
use crate::privacy::Privacy;
use crate::search::Search;

/// Another address for an account.
#[derive(Clone)]
pub struct Joining {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) background: Background,
    pub(crate) wakeups: Arc<Wakeups>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) people: Arc<People>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) search: Arc<Search>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) privacy: Arc<Privacy>,
}
