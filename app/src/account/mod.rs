//! The account, and everything that a person can do about themselves.

pub mod address;
pub mod confirm;
pub mod data;
pub mod delete;
pub mod factors;
pub mod overview;
#[cfg(feature = "ssr")]
mod server;
pub mod tokens;

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
    /// `/account`
    Overview(overview::Overview),
    /// `/account/address`
    Address(address::NewAddress),
    /// `/account/confirm`
    Confirm(confirm::Confirm),
    /// `/account/factors`
    Factors(factors::Factors),
    /// `/account/factors/app`
    FactorApp(factors::app::Setup),
    /// The answer to what makes recovery codes: they are shown once.
    RecoveryCodes(Vec<String>),
    /// `/account/tokens`
    Tokens(tokens::Tokens),
    /// The answer to what makes an API token: it is shown once.
    MadeToken(String),
    /// `/account/data`
    Data(data::Data),
    /// `/account/delete`
    Delete(delete::Delete),
}

/// The page.
pub fn page(visit: &Visit, shown: Shown, forms: &Forms) -> Page {
    match shown {
        Shown::Overview(overview) => overview::page(visit, overview, forms),
        Shown::Address(new) => address::page(visit, new, forms),
        Shown::Confirm(asked) => confirm::page(visit, asked, forms),
        Shown::Factors(factors) => factors::page(visit, factors, forms),
        Shown::FactorApp(setup) => factors::app::page(visit, setup, forms),
        Shown::RecoveryCodes(codes) => factors::codes::page(visit, codes),
        Shown::Tokens(tokens) => tokens::page(visit, tokens, forms),
        Shown::MadeToken(secret) => tokens::made::page(visit, secret),
        Shown::Data(data) => data::page(visit, data, forms),
        Shown::Delete(delete) => delete::page(visit, delete, forms),
    }
}
