//! Restriction of processing (Art. 18 GDPR): a person's data is kept and nothing else is done
//! with it, but what they want themselves (Art. 18(2)).
//!
//! While it lasts,
//! - agents find the person's requests in no list, count or search, and by number only that
//!   they exist and are restricted ([`Error::Restricted`]);
//! - nobody answers, notes, changes or writes down anything for the person, and the person
//!   writes nothing either: an answer could not be read;
//! - their words are not in the search index, and mails wait in the outbox, except those that
//!   the person asked for themselves: about logging in, their address, and erasure;
//! - the person logs in, reads, exports, corrects and erases as ever.
//!
//! The customer and the agents may each restrict, and each lift their own (`both` until then).

use async_recursion::async_recursion as boxed;
use tresen_model::{PersonId, RequestNumber, Timestamp};
use tresen_store::{StoreError, Tx, on};

use super::owner::Owner;
use crate::error::{Broken, Error};
use crate::people::Agent;
use crate::people::Restriction;
use crate::people::person::{self, Presence};
use crate::people::restriction;
use crate::privacy::Privacy;
use crate::requests::find_of_kind;
use crate::webhook_event::{self, WebhookEvent};

#[derive(Clone, Copy)]
pub(crate) enum Party {
    Customer,
    Agent,
}

impl Party {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Customer => ("customer", "agent"),
            Self::Agent => ("agent", "customer"),
        }
    }
}

/// Restricts within a transaction; `false` for staff, whose data is no customer's.
pub(super) async fn set(tx: &mut Tx, person: PersonId, party: Party, now: Timestamp) -> Result<bool, Broken> {
    const SQL: &str = "UPDATE person SET restricted_at = COALESCE(restricted_at, $2),
        restricted_by = CASE WHEN restricted_by IS NULL OR restricted_by = $3 THEN $3 ELSE 'both' END
        WHERE id = $1 AND state = 'active' AND role = 'customer'";
    let (own, _) = party.words();
    let done = on!(tx.conn(), c => sqlx::query(SQL)
        .bind(person.0)
        .bind(now.0)
        .bind(own)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done == 1 {
        webhook_event::note_person(tx, WebhookEvent::PersonRestricted, person, now).await?;
    }
    Ok(done == 1)
}

/// Lifts what the party has set, within a transaction; `false` when there is nothing of theirs.
pub(super) async fn unset(
    tx: &mut Tx,
    person: PersonId,
    party: Party,
    now: Timestamp,
) -> Result<bool, StoreError> {
    const SQL: &str = "UPDATE person SET
        restricted_at = CASE WHEN restricted_by = 'both' THEN restricted_at ELSE NULL END,
        restricted_by = CASE WHEN restricted_by = 'both' THEN $3 ELSE NULL END
        WHERE id = $1 AND state = 'active' AND restricted_by IN ($2, 'both')";
    // Mails that were held back have all their tries before them.
    const MAILS: &str = "UPDATE outbox SET created_at = $2, next_attempt_at = $2
        WHERE person_id = $1 AND state = 'queued'";
    let (own, other) = party.words();
    let done = on!(tx.conn(), c => sqlx::query(SQL)
        .bind(person.0)
        .bind(own)
        .bind(other)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done == 1 && restriction::restriction(tx.conn(), person).await?.is_none() {
        on!(tx.conn(), c => sqlx::query(MAILS).bind(person.0).bind(now.0).execute(c).await.map(drop))?;
    }
    Ok(done == 1)
}

impl Privacy {
    /// Whether one's own data is restricted.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn own_restriction(&self, owner: &impl Owner) -> Result<Option<Restriction>, Error> {
        Ok(restriction::restriction(self.store.read().await?.conn(), owner.person()).await?)
    }

    /// Restricts the processing of one's own data. Restricted already is fine.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for staff, whose work is no customer's data.
    #[boxed]
    pub async fn restrict(&self, owner: &impl Owner) -> Result<(), Error> {
        self.restrict_person(owner.person(), Party::Customer).await
    }

    /// Lifts the restriction that the customer has set. Not restricted is fine.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when only agents have set it, or consent was withdrawn and not
    /// given again: that is done by [`give_consent`](Self::give_consent).
    #[boxed]
    pub async fn lift_restriction(&self, owner: &impl Owner) -> Result<(), Error> {
        if self.needs_consent(owner).await? {
            return Err(Error::Forbidden);
        }
        self.lift_for(owner.person(), Party::Customer).await
    }

    /// An agent restricts the processing of a customer's data, named by one of their requests.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] when it is the request of somebody on staff, and for an
    /// agent who works on some request types only: it reaches all requests of the customer.
    #[boxed]
    pub async fn restrict_customer(&self, agent: &Agent, number: RequestNumber) -> Result<(), Error> {
        let customer = self.customer_of(agent, number).await?;
        self.people.require_all_kinds(agent).await?;
        self.restrict_person(customer, Party::Agent).await
    }

    /// Lifts the restriction that an agent has set.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] when only the customer has set it, and for an agent who
    /// works on some request types only.
    #[boxed]
    pub async fn lift_for_customer(&self, agent: &Agent, number: RequestNumber) -> Result<(), Error> {
        let customer = self.customer_of(agent, number).await?;
        self.people.require_all_kinds(agent).await?;
        self.lift_for(customer, Party::Agent).await
    }

    /// All that an agent learns of a restricted customer's request: since when, and by whom.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    #[boxed]
    pub async fn restriction_of(
        &self,
        agent: &Agent,
        number: RequestNumber,
    ) -> Result<Option<Restriction>, Error> {
        let customer = self.customer_of(agent, number).await?;
        Ok(restriction::restriction(self.store.read().await?.conn(), customer).await?)
    }

    async fn customer_of(&self, agent: &Agent, number: RequestNumber) -> Result<PersonId, Error> {
        Ok(find_of_kind(self.store.read().await?.conn(), agent, number).await?.customer())
    }

    pub(crate) async fn restrict_person(&self, person: PersonId, party: Party) -> Result<(), Error> {
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::NotFound) };
        if !set(&mut tx, person, party, now).await? {
            return Err(Error::Forbidden);
        }
        tx.commit().await?;
        self.withdraw_from_search(person).await
    }

    pub(crate) async fn lift_for(&self, person: PersonId, party: Party) -> Result<(), Error> {
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::NotFound) };
        if !unset(&mut tx, person, party, now).await? {
            return match restriction::restriction(tx.conn(), person).await? {
                Some(_) => Err(Error::Forbidden),
                None => Ok(tx.rollback().await?),
            };
        }
        tx.commit().await?;
        self.after_lifting(person).await
    }

    /// Takes the words of somebody who was restricted just now out of the index.
    pub(super) async fn withdraw_from_search(&self, person: PersonId) -> Result<(), Error> {
        // The indexer has ended with what it began before the person was restricted.
        let _indexer = self.search.writing.lock().await;
        self.search.forget_words_elsewhere(person).await?;
        self.search.index.forget(person).await?;
        Ok(self.search.index.forget_traces().await?)
    }

    /// Search finds the person's requests again, and mails that waited go.
    pub(super) async fn after_lifting(&self, person: PersonId) -> Result<(), Error> {
        self.search.make_searchable_again(person).await?;
        self.wakeups.mail.notify_one();
        Ok(())
    }

    /// Takes everybody who is restricted out of the index: a crash may have come between the
    /// one and the other.
    pub(crate) async fn keep_restricted_unsearchable(&self) -> Result<(), Broken> {
        const SQL: &str = "SELECT id FROM person WHERE restricted_at IS NOT NULL";
        let mut reader = self.store.read().await?;
        let rows: Vec<(sqlx::types::Uuid,)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).fetch_all(c).await)?;
        drop(reader);
        for (person,) in rows {
            let _indexer = self.search.writing.lock().await;
            self.search.index.forget(PersonId(person)).await?;
        }
        Ok(())
    }
}
