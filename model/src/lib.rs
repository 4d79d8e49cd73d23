//! The types that cross the wire between the browser, the pages and the desk.
//!
//! They are parsed at the edge: once a value of one of these types exists, nothing
//! behind the edge needs to check it again. The crate compiles to WASM, reads no clock,
//! draws no random numbers and does no input or output.
//!
//! - [`address`], [`query`]: the addresses of pages
//! - [`email_address`], [`text`]: what a person types
//! - [`number`]: the public number of a request, in [`base32`]
//! - [`kinds`]: closed sets of words (status, priority, role, …)
//! - [`ids`], [`time`]: identifiers and times
//! - [`problem`]: what a person did wrong, as a value
//! - [`views`], [`document`]: what a page shows
//! - [`language`]: the languages the desk speaks

pub mod address;
pub mod base32;
pub mod document;
pub mod duration;
pub mod email_address;
pub mod file_name;
pub mod ids;
pub mod kinds;
pub mod language;
pub mod number;
pub mod problem;
pub mod query;
pub mod text;
pub mod time;
pub mod views;
pub mod wish;

pub use address::Address;
pub use email_address::EmailAddress;
pub use ids::{AsideId, AttachmentId, CommentId, DeliveryId, PersonId, RequestId, WebhookId};
pub use kinds::{
    AsideReason, AuthorKind, Channel, DeliveryState, FileCheck, HeldWhy, IntakeChannel, MailRemark,
    MailTrouble, MailVerdict, Priority, Role, Standing, Status, Visibility,
};
pub use language::Language;
pub use number::RequestNumber;
pub use problem::Problem;
pub use text::{Body, PersonName, Subject};
pub use time::Timestamp;
