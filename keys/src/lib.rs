//! Keys: the master key, the persons' keys, and sealing with them.
//!
//! The rule of the desk: whatever a person wrote or is known by is sealed with that person's
//! own key; deleting the key deletes it everywhere, in backups too.
//!
//! - [`master`]: 32 random bytes in a file; other keys follow from it
//! - [`store`]: the key store, one row a person
//! - [`seal`]: how a value is sealed
//! - [`random`]: random bytes, and ids that sort by their time

mod master;
pub mod random;
mod seal;
mod store;

use sqlx::types::Uuid;
use tresen_store::StoreError;

pub use master::{MasterKey, MasterKeyError};
pub use random::NoRandomness;
pub use seal::{PersonKey, SealBroken};
pub use store::{AddressTaken, KeyStore, MIGRATIONS};

/// Why the key store could not do what it was asked. Holds no personal data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A wrapped key that was changed, moved, or wrapped with another master key.
    #[error(transparent)]
    Seal(#[from] SealBroken),
    /// The whole key store was written with another master key.
    #[error("the key store was written with another master key")]
    OtherMasterKey,
    /// No random bytes for a new key.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// A row that cannot be: its table, and its id.
    #[error("inconsistent data: {0} {1}")]
    Inconsistent(&'static str, Uuid),
}
