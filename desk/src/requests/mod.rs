//! Requests: how they come in, what is said in them, and where they stand.

pub(crate) mod about;
pub(crate) mod access;
mod capture;
pub(crate) mod change;
pub(crate) mod comment;
mod concerns;
mod conversation;
pub(crate) mod counts;
pub(crate) mod files;
mod formatted;
mod handed;
pub(crate) mod held;
pub(crate) mod history;
pub(crate) mod holdings;
pub(crate) mod import;
pub(crate) mod list;
mod listed;
pub(crate) mod outsiders;
mod own_mail;
mod previews;
mod queue;
mod queue_news;
pub(crate) mod quotes;
mod readable;
pub(crate) mod remove;
mod sealed;
mod seen;
pub(crate) mod statistics;
pub(crate) mod submit;

use std::sync::Arc;

use tresen_keys::KeyStore;
use tresen_store::Store;

use crate::abuse::Limits;
use crate::background::Background;
use crate::background::Gathered;
use crate::background::Wakeups;
use crate::clock::Clock;
use crate::events::Events;
use crate::objects::Objects;
use crate::outbox::Outbox;
use crate::people::People;
use crate::search::Search;
use crate::settings::Settings;

pub use access::Access;
pub(crate) use access::{find_any, find_for_agent, find_of_kind};
pub use capture::Capture;
pub use change::Change;
pub use comment::Reply;
pub(crate) use conversation::{Reader, Reading};
pub use counts::QueueCounts;
pub use files::{File, FileInput, OpenFile};
pub(crate) use files::{StoredFile, attach, file_key, keep};
pub use formatted::Formatted;
pub use handed::Handed;
pub use list::ListQuery;
pub use listed::{Listing, MOST, Position, Whose};
pub(crate) use outsiders::hold_both;
pub use queue::{Assignee, QueueOrder, QueueQuery, QueueView};
pub use queue_news::QueueNews;
pub(crate) use queue_news::QueueTeller;
pub(crate) use readable::sealed_for;
pub(crate) use sealed::seal_anew;
pub(crate) use seen::Seen;
pub use statistics::{Day, Statistic, Tally};
pub use submit::{Fields, Submission, Submitted};

/// Requests, and what is said in them.
#[derive(Clone)]
pub struct Requests {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) objects: Arc<Objects>,
    pub(crate) events: Events,
    pub(crate) background: Background,
    pub(crate) wakeups: Arc<Wakeups>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) people: Arc<People>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) search: Arc<Search>,
    pub(crate) queue_teller: Arc<QueueTeller>,
    pub(crate) seen: Arc<Gathered<Seen>>,
    pub(crate) privacy_version: i64,
}
