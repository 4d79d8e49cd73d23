//! `/agent/requests/NUMBER`: one request, for agents: read, answer, note, hand over, settle.
//!
//! - [`open`]: the page, with [`reply`] under the thread and [`panel`] beside it, which holds [`change`]
//! - [`restricted`]: the page of a request whose customer's data is restricted, and how agents restrict it

pub mod change;
pub mod open;
pub mod panel;
pub mod reply;
pub mod restricted;
#[cfg(feature = "ssr")]
mod server;

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
pub(crate) use self::server::SEND;
#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use crate::form::Forms;
use crate::page::Page;
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// The request.
    Open(Box<open::Open>),
    /// That the data of its customer is restricted.
    Restricted(restricted::Restricted),
}

/// The page.
pub(super) fn page(visit: &Visit, request: Request, forms: &Forms) -> Page {
    match request {
        Request::Open(open) => open::page(visit, *open, forms),
        Request::Restricted(restricted) => restricted::page(visit, restricted, forms),
    }
}
