//! What the engines do differently.

use sqlx::{AssertSqlSafe, PgPool};

use crate::{Conn, Store, StoreError, Tx};

/// Tells every node something, on PostgreSQL. SQLite serves one process, which tells itself.
pub async fn notify(store: &Store, payload: &str) -> Result<(), StoreError> {
    match store {
        Store::Sqlite(_) => Ok(()),
        Store::Postgres(pool) => {
            sqlx::query("SELECT pg_notify('tresen', $1)").bind(payload).execute(pool).await.map(drop)
        }
    }
}

/// The same when a transaction commits. Commits that tell something wait for each other.
pub async fn notify_at_commit(tx: &mut Tx, payload: &str) -> Result<(), StoreError> {
    if let Conn::Postgres(c) = tx.conn() {
        sqlx::query("SELECT pg_notify('tresen', $1)").bind(payload).execute(c).await?;
    }
    Ok(())
}

/// What ends a subquery that picks rows to claim: rows that somebody else has claimed are passed
/// over. SQLite has one writer at a time.
pub fn skip_locked(conn: &Conn<'_>) -> &'static str {
    match conn {
        Conn::Sqlite(_) => "",
        Conn::Postgres(_) => "FOR UPDATE SKIP LOCKED",
    }
}

/// `($1, $2, …)` with `count` places, the first of them `first`.
pub fn places(first: usize, count: usize) -> String {
    let places = (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>();
    format!("({})", places.join(", "))
}

/// Writes a table of PostgreSQL anew, with its indexes: of what was deleted no byte stays in them, and
/// the old files are emptied. `column` names a column with a type and an expression that change nothing.
///
/// VACUUM leaves what was deleted in the gaps of its pages, and VACUUM FULL takes along what somebody
/// with an older snapshot could still see. Nobody else uses the table meanwhile; and so that nobody waits
/// for long, it gives up when somebody else keeps the table in use, as `pg_dump` does.
pub async fn write_anew(pool: &PgPool, table: &str, column: &str) -> Result<(), StoreError> {
    let mut tx = pool.begin().await?;
    sqlx::raw_sql("SET LOCAL lock_timeout = '10s'").execute(&mut *tx).await?;
    let sql = AssertSqlSafe(format!("ALTER TABLE {table} ALTER COLUMN {column}"));
    sqlx::raw_sql(sql).execute(&mut *tx).await?;
    tx.commit().await
}
