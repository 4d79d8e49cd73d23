//! Storing a consent (Art. 7 GDPR).

use tresen_keys::random;
use tresen_model::{PersonId, Timestamp};
use tresen_store::{Tx, on};

use crate::error::Broken;

/// What the consent of the form is for.
const PROCESSING: &str = "processing";

/// Stores that a person agreed, now, to the text in force. `via` says where: `form` or
/// `account`.
pub(crate) async fn store(
    tx: &mut Tx,
    person: PersonId,
    version: i64,
    via: &str,
    now: Timestamp,
) -> Result<(), Broken> {
    const SQL: &str = "INSERT INTO consent (id, person_id, purpose, text_version, given_at, given_via)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let id = random::id(now)?;
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(id)
        .bind(person.0)
        .bind(PROCESSING)
        .bind(version)
        .bind(now.0)
        .bind(via)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
