//! Consent (Art. 7 GDPR): dated, with the version of the text that was agreed to.

use tresen_model::{PersonId, Timestamp};

use crate::error::Broken;
use crate::store::{Tx, on};
use crate::{Desk, random};

/// What the consent of the form is for.
const PROCESSING: &str = "processing";

impl Desk {
    /// Stores that a person agreed, now, to the text in force. `via` says where: `form`.
    pub(crate) async fn store_consent(
        &self,
        tx: &mut Tx,
        person: PersonId,
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
            .bind(self.privacy_version)
            .bind(now.0)
            .bind(via)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
