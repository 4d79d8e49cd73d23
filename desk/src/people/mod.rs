//! People: their rows, the proofs of who they are, and what they may see.
//!
//! - [`person`], [`history`]: the row of a person, and what changed in it
//! - [`sessions`], [`factor`], [`links`], [`fresh`], [`password`]: proofs of who asks
//! - [`kinds`], [`restriction`]: what an agent may see
//! - [`own_links`], [`known_links`]: secrets of links must not come back in texts
//! - [`audit`], [`consent`]: what is kept for those who have to account for it

pub(crate) mod audit;
pub(crate) mod consent;
pub(crate) mod factor;
pub(crate) mod fresh;
pub(crate) mod history;
pub(crate) mod holding;
pub(crate) mod holdings;
pub(crate) mod kinds;
mod known_links;
pub(crate) mod links;
mod own_kinds;
pub(crate) mod own_links;
pub(crate) mod password;
pub(crate) mod passwords;
pub(crate) mod person;
pub(crate) mod restriction;
pub(crate) mod sessions;

use std::sync::Arc;

use tokio::sync::Semaphore;
use tresen_keys::KeyStore;
use tresen_mail::OwnLinks;
use tresen_store::Store;

use crate::abuse::Limits;
use crate::clock::Clock;
use crate::people::passwords::Passwords;
use crate::settings::Settings;

pub use audit::Audited;
pub use factor::Factor;
pub use fresh::FRESH;
pub use history::{PersonEvent, PersonStep};
pub use links::{LinkHolder, Purpose};
pub use passwords::{MAX_PASSWORD, MIN_PASSWORD, Strength, strength};
pub use restriction::{RestrictedBy, Restriction};
pub use sessions::{Agent, Entry, Session};

/// Who there is, and the proofs of who asks.
#[derive(Clone)]
pub struct People {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) own_links: Arc<OwnLinks>,
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) reading: Arc<Semaphore>,
}
