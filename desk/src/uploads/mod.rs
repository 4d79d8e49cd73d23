//! What is done with files once they are stored: a scanner looks at them if the operator has one
//! ([`scanner`]), and images get a small picture ([`small_picture`](crate::small_picture)).
//!
//! The rows are the queue: `attachment.work_at` says when a file is due. So a request is stored whatever a
//! scanner does, a crash forgets nothing, and of several nodes one does the work.

mod scanner;
mod worker;

use std::sync::Arc;

use tokio::sync::Semaphore;
use tresen_keys::KeyStore;
use tresen_store::Store;

use crate::background::Background;
use crate::background::Wakeups;
use crate::clock::Clock;
use crate::objects::Objects;
use crate::requests::Requests;
use crate::settings::Settings;

/// Files that are checked and made small once they are stored.
#[derive(Clone)]
pub struct Files {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) objects: Arc<Objects>,
    pub(crate) background: Background,
    pub(crate) wakeups: Arc<Wakeups>,
    pub(crate) requests: Arc<Requests>,
    pub(crate) previewing: Arc<Semaphore>,
}
