//! From an address to what its page shows, and from that to the page.

use serde::Serialize;
use tresen_model::Address;

use crate::first::FirstShown;
use crate::form::{Forms, Nothing};
use crate::page::Page;
use crate::part::{Part, part};
use crate::visit::Visit;
use crate::web::{Context, Stop};
use crate::{account, agent, customer, dev, legal, mine, settings, sign_in, supervision};

/// What a page shows.
pub enum Sheet {
    /// A page of [`Part::Customer`].
    Customer(customer::Shown),
    /// A page of [`Part::Mine`].
    Mine(mine::Shown),
    /// A page of [`Part::SignIn`].
    SignIn(sign_in::Shown),
    /// A page of [`Part::Account`].
    Account(account::Shown),
    /// A page of [`Part::Legal`].
    Legal(legal::Shown),
    /// A page of [`Part::Agent`].
    Agent(agent::Shown),
    /// A page of [`Part::Supervision`].
    Supervision(supervision::Shown),
    /// A page of [`Part::Settings`].
    Settings(settings::Shown),
    /// A page of [`Part::Dev`].
    Dev(dev::Shown),
}

impl From<Nothing> for Sheet {
    fn from(nothing: Nothing) -> Self {
        match nothing {}
    }
}

impl From<account::Shown> for Sheet {
    fn from(shown: account::Shown) -> Self {
        Self::Account(shown)
    }
}

impl From<settings::Shown> for Sheet {
    fn from(shown: settings::Shown) -> Self {
        Self::Settings(shown)
    }
}

impl From<supervision::Shown> for Sheet {
    fn from(shown: supervision::Shown) -> Self {
        Self::Supervision(shown)
    }
}

impl From<legal::Shown> for Sheet {
    fn from(shown: legal::Shown) -> Self {
        Self::Legal(shown)
    }
}

impl Sheet {
    /// What the browser goes on with.
    pub(crate) fn first(&self) -> Option<FirstShown> {
        let (part, shown) = match self {
            Self::Customer(shown) => (Part::Customer, to_raw(shown)?),
            Self::Mine(shown) => (Part::Mine, to_raw(shown)?),
            Self::SignIn(shown) => (Part::SignIn, to_raw(shown)?),
            Self::Account(shown) => (Part::Account, to_raw(shown)?),
            Self::Legal(shown) => (Part::Legal, to_raw(shown)?),
            Self::Agent(shown) => (Part::Agent, to_raw(shown)?),
            Self::Supervision(shown) => (Part::Supervision, to_raw(shown)?),
            Self::Settings(shown) => (Part::Settings, to_raw(shown)?),
            Self::Dev(shown) => (Part::Dev, to_raw(shown)?),
        };
        Some(FirstShown::Page(part, shown))
    }

    /// The page.
    pub fn page(self, visit: &Visit, forms: &Forms) -> Page {
        match self {
            Self::Customer(shown) => customer::page(visit, shown, forms),
            Self::Mine(shown) => mine::page(visit, shown, forms),
            Self::SignIn(shown) => sign_in::page(visit, shown, forms),
            Self::Account(shown) => account::page(visit, shown, forms),
            Self::Legal(shown) => legal::page(visit, shown, forms),
            Self::Agent(shown) => agent::page(visit, shown, forms),
            Self::Supervision(shown) => supervision::page(visit, shown, forms),
            Self::Settings(shown) => settings::page(visit, shown, forms),
            Self::Dev(shown) => dev::page(visit, shown, forms),
        }
    }
}

/// Asks the desk for what a page shows.
///
/// # Errors
/// What the desk says, and that somebody has to sign in first.
pub(crate) async fn load(context: &Context, address: &Address) -> Result<Sheet, Stop> {
    match part(address) {
        Part::Customer => customer::load(context, address).await.map(Sheet::Customer),
        Part::Mine => mine::load(context, address).await.map(Sheet::Mine),
        Part::SignIn => sign_in::load(context, address).await.map(Sheet::SignIn),
        Part::Account => account::load(context, address).await.map(Sheet::Account),
        Part::Legal => legal::load(context, address).await.map(Sheet::Legal),
        Part::Agent => agent::load(context, address).await.map(Sheet::Agent),
        Part::Supervision => supervision::load(context, address).await.map(Sheet::Supervision),
        Part::Settings => settings::load(context, address).await.map(Sheet::Settings),
        Part::Dev => dev::load(context, address).await.map(Sheet::Dev),
    }
}

fn to_raw(shown: &impl Serialize) -> Option<Box<serde_json::value::RawValue>> {
    serde_json::value::to_raw_value(shown).ok()
}
