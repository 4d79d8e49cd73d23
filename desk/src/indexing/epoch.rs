//! Whether the index is whole, and what makes it whole again.
//!
//! PostgreSQL empties unlogged tables when it recovers from a crash, all at once and while this program runs. So a
//! row in a table of the same kind says that nothing has been lost since it was written. Without it everything is
//! marked for the indexer again, the newest requests first and no more at a time than are indexed at once. SQLite
//! loses its index only with the whole file, which is seen at the start.

use std::sync::atomic::{AtomicBool, Ordering};

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_keys::random;
use tresen_store::{Conn, Store, StoreError, Tx, on};

use crate::error::{Broken, Error};
use crate::indexing::Indexer;
use crate::search::buckets;

/// Whether the index of SQLite is being filled.
#[derive(Default)]
pub(crate) struct Filling(AtomicBool);

impl Filling {
    pub(crate) fn set(&self, under_way: bool) {
        self.0.store(under_way, Ordering::Relaxed);
    }

    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The row that a crash takes along. Another crash makes another one.
#[derive(Clone, Copy)]
pub(super) struct Epoch {
    id: Uuid,
    /// Whether some requests have not been marked since.
    pub(super) unmarked: bool,
}

/// Finds the epoch of an index of PostgreSQL; `None` after a crash, and on SQLite.
pub(super) async fn find(conn: Conn<'_>) -> Result<Option<Epoch>, StoreError> {
    const SQL: &str = "SELECT epoch, marked_from IS NOT NULL FROM search_epoch";
    let Conn::Postgres(c) = conn else { return Ok(None) };
    let row: Option<(Uuid, bool)> = sqlx::query_as(SQL).fetch_optional(c).await?;
    Ok(row.map(|(id, unmarked)| Epoch { id, unmarked }))
}

/// Begins an epoch after a crash of PostgreSQL. Of several nodes one begins it.
pub(super) async fn begin(tx: &mut Tx) -> Result<(), Broken> {
    const SQL: &str = "INSERT INTO search_epoch (epoch, marked_from, buckets) VALUES ($1, $2, $3)
        ON CONFLICT (single) DO NOTHING";
    let requests = requests(tx.conn()).await?;
    let Conn::Postgres(c) = tx.conn() else { return Ok(()) };
    let id = Uuid::from_bytes(random::bytes::<16>()?);
    let buckets = i64::from(buckets::wanted(requests));
    sqlx::query(SQL).bind(id).bind(Uuid::max()).bind(buckets).execute(c).await?;
    Ok(())
}

/// How many requests there are.
pub(super) async fn requests(conn: Conn<'_>) -> Result<i64, StoreError> {
    const SQL: &str = "SELECT CAST(COALESCE(SUM(requests), 0) AS BIGINT) FROM request_count";
    let (requests,): (i64,) = on!(conn, c => sqlx::query_as(SQL).fetch_one(c).await)?;
    Ok(requests)
}

/// Checks that nothing was lost since `epoch` was looked up, and keeps it so until the transaction ends.
pub(super) async fn still(tx: &mut Tx, epoch: Option<Epoch>) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT 1 FROM search_epoch WHERE epoch = $1 FOR SHARE";
    let (Conn::Postgres(c), Some(epoch)) = (tx.conn(), epoch) else { return Ok(true) };
    let row: Option<(i32,)> = sqlx::query_as(SQL).bind(epoch.id).fetch_optional(c).await?;
    Ok(row.is_some())
}

/// Marks the next requests for the indexer, at most `most`, the newest first.
pub(super) async fn mark_more(tx: &mut Tx, most: i64) -> Result<(), StoreError> {
    // Of several nodes one marks, and the others wait for it.
    const FROM: &str = "SELECT marked_from FROM search_epoch WHERE marked_from IS NOT NULL FOR UPDATE";
    const NEXT: &str = "SELECT id FROM request WHERE id < $1 ORDER BY id DESC LIMIT $2";
    const MARK: &str = "UPDATE request SET search_stale = TRUE
        WHERE id >= $1 AND id < $2 AND NOT search_stale AND held_at IS NULL";
    const NOTE: &str = "UPDATE search_epoch SET marked_from = $1";
    let Conn::Postgres(c) = tx.conn() else { return Ok(()) };
    let Some((from,)) = sqlx::query_as::<_, (Uuid,)>(FROM).fetch_optional(&mut *c).await? else {
        return Ok(());
    };
    let next: Vec<(Uuid,)> = sqlx::query_as(NEXT).bind(from).bind(most).fetch_all(&mut *c).await?;
    let last = next.last().map(|(id,)| *id);
    if let Some(last) = last {
        sqlx::query(MARK).bind(last).bind(from).execute(&mut *c).await?;
    }
    sqlx::query(NOTE).bind(last).execute(c).await.map(drop)
}

impl Indexer {
    /// Prepares the index at the start: one that is new or was lost is filled by the indexer.
    pub(crate) async fn check_index(&self) -> Result<(), Broken> {
        match &*self.store {
            Store::Sqlite(_) => {
                if self.search.index.is_empty().await? {
                    let requests = requests(self.store.read().await?.conn()).await?;
                    self.search.index.prepare(requests).await?;
                    let marked = self.make_all_searchable_again().await?;
                    self.filling.set(marked > 0);
                }
            }
            Store::Postgres(_) => {
                let found = find(self.store.read().await?.conn()).await?;
                if found.is_none() {
                    self.begin_epoch().await?;
                }
            }
        }
        Ok(())
    }

    /// Has everything indexed again that a crash of PostgreSQL has taken out of the index.
    pub(super) async fn begin_epoch(&self) -> Result<(), Broken> {
        let mut tx = self.store.write().await?;
        begin(&mut tx).await?;
        tx.commit().await?;
        self.wakeups.search.notify_one();
        Ok(())
    }

    /// Returns whether the search index is being filled, so that a search may miss requests.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn search_is_incomplete(&self) -> Result<bool, Error> {
        match &*self.store {
            Store::Sqlite(_) => Ok(self.filling.is_set()),
            Store::Postgres(_) => {
                let found = find(self.store.read().await?.conn()).await?;
                Ok(found.is_none_or(|epoch| epoch.unmarked))
            }
        }
    }
}
