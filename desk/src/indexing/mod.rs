//! Filling the search index: [`indexer`] writes what was changed, [`epoch`] knows whether the index is whole.

pub(crate) mod epoch;
mod indexer;

use std::sync::Arc;

use tresen_keys::KeyStore;
use tresen_store::Store;

use crate::background::Background;
use crate::background::Wakeups;
use crate::indexing::epoch::Filling;
use crate::people::People;
use crate::requests::Requests;
use crate::search::Search;

/// The worker that fills the search index.
#[derive(Clone)]
pub struct Indexer {
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) background: Background,
    pub(crate) wakeups: Arc<Wakeups>,
    pub(crate) people: Arc<People>,
    pub(crate) search: Arc<Search>,
    pub(crate) requests: Arc<Requests>,
    pub(crate) filling: Arc<Filling>,
}
