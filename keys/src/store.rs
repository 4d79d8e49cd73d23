//! The key store: person, blind index of the address, wrapped key. A database of its own,
//! backed up apart and briefly, so that deleting a row here deletes in every backup.

mod many;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;
use sqlx::types::Uuid;
use tresen_model::{PersonId, Timestamp};

use crate::master::MasterKey;
use crate::seal::{self, PersonKey};
use crate::{Error, random};
use tresen_store::{Migrations, Store, dialect, is_duplicate, on};

/// How many keys are kept unwrapped in memory.
const CACHED: usize = 20_000;

/// On PostgreSQL a table of so many bytes, about 100,000 keys, is written anew in the act of an erasure,
/// a larger one by the hour: nobody is served while that goes on.
const AT_ONCE: i64 = 16 << 20;

/// How long a key in memory is trusted: another process may have deleted it, and not have been heard.
const TRUSTED: Duration = Duration::from_secs(15);

/// The key store. Keys that were asked for stay in memory for some seconds.
pub struct KeyStore {
    store: Store,
    master: MasterKey,
    /// With the time at which the key was in the table.
    cache: Cache<Uuid, (PersonKey, Instant)>,
    trusted: Duration,
    /// How often a key was deleted: what was read before is not cached after.
    deletions: AtomicU64,
    /// Whether bytes of deleted keys may still be in the table's files. At the start they may.
    stained: AtomicBool,
}

/// The tables of a key store.
pub static MIGRATIONS: Migrations = Migrations::new(&[
    (1, "start", include_str!("../migrations/0001_start.sql")),
    (2, "erased", include_str!("../migrations/0002_erased.sql")),
    (3, "mail", include_str!("../migrations/0003_mail.sql")),
]);

/// The address belongs to another person.
pub struct AddressTaken;

impl KeyStore {
    /// Takes a database with [`MIGRATIONS`], and the key that wraps all others.
    pub fn new(store: Store, master: MasterKey) -> Self {
        let (deletions, stained) = (AtomicU64::new(0), AtomicBool::new(true));
        Self { store, master, cache: Cache::new(CACHED), trusted: TRUSTED, deletions, stained }
    }

    /// Opens one key, whichever: with another master key nobody would be found or read any
    /// more, and whoever wrote would be sealed with the wrong one.
    pub async fn check_master(&self) -> Result<(), Error> {
        const SQL: &str = "SELECT person_id, wrapped_key FROM person_key LIMIT 1";
        let mut reader = self.store.read().await?;
        let row: Option<(Uuid, Vec<u8>)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).fetch_optional(c).await)?;
        match row {
            Some((person, wrapped)) => {
                self.unwrap(person, &wrapped).map(drop).map_err(|_| Error::OtherMasterKey)
            }
            None => Ok(()),
        }
    }

    /// Its database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The key that wraps all others.
    pub fn master(&self) -> &MasterKey {
        &self.master
    }

    /// Finds the person with an address.
    pub async fn find(&self, index: &[u8; 32]) -> Result<Option<(PersonId, PersonKey)>, Error> {
        const SQL: &str = "SELECT person_id, wrapped_key FROM person_key WHERE address_index = $1";
        let mut reader = self.store.read().await?;
        let row: Option<(Uuid, Vec<u8>)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(index.as_slice()).fetch_optional(c).await)?;
        row.map(|(person, wrapped)| Ok((PersonId(person), self.unwrap(person, &wrapped)?))).transpose()
    }

    /// Finds the person with an address, or makes a new one with a new key.
    pub async fn find_or_create(
        &self,
        index: &[u8; 32],
        now: Timestamp,
    ) -> Result<(PersonId, PersonKey), Error> {
        const SQL: &str = "INSERT INTO person_key (person_id, address_index, wrapped_key, created_at)
            VALUES ($1, $2, $3, $4) ON CONFLICT (address_index) DO NOTHING";
        if let Some(found) = self.find(index).await? {
            return Ok(found);
        }
        let person = random::id(now)?;
        let key = PersonKey::random()?;
        let wrapped = seal::seal(self.master.wrap(), "person_key.wrapped_key", person, key.as_bytes())?;
        let mut tx = self.store.write().await?;
        let inserted = on!(tx.conn(), c => sqlx::query(SQL)
            .bind(person)
            .bind(index.as_slice())
            .bind(wrapped)
            .bind(now.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        tx.commit().await?;
        if inserted == 1 {
            return Ok((PersonId(person), key));
        }
        // Somebody else was quicker by a moment.
        self.find(index).await?.ok_or(Error::Inconsistent("person_key", person))
    }

    /// The key of a person; `None` when they were erased.
    pub async fn get(&self, person: PersonId) -> Result<Option<PersonKey>, Error> {
        Ok(self.get_many([person]).await?.remove(&person))
    }

    /// The keys of several persons; those who were erased are missing.
    pub async fn get_many(
        &self,
        persons: impl IntoIterator<Item = PersonId>,
    ) -> Result<HashMap<PersonId, PersonKey>, Error> {
        let mut keys = HashMap::new();
        let mut missing = Vec::new();
        for person in persons {
            match self.cached(person) {
                Some(key) => drop(keys.insert(person, key)),
                None if !missing.contains(&person.0) => missing.push(person.0),
                None => {}
            }
        }
        for some in missing.chunks(500) {
            let sql = format!(
                "SELECT person_id, wrapped_key FROM person_key WHERE person_id IN {}",
                dialect::places(1, some.len())
            );
            let (at, deletions) = (Instant::now(), self.deletions.load(Ordering::SeqCst));
            let mut reader = self.store.read().await?;
            let rows: Vec<(Uuid, Vec<u8>)> = on!(reader.conn(), c => {
                let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
                for person in some {
                    query = query.bind(*person);
                }
                query.fetch_all(c).await
            })?;
            for (person, wrapped) in rows {
                let key = self.unwrap(person, &wrapped)?;
                self.remember(PersonId(person), key.clone(), at, deletions);
                keys.insert(PersonId(person), key);
            }
        }
        Ok(keys)
    }

    fn cached(&self, person: PersonId) -> Option<PersonKey> {
        let (key, at) = self.cache.get(&person.0)?;
        (at.elapsed() < self.trusted).then_some(key)
    }

    /// Caches a key that was read at a time, after so many deletions.
    fn remember(&self, person: PersonId, key: PersonKey, at: Instant, deletions: u64) {
        self.cache.insert(person.0, (key, at));
        if self.deletions.load(Ordering::SeqCst) != deletions {
            // It may be this key that was deleted since.
            self.cache.remove(&person.0);
        }
    }

    /// A key was deleted, here or by another node: it is in memory no more, and what was read before does not
    /// bring it back.
    pub fn forget_cached(&self, person: PersonId) {
        self.deletions.fetch_add(1, Ordering::SeqCst);
        self.cache.remove(&person.0);
    }

    /// Gives a person another address. Doing it twice does no harm.
    pub async fn change_address(
        &self,
        person: PersonId,
        index: &[u8; 32],
    ) -> Result<Result<(), AddressTaken>, Error> {
        const SQL: &str = "UPDATE person_key SET address_index = $2 WHERE person_id = $1";
        let mut tx = self.store.write().await?;
        let updated = on!(tx.conn(), c => sqlx::query(SQL)
            .bind(person.0)
            .bind(index.as_slice())
            .execute(c)
            .await
            .map(drop));
        match updated {
            Ok(()) => {
                tx.commit().await?;
                Ok(Ok(()))
            }
            Err(error) if is_duplicate(&error) => Ok(Err(AddressTaken)),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes a person's key. From here on nothing that was sealed with it can be read, in
    /// no backup either. Gives whether it was there until now; what is left of it in the files
    /// of the key store is gone after [`forget_deleted`](Self::forget_deleted). Somebody else may take over
    /// the address in the same transaction.
    pub async fn delete(&self, person: PersonId, heir: Option<&(PersonId, [u8; 32])>) -> Result<bool, Error> {
        const INHERIT: &str = "UPDATE person_key SET address_index = $2 WHERE person_id = $1";
        const DELETE: &str = "DELETE FROM person_key WHERE person_id = $1";
        const REMEMBER: &str =
            "INSERT INTO erased (person_id) VALUES ($1) ON CONFLICT (person_id) DO NOTHING";
        let mut tx = self.store.write().await?;
        let deleted = on!(tx.conn(), c => sqlx::query(DELETE)
            .bind(person.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        on!(tx.conn(), c => sqlx::query(REMEMBER).bind(person.0).execute(c).await.map(drop))?;
        if let Some((heir, index)) = heir {
            on!(tx.conn(), c => sqlx::query(INHERIT)
                .bind(heir.0)
                .bind(index.as_slice())
                .execute(c)
                .await
                .map(drop))?;
        }
        tx.commit().await?;
        self.forget_cached(person);
        Ok(deleted > 0)
    }

    /// Right after a deletion: [`forget_traces`](Self::forget_traces) as far as nobody has to wait
    /// long for it.
    pub async fn forget_deleted(&self) -> Result<(), Error> {
        self.forget_traces(AT_ONCE).await
    }

    /// Of keys that were deleted nothing is left in the files of the tables. On PostgreSQL the table is
    /// written anew for that; not now if it has more than `most` bytes.
    pub async fn forget_traces(&self, most: i64) -> Result<(), Error> {
        const SIZE: &str = "SELECT pg_relation_size('person_key')";
        self.store.forget_traces().await?;
        let Store::Postgres(pool) = &self.store else { return Ok(()) };
        let (size,): (i64,) = sqlx::query_as(SIZE).fetch_one(pool).await?;
        if size > most {
            self.stained.store(true, Ordering::Release);
            return Ok(());
        }
        self.stained.store(false, Ordering::Release);
        let same = "wrapped_key TYPE BYTEA USING wrapped_key || ''::bytea";
        let written = dialect::write_anew(pool, "person_key", same).await;
        if written.is_err() {
            self.stained.store(true, Ordering::Release);
        }
        Ok(written?)
    }

    /// The same for what was put off, or could not be done when it was due.
    pub async fn forget_stains(&self) -> Result<(), Error> {
        if self.stained.load(Ordering::Acquire) { self.forget_traces(i64::MAX).await } else { Ok(()) }
    }

    /// Everybody who has a key.
    pub async fn holders(&self) -> Result<HashSet<Uuid>, Error> {
        Ok(self.store.ids("SELECT person_id FROM person_key").await?)
    }

    /// How many persons' keys were deleted.
    pub async fn count_erased(&self) -> Result<i64, Error> {
        let mut reader = self.store.read().await?;
        let sql = "SELECT COUNT(*) FROM erased";
        let (count,): (i64,) = on!(reader.conn(), c => sqlx::query_as(sql).fetch_one(c).await)?;
        Ok(count)
    }

    /// Everybody whose key was deleted.
    pub async fn erased(&self) -> Result<HashSet<Uuid>, Error> {
        Ok(self.store.ids("SELECT person_id FROM erased").await?)
    }

    /// Keeps what messages of persons who are being erased are known by, so that no mailbox brings
    /// them back, whatever copy of the data is restored.
    pub async fn remember_messages(&self, fingerprints: &[[u8; 32]]) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO erased_message (fingerprint) VALUES ($1)
            ON CONFLICT (fingerprint) DO NOTHING";
        if fingerprints.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        for fingerprint in fingerprints {
            on!(tx.conn(), c => sqlx::query(SQL)
                .bind(fingerprint.as_slice())
                .execute(c)
                .await
                .map(drop))?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Whether a message was a person's who was erased.
    pub async fn has_erased_message(&self, fingerprint: &[u8; 32]) -> Result<bool, Error> {
        const SQL: &str = "SELECT 1 FROM erased_message WHERE fingerprint = $1";
        let mut reader = self.store.read().await?;
        let row: Option<(i32,)> = on!(reader.conn(), c => sqlx::query_as(SQL)
            .bind(fingerprint.as_slice())
            .fetch_optional(c)
            .await)?;
        Ok(row.is_some())
    }

    /// Keeps the key of a message that is set aside.
    pub async fn add_aside(&self, id: Uuid, key: &PersonKey) -> Result<(), Error> {
        const SQL: &str = "INSERT INTO aside_key (id, wrapped_key) VALUES ($1, $2)";
        let wrapped = seal::seal(self.master.wrap(), "aside_key.wrapped_key", id, key.as_bytes())?;
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL).bind(id).bind(wrapped).execute(c).await.map(drop))?;
        tx.commit().await?;
        Ok(())
    }

    /// The key of a message that was set aside; `None` when it was deleted.
    pub async fn aside(&self, id: Uuid) -> Result<Option<PersonKey>, Error> {
        const SQL: &str = "SELECT wrapped_key FROM aside_key WHERE id = $1";
        let mut reader = self.store.read().await?;
        let row: Option<(Vec<u8>,)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
        drop(reader);
        let Some((wrapped,)) = row else { return Ok(None) };
        let bytes = seal::open(self.master.wrap(), "aside_key.wrapped_key", id, &wrapped)?;
        PersonKey::from_bytes(&bytes).ok_or(Error::Inconsistent("aside_key", id)).map(Some)
    }

    /// The keys of all messages that were set aside; one that is damaged is missing.
    pub async fn aside_keys(&self) -> Result<HashMap<Uuid, PersonKey>, Error> {
        const SQL: &str = "SELECT id, wrapped_key FROM aside_key";
        let mut reader = self.store.read().await?;
        let rows: Vec<(Uuid, Vec<u8>)> = on!(reader.conn(), c => sqlx::query_as(SQL).fetch_all(c).await)?;
        drop(reader);
        let key = |(id, wrapped): (Uuid, Vec<u8>)| {
            let bytes = seal::open(self.master.wrap(), "aside_key.wrapped_key", id, &wrapped)?;
            Ok((id, PersonKey::from_bytes(&bytes).ok_or(Error::Inconsistent("aside_key", id))?))
        };
        let read = |row| match key(row) {
            Ok(read) => Some(read),
            Err(error) => {
                let error: Error = error;
                tracing::error!(%error, "the key of a message that was set aside is damaged, and passed over");
                None
            }
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }

    /// The messages that were set aside, as far as their keys are here.
    pub async fn asides(&self) -> Result<HashSet<Uuid>, Error> {
        Ok(self.store.ids("SELECT id FROM aside_key").await?)
    }

    /// Deletes keys of messages that were set aside: no backup can be read then.
    pub async fn delete_asides(&self, ids: &[Uuid]) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM aside_key WHERE id = $1";
        if ids.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.write().await?;
        for id in ids {
            on!(tx.conn(), c => sqlx::query(SQL).bind(*id).execute(c).await.map(drop))?;
        }
        tx.commit().await?;
        self.store.forget_traces_soon().await;
        if let Store::Postgres(pool) = &self.store {
            let same = "wrapped_key TYPE BYTEA USING wrapped_key || ''::bytea";
            dialect::write_anew(pool, "aside_key", same).await?;
        }
        Ok(())
    }

    fn unwrap(&self, person: Uuid, wrapped: &[u8]) -> Result<PersonKey, Error> {
        let bytes = seal::open(self.master.wrap(), "person_key.wrapped_key", person, wrapped)?;
        PersonKey::from_bytes(&bytes).ok_or(Error::Inconsistent("person_key", person))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tresen_store::{Location, Pool};

    const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

    async fn open(folder: &tempfile::TempDir) -> KeyStore {
        let file = Location::File(folder.path().join("keys.db"));
        KeyStore::new(
            Store::open(&file, &MIGRATIONS, Pool::of(2)).await.expect("opens"),
            MasterKey::derive(&[7; 32]),
        )
    }

    #[tokio::test]
    async fn a_key_that_was_read_before_its_deletion_is_not_cached_after_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = open(&folder).await;
        let (person, _) = keys.find_or_create(&[1; 32], NOW).await.expect("makes a key");
        let (at, deletions) = (Instant::now(), keys.deletions.load(Ordering::SeqCst));
        let read = keys.get(person).await.expect("reads").expect("a key");

        keys.delete(person, None).await.expect("deletes");
        // What a reader does that was slower than the deletion.
        keys.remember(person, read, at, deletions);

        assert!(keys.get(person).await.expect("reads").is_none());
    }

    #[tokio::test]
    async fn another_process_trusts_a_deleted_key_for_a_short_time_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, mut other) = (open(&folder).await, open(&folder).await);
        let (person, _) = one.find_or_create(&[1; 32], NOW).await.expect("makes a key");
        assert!(other.get(person).await.expect("reads").is_some());

        one.delete(person, None).await.expect("deletes");

        other.trusted = Duration::ZERO;
        assert!(other.get(person).await.expect("reads").is_none());
        // One that hears of it trusts it no more at once.
        other.trusted = TRUSTED;
        other.forget_cached(person);
        assert!(other.get(person).await.expect("reads").is_none());
    }
}
