//! What the engines do differently.

use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, PgPool};

use super::{Conn, StoreError, Tx, on};

/// Tells every node that something happened: PostgreSQL delivers `payload` when the
/// transaction commits. SQLite serves one process, which tells itself.
pub(crate) async fn notify(tx: &mut Tx, payload: &str) -> Result<(), StoreError> {
    if let Conn::Postgres(c) = tx.conn() {
        sqlx::query("SELECT pg_notify('tresen', $1)").bind(payload).execute(c).await?;
    }
    Ok(())
}

/// Claims those of some mails that are still due, until `until`: nobody else gets them before.
pub(crate) async fn claim_mails(
    tx: &mut Tx,
    now: i64,
    until: i64,
    mails: &[Uuid],
) -> Result<Vec<Uuid>, StoreError> {
    // What another node is claiming now is not due any more when it is done.
    let lock = skip_locked(&tx.conn());
    let sql = format!(
        "UPDATE outbox SET next_attempt_at = $1, attempts = attempts + 1 WHERE id IN (
         SELECT id FROM outbox WHERE state = 'queued' AND next_attempt_at <= $2 AND id IN {} {lock})
         RETURNING id",
        places(3, mails.len())
    );
    let rows: Vec<(Uuid,)> = on!(tx.conn(), c => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(until).bind(now);
        for mail in mails {
            query = query.bind(*mail);
        }
        query.fetch_all(c).await
    })?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What ends a subquery that picks rows to claim: rows that somebody else has claimed are passed
/// over. SQLite has one writer at a time.
pub(crate) fn skip_locked(conn: &Conn<'_>) -> &'static str {
    match conn {
        Conn::Sqlite(_) => "",
        Conn::Postgres(_) => "FOR UPDATE SKIP LOCKED",
    }
}

/// `($1, $2, …)` with `count` places, the first of them `first`.
pub(crate) fn places(first: usize, count: usize) -> String {
    let places = (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>();
    format!("({})", places.join(", "))
}

/// Writes a table of PostgreSQL anew, with its indexes: of what was deleted no byte stays in them, and
/// the old files are emptied. `column` names a column with a type and an expression that change nothing.
///
/// VACUUM leaves what was deleted in the gaps of its pages, and VACUUM FULL takes along what somebody
/// with an older snapshot could still see. Nobody else uses the table meanwhile; and so that nobody waits
/// for long, it gives up when somebody else keeps the table in use, as `pg_dump` does.
pub(crate) async fn write_anew(pool: &PgPool, table: &str, column: &str) -> Result<(), StoreError> {
    let mut tx = pool.begin().await?;
    sqlx::raw_sql("SET LOCAL lock_timeout = '10s'").execute(&mut *tx).await?;
    let sql = AssertSqlSafe(format!("ALTER TABLE {table} ALTER COLUMN {column}"));
    sqlx::raw_sql(sql).execute(&mut *tx).await?;
    tx.commit().await
}
