//! A customer's own requests.

pub mod requests;
