//! Signing in and registering.

pub mod login;
pub mod password;
pub mod register;
