//! What admins look after.

pub mod people;
