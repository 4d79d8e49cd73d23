//! Mail out: what a mail says, what it is made of, and how it leaves.
//!
//! - [`kinds`]: the mails there are, and what each may say
//! - [`templates`]: files in German and English, which an operator can override
//! - [`compose`]: headers and MIME parts
//! - [`transport`]: an SMTP server, or a folder with a file a mail
//! - [`smtp`], [`dkim`]: the dialogue with the server, and the signature
//! - [`thread`]: the ids and addresses by which an answer finds its request
//! - [`outbox`], [`letter`], [`lanes`], [`choose`], [`worker`]: what waits, what it becomes, whose turn it is, who
//!   sends it
//! - [`delivery`]: what became of it, and sending it again

mod choose;
pub mod compose;
mod delivery;
pub mod dkim;
pub mod kinds;
mod lanes;
mod letter;
mod markup;
pub(crate) mod outbox;
mod pem;
mod settings;
mod smtp;
pub mod templates;
pub(crate) mod thread;
pub mod transport;
mod worker;

pub use compose::{AttachedFile, ComposeError, OutgoingMail, Sender};
pub use dkim::Signer;
pub use kinds::{MailContext, MailKind};
pub(crate) use letter::FILES_AT_ONCE;
pub(crate) use outbox::{Mail, Payload};
pub use settings::{Dkim, Outgoing};
pub use smtp::read_certificates;
pub use templates::{Rendered, TemplateError, Templates};
pub use transport::{SendError, Transport, TransportError};
pub(crate) use worker::Sent;
