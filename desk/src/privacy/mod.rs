//! Privacy: what people are told, what they agreed to, and how they are forgotten.

pub(crate) mod consent;
pub(crate) mod erase;
pub mod statement;
pub(crate) mod versions;

pub use erase::Erased;
pub use statement::{PrivacySettings, Retention};
