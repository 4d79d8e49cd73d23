//! The index itself: `search.db` with FTS5, or an unlogged table of PostgreSQL.

use std::collections::BTreeSet;
use std::path::Path;

use sqlx::PgPool;
use sqlx::types::Uuid;
use tresen_model::{PersonId, RequestId};

use super::Words;
use crate::error::Broken;
use crate::store::{Conn, Location, SEARCH, Store, Tx};

/// A search finds at most so many requests.
pub(crate) const MOST_FOUND: i64 = 200;

pub(crate) enum Index {
    Sqlite(Store),
    Postgres(PgPool),
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
            Store::Postgres(pool) => {
                sqlx::raw_sql(include_str!("../../migrations/search_postgres.sql")).execute(pool).await?;
                Ok(Self::Postgres(pool.clone()))
            }
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
            Self::Postgres(pool) => {
                sqlx::query_as("SELECT 1 FROM search_entry LIMIT 1").fetch_optional(pool).await?
            }
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
            Self::Postgres(pool) => {
                const SQL: &str = "INSERT INTO search_entry (request_id, person_id, public, everything)
                    VALUES ($1, $2, array_to_tsvector($3), array_to_tsvector($4))
                    ON CONFLICT (request_id) DO UPDATE
                    SET public = excluded.public, everything = excluded.everything";
                for entry in entries {
                    sqlx::query(SQL)
                        .bind(entry.request.0)
                        .bind(entry.customer.0)
                        .bind(lexemes(&[&entry.public]))
                        .bind(lexemes(&[&entry.internal, &entry.public]))
                        .execute(pool)
                        .await?;
                }
            }
        }
        Ok(())
    }

    /// Removes everything of a person, without a trace.
    pub(crate) async fn forget(&self, customer: PersonId) -> Result<(), Broken> {
        match self {
            Self::Sqlite(store) => {
                let mut tx = store.write().await?;
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
                store.forget_traces().await?;
            }
            Self::Postgres(pool) => {
                sqlx::query("DELETE FROM search_entry WHERE person_id = $1")
                    .bind(customer.0)
                    .execute(pool)
                    .await?;
            }
        }
        Ok(())
    }

    /// Removes one request. What the engine keeps beside the index may hold it until
    /// [`forget_traces`](Self::forget_traces).
    pub(crate) async fn forget_request(&self, request: RequestId) -> Result<(), Broken> {
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
            Self::Postgres(pool) => {
                sqlx::query("DELETE FROM search_entry WHERE request_id = $1")
                    .bind(request.0)
                    .execute(pool)
                    .await?;
            }
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
            Self::Postgres(pool) => {
                const MINE: &str = "SELECT request_id FROM search_entry
                    WHERE person_id = $3 AND public @@ $1::text::tsquery
                    ORDER BY request_id DESC LIMIT $2";
                const ALL: &str = "SELECT request_id FROM search_entry
                    WHERE everything @@ $1::text::tsquery ORDER BY request_id DESC LIMIT $2";
                let words = words.for_postgres();
                match of {
                    Some(person) => {
                        sqlx::query_as(MINE)
                            .bind(words)
                            .bind(MOST_FOUND)
                            .bind(person.0)
                            .fetch_all(pool)
                            .await?
                    }
                    None => sqlx::query_as(ALL).bind(words).bind(MOST_FOUND).fetch_all(pool).await?,
                }
            }
        };
        Ok(rows.into_iter().map(|(id,)| RequestId(id)).collect())
    }

    /// Empties the log that the engine keeps beside the index.
    pub(crate) async fn forget_traces(&self) -> Result<(), Broken> {
        if let Self::Sqlite(store) = self {
            store.forget_traces().await?;
        }
        Ok(())
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

/// The words of some texts as a `tsvector` takes them. It holds at most 1 MiB, and each text
/// gets its share. PostgreSQL's own parser is no help: it takes an address, a file name or a
/// path for one word, and folds no case beyond ASCII where the database's locale is `C`.
fn lexemes(texts: &[&str]) -> Vec<String> {
    const MOST: usize = 1_000_000;
    let mut lexemes = BTreeSet::new();
    for text in texts {
        let mut left = MOST / texts.len();
        for word in super::words(text) {
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
