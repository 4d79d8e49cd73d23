//! Somebody who works at the desk, as admins see them.

use serde::{Deserialize, Serialize};
use tresen_model::{Language, PersonId, Role};

use crate::language::settings::people as text;

/// Somebody who works at the desk.
#[derive(Clone, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// What customers read as their name.
    pub name: Option<String>,
    /// Their email address.
    pub email: String,
    /// Agent or admin.
    pub role: Role,
    /// The ids of the request types that an agent works on; none are all.
    pub kinds: Vec<String>,
    /// Whether they have a second factor of this desk's own.
    pub second_factor: bool,
    /// What the provider is called that they sign in with.
    pub provider: Option<String>,
    /// Whether it is whoever asks.
    pub own: bool,
}

#[cfg(feature = "ssr")]
impl From<tresen_desk::staff::Colleague> for Person {
    fn from(one: tresen_desk::staff::Colleague) -> Self {
        let tresen_desk::staff::Colleague { id, name, email, role, kinds, second_factor, provider, own } =
            one;
        Self { id, name, email, role, kinds, second_factor, provider, own }
    }
}

impl Person {
    /// What they are called here.
    pub(super) fn called(&self, language: Language) -> String {
        self.name.clone().unwrap_or_else(|| text::no_name(language).to_owned())
    }

    /// How well their account is protected.
    pub(super) fn sign_in(&self, language: Language) -> String {
        match &self.provider {
            Some(provider) => text::with_provider(language, provider),
            None if self.second_factor => text::factor(language).to_owned(),
            None => text::no_factor(language).to_owned(),
        }
    }
}
