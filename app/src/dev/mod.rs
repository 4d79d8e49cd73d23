//! Outgoing email as a mailbox, under `--dev` alone. Elsewhere there are no such pages.

#[cfg(feature = "ssr")]
mod files;
pub mod mailbox;
#[cfg(feature = "ssr")]
mod server;

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
pub(crate) use self::server::{load, raw};
use crate::form::Forms;
use crate::page::Page;
use crate::visit::Visit;

/// What a page of this part shows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// `/dev/mail`
    List(Vec<mailbox::Line>),
    /// `/dev/mail/NAME`
    Message(mailbox::Message),
}

/// The page.
pub fn page(visit: &Visit, shown: Shown, _forms: &Forms) -> Page {
    match shown {
        Shown::List(lines) => mailbox::list(visit, lines),
        Shown::Message(message) => mailbox::message(visit, message),
    }
}
