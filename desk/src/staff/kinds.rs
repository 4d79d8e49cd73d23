//! Keeping an agent to some request types.

use async_recursion::async_recursion as boxed;
use tresen_model::{EmailAddress, PersonId, Problem, Role, Timestamp};
use tresen_store::Tx;

use crate::address::blind_index;
use crate::error::{Broken, Error};
use crate::people::person::Presence;
use crate::people::{kinds, person};
use crate::requests::change;
use crate::staff::Staff;

/// Keeps an agent to other request types; none are all. Requests of types that they work on no more are unassigned.
pub(super) async fn replace(
    tx: &mut Tx,
    agent: PersonId,
    kinds: &[String],
    now: Timestamp,
) -> Result<(), Broken> {
    kinds::replace(tx, agent, kinds).await?;
    change::release_unseen(tx, agent, now).await
}

impl Staff {
    /// Says which request types an agent works on; none are all. For the operator's command line.
    ///
    /// # Errors
    /// A refusal of `email` when nobody at the desk has it, or an admin, who sees everything; of `kinds`
    /// when one is no request type.
    #[boxed]
    pub async fn set_kinds(&self, email: &str, kinds: &[String]) -> Result<(), Error> {
        let email = EmailAddress::parse(email).map_err(|problem| Error::refused("email", problem))?;
        if kinds.iter().any(|kind| self.settings.request_type(kind).is_none()) {
            return Err(Error::refused("kinds", Problem::ChoiceUnknown));
        }
        let no_agent = || Error::refused("email", Problem::ChoiceUnknown);
        let (agent, _) = self.keys.find(&blind_index(&self.keys, &email)).await?.ok_or_else(no_agent)?;
        let mut tx = self.store.write().await?;
        let now = self.clock.now();
        let Presence::Here = person::touch(&mut tx, agent, now).await? else { return Err(no_agent()) };
        let row = person::find(tx.conn(), agent).await?.ok_or_else(no_agent)?;
        if row.role()? != Role::Agent {
            return Err(no_agent());
        }
        replace(&mut tx, agent, kinds, now).await?;
        tx.commit().await?;
        Ok(())
    }
}
