//! Accounts: registering, signing in, second factors, and what people change about themselves.

pub(crate) mod account;
mod confirm;
pub(crate) mod devices;
pub(crate) mod factors;
pub(crate) mod holdings;
pub(crate) mod login;
pub(crate) mod providers;
pub(crate) mod register;

use std::sync::Arc;

use tresen_keys::KeyStore;
use tresen_store::Store;
use webauthn_rs::Webauthn;

use crate::abuse::Limits;
use crate::background::Background;
use crate::background::Wakeups;
use crate::clock::Clock;
use crate::outbox::Outbox;
use crate::people::People;
use crate::search::Search;
use crate::settings::Settings;
use crate::staff::Staff;

pub use devices::DEVICE_LIFETIME;
pub use factors::{AppSetup, FactorAdded, Factors, PasskeyLine, SecondProof};
pub use login::Login;
pub use providers::{Attempt, PATIENCE, Vouched};

/// Accounts, and how people sign in.
#[derive(Clone)]
pub struct Accounts {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) background: Background,
    pub(crate) wakeups: Arc<Wakeups>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) people: Arc<People>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) search: Arc<Search>,
    pub(crate) staff: Arc<Staff>,
    pub(crate) passkeys: Option<Arc<Webauthn>>,
}
