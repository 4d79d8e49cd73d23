//! Keys: the master key, the persons' keys, and sealing with them.
//!
//! The rule of the desk: whatever a person wrote or is known by is sealed with that person's
//! own key; deleting the key deletes it everywhere, in backups too.
//!
//! - [`master`]: 32 random bytes in a file; other keys follow from it
//! - [`store`]: the key store, one row a person
//! - [`seal`]: how a value is sealed

pub(crate) mod master;
pub(crate) mod seal;
pub(crate) mod store;

pub use master::{MasterKey, MasterKeyError};
pub(crate) use seal::{Broken as SealBroken, PersonKey};
pub(crate) use store::KeyStore;
