//! What was done to a person's data as a whole: that a name or an address was corrected (Art. 16
//! GDPR), and that data came from another desk. Only that, and when; never what it was before.

use sqlx::types::Uuid;
use tresen_keys::random;
use tresen_model::{PersonId, Timestamp};
use tresen_store::{Conn, Tx, on};

use crate::error::Broken;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonEvent {
    /// The person gave another name, or took it away.
    Name,
    /// The person gave another mail address, and proved it.
    Address,
    /// The operator imported requests of theirs from another desk.
    Imported,
}

impl PersonEvent {
    /// The word that is stored, and that an export has.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::Imported => "imported",
        }
    }

    /// Reads [`as_str`](Self::as_str) back.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Name, Self::Address, Self::Imported].into_iter().find(|event| event.as_str() == word)
    }
}

/// One of the things that were done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonStep {
    /// What.
    pub event: PersonEvent,
    /// When.
    pub at: Timestamp,
}

/// Notes that something was done. Within the transaction that does it.
pub(crate) async fn note(
    tx: &mut Tx,
    person: PersonId,
    event: PersonEvent,
    at: Timestamp,
) -> Result<(), Broken> {
    const SQL: &str = "INSERT INTO person_history (id, person_id, event, at) VALUES ($1, $2, $3, $4)";
    let id = random::id(at)?;
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(id)
        .bind(person.0)
        .bind(event.as_str())
        .bind(at.0)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Everything that was done, oldest first.
pub(crate) async fn steps(conn: Conn<'_>, person: PersonId) -> Result<Vec<PersonStep>, Broken> {
    const SQL: &str = "SELECT id, event, at FROM person_history WHERE person_id = $1 ORDER BY at, id";
    let rows: Vec<(Uuid, String, i64)> =
        on!(conn, c => sqlx::query_as(SQL).bind(person.0).fetch_all(c).await)?;
    let step = |(id, event, at): (Uuid, String, i64)| {
        let event = PersonEvent::parse(&event).ok_or(Broken::Inconsistent("person_history.event", id))?;
        Ok(PersonStep { event, at: Timestamp(at) })
    };
    rows.into_iter().map(step).collect()
}
