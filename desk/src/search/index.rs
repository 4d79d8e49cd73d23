//! The index itself: `search.db` with FTS5, or unlogged tables of PostgreSQL ([`Buckets`]).

use std::path::Path;

use sqlx::types::Uuid;
use tresen_model::{PersonId, RequestId};

use super::Words;
use super::buckets::Buckets;
use crate::error::Broken;
use crate::store::{Conn, Location, SEARCH, Store, Tx};

/// A search finds at most so many requests.
pub(crate) const MOST_FOUND: i64 = 200;

pub(crate) enum Index {
    Sqlite(Store),
    Postgres(Buckets),
}

/// The words of one request.
pub(crate) struct Entry {
    pub(crate) request: RequestId,
    pub(crate) customer: PersonId,
    /// What the customer can read.
    pub(crate) public: String,
    /// What only agents can: notes, name and address of the customer.
    pub(crate) internal: String,
}

impl Index {
    /// Opens the index that belongs to a store of data.
    pub(crate) async fn open(data: &Store, folder: &Path) -> Result<Self, Broken> {
        match data {
            Store::Sqlite(_) => {
                Ok(Self::Sqlite(Store::open(&Location::File(folder.join("search.db")), &SEARCH).await?))
            }
            Store::Postgres(pool) => Ok(Self::Postgres(Buckets::open(pool).await?)),
        }
    }

    /// Whether nothing is in it: it is new, or a crash has emptied it.
    pub(crate) async fn is_empty(&self) -> Result<bool, Broken> {
        let found: Option<(i32,)> = match self {
            Self::Sqlite(store) => {
                let mut reader = store.read().await?;
                let Conn::Sqlite(c) = reader.conn() else { return Ok(true) };
                sqlx::query_as("SELECT 1 FROM document LIMIT 1").fetch_optional(c).await?
            }
            Self::Postgres(buckets) => return buckets.is_empty().await,
        };
        Ok(found.is_none())
    }

    /// Puts entries in, in place of older ones of the same requests.
    pub(crate) async fn put(&self, entries: &[Entry]) -> Result<(), Broken> {
        match self {
            Self::Sqlite(store) => {
                let mut tx = store.write().await?;
                for entry in entries {
                    put_sqlite(&mut tx, entry).await?;
                }
                tx.commit().await?;
            }
            Self::Postgres(buckets) => buckets.put(entries).await?,
        }
        Ok(())
    }

    /// Removes everything of a person. What the engine keeps beside the index may hold it until
    /// [`forget_traces`](Self::forget_traces).
    pub(crate) async fn forget(&self, customer: PersonId) -> Result<(), Broken> {
        match self {
            Self::Sqlite(store) => {
                let mut tx = store.write().await?;
                tx.expect_much().await?;
                if let Conn::Sqlite(c) = tx.conn() {
                    sqlx::query(
                        "DELETE FROM entry WHERE rowid IN (SELECT place FROM document WHERE person_id = $1)",
                    )
                    .bind(customer.0)
                    .execute(&mut *c)
                    .await?;
                    sqlx::query("DELETE FROM document WHERE person_id = $1")
                        .bind(customer.0)
                        .execute(c)
                        .await?;
                }
                tx.commit().await?;
            }
            Self::Postgres(buckets) => buckets.forget(customer).await?,
        }
        Ok(())
    }

    /// Removes one request. What the engine keeps beside the index may hold it until
    /// [`forget_traces`](Self::forget_traces).
    pub(crate) async fn forget_request(&self, request: RequestId, customer: PersonId) -> Result<(), Broken> {
        match self {
            Self::Sqlite(store) => {
                let mut tx = store.write().await?;
                if let Conn::Sqlite(c) = tx.conn() {
                    sqlx::query(
                        "DELETE FROM entry WHERE rowid IN (SELECT place FROM document WHERE request_id = $1)",
                    )
                    .bind(request.0)
                    .execute(&mut *c)
                    .await?;
                    sqlx::query("DELETE FROM document WHERE request_id = $1")
                        .bind(request.0)
                        .execute(c)
                        .await?;
                }
                tx.commit().await?;
            }
            Self::Postgres(buckets) => buckets.forget_request(request, customer).await?,
        }
        Ok(())
    }

    /// Requests in which all words occur, the newest entries first; only those of one
    /// customer, in what a customer can read, when `of` is given.
    pub(crate) async fn find(&self, words: &Words, of: Option<PersonId>) -> Result<Vec<RequestId>, Broken> {
        let rows: Vec<(Uuid,)> = match self {
            Self::Sqlite(store) => {
                const SQL: &str = "SELECT document.request_id FROM entry
                    JOIN document ON document.place = entry.rowid
                    WHERE entry MATCH $1 ORDER BY entry.rowid DESC LIMIT $2";
                let words = words.for_sqlite();
                let query = match of {
                    Some(person) => format!("scope : \"{}\" AND public : ({words})", person.0.simple()),
                    None => format!("{{public internal}} : ({words})"),
                };
                let mut reader = store.read().await?;
                let Conn::Sqlite(c) = reader.conn() else { return Ok(Vec::new()) };
                sqlx::query_as(SQL).bind(query).bind(MOST_FOUND).fetch_all(c).await?
            }
            Self::Postgres(buckets) => return buckets.find(words, of).await,
        };
        Ok(rows.into_iter().map(|(id,)| RequestId(id)).collect())
    }

    /// Words of a customer are about to be replaced: of those that go nothing is to stay beyond the
    /// next [`forget_traces`](Self::forget_traces). SQLite overwrites them by itself.
    pub(crate) async fn replaces_words_of(&self, customer: PersonId) {
        if let Self::Postgres(buckets) = self {
            buckets.stain(customer).await;
        }
    }

    /// Of what was removed nothing is left in any file.
    pub(crate) async fn forget_traces(&self) -> Result<(), Broken> {
        match self {
            Self::Sqlite(store) => Ok(store.forget_traces().await?),
            Self::Postgres(buckets) => buckets.forget_traces().await,
        }
    }

    pub(crate) async fn close(&self) {
        if let Self::Sqlite(store) = self {
            store.close().await;
        }
    }
}

async fn put_sqlite(tx: &mut Tx, entry: &Entry) -> Result<(), Broken> {
    let Conn::Sqlite(c) = tx.conn() else { return Ok(()) };
    let (place,): (i64,) = sqlx::query_as(
        "INSERT INTO document (request_id, person_id) VALUES ($1, $2)
         ON CONFLICT (request_id) DO UPDATE SET person_id = excluded.person_id RETURNING place",
    )
    .bind(entry.request.0)
    .bind(entry.customer.0)
    .fetch_one(&mut *c)
    .await?;
    sqlx::query("DELETE FROM entry WHERE rowid = $1").bind(place).execute(&mut *c).await?;
    sqlx::query("INSERT INTO entry (rowid, scope, public, internal) VALUES ($1, $2, $3, $4)")
        .bind(place)
        .bind(entry.customer.0.simple().to_string())
        .bind(&entry.public)
        .bind(&entry.internal)
        .execute(c)
        .await?;
    Ok(())
}
