//! The agents' pages of the day's work: the queue, one request, a call, what is held back.

pub mod capture;
pub mod held;
pub mod queue;
pub mod request;
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
    /// `/agent`
    Queue(queue::Queue),
    /// `/agent/requests/new`
    Capture(capture::Capture),
    /// `/agent/held`
    Held(held::Held),
    /// `/agent/requests/NUMBER`
    Request(request::Request),
}

/// The page.
pub fn page(visit: &Visit, shown: Shown, forms: &Forms) -> Page {
    match shown {
        Shown::Queue(queue) => queue::page(visit, queue),
        Shown::Capture(capture) => capture::page(visit, capture, forms),
        Shown::Held(held) => held::page(visit, held),
        Shown::Request(request) => request::page(visit, request, forms),
    }
}
