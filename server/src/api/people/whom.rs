//! Who an address names.

use tresen_desk::people::{Agent, Session};
use tresen_desk::tokens::{Scope, Who};
use tresen_model::PersonId;

use crate::api::gate::Called;
use crate::api::problem::{Failed, Problem};
use crate::api::state::Api;

/// Whom an address names.
pub(super) enum Whom {
    /// A customer, for an agent.
    Other(Agent, PersonId),
    /// Whose token it is.
    Own(Session),
}

impl Called {
    /// A customer reaches themselves, as `me` or by id; an agent a customer by id.
    pub(super) fn whom(&self, api: &Api, scope: Scope, id: &str) -> Result<Whom, Failed> {
        let person = PersonId::parse(id);
        match self.who(api, scope)? {
            Who::Customer(session) if id == "me" || person == Some(session.person()) => {
                Ok(Whom::Own(session))
            }
            Who::Agent(agent) => Ok(Whom::Other(agent, person.ok_or(Problem::NotFound)?)),
            Who::Customer(_) => Err(Problem::NotFound.into()),
        }
    }

    /// The same for what only agents do.
    pub(super) fn whom_as_agent(
        &self,
        api: &Api,
        scope: Scope,
        id: &str,
    ) -> Result<(Agent, PersonId), Failed> {
        match self.whom(api, scope, id)? {
            Whom::Other(agent, person) => Ok((agent, person)),
            Whom::Own(_) => Err(Problem::Forbidden.into()),
        }
    }
}
