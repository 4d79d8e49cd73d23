//! What admins look after: email, people, and other programs.
//!
//! - [`mail`], [`people`], [`colleague`], [`services`], [`webhooks`], [`webhook`]: the pages
//! - [`made`]: the pages that show a secret, once
//! - [`person`], [`duty`]: somebody who works at the desk, and the fields for what they may do
//! - [`tabs`], [`lock`]: what stands on several of the pages

pub mod colleague;
mod duty;
pub mod lock;
pub mod made;
pub mod mail;
pub mod people;
pub mod person;
#[cfg(feature = "ssr")]
mod server;
pub mod services;
mod tabs;
pub mod webhook;
pub mod webhooks;

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
    /// `/agent/settings/mail`
    Mail(mail::Mail),
    /// `/agent/settings/people`
    People(people::People),
    /// `/agent/settings/people/{id}`
    Colleague(colleague::Colleague),
    /// `/agent/settings/tokens`
    Services(services::Services),
    /// `/agent/settings/webhooks`
    Webhooks(webhooks::Webhooks),
    /// `/agent/settings/webhooks/{id}`
    Webhook(webhook::One),
    /// The answer to what makes a secret: it is shown once.
    Made(made::Made),
}

/// The page.
pub fn page(visit: &Visit, shown: Shown, forms: &Forms) -> Page {
    match shown {
        Shown::Mail(mail) => mail::page(visit, mail, forms),
        Shown::People(people) => people::page(visit, people, forms),
        Shown::Colleague(colleague) => colleague::page(visit, colleague, forms),
        Shown::Services(services) => services::page(visit, services, forms),
        Shown::Webhooks(webhooks) => webhooks::page(visit, webhooks, forms),
        Shown::Webhook(one) => webhook::page(visit, one, forms),
        Shown::Made(made) => made::page(visit, made),
    }
}
