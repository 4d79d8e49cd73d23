//! What is to be indexed again, and what must not be found any more.

use sqlx::types::Uuid;
use tokio::sync::MutexGuard;
use tresen_model::{PersonId, RequestId};
use tresen_store::{StoreError, Tx, on};

use crate::error::Broken;
use crate::search::Search;

impl Search {
    /// Keeps the indexer out while a person gets another name or address: it may just have read the old one,
    /// and would take away the [mark](mark_stale) that the same transaction sets.
    pub(crate) async fn before_renaming(&self, person: PersonId) -> Result<MutexGuard<'_, ()>, Broken> {
        let indexing = self.writing.lock().await;
        self.index.replaces_words_of(person).await?;
        Ok(indexing)
    }

    /// Takes the requests of others in which a person wrote out of the index, until they are
    /// indexed again: without the words of whoever is restricted or being erased. The indexer is
    /// kept out by the caller.
    pub(crate) async fn forget_words_elsewhere(&self, person: PersonId) -> Result<(), Broken> {
        const FIND: &str =
            "SELECT DISTINCT request.id FROM comment JOIN request ON request.id = comment.request_id
            WHERE comment.author_id = $1 AND comment.author_kind = 'customer' AND request.person_id <> $1";
        const STALE: &str = "UPDATE request SET search_stale = $2 WHERE id = $1";
        let mut reader = self.store.read().await?;
        let rows: Vec<(Uuid,)> =
            on!(reader.conn(), c => sqlx::query_as(FIND).bind(person.0).fetch_all(c).await)?;
        drop(reader);
        if rows.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        for (request,) in &rows {
            on!(tx.conn(), c => sqlx::query(STALE).bind(request).bind(true).execute(c).await.map(drop))?;
        }
        tx.commit().await?;
        for (request,) in rows {
            self.index.forget_request(RequestId(request)).await?;
        }
        self.index.forget_traces().await?;
        self.wakeups.search.notify_one();
        Ok(())
    }

    /// Has a person's requests indexed again.
    pub(crate) async fn make_searchable_again(&self, person: PersonId) -> Result<(), Broken> {
        let _indexing = self.before_renaming(person).await?;
        let mut tx = self.store.write().await?;
        mark_stale(&mut tx, person).await?;
        tx.commit().await?;
        self.wakeups.search.notify_one();
        Ok(())
    }
}

/// Marks what a person wrote, to be indexed again; see [`Search::before_renaming`].
pub(crate) async fn mark_stale(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    const SQL: [&str; 2] = [
        "UPDATE request SET search_stale = $2 WHERE person_id = $1",
        "UPDATE request SET search_stale = $2 WHERE id IN (SELECT request_id FROM comment WHERE author_id = $1)",
    ];
    for sql in SQL {
        on!(tx.conn(), c => sqlx::query(sql).bind(person.0).bind(true).execute(c).await.map(drop))?;
    }
    Ok(())
}
