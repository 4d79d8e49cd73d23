//! .

#[cfg(feature = "ssr")]
pub mod components;
