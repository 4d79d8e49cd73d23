//! What the law asks for: privacy statement, imprint, receipts of erasures.

mod document;
pub mod privacy;
pub mod receipt;
#[cfg(feature = "ssr")]
mod server;

use serde::{Deserialize, Serialize};
use tresen_model::document::Document;

#[cfg(feature = "ssr")]
pub(crate) use self::server::{download, load, to_check};
use crate::form::Forms;
use crate::page::Page;
use crate::visit::Visit;

/// What a page of this part shows.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// `/privacy`
    Privacy(privacy::Statement),
    /// `/privacy/receipt`
    Receipt(receipt::Check),
    /// `/imprint`
    Imprint(Document),
}

/// The page.
pub fn page(visit: &Visit, shown: Shown, forms: &Forms) -> Page {
    match shown {
        Shown::Privacy(statement) => privacy::statement(visit, statement),
        Shown::Receipt(check) => receipt::page(visit, check, forms),
        Shown::Imprint(document) => privacy::imprint(visit, document),
    }
}
