//! Mail out: what a mail says, what it is made of, and how it leaves.
//!
//! - [`kinds`]: the mails there are, and what each may say
//! - [`templates`]: files in German and English, which an operator can override
//! - [`compose`]: headers and MIME parts
//! - [`transport`]: an SMTP server, or a folder with a file a mail
//! - [`thread`]: the ids and addresses by which an answer finds its request
//! - [`outbox`], [`letter`], [`worker`]: what waits, what it becomes, who sends it

pub mod compose;
pub mod kinds;
mod letter;
mod markup;
pub(crate) mod outbox;
pub mod templates;
pub(crate) mod thread;
pub mod transport;
mod worker;

pub use compose::{ComposeError, OutgoingMail, Sender};
pub use kinds::{MailContext, MailKind};
pub(crate) use outbox::{Mail, Payload};
pub use templates::{Rendered, TemplateError, Templates};
pub use transport::{SendError, Transport, TransportError};
