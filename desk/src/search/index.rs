//! The index itself: FTS5 tables in `search.db` ([`Fts`]), or unlogged tables of PostgreSQL
//! ([`Tables`]). It is read on a connection to the data: see [`find`](super::find).

use std::path::Path;

use tresen_model::{PersonId, RequestId};
use tresen_store::{Pool, Store};

use super::entry::Entry;
use super::postgres::Tables;
use super::sqlite::Fts;
use crate::error::Broken;

pub(crate) enum Index {
    Sqlite(Fts),
    Postgres(Tables),
}

impl Index {
    /// Opens the index that belongs to a store of data.
    pub(crate) async fn open(data: &Store, folder: &Path, pool: Pool) -> Result<Self, Broken> {
        match data {
            Store::Sqlite(_) => {
                let fts = Fts::open(folder, pool).await?;
                fts.show_to(data, folder);
                Ok(Self::Sqlite(fts))
            }
            Store::Postgres(server) => Ok(Self::Postgres(Tables::open(server).await?)),
        }
    }

    /// Whether nothing is in the file of SQLite: it is new, or was lost.
    pub(crate) async fn is_empty(&self) -> Result<bool, Broken> {
        match self {
            Self::Sqlite(fts) => fts.is_empty().await,
            Self::Postgres(_) => Ok(false),
        }
    }

    /// Makes an empty file of SQLite ready for so many requests; on PostgreSQL [an epoch](crate::indexing::epoch) begins so.
    pub(crate) async fn prepare(&self, requests: i64) -> Result<(), Broken> {
        match self {
            Self::Sqlite(fts) => fts.prepare(requests).await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Gets ready for so many requests, where they have become more.
    pub(crate) async fn grow(&self, requests: i64) -> Result<(), Broken> {
        match self {
            Self::Sqlite(fts) => fts.grow(requests).await,
            Self::Postgres(tables) => tables.grow(requests).await,
        }
    }

    /// Puts entries in, in place of older ones of the same requests.
    pub(crate) async fn put(&self, entries: &[Entry]) -> Result<(), Broken> {
        match self {
            Self::Sqlite(fts) => fts.put(entries).await,
            Self::Postgres(tables) => tables.put(entries).await,
        }
    }

    /// Removes everything of a person. What the engine keeps beside the index may hold it until
    /// [`forget_traces`](Self::forget_traces).
    pub(crate) async fn forget(&self, customer: PersonId) -> Result<(), Broken> {
        match self {
            Self::Sqlite(fts) => fts.forget(customer).await,
            Self::Postgres(tables) => tables.forget(customer).await,
        }
    }

    /// Removes one request. What the engine keeps beside the index may hold it until
    /// [`forget_traces`](Self::forget_traces).
    pub(crate) async fn forget_request(&self, request: RequestId) -> Result<(), Broken> {
        match self {
            Self::Sqlite(fts) => fts.forget_request(request).await,
            Self::Postgres(tables) => tables.forget_request(request).await,
        }
    }

    /// Words of a customer are about to be replaced: of those that go nothing is to stay beyond the
    /// next [`forget_traces`](Self::forget_traces). SQLite overwrites them by itself.
    pub(crate) async fn replaces_words_of(&self, customer: PersonId) -> Result<(), Broken> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(tables) => tables.stain(customer).await,
        }
    }

    /// Of what was removed nothing is left in any file.
    pub(crate) async fn forget_traces(&self) -> Result<(), Broken> {
        match self {
            Self::Sqlite(fts) => fts.forget_traces().await,
            Self::Postgres(tables) => tables.forget_traces().await,
        }
    }

    pub(crate) async fn close(&self) {
        if let Self::Sqlite(fts) = self {
            fts.close().await;
        }
    }
}
