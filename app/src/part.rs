//! The parts of the app, and which page belongs to which.

use serde::{Deserialize, Serialize};
use tresen_model::Address;

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
    /// The agents' day: the queue, requests, calls.
    Agent,
    /// What agents do now and then: reports, erasing a customer.
    Supervision,
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
            Self::Mine | Self::SignIn => "mine",
            Self::Account | Self::Legal | Self::Dev => "account",
            Self::Agent => "agent",
            Self::Supervision | Self::Settings => "settings",
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
        | Address::Tokens { .. }
        | Address::FactorApp
        | Address::Data { .. }
        | Address::Delete(_) => Part::Account,
        Address::Privacy | Address::PrivacyVersion { .. } | Address::Receipt | Address::Imprint => {
            Part::Legal
        }
        Address::Queue(_)
        | Address::NewForCustomer
        | Address::RequestForAgents { .. }
        | Address::Held { .. } => Part::Agent,
        Address::EraseCustomer { .. } | Address::Reports => Part::Supervision,
        Address::Mail { .. }
        | Address::People { .. }
        | Address::Colleague { .. }
        | Address::ServiceTokens { .. }
        | Address::Webhooks { .. }
        | Address::Webhook { .. } => Part::Settings,
        Address::DevMail | Address::DevMessage { .. } => Part::Dev,
    }
}
