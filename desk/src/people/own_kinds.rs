//! The request types of the agent who asks.

use super::Agent;
use super::kinds::{has_some_only, of};
use crate::error::Error;
use crate::people::People;
use crate::settings::RequestType;

impl People {
    /// The request types that the agent works on, of those in the settings.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    pub async fn kinds_of(&self, agent: &Agent) -> Result<Vec<&RequestType>, Error> {
        let kinds = of(self.store.read().await?.conn(), agent.person()).await?;
        let theirs = |known: &&RequestType| kinds.is_empty() || kinds.contains(&known.id);
        Ok(self.settings.request_types.iter().filter(theirs).collect())
    }

    /// Whoever works on some request types only does nothing that reaches a customer's other requests.
    pub(crate) async fn require_all_kinds(&self, agent: &Agent) -> Result<(), Error> {
        let some = has_some_only(self.store.read().await?.conn(), agent.person()).await?;
        if some { Err(Error::Forbidden) } else { Ok(()) }
    }
}
