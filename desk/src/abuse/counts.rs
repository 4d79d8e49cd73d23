//! How often something was tried.
//!
//! Who tried is a keyed hash with a salt that is another one every day (UTC); with the day, the
//! salt and all that was counted go. On SQLite there is one node: counts are in memory. On
//! PostgreSQL several nodes share a row each, changed by one statement, so that what they allow
//! together is exactly what one would: a `NOTIFY` would only tell others afterwards, and a node
//! that was away would not hear of it. The tables are unlogged, so they reach no backup; what they
//! lose in a crash is an attacker's hour, not a customer's request.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tresen_keys::{MasterKey, random};
use tresen_model::Timestamp;
use tresen_store::{Conn, Store, StoreError};

use super::memory::{Key, Memory};
use crate::error::Broken;
use crate::settings::Rate;

/// Microseconds of a day.
const DAY: i64 = 24 * 3_600_000_000;

/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;

/// Keys that are kept in memory, which takes up to 40 MiB.
const MOST_KEYS: usize = 200_000;

/// The counts of a desk.
pub(crate) struct Counts {
    /// The day, and its salt.
    salt: Mutex<Option<(i64, [u8; 32])>>,
    memory: Mutex<Memory>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn day(now: Timestamp) -> i64 {
    now.0.div_euclid(DAY)
}

impl Counts {
    /// Makes the tables where several nodes share them.
    pub(crate) async fn open(store: &Store) -> Result<Self, StoreError> {
        if let Store::Postgres(pool) = store {
            let mut tx = pool.begin().await?;
            sqlx::raw_sql(include_str!("../../migrations/counts_postgres.sql")).execute(&mut *tx).await?;
            tx.commit().await?;
        }
        Ok(Self { salt: Mutex::default(), memory: Mutex::new(Memory::new(MOST_KEYS)) })
    }

    /// The key of something, for this day.
    pub(crate) async fn key(
        &self,
        conn: Conn<'_>,
        master: &MasterKey,
        what: &str,
        parts: &[&[u8]],
        now: Timestamp,
    ) -> Result<Key, Broken> {
        let salt = self.salt(conn, day(now)).await?;
        let mut all: Vec<&[u8]> = vec![&salt, what.as_bytes()];
        all.extend_from_slice(parts);
        let hash = master.fingerprint("abuse", &all);
        let mut key = [0; 16];
        key.copy_from_slice(&hash[..16]);
        Ok(Key(key))
    }

    async fn salt(&self, conn: Conn<'_>, day: i64) -> Result<[u8; 32], Broken> {
        if let Some((of, salt)) = *lock(&self.salt)
            && of == day
        {
            return Ok(salt);
        }
        let fresh = random::bytes::<32>()?;
        match conn {
            Conn::Sqlite(_) => {
                let mut kept = lock(&self.salt);
                match *kept {
                    // Somebody was quicker.
                    Some((of, salt)) if of == day => Ok(salt),
                    _ => {
                        lock(&self.memory).clear();
                        *kept = Some((day, fresh));
                        Ok(fresh)
                    }
                }
            }
            Conn::Postgres(c) => {
                const FIND: &str = "SELECT salt FROM abuse_salt WHERE day = $1";
                const MAKE: &str =
                    "INSERT INTO abuse_salt (day, salt) VALUES ($1, $2) ON CONFLICT (day) DO NOTHING";
                let mut found: Option<(Vec<u8>,)> =
                    sqlx::query_as(FIND).bind(day).fetch_optional(&mut *c).await?;
                let there = found.is_some();
                if !there {
                    sqlx::query(MAKE).bind(day).bind(fresh.as_slice()).execute(&mut *c).await?;
                    found = sqlx::query_as(FIND).bind(day).fetch_optional(&mut *c).await?;
                }
                // Gone in between: then this one count is nobody else's.
                let salt = found.and_then(|(salt,)| salt.try_into().ok()).unwrap_or(fresh);
                // One that was made here may yet be undone with its transaction.
                if there {
                    *lock(&self.salt) = Some((day, salt));
                }
                Ok(salt)
            }
        }
    }

    /// Takes one, if there is room (GCRA, ITU-T I.371): `Err` with the seconds to wait if not.
    pub(crate) async fn take(
        &self,
        conn: Conn<'_>,
        key: Key,
        rate: Rate,
        now: Timestamp,
    ) -> Result<Result<(), u64>, StoreError> {
        const TAKE: &str = "INSERT INTO abuse_count AS kept (key, last) VALUES ($1, $2::BIGINT + $3::BIGINT)
            ON CONFLICT (key) DO UPDATE SET last = GREATEST(kept.last, $2) + $3
            WHERE GREATEST(kept.last, $2) + $3 - $2 <= $4::BIGINT RETURNING last";
        let (step, burst) = (rate.step(), rate.burst());
        let full = match conn {
            Conn::Sqlite(_) => {
                let mut memory = lock(&self.memory);
                let [first, second, last] = memory.get(key);
                let next = last.max(now.0) + step;
                if next - now.0 <= burst {
                    memory.set(key, [first, second, next], next);
                    return Ok(Ok(()));
                }
                last
            }
            Conn::Postgres(c) => {
                let taken: Option<(i64,)> = sqlx::query_as(TAKE)
                    .bind(key.0.as_slice())
                    .bind(now.0)
                    .bind(step)
                    .bind(burst)
                    .fetch_optional(&mut *c)
                    .await?;
                if taken.is_some() {
                    return Ok(Ok(()));
                }
                self.counted(Conn::Postgres(c), key).await?.max(now.0)
            }
        };
        let wait = (full + step - burst - now.0).max(0);
        Ok(Err(u64::try_from(wait).unwrap_or_default().div_ceil(1_000_000).max(1)))
    }

    /// Gives one back that was taken: it was no abuse.
    pub(crate) async fn give_back(&self, conn: Conn<'_>, key: Key, rate: Rate) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE abuse_count SET last = last - $2 WHERE key = $1";
        match conn {
            Conn::Sqlite(_) => {
                let mut memory = lock(&self.memory);
                let [first, second, last] = memory.get(key);
                if last > 0 {
                    let last = last - rate.step();
                    memory.set(key, [first, second, last], last);
                }
                Ok(())
            }
            Conn::Postgres(c) => {
                sqlx::query(SQL).bind(key.0.as_slice()).bind(rate.step()).execute(c).await.map(drop)
            }
        }
    }

    /// How full it is, in hundredths of what is calm, after `more` were put in; at most 300.
    /// Nothing is refused.
    pub(crate) async fn fill(
        &self,
        conn: Conn<'_>,
        key: Key,
        rate: Rate,
        more: i64,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        const FILL: &str = "INSERT INTO abuse_count AS kept (key, last) VALUES ($1, $2::BIGINT + $3::BIGINT)
            ON CONFLICT (key) DO UPDATE SET last = LEAST(GREATEST(kept.last, $2) + $3, $2 + $4::BIGINT)
            RETURNING last";
        let (step, burst) = (rate.step() * more, rate.burst());
        let last = match conn {
            conn if more == 0 => self.counted(conn, key).await?,
            Conn::Sqlite(_) => {
                let mut memory = lock(&self.memory);
                let [first, second, last] = memory.get(key);
                let last = (last.max(now.0) + step).min(now.0 + 3 * burst);
                memory.set(key, [first, second, last], last);
                last
            }
            Conn::Postgres(c) => {
                let (last,): (i64,) = sqlx::query_as(FILL)
                    .bind(key.0.as_slice())
                    .bind(now.0)
                    .bind(step)
                    .bind(3 * burst)
                    .fetch_one(c)
                    .await?;
                last
            }
        };
        Ok((last - now.0).max(0) * 100 / burst)
    }

    /// How often this day, with this time. Where room is short it is kept for an hour only.
    pub(crate) async fn count(&self, conn: Conn<'_>, key: Key, now: Timestamp) -> Result<i64, StoreError> {
        const SQL: &str = "INSERT INTO abuse_count AS kept (key, last) VALUES ($1, 1)
            ON CONFLICT (key) DO UPDATE SET last = kept.last + 1 RETURNING last";
        match conn {
            Conn::Sqlite(_) => {
                let mut memory = lock(&self.memory);
                let [first, second, count] = memory.get(key);
                memory.set(key, [first, second, count + 1], now.0 + HOUR);
                Ok(count + 1)
            }
            Conn::Postgres(c) => {
                let (last,): (i64,) = sqlx::query_as(SQL).bind(key.0.as_slice()).fetch_one(c).await?;
                Ok(last)
            }
        }
    }

    /// How often this day, or the time that is kept; 0 when nothing is.
    pub(crate) async fn counted(&self, conn: Conn<'_>, key: Key) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT last FROM abuse_count WHERE key = $1";
        match conn {
            Conn::Sqlite(_) => Ok(lock(&self.memory).get(key)[2]),
            Conn::Postgres(c) => {
                let kept: Option<(i64,)> =
                    sqlx::query_as(SQL).bind(key.0.as_slice()).fetch_optional(c).await?;
                Ok(kept.map_or(0, |(last,)| last))
            }
        }
    }

    /// Whether it is the third within an hour at most; if so it is noted. Unlike a bucket that
    /// leaks, no hour whatever has more than three.
    pub(crate) async fn third_in_an_hour(
        &self,
        conn: Conn<'_>,
        key: Key,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO abuse_count AS kept (key, last) VALUES ($1, $2)
            ON CONFLICT (key) DO UPDATE SET first = kept.second, second = kept.last, last = $2
            WHERE kept.first <= $3 RETURNING last";
        let hour_ago = now.0 - HOUR;
        match conn {
            Conn::Sqlite(_) => {
                let mut memory = lock(&self.memory);
                let [first, second, last] = memory.get(key);
                let room = first <= hour_ago;
                if room {
                    memory.set(key, [second, last, now.0], now.0 + HOUR);
                }
                Ok(room)
            }
            Conn::Postgres(c) => {
                let noted: Option<(i64,)> = sqlx::query_as(SQL)
                    .bind(key.0.as_slice())
                    .bind(now.0)
                    .bind(hour_ago)
                    .fetch_optional(c)
                    .await?;
                Ok(noted.is_some())
            }
        }
    }

    /// Forgets the days before this one.
    pub(crate) async fn tidy(&self, store: &Store, now: Timestamp) -> Result<(), StoreError> {
        const OLD: &str = "SELECT 1 FROM abuse_salt WHERE day < $1 LIMIT 1";
        const TODAY: &str = "SELECT salt FROM abuse_salt WHERE day = $1";
        const KEEP: &str = "INSERT INTO abuse_salt (day, salt) VALUES ($1, $2)";
        let today = day(now);
        let Store::Postgres(pool) = store else {
            let mut salt = lock(&self.salt);
            if salt.is_some_and(|(of, _)| of != today) {
                *salt = None;
                lock(&self.memory).clear();
            }
            return Ok(());
        };
        let old: Option<(i32,)> = sqlx::query_as(OLD).bind(today).fetch_optional(pool).await?;
        if old.is_none() {
            return Ok(());
        }
        // TRUNCATE takes new files: of what was deleted no byte stays in the gaps of pages.
        let mut tx = pool.begin().await?;
        sqlx::raw_sql("SET LOCAL lock_timeout = '5s'; LOCK TABLE abuse_salt, abuse_count")
            .execute(&mut *tx)
            .await?;
        let kept: Option<(Vec<u8>,)> = sqlx::query_as(TODAY).bind(today).fetch_optional(&mut *tx).await?;
        sqlx::raw_sql("TRUNCATE abuse_salt, abuse_count").execute(&mut *tx).await?;
        if let Some((salt,)) = kept {
            sqlx::query(KEEP).bind(today).bind(salt).execute(&mut *tx).await?;
        }
        tx.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tresen_store::Location;

    fn key(number: u32) -> Key {
        let mut key = [0; 16];
        key[..4].copy_from_slice(&number.to_be_bytes());
        Key(key)
    }

    /// An IPv6 /48 has 65,536 networks, and each of them knocks at several forms.
    #[tokio::test]
    async fn a_limit_holds_while_very_many_others_pass_by() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = Location::File(folder.path().join("keys.db"));
        let store =
            Store::open(&file, &tresen_keys::MIGRATIONS, tresen_store::Pool::of(1)).await.expect("opens");
        let counts = Counts::open(&store).await.expect("opens");
        let mut reader = store.read().await.expect("a connection");
        let (rate, now) = (Rate::new(5, 5), Timestamp(1_000_000 * HOUR));
        let limited = key(u32::MAX);
        for _ in 0..5 {
            assert!(counts.take(reader.conn(), limited, rate, now).await.expect("counts").is_ok());
        }

        for other in 0..300_000 {
            let later = Timestamp(now.0 + i64::from(other) * 2_000);
            assert!(counts.take(reader.conn(), key(other), rate, later).await.expect("counts").is_ok());
        }

        let soon = Timestamp(now.0 + HOUR / 6);
        assert!(counts.take(reader.conn(), limited, rate, soon).await.expect("counts").is_err());
    }
}
