//! What is stored about a person (Art. 15 GDPR), in numbers and kinds.

use async_recursion::async_recursion as boxed;
use tresen_model::views::ErasureCount;
use tresen_model::{Channel, EmailAddress, Timestamp};
use tresen_store::on;

use super::consent::{self, Consent};
use super::owner::Owner;
use crate::error::Error;
use crate::people::restriction;
use crate::people::restriction::Restriction;
use crate::people::{PersonStep, history};
use crate::privacy::Privacy;

/// What is stored about a person, for themselves.
pub struct Overview {
    /// The mail address.
    pub email: EmailAddress,
    /// What they want to be called.
    pub name: Option<String>,
    /// Since when they are known here.
    pub since: Timestamp,
    /// Since when the address is proven.
    pub proven_at: Option<Timestamp>,
    /// Everything of theirs, in numbers.
    pub count: ErasureCount,
    /// How many requests came which way.
    pub channels: Vec<(Channel, u64)>,
    /// How many mails went to them.
    pub mails_sent: u64,
    /// What they agreed to, the newest first.
    pub consents: Vec<Consent>,
    /// Whether the processing is restricted.
    pub restriction: Option<Restriction>,
    /// Whether all consent was withdrawn, so that it takes a new one to go on.
    pub needs_consent: bool,
    /// Corrections of name and address, and imports, oldest first.
    pub history: Vec<PersonStep>,
    /// Whether they work at the desk: then there is nothing to restrict.
    pub staff: bool,
}

impl Privacy {
    /// What is stored about a person, for themselves.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when they are being erased.
    #[boxed]
    pub async fn data_overview(&self, owner: &impl Owner) -> Result<Overview, Error> {
        const SINCE: &str = "SELECT created_at FROM person WHERE id = $1";
        const CHANNELS: &str = "SELECT channel, COUNT(*) FROM request WHERE person_id = $1 GROUP BY channel";
        const SENT: &str = "SELECT COUNT(*) FROM outbox WHERE person_id = $1 AND state = 'sent'";
        let person = owner.person();
        let (row, key) = self.people.require_person(person).await?;
        let count = self.erasure_preview(owner).await?;
        let mut reader = self.store.read().await?;
        let (since,): (i64,) =
            on!(reader.conn(), c => sqlx::query_as(SINCE).bind(person.0).fetch_one(c).await)?;
        let channels: Vec<(String, i64)> =
            on!(reader.conn(), c => sqlx::query_as(CHANNELS).bind(person.0).fetch_all(c).await)?;
        let (sent,): (i64,) =
            on!(reader.conn(), c => sqlx::query_as(SENT).bind(person.0).fetch_one(c).await)?;
        let consents = consent::consents(reader.conn(), person).await?;
        let known =
            |(channel, count): &(String, i64)| Some((Channel::parse(channel)?, count.cast_unsigned()));
        Ok(Overview {
            email: row.email(&key)?,
            name: row.name(&key)?.map(Into::into),
            since: Timestamp(since),
            proven_at: row.proven_at.map(Timestamp),
            count,
            channels: channels.iter().filter_map(known).collect(),
            mails_sent: sent.cast_unsigned(),
            needs_consent: consent::all_withdrawn(&consents),
            consents,
            restriction: restriction::restriction(reader.conn(), person).await?,
            history: history::steps(reader.conn(), person).await?,
            staff: row.role()?.is_staff(),
        })
    }
}
