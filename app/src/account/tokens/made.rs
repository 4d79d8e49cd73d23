//! The page that shows a new token, once.

use tresen_model::Address;

use crate::language::account::tokens as text;
use crate::page::{Page, Place};
use crate::parts::secret::{self, Said};
use crate::visit::Visit;

/// The page.
pub(in crate::account) fn page(visit: &Visit, secret: String) -> Page {
    let language = visit.language;
    let said = Said {
        title: text::made_title(language),
        lede: text::made_lede(language),
        usage: text::made_use(language),
        kept: text::kept(language),
        on: Address::Tokens { done: String::new() },
    };
    secret::page(said, secret, Place::Account)
}
