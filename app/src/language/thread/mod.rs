//! The comments of a request, for those who ask and for agents.

pub mod conversation;
pub mod delivery;
pub mod files;
