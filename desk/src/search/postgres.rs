//! The index on PostgreSQL: unlogged tables, so that words can be made to go.
//!
//! PostgreSQL deletes by leaving out. After `DELETE` and `VACUUM` the words still stand in the gaps of
//! the table's pages, and a GIN index never gives up a word that it once had. Only a table that is
//! written anew is free of them. So the words are in several [tables](super::buckets), by person, and forgetting
//! writes one of them anew: its old files are emptied in the same moment.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, PgConnection, PgPool};
use tokio::sync::Mutex;
use tresen_model::{PersonId, RequestId};
use tresen_store::{StoreError, dialect};

use super::buckets::{self, MOST, bucket};
use super::entry::Entry;
use super::words::{self, FORM};
use crate::error::Broken;

pub(crate) struct Tables {
    pool: PgPool,
    /// Those in which something was deleted that may still be there in bytes. Held by whoever writes them
    /// anew, so that nobody else takes a table for clean before it is.
    stained: Mutex<BTreeSet<u8>>,
}

/// A column with a type and an expression that change nothing: see [`dialect::write_anew`].
const UNCHANGED: &str = "everything TYPE TSVECTOR USING strip(everything)";

pub(super) fn table(bucket: u8) -> String {
    format!("search_entry_{bucket:02}")
}

fn bucket_of(person: PersonId, count: u8) -> u8 {
    let [.., last] = person.0.into_bytes();
    bucket(last, count)
}

/// In SQL: the table of the person in `column`, of `count` tables; as [`bucket`] has it.
pub(super) fn bucket_in_sql(column: &str, count: u8) -> String {
    let among = count.next_power_of_two();
    let last = format!("get_byte(uuid_send({column}), 15) % {among}");
    format!("({last} - CASE WHEN {last} < {count} THEN 0 ELSE {} END)", among / 2)
}

impl Tables {
    pub(crate) async fn open(pool: &PgPool) -> Result<Self, Broken> {
        let made = include_str!("../../migrations/search_postgres.sql").replace("BUCKETS", &MOST.to_string());
        let made = made.replace("FORM", &FORM.to_string());
        sqlx::raw_sql(AssertSqlSafe(made)).execute(pool).await?;
        Ok(Self { pool: pool.clone(), stained: Mutex::default() })
    }

    pub(crate) async fn put(&self, entries: &[Entry]) -> Result<(), Broken> {
        let mut tx = self.pool.begin().await?;
        let count = count(&mut tx, "FOR SHARE").await?;
        for entry in entries {
            let sql = format!(
                "INSERT INTO {} (request_id, person_id, public, everything)
                 VALUES ($1, $2, array_to_tsvector($3), array_to_tsvector($4)) ON CONFLICT (request_id)
                 DO UPDATE SET public = excluded.public, everything = excluded.everything",
                table(bucket_of(entry.customer, count))
            );
            sqlx::query(AssertSqlSafe(sql))
                .bind(entry.request.0)
                .bind(entry.customer.0)
                .bind(lexemes(&[&entry.public]))
                .bind(lexemes(&[&entry.internal, &entry.public]))
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Divides tables until there are enough for so many requests. Of several nodes one does it.
    pub(crate) async fn grow(&self, requests: i64) -> Result<(), Broken> {
        loop {
            let mut tx = self.pool.begin().await?;
            let count = count(&mut tx, "FOR UPDATE").await?;
            if count >= buckets::wanted(requests) {
                return Ok(tx.rollback().await?);
            }
            let (from, leaving) = buckets::divided(count);
            let (from, to) = (table(from), table(count));
            let leaving: Vec<String> = leaving.iter().map(u8::to_string).collect();
            let sql = format!(
                "SET LOCAL lock_timeout = '10s';
                 WITH leaving AS (DELETE FROM {from}
                     WHERE get_byte(uuid_send(person_id), 15) IN ({}) RETURNING *)
                 INSERT INTO {to} SELECT * FROM leaving;
                 ALTER TABLE {from} ALTER COLUMN {UNCHANGED};
                 UPDATE search_epoch SET buckets = buckets + 1",
                leaving.join(", ")
            );
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *tx).await?;
            tx.commit().await?;
        }
    }

    pub(crate) async fn forget(&self, customer: PersonId) -> Result<(), Broken> {
        let mut tx = self.pool.begin().await?;
        let bucket = bucket_of(customer, count(&mut tx, "FOR SHARE").await?);
        let sql = format!("DELETE FROM {} WHERE person_id = $1", table(bucket));
        sqlx::query(AssertSqlSafe(sql)).bind(customer.0).execute(&mut *tx).await?;
        tx.commit().await?;
        self.stained.lock().await.insert(bucket);
        Ok(())
    }

    pub(crate) async fn forget_request(&self, request: RequestId) -> Result<(), Broken> {
        let mut tx = self.pool.begin().await?;
        let mut stains = BTreeSet::new();
        for bucket in 0..count(&mut tx, "FOR SHARE").await? {
            let sql = format!("DELETE FROM {} WHERE request_id = $1", table(bucket));
            let gone = sqlx::query(AssertSqlSafe(sql)).bind(request.0).execute(&mut *tx).await?;
            stains.extend((gone.rows_affected() > 0).then_some(bucket));
        }
        tx.commit().await?;
        self.stained.lock().await.extend(stains);
        Ok(())
    }

    /// Words of a customer, or about one, are about to go.
    pub(crate) async fn stain(&self, customer: PersonId) -> Result<(), Broken> {
        let count = count(&mut *self.pool.acquire().await?, "").await?;
        self.stained.lock().await.insert(bucket_of(customer, count));
        Ok(())
    }

    /// Writes anew what has stains.
    pub(crate) async fn forget_traces(&self) -> Result<(), Broken> {
        let mut stained = self.stained.lock().await;
        while let Some(bucket) = stained.first().copied() {
            dialect::write_anew(&self.pool, &table(bucket), UNCHANGED).await?;
            stained.remove(&bucket);
        }
        Ok(())
    }
}

/// How many tables are in use. After a crash nobody knows, and all are.
async fn count(c: &mut PgConnection, lock: &str) -> Result<u8, StoreError> {
    let sql = AssertSqlSafe(format!("SELECT buckets FROM search_epoch {lock}"));
    let row: Option<(i64,)> = sqlx::query_as(sql).fetch_optional(c).await?;
    Ok(row.and_then(|(count,)| u8::try_from(count).ok()).map_or(MOST, |count| count.clamp(1, MOST)))
}

/// The words of some texts as a `tsvector` takes them. It holds at most 1 MiB, and each text
/// gets its share. PostgreSQL's own parser is no help: it takes an address, a file name or a
/// path for one word, and folds no case beyond ASCII where the database's locale is `C`.
fn lexemes(texts: &[&str]) -> Vec<String> {
    const MOST: usize = 1_000_000;
    let mut lexemes = BTreeSet::new();
    for text in texts {
        let mut left = MOST / texts.len();
        for word in words::indexed(text) {
            let size = word.len() + 1;
            if left < size {
                break;
            }
            if lexemes.insert(word) {
                left -= size;
            }
        }
    }
    lexemes.into_iter().collect()
}
