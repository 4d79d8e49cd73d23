//! What admins look after.

pub mod people;
pub mod services;
pub mod webhooks;
