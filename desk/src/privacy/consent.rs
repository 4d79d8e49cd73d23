//! Consent (Art. 7 GDPR): dated, with the version of the text that was agreed to, and as easy
//! to withdraw as to give.
//!
//! Whoever withdraws has the processing of their data restricted ([`super::restrict`]) until
//! they erase it or agree again.

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_model::{PersonId, Timestamp};
use tresen_store::{Conn, on};

use super::owner::Owner;
use super::restrict::{self, Party};
use crate::error::{Broken, Error};
use crate::people::consent;
use crate::people::person::{self, Presence};
use crate::privacy::Privacy;

/// A consent as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// What names it in the form that withdraws it.
    pub id: String,
    /// The version of the privacy statement that was agreed to.
    pub version: i64,
    /// When it was given.
    pub given_at: Timestamp,
    /// Where: `form` is the form for a new request, `account` the page of one's own data.
    pub via: String,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// Where the text stands when it is another desk's: the consent was given there and imported.
    pub elsewhere: Option<String>,
}

/// The consents of a person, the newest first.
pub(super) async fn consents(conn: Conn<'_>, person: PersonId) -> Result<Vec<Consent>, Broken> {
    const SQL: &str = "SELECT id, text_version, given_at, given_via, withdrawn_at, elsewhere FROM consent
        WHERE person_id = $1 ORDER BY given_at DESC, id DESC";
    type Row = (Uuid, i64, i64, String, Option<i64>, Option<String>);
    let rows: Vec<Row> = on!(conn, c => sqlx::query_as(SQL).bind(person.0).fetch_all(c).await)?;
    let consent = |(id, version, given_at, via, withdrawn_at, elsewhere): Row| Consent {
        id: id.simple().to_string(),
        version,
        given_at: Timestamp(given_at),
        via,
        withdrawn_at: withdrawn_at.map(Timestamp),
        elsewhere,
    };
    Ok(rows.into_iter().map(consent).collect())
}

/// Whether all that was agreed to was withdrawn.
pub(super) fn all_withdrawn(consents: &[Consent]) -> bool {
    !consents.is_empty() && consents.iter().all(|consent| consent.withdrawn_at.is_some())
}

impl Privacy {
    /// What the person has agreed to, the newest first.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn consents(&self, owner: &impl Owner) -> Result<Vec<Consent>, Error> {
        Ok(consents(self.store.read().await?.conn(), owner.person()).await?)
    }

    pub(super) async fn needs_consent(&self, owner: &impl Owner) -> Result<bool, Error> {
        Ok(all_withdrawn(&self.consents(owner).await?))
    }

    /// Withdraws one consent, or all of them. From then on the person's data is restricted,
    /// as if they had asked for that too. What was withdrawn before stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`] while the person is being erased.
    #[boxed]
    pub async fn withdraw_consent(&self, owner: &impl Owner, which: Option<&str>) -> Result<(), Error> {
        const ALL: &str =
            "UPDATE consent SET withdrawn_at = $2 WHERE person_id = $1 AND withdrawn_at IS NULL";
        const ONE: &str = "UPDATE consent SET withdrawn_at = $2
            WHERE person_id = $1 AND withdrawn_at IS NULL AND id = $3";
        let person = owner.person();
        let id = match which.map(Uuid::try_parse).transpose() {
            Ok(id) => id,
            Err(_) => return Err(Error::NotFound),
        };
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::NotFound) };
        let withdrawn = on!(tx.conn(), c => {
            let statement = sqlx::query(if id.is_some() { ONE } else { ALL }).bind(person.0).bind(now.0);
            match id {
                Some(id) => statement.bind(id).execute(c).await,
                None => statement.execute(c).await,
            }
            .map(|done| done.rows_affected())
        })?;
        if withdrawn == 0 {
            return Ok(tx.rollback().await?);
        }
        // Staff withdraw what they agreed to as customers; their work goes on.
        let restricted = restrict::set(&mut tx, person, Party::Customer, now).await?;
        tx.commit().await?;
        if restricted { self.withdraw_from_search(person).await } else { Ok(()) }
    }

    /// Agrees to the privacy statement in force, and lifts what withdrawing has restricted.
    /// What agents have restricted stays so.
    ///
    /// # Errors
    /// [`Error::NotFound`] while the person is being erased.
    #[boxed]
    pub async fn give_consent(&self, owner: &impl Owner) -> Result<(), Error> {
        let person = owner.person();
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::NotFound) };
        consent::store(&mut tx, person, self.privacy_version, "account", now).await?;
        restrict::unset(&mut tx, person, Party::Customer, now).await?;
        tx.commit().await?;
        self.after_lifting(person).await
    }
}
