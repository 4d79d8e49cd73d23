//! Tokens of services in the browser, for admins.

use async_recursion::async_recursion as boxed;

use super::service::{NewService, ServiceToken};
use crate::error::Error;
use crate::people::Agent;
use crate::secret::Secret;
use crate::tokens::Tokens;

/// The longest life of a token that is not endless, in days.
const LONGEST: u32 = 3650;

impl Tokens {
    /// Makes a token for a service. The secret is shown here and never again. The fresh proof stands for one at each use
    /// of its scopes.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin, [`Error::ProofNeeded`], a refusal of `days`, and those of
    /// [`add_service_token`](Self::add_service_token).
    #[boxed]
    pub async fn make_service_token(&self, admin: &Agent, new: &NewService<'_>) -> Result<Secret, Error> {
        admin.require_admin()?;
        self.people.require_fresh(admin.session())?;
        if new.days.is_some_and(|days| days == 0 || days > LONGEST) {
            return Err(Error::refused("days", tresen_model::Problem::ChoiceUnknown));
        }
        self.add_service_token(new).await
    }

    /// All tokens of services, by name.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin.
    #[boxed]
    pub async fn service_tokens_for_admin(&self, admin: &Agent) -> Result<Vec<ServiceToken>, Error> {
        admin.require_admin()?;
        self.service_tokens().await
    }

    /// Ends a service's token at once. One that is gone already is fine.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin.
    #[boxed]
    pub async fn end_service_token(&self, admin: &Agent, name: &str) -> Result<(), Error> {
        admin.require_admin()?;
        self.remove_service_token(name).await.map(drop)
    }
}
