//! The outbox: a mail is a row in the transaction that caused it. What sends it is [`delivery`](crate::delivery).

pub(crate) mod deliveries;
pub(crate) mod enqueue;
pub mod kinds;
pub(crate) mod lane;
mod link;
pub(crate) mod thread;

pub use kinds::{MailContext, MailKind};
