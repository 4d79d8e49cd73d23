//! One's own requests, as their customer sees them.

pub mod conversation;
pub mod requests;
#[cfg(feature = "ssr")]
mod server;

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
pub(crate) use self::server::load;
use crate::form::Forms;
use crate::page::Page;
use crate::visit::Visit;

/// What a page of this part shows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// `/requests`
    Requests(requests::Requests),
    /// `/requests/NUMBER`
    Conversation(conversation::Conversation),
}

/// The page.
pub fn page(visit: &Visit, shown: Shown, forms: &Forms) -> Page {
    match shown {
        Shown::Requests(requests) => requests::page(visit, requests),
        Shown::Conversation(conversation) => conversation::page(visit, conversation, forms),
    }
}
