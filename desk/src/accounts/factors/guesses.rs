//! How many wrong codes are too many. Five, and then whoever goes on waits: a minute, then twice as
//! long after each further one, up to an hour. A code has six digits and three of them are good at a
//! time, so a guesser who never stops would need years.
//!
//! Guesses from browsers that the person has logged in with before are counted apart from those of
//! strangers: whoever has fished a password and guesses at the code keeps nobody out of their own
//! account. Recovery codes are taken whatever the count: sixty bits are not guessed.

use tresen_model::{PersonId, Timestamp};
use tresen_store::{StoreError, Tx, from_row, on};

/// So many are free.
const FREE: i64 = 5;

/// The first wait, in seconds.
const FIRST_WAIT: i64 = 60;

/// The longest wait, in seconds.
const LONGEST_WAIT: i64 = 3600;

/// What happened so many seconds ago is forgotten.
pub(super) const REMEMBERED: i64 = 24 * 3600;

struct Row {
    wrong: i64,
    wait_until: i64,
    last_at: i64,
}

from_row!(Row { wrong, wait_until, last_at });

/// Whose guesses: a person's, from browsers that are known or from others. Hold the person locked.
#[derive(Clone, Copy)]
pub(super) struct Guesser {
    pub(super) person: PersonId,
    pub(super) known: bool,
}

impl Guesser {
    async fn row(self, tx: &mut Tx) -> Result<Option<Row>, StoreError> {
        const SQL: &str =
            "SELECT wrong, wait_until, last_at FROM factor_guess WHERE person_id = $1 AND known = $2";
        on!(tx.conn(), c => sqlx::query_as(SQL)
            .bind(self.person.0)
            .bind(self.known)
            .fetch_optional(c)
            .await)
    }

    /// Seconds to wait before the next code is looked at, if any.
    pub(super) async fn wait(self, tx: &mut Tx, now: Timestamp) -> Result<Option<u64>, StoreError> {
        let until = self.row(tx).await?.map_or(now, |row| Timestamp(row.wait_until));
        // Rounded up, so that nobody is told to wait for no time.
        Ok((until > now).then(|| until.seconds_since(now).unsigned_abs() + 1))
    }

    /// Notes a wrong one.
    pub(super) async fn note(self, tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO factor_guess (person_id, known, wrong, wait_until, last_at)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person_id, known)
            DO UPDATE SET wrong = excluded.wrong, wait_until = excluded.wait_until, last_at = excluded.last_at";
        let before = self.row(tx).await?;
        let remembered = before.filter(|row| now.seconds_since(Timestamp(row.last_at)) < REMEMBERED);
        let wrong = remembered.map_or(0, |row| row.wrong) + 1;
        let until = if wrong < FREE { now } else { now.plus_seconds(wait_after(wrong)) };
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(self.person.0)
            .bind(self.known)
            .bind(wrong)
            .bind(until.0)
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))
    }

    /// Forgets them: the right one came.
    pub(super) async fn forget(self, tx: &mut Tx) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM factor_guess WHERE person_id = $1 AND known = $2";
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(self.person.0)
            .bind(self.known)
            .execute(c)
            .await
            .map(drop))
    }
}

/// Forgets all of a person.
pub(crate) async fn forget_all(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM factor_guess WHERE person_id = $1";
    on!(tx.conn(), c => sqlx::query(SQL).bind(person.0).execute(c).await.map(drop))
}

fn wait_after(wrong: i64) -> i64 {
    let doublings = u32::try_from(wrong - FREE).unwrap_or_default().min(16);
    (FIRST_WAIT << doublings).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_an_hour() {
        assert_eq!([5, 6, 7, 10, 11, 1_000_000].map(wait_after), [60, 120, 240, 1920, 3600, 3600]);
    }
}
