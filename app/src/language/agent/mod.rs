//! The agents' pages.

pub mod requests;
