//! API tokens: how programs prove who sent them.
//!
//! - [`scope`]: what a token allows
//! - [`caller`]: checks a token, and turns it into the proofs that the desk's methods take
//! - [`personal`]: tokens that people make for themselves
//! - [`service`], [`admin`]: tokens of services, which the operator makes on the command line and admins in the browser
//! - [`rows`]: the table of both
//! - [`assistant`]: what assistants do, in the audit log
//! - [`once`]: a call that is sent twice is done once
//!
//! A token gives its owner's rights of this moment, narrowed by its scopes. Only a keyed hash of the secret is stored.

mod admin;
mod assistant;
mod caller;
pub(crate) mod holdings;
mod once;
mod personal;
mod rows;
mod scope;
mod service;

use std::sync::Arc;

use tresen_keys::KeyStore;
use tresen_store::Store;

use crate::abuse::Limits;
use crate::clock::Clock;
use crate::people::People;
use crate::settings::Settings;

pub use caller::{Allowance, Caller, Who};
pub use once::First;
pub use personal::{NewToken, TokenLine};
pub(crate) use rows::{ExportedToken, end_all_of, exported};
pub use scope::{Scope, Scopes};
pub use service::{NewService, ServiceToken};

/// API tokens.
#[derive(Clone)]
pub struct Tokens {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store: Arc<Store>,
    pub(crate) keys: Arc<KeyStore>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) people: Arc<People>,
}
