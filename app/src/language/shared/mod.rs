//! What several parts say, or the app itself.

pub mod common;
#[cfg(feature = "ssr")]
pub mod dates;
pub mod erase;
pub mod factors;
pub mod live;
pub mod mail;
pub mod mailed_link;
pub mod passkeys;
pub mod problems;
pub mod strength;
pub mod words;
