//! The agents' pages.

pub mod reports;
pub mod requests;
