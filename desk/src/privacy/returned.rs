//! Nobody comes back: an older copy of the data, or of the key store, may hold persons who
//! have been erased since. They are purged before anybody is served.
//!
//! Two tables remember them, random ids and nothing else: `erasure` in the data and `erased`
//! in the key store. So it does not matter which of the two databases is the older one. Where both are older,
//! the [list](super::list) of erasures that was kept elsewhere remembers them.

use sqlx::types::Uuid;
use tresen_keys::KeyStore;
use tresen_model::views::ErasureCount;
use tresen_model::{PersonId, Timestamp};
use tresen_store::{Store, on};

use crate::erasure_list;
use crate::erasure_list::List;
use crate::error::Broken;
use crate::privacy::Privacy;

impl Privacy {
    /// Purges whoever was erased and is here again. Looks through all persons only where data and key store do
    /// not fit together: after one of them was replaced.
    pub(crate) async fn keep_the_erased_out(&self) -> Result<(), Broken> {
        if self.fits_the_key_store().await? { Ok(()) } else { self.purge_the_erased().await }
    }

    /// Whether data and key store know the same number of erasures, and the persons at both ends have keys. An older
    /// copy of either knows fewer erasures; and an older key store lacks the newest person, another one all.
    async fn fits_the_key_store(&self) -> Result<bool, Broken> {
        const FINISHED: &str = "SELECT COUNT(*) FROM erasure WHERE finished_at IS NOT NULL";
        const ENDS: &str = "SELECT id FROM person WHERE id IN
            ((SELECT id FROM person ORDER BY id LIMIT 1), (SELECT id FROM person ORDER BY id DESC LIMIT 1))";
        let mut reader = self.store.read().await?;
        let (finished,): (i64,) = on!(reader.conn(), c => sqlx::query_as(FINISHED).fetch_one(c).await)?;
        let ends: Vec<(Uuid,)> = on!(reader.conn(), c => sqlx::query_as(ENDS).fetch_all(c).await)?;
        drop(reader);
        if finished != self.keys.count_erased().await? {
            return Ok(false);
        }
        let held = self.keys.get_many(ends.iter().map(|(id,)| PersonId(*id))).await;
        Ok(Broken::pass_over(held)?.is_some_and(|held| held.len() == ends.len()))
    }

    async fn purge_the_erased(&self) -> Result<(), Broken> {
        // In this order: who is erased or added meanwhile is no riddle then.
        let persons = self.store.ids("SELECT id FROM person").await?;
        let held = self.keys.holders().await?;
        let finished = self.store.ids("SELECT person_id FROM erasure WHERE finished_at IS NOT NULL").await?;
        let mut erased = self.keys.erased().await?;
        let mut forget = false;
        for person in finished {
            if erased.insert(person) {
                forget |= self.keys.delete(PersonId(person), None).await?;
            }
        }
        if forget {
            self.keys.forget_deleted().await?;
        }
        let mut keyless = 0;
        for person in persons {
            if erased.contains(&person) {
                tracing::warn!("somebody who was erased is in the data again, and is purged");
                self.finish_erasure(PersonId(person)).await?;
            } else if !held.contains(&person) {
                keyless += 1;
            }
        }
        // Not purged: more likely the wrong key store is here than that so many are gone.
        if keyless > 0 { Err(Broken::KeysMissing(keyless)) } else { Ok(()) }
    }
}

/// Has everybody whose key is gone erased when the desk is opened next. Gives how many those
/// are, and of how many.
pub(crate) async fn erase_keyless(data: &Store, keys: &KeyStore) -> Result<(usize, usize), Broken> {
    const LOCK: &str = "UPDATE person SET state = 'erasing' WHERE id = $1";
    const INSERT: &str = "INSERT INTO erasure (person_id, started_at, wish, counts)
        VALUES ($1, $2, 'restore', $3) ON CONFLICT (person_id) DO UPDATE SET finished_at = NULL";
    const BEGUN: &str = "SELECT created_at FROM person WHERE id = $1";
    let persons = data.ids("SELECT id FROM person").await?;
    let held = keys.holders().await?;
    let keyless: Vec<Uuid> = persons.iter().copied().filter(|person| !held.contains(person)).collect();
    let Ok(counts) = serde_json::to_string(&ErasureCount::default()) else {
        unreachable!("numbers are JSON")
    };
    let mut tx = data.write().await?;
    for person in &keyless {
        let (begun,): (i64,) = on!(tx.conn(), c => sqlx::query_as(BEGUN).bind(person).fetch_one(c).await)?;
        on!(tx.conn(), c => sqlx::query(LOCK).bind(person).execute(c).await.map(drop))?;
        on!(tx.conn(), c => sqlx::query(INSERT)
            .bind(person)
            .bind(begun)
            .bind(&counts)
            .execute(c)
            .await
            .map(drop))?;
    }
    tx.commit().await?;
    Ok((keyless.len(), persons.len()))
}

/// Has everybody erased, by the erasures that are resumed next, whom the list names and who is here: with
/// a row, or with a key alone. Gives how many those are.
pub(crate) async fn erase_listed(data: &Store, keys: &KeyStore, list: &List) -> Result<usize, Broken> {
    const LOCK: &str = "UPDATE person SET state = 'erasing' WHERE id = $1";
    const INSERT: &str = "INSERT INTO erasure (person_id, started_at, wish, counts)
        VALUES ($1, $2, 'restore', $3) ON CONFLICT (person_id) DO UPDATE SET finished_at = NULL";
    if list.is_empty() {
        return Ok(0);
    }
    let mut here = data.ids("SELECT id FROM person").await?;
    here.extend(keys.holders().await?);
    let named = here.into_iter().filter_map(|person| {
        let at = list.get(&erasure_list::mark(person, keys.master()))?;
        Some((person, at))
    });
    let named: Vec<(Uuid, Timestamp)> = named.collect();
    if named.is_empty() {
        return Ok(0);
    }
    let Ok(counts) = serde_json::to_string(&ErasureCount::default()) else {
        unreachable!("numbers are JSON")
    };
    let mut tx = data.write().await?;
    for (person, at) in &named {
        on!(tx.conn(), c => sqlx::query(LOCK).bind(person).execute(c).await.map(drop))?;
        on!(tx.conn(), c => sqlx::query(INSERT)
            .bind(person)
            .bind(at.0)
            .bind(&counts)
            .execute(c)
            .await
            .map(drop))?;
    }
    tx.commit().await?;
    let persons = named.len();
    tracing::warn!(persons, "persons whom the list of erasures names are here again, and are erased again");
    Ok(persons)
}
