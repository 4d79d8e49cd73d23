//! What agents do now and then, beside the day's work: reading reports, erasing a customer.
//!
//! A part of its own, so that the first visit of an agent does not wait for its code.

pub mod erase;
pub mod reports;
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
    /// `/agent/reports`
    Reports(reports::Reports),
    /// `/agent/requests/NUMBER/erase`
    Erase(erase::Erase),
}

/// The page.
pub fn page(visit: &Visit, shown: Shown, forms: &Forms) -> Page {
    match shown {
        Shown::Reports(reports) => reports::page(visit, reports),
        Shown::Erase(erase) => erase::page(visit, erase, forms),
    }
}
