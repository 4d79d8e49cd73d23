//! The service desk itself: people, requests, privacy, mail, search, keys, store.
//!
//! It knows no HTTP and no HTML. Pages, the command line and the mail gateway all call the
//! methods of [`Desk`], which stand with their subjects:
//!
//! - [`abuse`]: limits, and what is suspicious about a form
//! - [`people`]: registering, logging in, the account
//! - [`requests`]: submitting, reading, answering, changing, listing
//! - [`privacy`]: consent, the privacy statement, erasure
//! - [`mail`]: the outbox and what leaves it
//! - [`intake`]: what comes in by mail
//! - [`tokens`]: API tokens
//! - [`webhooks`]: telling other programs what happens
//! - `made_up`: a company's requests in bulk, for benchmarks
//! - `search`, `events`, `objects`: finding, telling, keeping files
//! - [`uploads`]: having files checked, making images small
//!
//! Below it: `tresen_store` (two engines), `tresen_keys` (one key a person).

pub mod abuse;
pub mod accounts;
mod address;
mod background;
pub mod backup;
pub mod clock;
pub mod delivery;
mod desk;
mod erasure_list;
mod error;
mod events;
mod housekeeping;
mod indexing;
pub mod intake;
mod joining;
mod made_up;
mod migrations;
mod needles;
mod objects;
mod outage;
pub mod outbox;
pub mod people;
pub mod privacy;
pub mod requests;
mod search;
mod secret;
pub mod settings;
mod small_picture;
#[cfg(test)]
mod sources;
pub mod staff;
pub mod tokens;
pub mod uploads;
mod webhook_event;
pub mod webhooks;

pub use crate::desk::{Desk, Opening, Subjects};
pub use crate::erasure_list::ListError;
pub use crate::error::{Broken, Challenge, Error, Refusal};
pub use crate::events::Event;
pub use crate::made_up::MadeUp;
pub use crate::migrations::{has_data, has_keys};
pub use crate::needles::{NeedleError, Needles, Trace};
pub use crate::outage::Outage;
pub use crate::secret::Secret;
pub use crate::settings::Settings;
pub use crate::small_picture::{SmallPicture, small_picture};
pub use tresen_keys::{MasterKey, MasterKeyError};
pub use tresen_store::{CONNECTIONS, Location, Places, Pool, TooFew};
