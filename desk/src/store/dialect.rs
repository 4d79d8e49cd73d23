//! What the engines do differently.

use sqlx::{AssertSqlSafe, PgPool};

use super::{Conn, Store, StoreError, Tx, on};

/// Tells every node something, on PostgreSQL. SQLite serves one process, which tells itself.
pub(crate) async fn notify(store: &Store, payload: &str) -> Result<(), StoreError> {
    match store {
        Store::Sqlite(_) => Ok(()),
        Store::Postgres(pool) => {
            sqlx::query("SELECT pg_notify('tresen', $1)").bind(payload).execute(pool).await.map(drop)
        }
    }
}

/// The same when a transaction commits. Commits that tell something wait for each other.
pub(crate) async fn notify_at_commit(tx: &mut Tx, payload: &str) -> Result<(), StoreError> {
    if let Conn::Postgres(c) = tx.conn() {
        sqlx::query("SELECT pg_notify('tresen', $1)").bind(payload).execute(c).await?;
    }
    Ok(())
}

/// What ends a subquery that picks rows to claim: rows that somebody else has claimed are passed
/// over. SQLite has one writer at a time.
pub(crate) fn skip_locked(conn: &Conn<'_>) -> &'static str {
    match conn {
        Conn::Sqlite(_) => "",
        Conn::Postgres(_) => "FOR UPDATE SKIP LOCKED",
    }
}

/// Adds up what is counted several times for the same, where there is much of it, and forgets what comes to
/// nothing.
pub(crate) async fn fold_counts(tx: &mut Tx) -> Result<(), StoreError> {
    let sql = match tx.conn() {
        Conn::Sqlite(_) => "DELETE FROM request_count WHERE requests = 0",
        Conn::Postgres(_) => {
            "WITH folded AS (DELETE FROM request_count WHERE (SELECT COUNT(*) FROM request_count) > 1000
                 RETURNING status, held, kind, assignee_id, requests)
             INSERT INTO request_count (status, held, kind, assignee_id, requests)
             SELECT status, held, kind, assignee_id, SUM(requests) FROM folded
             GROUP BY status, held, kind, assignee_id HAVING SUM(requests) <> 0"
        }
    };
    on!(tx.conn(), c => sqlx::query(sql).execute(c).await.map(drop))
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
