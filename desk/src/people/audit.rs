//! What the desk did by itself or at the operator's command, in numbers. Holds nothing of anybody.

use async_recursion::async_recursion as boxed;
use serde::Serialize;
use sqlx::types::Uuid;
use tresen_keys::random;
use tresen_model::Timestamp;
use tresen_store::{Tx, from_row, on};

use crate::error::{Broken, Error};
use crate::people::Agent;
use crate::people::People;

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

/// One entry of the audit log.
pub struct Audited {
    /// Its id.
    pub id: Uuid,
    /// What was done, in a word.
    pub event: String,
    /// In what numbers (JSON).
    pub counts: String,
    /// When.
    pub at: Timestamp,
}

struct Row {
    id: Uuid,
    event: String,
    counts: String,
    at: i64,
}

from_row!(Row { id, event, counts, at });

impl People {
    /// The audit log, oldest first: what follows an entry, or the beginning.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin.
    #[boxed]
    pub async fn audit_log(
        &self,
        admin: &Agent,
        after: Option<(Timestamp, Uuid)>,
        limit: usize,
    ) -> Result<Vec<Audited>, Error> {
        const SQL: &str =
            "SELECT id, event, counts, at FROM audit WHERE (at, id) > ($1, $2) ORDER BY at, id LIMIT $3";
        admin.require_admin()?;
        let (at, id) = after.map_or((i64::MIN, Uuid::nil()), |(at, id)| (at.0, id));
        let mut reader = self.store.read().await?;
        let rows: Vec<Row> = on!(reader.conn(), c => sqlx::query_as(SQL)
            .bind(at)
            .bind(id)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(c)
            .await)?;
        let entry = |Row { id, event, counts, at }| Audited { id, event, counts, at: Timestamp(at) };
        Ok(rows.into_iter().map(entry).collect())
    }

    /// When something was done, and in what numbers (JSON), the newest first, at most a hundred times.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn audited(&self, event: &str) -> Result<Vec<(Timestamp, String)>, Error> {
        const SQL: &str = "SELECT at, counts FROM audit WHERE event = $1 ORDER BY at DESC, id DESC LIMIT 100";
        let mut reader = self.store.read().await?;
        let rows: Vec<(i64, String)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(event).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(at, counts)| (Timestamp(at), counts)).collect())
    }
}
