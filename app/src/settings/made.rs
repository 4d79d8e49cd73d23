//! The pages that show a secret, once.

use serde::{Deserialize, Serialize};
use tresen_model::Address;

use crate::language::settings::{services, webhooks};
use crate::page::{Page, Place};
use crate::parts::secret::{self, Said};
use crate::visit::Visit;

/// A secret that was made just now.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    /// The token of a service.
    Token(String),
    /// What signs the deliveries of a webhook.
    Webhook {
        /// The secret.
        secret: String,
        /// The page of the webhook.
        on: String,
    },
}

/// The page.
pub(super) fn page(visit: &Visit, made: Made) -> Page {
    let language = visit.language;
    let (said, secret) = match made {
        Made::Token(secret) => {
            let said = Said {
                title: services::made_title(language),
                lede: services::made_lede(language),
                usage: services::made_use(language),
                kept: services::kept(language),
                on: Address::ServiceTokens { done: String::new() },
            };
            (said, secret)
        }
        Made::Webhook { secret, on } => {
            let said = Said {
                title: webhooks::made_title(language),
                lede: webhooks::made_lede(language),
                usage: webhooks::made_use(language),
                kept: webhooks::kept(language),
                on: Address::read(&on).unwrap_or(Address::Webhooks { done: String::new() }),
            };
            (said, secret)
        }
    };
    secret::page(said, secret, Place::Queue)
}
