//! How many requests there are of each kind, kept by triggers (docs/decisions/0021-counts-by-triggers.md).

use async_recursion::async_recursion as boxed;
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_store::{Conn, StoreError, Tx, on};

use super::queue::ACTIVE;
use crate::error::Error;
use crate::people::{Agent, kinds};
use crate::requests::Requests;

/// How many requests want something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueCounts {
    /// Open and waiting.
    pub active: u64,
    /// Of those, the agent's own.
    pub mine: u64,
    /// Of those, nobody's.
    pub unassigned: u64,
    /// Held back as suspected spam, in none of the above.
    pub held: u64,
    /// Messages that are set aside; none for those who are no admin.
    pub aside: u64,
}

/// Adds up the counts that are kept, and takes off the requests of restricted persons, of which there are few. `$1`
/// is the agent, `$2` stands for nobody.
fn counts() -> String {
    let sum = |condition: &str| {
        format!("CAST(COALESCE(SUM(CASE WHEN {condition} THEN requests ELSE 0 END), 0) AS BIGINT)")
    };
    format!(
        "SELECT {}, {}, {}, {} FROM (
         SELECT status, held, kind, assignee_id, requests FROM request_count
         UNION ALL SELECT status, held_at IS NOT NULL, kind, COALESCE(assignee_id, $2), -1 FROM request
         WHERE person_id IN (SELECT id FROM person WHERE restricted_at IS NOT NULL)
         ) AS counted WHERE (held OR {ACTIVE}) AND {}",
        sum("NOT held"),
        sum("NOT held AND assignee_id = $1"),
        sum("NOT held AND assignee_id = $2"),
        sum("held"),
        kinds::seen_by("$1", "counted.kind"),
    )
}

impl Requests {
    /// How many requests want something.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn queue_counts(&self, agent: &Agent) -> Result<QueueCounts, Error> {
        let mut reader = self.store.read().await?;
        let sql = counts();
        let (active, mine, unassigned, held): (i64, i64, i64, i64) = on!(reader.conn(), c =>
            sqlx::query_as(AssertSqlSafe(sql)).bind(agent.person().0).bind(Uuid::nil()).fetch_one(c).await)?;
        let aside = match agent.require_admin() {
            Ok(()) => set_aside(reader.conn()).await?,
            Err(_) => 0,
        };
        Ok(QueueCounts {
            active: active.cast_unsigned(),
            mine: mine.cast_unsigned(),
            unassigned: unassigned.cast_unsigned(),
            held: held.cast_unsigned(),
            aside: aside.into(),
        })
    }
}

/// How many messages are set aside.
pub(crate) async fn set_aside(conn: Conn<'_>) -> Result<u32, StoreError> {
    const SQL: &str = "SELECT COUNT(*) FROM mail_aside";
    let (count,): (i64,) = on!(conn, c => sqlx::query_as(SQL).fetch_one(c).await)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Adds up what is counted several times for the same, where there is much of it, and forgets what comes to
/// nothing.
pub(crate) async fn fold(tx: &mut Tx) -> Result<(), StoreError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::DATA;
    use tresen_store::{Location, Pool, Statement, Store};

    #[tokio::test]
    async fn the_counts_read_no_request() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = Location::File(folder.path().join("tresen.db"));
        let store = Store::open(&file, &DATA, Pool::of(4)).await.expect("opens");
        let mut statement = Statement::default();
        statement.push(&format!("EXPLAIN QUERY PLAN {}", counts()));
        let mut reader = store.read().await.expect("a connection");
        let rows: Vec<(i64, i64, i64, String)> = statement.fetch_all(reader.conn()).await.expect("a plan");
        drop(reader);
        let plan = rows.into_iter().map(|(_, _, _, step)| step).collect::<Vec<_>>().join("; ");
        assert!(plan.contains("SCAN request_count"), "{plan}");
        assert!(!plan.contains("SCAN request;") && !plan.contains("SCAN request USING"), "{plan}");
        store.close().await;
    }
}
