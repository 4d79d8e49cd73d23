//! Brings the index up to date with the data: after each change, and from nothing.

use std::collections::BTreeSet;
use std::time::Duration;

use async_recursion::async_recursion as boxed;
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_model::{PersonId, RequestId, Standing, Visibility};
use tresen_store::{Conn, dialect, from_row, on};

use super::epoch;
use crate::error::{Broken, Error};
use crate::indexing::Indexer;
use crate::requests::{Reader, Reading};
use crate::search::Entry;

/// Requests that are indexed in one go.
const BATCH: i64 = 100;

/// Even when nobody wakes the indexer, it looks this often: another node may have written.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// How long the indexer waits after it was woken.
const GATHER: Duration = Duration::from_millis(50);

struct Stale {
    id: Uuid,
    person_id: Uuid,
    subject_sealed: Vec<u8>,
    updated_at: i64,
    email_sealed: Vec<u8>,
    name_sealed: Option<Vec<u8>>,
}

from_row!(Stale { id, person_id, subject_sealed, updated_at, email_sealed, name_sealed });

impl Indexer {
    /// Keeps the index up to date until the desk is closed.
    #[boxed]
    pub async fn keep_searchable(&self) {
        loop {
            let woken = self.wakeups.search.notified();
            match self.index_stale().await {
                // There may be more.
                Ok(indexed) if self.has_more(indexed) => continue,
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "the search index could not be brought up to date"),
            }
            tokio::select! {
                // What changes at once is indexed together.
                () = woken => tokio::time::sleep(GATHER).await,
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.background.closing.cancelled() => return,
            }
        }
    }

    /// Whether there may be more to index than was indexed just now.
    fn has_more(&self, indexed: usize) -> bool {
        let filling = self.filling.is_set() || self.store.is_postgres();
        indexed as i64 == BATCH || (indexed > 0 && filling)
    }

    /// Indexes some requests that have changed, and says how many.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn index_stale(&self) -> Result<usize, Error> {
        const STALE: &str = "SELECT request.id, request.person_id, subject_sealed, updated_at, email_sealed,
            name_sealed FROM request JOIN person ON person.id = request.person_id
            WHERE search_stale AND person.state = 'active' AND person.restricted_at IS NULL
            AND held_at IS NULL ORDER BY request.id LIMIT $1";
        // Not changed again meanwhile: what changes a request gives it a new time.
        const DONE: &str = "UPDATE request SET search_stale = $3 WHERE id = $1 AND updated_at = $2";
        // An erasure waits until what we read is written, and then removes it.
        let _indexing = self.search.writing.lock().await;
        let (mut reader, epoch, stale) = loop {
            let mut reader = self.store.read().await?;
            let epoch = epoch::find(reader.conn()).await?;
            let stale: Vec<Stale> =
                on!(reader.conn(), c => sqlx::query_as(STALE).bind(BATCH).fetch_all(c).await)?;
            let lost = epoch.is_none() && self.store.is_postgres();
            if !lost && !stale.is_empty() {
                break (reader, epoch, stale);
            }
            drop(reader);
            if lost {
                tracing::warn!(
                    "the search index was lost in a crash of PostgreSQL, and is being filled again"
                );
                self.begin_epoch().await?;
            } else if epoch.is_some_and(|epoch| epoch.unmarked) {
                let mut tx = self.store.write().await?;
                epoch::mark_more(&mut tx, BATCH).await?;
                tx.commit().await?;
            } else {
                self.filling.set(false);
                return Ok(0);
            }
        };
        let requests = epoch::requests(reader.conn()).await?;
        let mut entries = Vec::with_capacity(stale.len());
        for row in &stale {
            match self.read_entry(reader.conn(), row).await {
                Ok(entry) => entries.extend(entry),
                // One damaged value must not keep all others out of the index.
                Err(Broken::Seal(error)) => {
                    tracing::error!(request = %row.id, %error, "a request cannot be indexed and is left out");
                }
                Err(error) => return Err(error.into()),
            }
        }
        // On PostgreSQL the index takes its connection from the same pool.
        drop(reader);
        if let Err(error) = self.search.index.grow(requests).await {
            tracing::warn!(%error, "the search index could not be divided further; searches take longer until it is");
        }
        self.search.index.put(&entries).await?;
        // Another process may have erased or restricted somebody meanwhile; here it could not.
        let persons: BTreeSet<Uuid> = stale.iter().map(|row| row.person_id).collect();
        let still = findable(self.store.read().await?.conn(), &persons).await?;
        for gone in persons.difference(&still) {
            self.search.index.forget(PersonId(*gone)).await?;
        }
        let mut tx = self.store.write().await?;
        // What was put in before a crash is gone, and stays marked.
        if !epoch::still(&mut tx, epoch).await? {
            tx.rollback().await?;
            return Ok(stale.len());
        }
        for row in &stale {
            on!(tx.conn(), c => sqlx::query(DONE)
                .bind(row.id)
                .bind(row.updated_at)
                .bind(false)
                .execute(c)
                .await
                .map(drop))?;
        }
        tx.commit().await?;
        Ok(stale.len())
    }

    /// The words of one request; `None` when its person is gone.
    async fn read_entry(&self, conn: Conn<'_>, row: &Stale) -> Result<Option<Entry>, Broken> {
        let customer = PersonId(row.person_id);
        let Some(key) = self.keys.get(customer).await? else { return Ok(None) };
        let mut public = self.people.shown(key.open_text("request.subject", row.id, &row.subject_sealed)?);
        let mut internal = key.open_text("person.email", row.person_id, &row.email_sealed)?;
        if let Some(sealed) = &row.name_sealed {
            internal.push(' ');
            internal.push_str(&key.open_text("person.name", row.person_id, sealed)?);
        }
        let reader = Reader { customer, key: &key, person: customer, reading: Reading::Index };
        for comment in self.requests.read_comments(conn, RequestId(row.id), reader).await? {
            let text = match (comment.visibility, comment.standing) {
                (Visibility::Public, Standing::Participant) => &mut public,
                (Visibility::Internal, _) | (_, Standing::Outsider | Standing::Erased) => &mut internal,
            };
            text.push('\n');
            text.push_str(&comment.body);
            if let Some(rest) = &comment.rest {
                text.push('\n');
                text.push_str(rest);
            }
            for attachment in comment.attachments {
                text.push(' ');
                text.push_str(&attachment.name);
            }
            if let Some(name) = comment.author.filter(|_| comment.signed) {
                internal.push(' ');
                internal.push_str(&name);
            }
        }
        Ok(Some(Entry { request: RequestId(row.id), customer, public, internal }))
    }

    /// Has everything indexed again, and says how many requests that are.
    pub(crate) async fn make_all_searchable_again(&self) -> Result<u64, Broken> {
        const SQL: &str = "UPDATE request SET search_stale = $1 WHERE NOT search_stale AND held_at IS NULL";
        let mut tx = self.store.write().await?;
        let marked = on!(tx.conn(), c => sqlx::query(SQL).bind(true).execute(c).await.map(|done| done.rows_affected()))?;
        tx.commit().await?;
        self.wakeups.search.notify_one();
        Ok(marked)
    }
}

/// Which of some persons are there and not restricted.
async fn findable(conn: Conn<'_>, persons: &BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>, Broken> {
    let sql = format!(
        "SELECT id FROM person WHERE state = 'active' AND restricted_at IS NULL AND id IN {}",
        dialect::places(1, persons.len())
    );
    let rows: Vec<(Uuid,)> = on!(conn, c => {
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for person in persons {
            query = query.bind(*person);
        }
        query.fetch_all(c).await
    })?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
