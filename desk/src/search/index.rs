//! The index itself: FTS5 tables in `search.db` ([`Fts`]), or unlogged tables of PostgreSQL ([`Buckets`]).

use std::path::Path;

use tresen_model::{PersonId, RequestId};

use super::Words;
use super::buckets::Buckets;
use super::sqlite::Fts;
use crate::error::Broken;
use crate::store::{Pool, Store};

/// A search finds at most so many requests.
pub(crate) const MOST_FOUND: i64 = 200;

pub(crate) enum Index {
    Sqlite(Fts),
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
    pub(crate) async fn open(data: &Store, folder: &Path, pool: Pool) -> Result<Self, Broken> {
        match data {
            Store::Sqlite(_) => Ok(Self::Sqlite(Fts::open(folder, pool).await?)),
            Store::Postgres(server) => Ok(Self::Postgres(Buckets::open(server).await?)),
        }
    }

    /// Whether nothing is in the file of SQLite: it is new, or was lost.
    pub(crate) async fn is_empty(&self) -> Result<bool, Broken> {
        match self {
            Self::Sqlite(fts) => fts.is_empty().await,
            Self::Postgres(_) => Ok(false),
        }
    }

    /// Puts entries in, in place of older ones of the same requests.
    pub(crate) async fn put(&self, entries: &[Entry]) -> Result<(), Broken> {
        match self {
            Self::Sqlite(fts) => fts.put(entries).await,
            Self::Postgres(buckets) => buckets.put(entries).await,
        }
    }

    /// Removes everything of a person. What the engine keeps beside the index may hold it until
    /// [`forget_traces`](Self::forget_traces).
    pub(crate) async fn forget(&self, customer: PersonId) -> Result<(), Broken> {
        match self {
            Self::Sqlite(fts) => fts.forget(customer).await,
            Self::Postgres(buckets) => buckets.forget(customer).await,
        }
    }

    /// Removes one request. What the engine keeps beside the index may hold it until
    /// [`forget_traces`](Self::forget_traces).
    pub(crate) async fn forget_request(&self, request: RequestId, customer: PersonId) -> Result<(), Broken> {
        match self {
            Self::Sqlite(fts) => fts.forget_request(request, customer).await,
            Self::Postgres(buckets) => buckets.forget_request(request, customer).await,
        }
    }

    /// Requests in which all words occur, the newest entries first and at most `most`; only those
    /// of one customer, in what a customer can read, when `of` is given.
    pub(crate) async fn find(
        &self,
        words: &Words,
        of: Option<PersonId>,
        most: i64,
    ) -> Result<Vec<RequestId>, Broken> {
        match self {
            Self::Sqlite(fts) => fts.find(words, of, most).await,
            Self::Postgres(buckets) => buckets.find(words, of, most).await,
        }
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
            Self::Sqlite(fts) => fts.forget_traces().await,
            Self::Postgres(buckets) => buckets.forget_traces().await,
        }
    }

    pub(crate) async fn close(&self) {
        if let Self::Sqlite(fts) = self {
            fts.close().await;
        }
    }
}
