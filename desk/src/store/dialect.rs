//! What the engines do differently.

use sqlx::types::Uuid;

use super::{Conn, StoreError, Tx};

/// Tells every node that something happened: PostgreSQL delivers `payload` when the
/// transaction commits. SQLite serves one process, which tells itself.
pub(crate) async fn notify(tx: &mut Tx, payload: &str) -> Result<(), StoreError> {
    if let Conn::Postgres(c) = tx.conn() {
        sqlx::query("SELECT pg_notify('tresen', $1)").bind(payload).execute(c).await?;
    }
    Ok(())
}

/// Claims up to `most` mails that are due, until `until`: nobody else gets them before.
pub(crate) async fn claim_mails(
    tx: &mut Tx,
    now: i64,
    until: i64,
    most: i64,
) -> Result<Vec<Uuid>, StoreError> {
    const SQLITE: &str = "UPDATE outbox SET next_attempt_at = $1, attempts = attempts + 1 WHERE id IN (
        SELECT id FROM outbox WHERE state = 'queued' AND next_attempt_at <= $2
        ORDER BY next_attempt_at LIMIT $3) RETURNING id";
    const POSTGRES: &str = "UPDATE outbox SET next_attempt_at = $1, attempts = attempts + 1 WHERE id IN (
        SELECT id FROM outbox WHERE state = 'queued' AND next_attempt_at <= $2
        ORDER BY next_attempt_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id";
    let rows: Vec<(Uuid,)> = match tx.conn() {
        Conn::Sqlite(c) => sqlx::query_as(SQLITE).bind(until).bind(now).bind(most).fetch_all(c).await?,
        Conn::Postgres(c) => sqlx::query_as(POSTGRES).bind(until).bind(now).bind(most).fetch_all(c).await?,
    };
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// `($1, $2, …)` with `count` places, the first of them `first`.
pub(crate) fn places(first: usize, count: usize) -> String {
    let places = (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>();
    format!("({})", places.join(", "))
}
