//! The index on PostgreSQL: a number of unlogged tables, so that words can be made to go.
//!
//! PostgreSQL deletes by leaving out. After `DELETE` and `VACUUM` the words still stand in the gaps of
//! the table's pages, and a GIN index never gives up a word that it once had. Only a table that is
//! written anew is free of them. So each person's words are in one of [`BUCKETS`] tables, chosen by
//! their id, and forgetting writes that one anew: its old files are emptied in the same moment.

use std::collections::BTreeSet;

use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, PgPool};
use tokio::sync::Mutex;
use tresen_model::{PersonId, RequestId};

use super::Words;
use super::index::Entry;
use super::words::{self, FORM};
use crate::error::Broken;
use crate::store::dialect;

/// More make forgetting quicker, and searching slower: a search asks each of them, on PostgreSQL it locks
/// each with its indexes. With 1,000,000 requests one holds 16,000, and is written anew in well under a
/// second.
pub(super) const BUCKETS: u8 = 64;

pub(crate) struct Buckets {
    pool: PgPool,
    /// Those in which something was deleted that may still be there in bytes. Held by whoever writes them
    /// anew, so that nobody else takes a bucket for clean before it is.
    stained: Mutex<BTreeSet<u8>>,
}

/// The bucket of a person. The last byte of their id is random.
pub(super) fn bucket(person: PersonId) -> u8 {
    let [.., last] = person.0.into_bytes();
    last % BUCKETS
}

fn table(bucket: u8) -> String {
    format!("search_entry_{bucket:02}")
}

/// A query over all buckets; `part` makes it of one.
fn over_all(part: impl Fn(&str) -> String) -> String {
    (0..BUCKETS).map(|bucket| part(&table(bucket))).collect::<Vec<_>>().join(" UNION ALL ")
}

impl Buckets {
    pub(crate) async fn open(pool: &PgPool) -> Result<Self, Broken> {
        let made =
            include_str!("../../migrations/search_postgres.sql").replace("BUCKETS", &BUCKETS.to_string());
        let made = made.replace("FORM", &FORM.to_string());
        sqlx::raw_sql(AssertSqlSafe(made)).execute(pool).await?;
        Ok(Self { pool: pool.clone(), stained: Mutex::default() })
    }

    pub(crate) async fn put(&self, entries: &[Entry]) -> Result<(), Broken> {
        for entry in entries {
            let sql = format!(
                "INSERT INTO {} (request_id, person_id, public, everything)
                 VALUES ($1, $2, array_to_tsvector($3), array_to_tsvector($4)) ON CONFLICT (request_id)
                 DO UPDATE SET public = excluded.public, everything = excluded.everything",
                table(bucket(entry.customer))
            );
            sqlx::query(AssertSqlSafe(sql))
                .bind(entry.request.0)
                .bind(entry.customer.0)
                .bind(lexemes(&[&entry.public]))
                .bind(lexemes(&[&entry.internal, &entry.public]))
                .execute(&self.pool)
                .await?;
        }
        Ok(())
    }

    pub(crate) async fn forget(&self, customer: PersonId) -> Result<(), Broken> {
        let sql = format!("DELETE FROM {} WHERE person_id = $1", table(bucket(customer)));
        sqlx::query(AssertSqlSafe(sql)).bind(customer.0).execute(&self.pool).await?;
        self.stain(customer).await;
        Ok(())
    }

    pub(crate) async fn forget_request(&self, request: RequestId, customer: PersonId) -> Result<(), Broken> {
        let sql = format!("DELETE FROM {} WHERE request_id = $1", table(bucket(customer)));
        sqlx::query(AssertSqlSafe(sql)).bind(request.0).execute(&self.pool).await?;
        self.stain(customer).await;
        Ok(())
    }

    /// Words of a customer, or about one, have gone or are about to go.
    pub(crate) async fn stain(&self, customer: PersonId) {
        self.stained.lock().await.insert(bucket(customer));
    }

    /// Writes anew what has stains.
    pub(crate) async fn forget_traces(&self) -> Result<(), Broken> {
        let mut stained = self.stained.lock().await;
        while let Some(bucket) = stained.first().copied() {
            dialect::write_anew(
                &self.pool,
                &table(bucket),
                "everything TYPE TSVECTOR USING strip(everything)",
            )
            .await?;
            stained.remove(&bucket);
        }
        Ok(())
    }

    pub(crate) async fn find(
        &self,
        words: &Words,
        of: Option<PersonId>,
        most: i64,
    ) -> Result<Vec<RequestId>, Broken> {
        let words = words.for_postgres();
        let rows: Vec<(Uuid,)> = match of {
            Some(person) => {
                let sql = format!(
                    "SELECT request_id FROM {} WHERE person_id = $3 AND public @@ $1::text::tsquery
                     ORDER BY request_id DESC LIMIT $2",
                    table(bucket(person))
                );
                let query = sqlx::query_as(AssertSqlSafe(sql)).bind(words).bind(most).bind(person.0);
                query.fetch_all(&self.pool).await?
            }
            None => {
                let all = over_all(|table| {
                    format!("SELECT request_id FROM {table} WHERE everything @@ $1::text::tsquery")
                });
                let sql = format!("{all} ORDER BY request_id DESC LIMIT $2");
                sqlx::query_as(AssertSqlSafe(sql)).bind(words).bind(most).fetch_all(&self.pool).await?
            }
        };
        Ok(rows.into_iter().map(|(id,)| RequestId(id)).collect())
    }
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
