//! Delivery: what a mail says, what it is made of, and how it leaves.
//!
//! - [`templates`]: files in German and English, which an operator can override
//! - [`compose`]: headers and MIME parts
//! - [`transport`]: an SMTP server, or a folder with a file a mail
//! - [`smtp`], [`dkim`]: the dialogue with the server, and the signature
//! - [`letter`], [`lanes`], [`choose`], [`worker`]: what a row becomes, whose turn it is, who sends it
//! - [`again`]: what did not arrive, and sending it again

mod again;
mod choose;
pub mod compose;
pub mod dkim;
mod lanes;
mod letter;
mod markup;
mod pem;
mod smtp;
pub mod templates;
pub mod transport;
mod worker;

pub use compose::{AttachedFile, ComposeError, OutgoingMail, Sender};
pub use dkim::Signer;
pub(crate) use letter::FILES_AT_ONCE;
pub use smtp::read_certificates;
pub use templates::{Rendered, TemplateError, Templates};
pub use transport::{SendError, Transport, TransportError};
pub(crate) use worker::Sent;
