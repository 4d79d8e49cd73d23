//! From an address to what its page shows, and from that to the page.

use serde::{Deserialize, Serialize};
use tresen_model::Address;

use crate::form::{Forms, Nothing};
use crate::page::Page;
use crate::visit::Visit;
use crate::{account, agent, customer, dev, legal, mine, settings, sign_in};

/// The parts of the app. A browser loads the code of one when it first goes there; nobody loads a word of the
/// agents' parts but agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The front page and the form for a new request.
    Customer,
    /// One's own requests.
    Mine,
    /// Signing in and registering.
    SignIn,
    /// The account, one's data and their erasure.
    Account,
    /// Privacy statement, imprint and receipts.
    Legal,
    /// The agents' pages.
    Agent,
    /// What admins look after.
    Settings,
    /// Outgoing email, under `--dev`.
    Dev,
}

impl Part {
    /// The name of its chunk of code.
    #[cfg(feature = "ssr")]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Mine => "mine",
            Self::SignIn => "sign_in",
            Self::Account => "account",
            Self::Legal => "legal",
            Self::Agent => "agent",
            Self::Settings => "settings",
            Self::Dev => "dev",
        }
    }

    /// The address of the server function that says what a page of this part shows.
    #[cfg(feature = "hydrate")]
    pub(crate) fn path(self) -> &'static str {
        use leptos::server_fn::ServerFn;

        use crate::api;
        match self {
            Self::Customer => api::CustomerPage::PATH,
            Self::Mine => api::MinePage::PATH,
            Self::SignIn => api::SignInPage::PATH,
            Self::Account => api::AccountPage::PATH,
            Self::Legal => api::LegalPage::PATH,
            Self::Agent => api::AgentPage::PATH,
            Self::Settings => api::SettingsPage::PATH,
            Self::Dev => api::DevPage::PATH,
        }
    }
}

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

impl From<agent::Shown> for Sheet {
    fn from(shown: agent::Shown) -> Self {
        Self::Agent(shown)
    }
}

impl From<legal::Shown> for Sheet {
    fn from(shown: legal::Shown) -> Self {
        Self::Legal(shown)
    }
}

impl Sheet {
    /// What the browser goes on with.
    #[cfg(feature = "ssr")]
    pub(crate) fn first(&self) -> Option<crate::app::FirstShown> {
        use crate::app::FirstShown;
        let (part, shown) = match self {
            Self::Customer(shown) => (Part::Customer, to_raw(shown)?),
            Self::Mine(shown) => (Part::Mine, to_raw(shown)?),
            Self::SignIn(shown) => (Part::SignIn, to_raw(shown)?),
            Self::Account(shown) => (Part::Account, to_raw(shown)?),
            Self::Legal(shown) => (Part::Legal, to_raw(shown)?),
            Self::Agent(shown) => (Part::Agent, to_raw(shown)?),
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
            Self::Settings(shown) => settings::page(visit, shown, forms),
            Self::Dev(shown) => dev::page(visit, shown, forms),
        }
    }
}

/// The part that a page belongs to.
pub fn part(address: &Address) -> Part {
    match address {
        Address::Home | Address::NewRequest | Address::RequestSent { .. } => Part::Customer,
        Address::Requests(_) | Address::Request { .. } => Part::Mine,
        Address::SignIn { .. } | Address::SecondStep(_) | Address::Register(_) | Address::Password(_) => {
            Part::SignIn
        }
        Address::Account { .. }
        | Address::AccountAddress { .. }
        | Address::Confirm(_)
        | Address::Factors { .. }
        | Address::FactorApp
        | Address::Data { .. }
        | Address::Delete(_) => Part::Account,
        Address::Privacy | Address::PrivacyVersion { .. } | Address::Receipt | Address::Imprint => {
            Part::Legal
        }
        Address::Queue(_)
        | Address::NewForCustomer
        | Address::RequestForAgents { .. }
        | Address::EraseCustomer { .. }
        | Address::Held { .. }
        | Address::Reports => Part::Agent,
        Address::Mail { .. } | Address::People { .. } | Address::Colleague { .. } => Part::Settings,
        Address::DevMail | Address::DevMessage { .. } => Part::Dev,
    }
}

/// Asks the desk for what a page shows.
///
/// # Errors
/// What the desk says, and that somebody has to sign in first.
#[cfg(feature = "ssr")]
pub(crate) async fn load(
    context: &crate::web::Context,
    address: &Address,
) -> Result<Sheet, crate::web::Stop> {
    match part(address) {
        Part::Customer => customer::load(context, address).await.map(Sheet::Customer),
        Part::Mine => mine::load(context, address).await.map(Sheet::Mine),
        Part::SignIn => sign_in::load(context, address).await.map(Sheet::SignIn),
        Part::Account => account::load(context, address).await.map(Sheet::Account),
        Part::Legal => legal::load(context, address).await.map(Sheet::Legal),
        Part::Agent => agent::load(context, address).await.map(Sheet::Agent),
        Part::Settings => settings::load(context, address).await.map(Sheet::Settings),
        Part::Dev => dev::load(context, address).await.map(Sheet::Dev),
    }
}

#[cfg(feature = "ssr")]
fn to_raw(shown: &impl Serialize) -> Option<Box<serde_json::value::RawValue>> {
    serde_json::value::to_raw_value(shown).ok()
}
