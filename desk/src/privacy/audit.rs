//! What the desk did by itself or at the operator's command, in numbers. Holds nothing of anybody.

use serde::Serialize;
use tresen_model::Timestamp;

use crate::error::{Broken, Error};
use crate::store::{Tx, on};
use crate::{Desk, random};

/// Keeps that something was done. Within the transaction that does it, or in one of its own.
pub(crate) async fn audit(
    tx: &mut Tx,
    event: &str,
    counts: &impl Serialize,
    now: Timestamp,
) -> Result<(), Broken> {
    const SQL: &str = "INSERT INTO audit (id, event, counts, at) VALUES ($1, $2, $3, $4)";
    let Ok(counts) = serde_json::to_string(counts) else { unreachable!("numbers are JSON") };
    let id = random::id(now)?;
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(id)
        .bind(event)
        .bind(counts)
        .bind(now.0)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

impl Desk {
    /// When something was done, and in what numbers (JSON), the newest first, at most a hundred times.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[crate::boxed]
    pub async fn audited(&self, event: &str) -> Result<Vec<(Timestamp, String)>, Error> {
        const SQL: &str = "SELECT at, counts FROM audit WHERE event = $1 ORDER BY at DESC, id DESC LIMIT 100";
        let mut reader = self.store.read().await?;
        let rows: Vec<(i64, String)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(event).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(at, counts)| (Timestamp(at), counts)).collect())
    }
}
