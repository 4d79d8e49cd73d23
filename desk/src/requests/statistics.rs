//! Statistics: how much came in, and how long it took, by day, request type and agent.
//!
//! They name no customer and no request, so an erasure leaves them as they are; erasing an
//! agent takes the agent out of them. What is counted is added as a row of its own in the
//! transaction that causes it, and a worker puts such rows together minutes later
//! (docs/decisions/0009). A sum over the rows is right at any time.

use std::collections::BTreeMap;

use async_recursion::async_recursion as boxed;
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use sqlx::types::uuid::Builder;
use tresen_keys::random;
use tresen_model::{PersonId, Timestamp};
use tresen_store::{Tx, dialect, from_row, on};

use crate::error::{Broken, Error};
use crate::people::Agent;
use crate::people::kinds::seen_by;
use crate::requests::Requests;

/// Fresh rows that are put together in one transaction, so that nobody waits long for it.
const BATCH: i64 = 5_000;

/// A day: so many since 1970-01-01, as UTC counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i64);

impl Day {
    /// The day on which something was.
    pub const fn of(at: Timestamp) -> Self {
        Self(at.0.div_euclid(24 * 3600 * 1_000_000))
    }

    /// Its first moment.
    pub const fn start(self) -> Timestamp {
        Timestamp(0).plus_seconds(self.0.saturating_mul(24 * 3600))
    }
}

/// How often something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Requests that came in.
    pub created: u64,
    /// Requests that got their first answer.
    pub answered: u64,
    /// Times that a request was resolved.
    pub resolved: u64,
    /// Times that a request was closed.
    pub closed: u64,
    /// Times that a request that was settled (resolved or closed) was opened again.
    pub reopened: u64,
    /// Requests that were settled for the first time.
    pub settled: u64,
    /// Seconds from request to first answer, over all of `answered`.
    pub answer_seconds: u64,
    /// Seconds from request to settlement, over all of `settled`.
    pub settle_seconds: u64,
}

impl Tally {
    /// A request came in.
    pub(crate) fn received() -> Self {
        Self { created: 1, ..Self::default() }
    }

    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        self.created += other.created;
        self.answered += other.answered;
        self.resolved += other.resolved;
        self.closed += other.closed;
        self.reopened += other.reopened;
        self.settled += other.settled;
        self.answer_seconds += other.answer_seconds;
        self.settle_seconds += other.settle_seconds;
    }

    /// Seconds to the first answer on average; `None` when there was none.
    pub fn mean_answer(&self) -> Option<u64> {
        self.answer_seconds.checked_div(self.answered)
    }

    /// Seconds to settlement on average; `None` when there was none.
    pub fn mean_settlement(&self) -> Option<u64> {
        self.settle_seconds.checked_div(self.settled)
    }
}

/// What happened on a day, in one request type, by one agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistic {
    /// The day.
    pub day: Day,
    /// The id of the request type.
    pub kind: String,
    /// Who did it; `None` for what customers did, and for agents who were erased.
    pub agent: Option<PersonId>,
    /// What that agent is called, if they have a name.
    pub agent_name: Option<String>,
    /// How often.
    pub tally: Tally,
}

struct Row {
    day: i64,
    kind: String,
    agent_id: Option<Uuid>,
    created: i64,
    answered: i64,
    resolved: i64,
    closed: i64,
    reopened: i64,
    settled: i64,
    answer_seconds: i64,
    settle_seconds: i64,
}

from_row!(Row {
    day,
    kind,
    agent_id,
    created,
    answered,
    resolved,
    closed,
    reopened,
    settled,
    answer_seconds,
    settle_seconds
});

const COLUMNS: &str = "day, kind, agent_id, created, answered, resolved, closed, reopened, settled, answer_seconds, settle_seconds";

impl Row {
    fn tally(&self) -> Tally {
        Tally {
            created: self.created.cast_unsigned(),
            answered: self.answered.cast_unsigned(),
            resolved: self.resolved.cast_unsigned(),
            closed: self.closed.cast_unsigned(),
            reopened: self.reopened.cast_unsigned(),
            settled: self.settled.cast_unsigned(),
            answer_seconds: self.answer_seconds.cast_unsigned(),
            settle_seconds: self.settle_seconds.cast_unsigned(),
        }
    }
}

/// Seconds from one time to a later one.
pub(crate) fn seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.seconds_since(from)).unwrap_or_default()
}

/// Counts something that happens in this transaction. `agent` did it, or nobody of the desk.
pub(crate) async fn count(
    tx: &mut Tx,
    kind: &str,
    agent: Option<PersonId>,
    tally: &Tally,
    now: Timestamp,
) -> Result<(), Broken> {
    insert(tx, Day::of(now).0, kind, agent.map(|agent| agent.0), tally, true).await
}

pub(crate) async fn insert(
    tx: &mut Tx,
    day: i64,
    kind: &str,
    agent: Option<Uuid>,
    tally: &Tally,
    fresh: bool,
) -> Result<(), Broken> {
    const SQL: &str = "INSERT INTO statistic (id, day, kind, agent_id, created, answered, resolved, closed,
        reopened, settled, answer_seconds, settle_seconds, fresh)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    // Not one of the ids that tell when they were made.
    let id = Builder::from_random_bytes(random::bytes()?).into_uuid();
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(id)
        .bind(day)
        .bind(kind)
        .bind(agent)
        .bind(tally.created.cast_signed())
        .bind(tally.answered.cast_signed())
        .bind(tally.resolved.cast_signed())
        .bind(tally.closed.cast_signed())
        .bind(tally.reopened.cast_signed())
        .bind(tally.settled.cast_signed())
        .bind(tally.answer_seconds.cast_signed())
        .bind(tally.settle_seconds.cast_signed())
        .bind(fresh)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

impl Requests {
    /// What happened from one day to another, both included: a row for each day, request type
    /// and agent, in this order. Of request types that the agent works on.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn statistics(&self, agent: &Agent, from: Day, to: Day) -> Result<Vec<Statistic>, Error> {
        let sql = format!(
            "SELECT day, kind, agent_id, CAST(SUM(created) AS BIGINT) AS created,
            CAST(SUM(answered) AS BIGINT) AS answered, CAST(SUM(resolved) AS BIGINT) AS resolved,
            CAST(SUM(closed) AS BIGINT) AS closed, CAST(SUM(reopened) AS BIGINT) AS reopened,
            CAST(SUM(settled) AS BIGINT) AS settled, CAST(SUM(answer_seconds) AS BIGINT) AS answer_seconds,
            CAST(SUM(settle_seconds) AS BIGINT) AS settle_seconds
            FROM statistic WHERE day BETWEEN $1 AND $2 AND {} GROUP BY day, kind, agent_id
            ORDER BY day, kind, agent_id",
            seen_by("$3", "statistic.kind")
        );
        let mut reader = self.store.read().await?;
        let rows: Vec<Row> = on!(reader.conn(), c => sqlx::query_as(AssertSqlSafe(sql))
                .bind(from.0)
                .bind(to.0)
                .bind(agent.person().0)
                .fetch_all(c)
                .await)?;
        let mut agents: Vec<PersonId> = rows.iter().filter_map(|row| row.agent_id).map(PersonId).collect();
        agents.sort_unstable();
        agents.dedup();
        let names = self.people.names(reader.conn(), &agents).await?;
        let statistic = |row: Row| {
            let tally = row.tally();
            let agent = row.agent_id.map(PersonId);
            let agent_name = agent.and_then(|agent| names.get(&agent).cloned());
            Statistic { day: Day(row.day), kind: row.kind, agent, agent_name, tally }
        };
        Ok(rows.into_iter().map(statistic).collect())
    }

    /// Puts fresh rows together, until a day, request type and agent have one row. Gives how
    /// many fresh ones there were.
    ///
    /// # Errors
    /// [`Error::Broken`] only; then nothing was changed.
    #[boxed]
    pub async fn fold_statistics(&self) -> Result<u64, Error> {
        let mut all = 0;
        loop {
            let folded = self.fold_some_statistics().await?;
            all += folded;
            if folded < BATCH.cast_unsigned() || self.background.closing.is_cancelled() {
                return Ok(all);
            }
        }
    }

    /// At most a batch.
    pub(crate) async fn fold_some_statistics(&self) -> Result<u64, Broken> {
        let mut tx = self.store.write().await?;
        let lock = dialect::skip_locked(&tx.conn());
        // What somebody else puts together at this moment is theirs.
        let fresh = format!(
            "DELETE FROM statistic WHERE id IN (SELECT id FROM statistic WHERE fresh LIMIT $1 {lock})
             RETURNING {COLUMNS}"
        );
        let folded = format!(
            "DELETE FROM statistic WHERE id IN
             (SELECT id FROM statistic WHERE day = $1 AND NOT fresh {lock}) RETURNING {COLUMNS}"
        );
        let rows: Vec<Row> = on!(tx.conn(), c => sqlx::query_as(AssertSqlSafe(fresh))
            .bind(BATCH)
            .fetch_all(c)
            .await)?;
        if rows.is_empty() {
            tx.rollback().await?;
            return Ok(0);
        }
        let found = rows.len() as u64;
        let mut sums: BTreeMap<(i64, String, Option<Uuid>), Tally> = BTreeMap::new();
        let mut add = |row: Row| {
            let tally = row.tally();
            sums.entry((row.day, row.kind, row.agent_id)).or_default().add(&tally);
        };
        let mut days: Vec<i64> = rows.iter().map(|row| row.day).collect();
        days.sort_unstable();
        days.dedup();
        rows.into_iter().for_each(&mut add);
        for day in days {
            let rows: Vec<Row> = on!(tx.conn(), c => sqlx::query_as(AssertSqlSafe(folded.clone()))
                .bind(day)
                .fetch_all(c)
                .await)?;
            rows.into_iter().for_each(&mut add);
        }
        for ((day, kind, agent), tally) in &sums {
            insert(&mut tx, *day, kind, *agent, tally, false).await?;
        }
        tx.commit().await?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_midnight() {
        let at = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().expect("a time").as_microsecond());
        for (time, day) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59Z", -1),
            ("2026-11-23T00:00:00Z", 20_780),
            ("2026-11-23T23:59:59.999999Z", 20_780),
        ] {
            assert_eq!(Day::of(at(time)), Day(day), "{time}");
        }
        assert_eq!(Day(20_780).start(), at("2026-11-23T00:00:00Z"));
    }

    #[test]
    fn a_mean_of_nothing_is_none() {
        let tally = Tally { answered: 2, answer_seconds: 7, settle_seconds: 5, ..Tally::default() };
        assert_eq!((tally.mean_answer(), tally.mean_settlement()), (Some(3), None));
    }
}
