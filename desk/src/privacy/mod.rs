//! Privacy: what people are told, what they agreed to, and how they are forgotten.

mod by_token;
pub(crate) mod consent;
mod customers;
mod discard;
pub(crate) mod erase;
mod export;
pub(crate) mod farewell;
pub(crate) mod holdings;
mod import;
mod opened;
mod overview;
mod owner;
pub(crate) mod recall;
mod receipt;
pub(crate) mod restrict;
mod retention;
pub(crate) mod returned;
pub mod statement;
pub(crate) mod unfinished;
mod verify;
pub(crate) mod versions;

use std::sync::Arc;

use tresen_keys::KeyStore;
use tresen_store::Store;

use crate::abuse::Limits;
use crate::accounts::Accounts;
use crate::background::Background;
use crate::background::Wakeups;
use crate::clock::Clock;
use crate::delivery::Templates;
use crate::delivery::Transport;
use crate::intake::Intake;
use crate::objects::Objects;
use crate::outbox::Outbox;
use crate::people::People;
use crate::privacy::farewell::Farewells;
use crate::privacy::recall::Erasures;
use crate::privacy::unfinished::Postponed;
use crate::requests::Requests;
use crate::search::Search;
use crate::settings::Settings;

pub use consent::Consent;
pub use customers::Customer;
pub use erase::Erased;
pub use export::Export;
pub use import::{ImportError, Imported};
pub use overview::Overview;
pub use owner::{DataAccess, Owner};
pub use receipt::{Checked, Receipt};
pub use retention::Expired;
pub use tresen_model::wish::{Asked, Wish};

/// The rights of those whose data the desk holds.
#[derive(Clone)]
pub struct Privacy {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) objects: Arc<Objects>,
    pub(crate) background: Background,
    pub(crate) wakeups: Arc<Wakeups>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) people: Arc<People>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) search: Arc<Search>,
    pub(crate) requests: Arc<Requests>,
    pub(crate) intake: Arc<Intake>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) postponed: Arc<Postponed>,
    pub(crate) erasures: Erasures,
    pub(crate) farewells: Arc<Farewells>,
    pub(crate) transport: Arc<Transport>,
    pub(crate) templates: Arc<Templates>,
    pub(crate) privacy_version: i64,
}
