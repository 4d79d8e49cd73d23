//! Staff: who works at the desk, in which role, on which request types.

pub(crate) mod invitations;
pub(crate) mod kinds;
mod members;
pub(crate) mod roles;

pub use invitations::{Added, Invitation, NewColleague};
pub use members::{Colleague, Duty};
