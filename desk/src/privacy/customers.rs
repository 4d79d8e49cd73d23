//! Customers as programs see them: found by address or id, not by a request.
//!
//! Every method asks for an agent who works on all request types, since a customer's data is in all of them. A
//! restricted customer is there for admins only. Who works at the desk is no customer.

use async_recursion::async_recursion as boxed;
use tresen_keys::PersonKey;
use tresen_model::{EmailAddress, Language, PersonId, PersonName, Role};
use tresen_store::on;

use crate::address::blind_index;
use crate::error::Error;
use crate::people::audit::audit;
use crate::people::person::{PersonRow, Presence};
use crate::people::restriction;
use crate::people::restriction::Restriction;
use crate::people::sessions::Agent;
use crate::people::{history, person};
use crate::privacy::Privacy;
use crate::privacy::restrict::Party;
use crate::privacy::{Asked, Erased, Export, Wish};
use crate::search::mark_stale;

/// A customer.
pub struct Customer {
    /// The id.
    pub id: PersonId,
    /// The name, if one was given.
    pub name: Option<String>,
    /// The email address.
    pub email: String,
    /// Whether there is an account.
    pub registered: bool,
    /// Whether the address was proven.
    pub proven: bool,
    /// The language of emails to them.
    pub language: Language,
    /// Whether the processing of their data is restricted (Art. 18 GDPR); seen by admins only.
    pub restriction: Option<Restriction>,
}

impl Privacy {
    /// Finds a customer by address.
    ///
    /// # Errors
    /// A refusal of `email`; [`Error::NotFound`]; [`Error::Forbidden`] for an agent of some request types only.
    #[boxed]
    pub async fn find_customer(&self, agent: &Agent, email: &str) -> Result<Customer, Error> {
        let email = EmailAddress::known(email).map_err(|problem| Error::refused("email", problem))?;
        self.people.require_all_kinds(agent).await?;
        let (person, _) = self.keys.find(&blind_index(&self.keys, &email)).await?.ok_or(Error::NotFound)?;
        self.customer(agent, person).await
    }

    /// Reads a customer.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] as in [`find_customer`](Self::find_customer).
    #[boxed]
    pub async fn customer(&self, agent: &Agent, person: PersonId) -> Result<Customer, Error> {
        let (row, key) = self.require_customer(agent, person).await?;
        let restriction = restriction::restriction(self.store.read().await?.conn(), person).await?;
        Ok(Customer {
            id: person,
            name: row.name(&key)?.map(Into::into),
            email: row.email(&key)?.into(),
            registered: row.is_registered(),
            proven: row.proven_at.is_some(),
            language: row.language(),
            restriction,
        })
    }

    async fn require_customer(
        &self,
        agent: &Agent,
        person: PersonId,
    ) -> Result<(PersonRow, PersonKey), Error> {
        self.people.require_all_kinds(agent).await?;
        let found =
            self.people.require_person(person).await.map_err(|error| error.unless_broken(Error::NotFound))?;
        let hidden = found.0.is_restricted() && agent.require_admin().is_err();
        if found.0.role()? != Role::Customer || hidden { Err(Error::NotFound) } else { Ok(found) }
    }

    /// Rectifies the name or the language of a customer who asked for it (Art. 16 GDPR). Customers with an account do
    /// so themselves.
    ///
    /// # Errors
    /// A refusal of `name`; [`Error::Forbidden`] for a customer with an account; [`Error::Restricted`];
    /// [`Error::NotFound`].
    #[boxed]
    pub async fn rectify_customer(
        &self,
        agent: &Agent,
        person: PersonId,
        name: Option<&str>,
        language: Option<Language>,
    ) -> Result<(), Error> {
        const SQL: &str =
            "UPDATE person SET name_sealed = $2, language = $3 WHERE id = $1 AND state = 'active'";
        let (row, key) = self.require_customer(agent, person).await?;
        if row.is_restricted() {
            return Err(Error::Restricted);
        }
        if row.is_registered() {
            return Err(Error::Forbidden);
        }
        let before = row.name(&key)?;
        let after = match name {
            Some(name) => PersonName::optional(name).map_err(|problem| Error::refused("name", problem))?,
            None => before.clone(),
        };
        let sealed = match &after {
            Some(name) => Some(key.seal("person.name", row.id, name.as_str().as_bytes())?),
            None => None,
        };
        let now = self.clock.now();
        let _indexing = self.search.before_renaming(person).await;
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else {
            return Err(Error::NotFound);
        };
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(row.id)
            .bind(sealed)
            .bind(language.unwrap_or(row.language()).tag())
            .execute(c)
            .await
            .map(drop))?;
        if before.as_ref().map(PersonName::as_str) != after.as_ref().map(PersonName::as_str) {
            history::note(&mut tx, person, history::PersonEvent::Name, now).await?;
        }
        mark_stale(&mut tx, person).await?;
        tx.commit().await?;
        self.wakeups.search.notify_one();
        Ok(())
    }

    /// Mails a customer a link with which they can register.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Restricted`]; a refusal of `email` when too many such mails were sent.
    #[boxed]
    pub async fn invite_customer(&self, agent: &Agent, person: PersonId) -> Result<(), Error> {
        let (row, key) = self.require_customer(agent, person).await?;
        if row.is_restricted() {
            return Err(Error::Restricted);
        }
        self.accounts.register(row.email(&key)?.as_str(), row.language()).await
    }

    /// Restricts the processing of a customer's data.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    #[boxed]
    pub async fn restrict_customer_by_id(&self, agent: &Agent, person: PersonId) -> Result<(), Error> {
        self.require_customer(agent, person).await?;
        self.restrict_person(person, Party::Agent).await
    }

    /// Lifts the restriction that an agent has set.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] when only the customer has set it.
    #[boxed]
    pub async fn lift_for_customer_by_id(&self, agent: &Agent, person: PersonId) -> Result<(), Error> {
        self.require_customer(agent, person).await?;
        self.lift_for(person, Party::Agent).await
    }

    /// Exports everything about a customer who asked for it (Art. 15 GDPR).
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin; [`Error::ProofNeeded`]; [`Error::NotFound`].
    #[boxed]
    pub async fn export_customer(&self, admin: &Agent, person: PersonId) -> Result<Export, Error> {
        self.require_admins_proof(admin)?;
        self.require_customer(admin, person).await?;
        self.note_export().await?;
        self.export_person(person).await
    }

    /// Erases a customer who asked for it (Art. 17 GDPR).
    ///
    /// # Errors
    /// As [`export_customer`](Self::export_customer), and [`Error::Unfinished`].
    #[boxed]
    pub async fn erase_customer(
        &self,
        admin: &Agent,
        person: PersonId,
        asked: Asked,
    ) -> Result<Erased, Error> {
        self.require_admins_proof(admin)?;
        self.require_customer(admin, person).await?;
        let erased = self.erase(person, Wish::Agent(asked)).await?;
        tracing::info!(agent = %admin.person(), "an agent has erased a customer");
        Ok(erased)
    }

    fn require_admins_proof(&self, admin: &Agent) -> Result<(), Error> {
        admin.require_admin()?;
        self.people.require_fresh(admin.session())
    }

    async fn note_export(&self) -> Result<(), Error> {
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        audit(&mut tx, "customer-exported", &serde_json::json!({ "customers": 1 }), now).await?;
        tx.commit().await?;
        Ok(())
    }
}
