//! What everybody meets first: the front page, and the form for a new request.

pub mod home;
pub mod new_request;
pub mod request_sent;
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
    /// `/`
    Home,
    /// `/requests/new`
    NewRequest(new_request::NewRequest),
    /// `/requests/sent`
    RequestSent(request_sent::RequestSent),
}

/// The page.
pub fn page(visit: &Visit, shown: Shown, forms: &Forms) -> Page {
    match shown {
        Shown::Home => home::page(visit),
        Shown::NewRequest(new) => new_request::page(visit, new, forms),
        Shown::RequestSent(sent) => request_sent::page(visit, &sent),
    }
}
