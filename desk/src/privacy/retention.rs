//! Retention (Art. 5(1)(e) GDPR): what nobody needs any more is erased, by itself.
//!
//! - Requests that are settled (resolved or closed), after months without activity.
//! - Requests from an address that was never proven and that no agent has answered, after days.
//! - Requests that were held back as suspected spam and not released, after days; with their
//!   senders, of whom there is nothing else.
//! - Customers without requests, and without a login in use, after months in which nothing was
//!   done for them: wholly, by the way of every erasure.
//!
//! Nothing of a person whose data is restricted: who asked for restriction may have asked for
//! it instead of erasure, or need the data for a claim (Art. 18(1)(b) and (c)).
//!
//! It is done one by one, so that nobody waits for it, and each time it is looked again
//! whether it still holds. What was done stands in the log and in the table `audit`, in
//! numbers.

use async_recursion::async_recursion as boxed;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_model::wish::Wish;
use tresen_model::{PersonId, RequestId, Timestamp};
use tresen_store::{Conn, StoreError, Tx, on};

use crate::error::{Broken, Error};
use crate::people::restriction::NOT_RESTRICTED;
use crate::privacy::Privacy;
use crate::requests::remove::delete_request;

/// Looked for at once.
const BATCH: i64 = 100;

/// What retention has erased, or would erase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Expired {
    /// Settled requests without activity.
    pub closed_requests: u64,
    /// Requests from addresses that were never proven, without an answer.
    pub unconfirmed_requests: u64,
    /// Requests that were held back as suspected spam and not released.
    #[serde(default)]
    pub held_requests: u64,
    /// Customers without requests.
    pub idle_persons: u64,
}

/// Before these times is too old.
struct Limits {
    closed: Timestamp,
    unconfirmed: Timestamp,
    held: Timestamp,
    idle: Timestamp,
}

/// Which requests are too old; `$1` is the time.
#[derive(Clone, Copy)]
enum Requests {
    Closed,
    Unconfirmed,
    Held,
}

impl Requests {
    fn condition(self) -> String {
        let own = match self {
            Self::Closed => "closed_at IS NOT NULL AND updated_at < $1",
            Self::Unconfirmed => {
                "agent_wrote_at = 0 AND created_at < $1 AND channel <> 'agent'
                 AND person_id IN (SELECT id FROM person WHERE proven_at IS NULL)"
            }
            Self::Held => "held_at IS NOT NULL AND held_at < $1",
        };
        format!("{own} AND {NOT_RESTRICTED}")
    }
}

/// Which persons; `$1` is the time of their last activity, `$2` is now.
const IDLE: &str = "role = 'customer' AND state = 'active' AND restricted_at IS NULL AND active_at < $1
    AND NOT EXISTS (SELECT 1 FROM request WHERE request.person_id = person.id)
    AND NOT EXISTS (SELECT 1 FROM comment WHERE comment.author_id = person.id)
    AND NOT EXISTS (SELECT 1 FROM session WHERE session.person_id = person.id AND session.expires_at > $2)";

/// The condition on which an idle person is erased: looked at once more when nobody can change
/// it any more.
#[derive(Clone, Copy)]
pub(super) struct Idle {
    /// Nothing was done for them since.
    before: Timestamp,
    now: Timestamp,
}

impl Idle {
    /// Whether it still holds. Locks the person first: whoever does something for them has
    /// finished, and is seen, or waits for us and finds them being erased.
    pub(super) async fn still(self, tx: &mut Tx, person: PersonId) -> Result<bool, StoreError> {
        const LOCK: &str = "UPDATE person SET active_at = active_at WHERE id = $1 AND state = 'active'";
        on!(tx.conn(), c => sqlx::query(LOCK).bind(person.0).execute(c).await.map(drop))?;
        let sql = AssertSqlSafe(format!("SELECT id FROM person WHERE {IDLE} AND id = $3"));
        let row: Option<(Uuid,)> = on!(tx.conn(), c => sqlx::query_as(sql)
            .bind(self.before.0)
            .bind(self.now.0)
            .bind(person.0)
            .fetch_optional(c)
            .await)?;
        Ok(row.is_some())
    }
}

/// Some months before a time, as the calendar counts them.
fn months_before(now: Timestamp, months: u32) -> Timestamp {
    let then = jiff::Span::new()
        .try_months(months)
        .and_then(|span| jiff::Timestamp::from_microsecond(now.0)?.to_zoned(TimeZone::UTC).checked_sub(span));
    // Further back than the calendar goes: nothing is that old.
    then.map_or(Timestamp(i64::MIN), |then| Timestamp(then.timestamp().as_microsecond()))
}

impl Privacy {
    fn limits(&self, now: Timestamp) -> Limits {
        let retention = &self.settings.retention;
        Limits {
            closed: months_before(now, retention.closed_requests_months),
            unconfirmed: now.plus_seconds(-i64::from(retention.unconfirmed_days) * 24 * 3600),
            held: now.plus_seconds(-i64::from(retention.held_days) * 24 * 3600),
            idle: months_before(now, retention.idle_person_months),
        }
    }

    /// What retention would erase now. Persons whose last requests would go first are not
    /// among the persons yet.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn retention_preview(&self) -> Result<Expired, Error> {
        let now = self.clock.now();
        let limits = self.limits(now);
        let mut reader = self.store.read().await?;
        let persons = AssertSqlSafe(format!("SELECT COUNT(*) FROM person WHERE {IDLE}"));
        let (idle,): (i64,) = on!(reader.conn(), c => sqlx::query_as(persons)
            .bind(limits.idle.0)
            .bind(now.0)
            .fetch_one(c)
            .await)?;
        let closed = count(reader.conn(), Requests::Closed, limits.closed).await?;
        let unconfirmed = count(reader.conn(), Requests::Unconfirmed, limits.unconfirmed).await?;
        let held = count(reader.conn(), Requests::Held, limits.held).await?;
        Ok(Expired {
            closed_requests: closed,
            unconfirmed_requests: unconfirmed,
            held_requests: held,
            idle_persons: idle.cast_unsigned(),
        })
    }

    /// Erases what is too old, and says how much it was.
    ///
    /// # Errors
    /// [`Error::Broken`] when it could not go on; what was done until then is done.
    #[boxed]
    pub async fn retain(&self) -> Result<Expired, Error> {
        let now = self.clock.now();
        let limits = self.limits(now);
        let mut done = Expired::default();
        let outcome = self.expire(now, &limits, &mut done).await;
        if done != Expired::default() {
            tracing::info!(
                closed_requests = done.closed_requests,
                unconfirmed_requests = done.unconfirmed_requests,
                held_requests = done.held_requests,
                idle_persons = done.idle_persons,
                "what had reached its retention limit was erased"
            );
            let mut tx = self.store.write().await?;
            crate::people::audit::audit(&mut tx, "retention", &done, now).await?;
            tx.commit().await?;
            self.store.forget_traces_soon().await;
            self.search.index.forget_traces().await?;
        }
        outcome.map(|()| done)
    }

    async fn expire(&self, now: Timestamp, limits: &Limits, done: &mut Expired) -> Result<(), Error> {
        done.closed_requests = self.expire_requests(Requests::Closed, limits.closed).await?;
        done.unconfirmed_requests = self.expire_requests(Requests::Unconfirmed, limits.unconfirmed).await?;
        done.held_requests = self.expire_requests(Requests::Held, limits.held).await?;
        loop {
            let persons = self.idle_persons(now, limits.idle).await?;
            let mut erased = 0;
            for person in &persons {
                let idle = Idle { before: limits.idle, now };
                let done = self.erase_if(*person, Wish::Retention, Some(idle)).await?;
                erased += u64::from(done.is_some());
            }
            done.idle_persons += erased;
            if erased == 0 || self.background.closing.is_cancelled() {
                return Ok(());
            }
        }
    }

    /// Erases requests until there are none left that are too old.
    async fn expire_requests(&self, which: Requests, before: Timestamp) -> Result<u64, Error> {
        let sql = format!("SELECT id FROM request WHERE {} ORDER BY id LIMIT $2", which.condition());
        let mut all = 0;
        loop {
            let mut reader = self.store.read().await?;
            let rows: Vec<(Uuid,)> = on!(reader.conn(), c => sqlx::query_as(AssertSqlSafe(sql.clone()))
                .bind(before.0)
                .bind(BATCH)
                .fetch_all(c)
                .await)?;
            drop(reader);
            let mut erased = 0;
            for (id,) in rows {
                erased += u64::from(self.expire_request(RequestId(id), which, before).await?);
                tokio::task::yield_now().await;
            }
            all += erased;
            if erased == 0 || self.background.closing.is_cancelled() {
                return Ok(all);
            }
        }
    }

    /// Erases one request with everything that belongs to it, unless something has happened.
    async fn expire_request(
        &self,
        request: RequestId,
        which: Requests,
        before: Timestamp,
    ) -> Result<bool, Error> {
        // Whoever writes about a request holds its person; so do we.
        const LOCK: &str = "UPDATE person SET active_at = active_at WHERE state = 'active'
            AND id = (SELECT person_id FROM request WHERE id = $1) RETURNING id";
        const STALE: &str = "UPDATE request SET search_stale = $2 WHERE id = $1";
        let still = format!("SELECT person_id FROM request WHERE id = $2 AND {}", which.condition());
        // The indexer does not come in between: it would put back what is taken out.
        let indexer = self.search.writing.lock().await;
        let mut reader = self.store.read().await?;
        let found: Option<(Uuid,)> = on!(reader.conn(), c => sqlx::query_as(AssertSqlSafe(still.clone()))
            .bind(before.0)
            .bind(request.0)
            .fetch_optional(c)
            .await)?;
        // On PostgreSQL the index takes its connection from the same pool.
        drop(reader);
        let Some((customer,)) = found else { return Ok(false) };
        // First the words in the clear: should we crash, the request is still there and is
        // found again. Files without a row are swept away later.
        self.search.index.forget_request(request).await?;
        let mut tx = self.store.write().await?;
        let locked: Option<(Uuid,)> =
            on!(tx.conn(), c => sqlx::query_as(LOCK).bind(request.0).fetch_optional(c).await)?;
        let found: Option<(Uuid,)> = on!(tx.conn(), c => sqlx::query_as(AssertSqlSafe(still))
            .bind(before.0)
            .bind(request.0)
            .fetch_optional(c)
            .await)?;
        if locked.is_none() || found.is_none() {
            // Somebody has written meanwhile: its words are wanted again.
            on!(tx.conn(), c => sqlx::query(STALE).bind(request.0).bind(true).execute(c).await.map(drop))?;
            tx.commit().await?;
            self.wakeups.search.notify_one();
            return Ok(false);
        }
        let files = delete_request(&mut tx, request).await?;
        tx.commit().await?;
        for file in files {
            self.objects.delete(file).await?;
        }
        drop(indexer);
        if let Requests::Held = which {
            self.erase_if_unknown(PersonId(customer)).await?;
        }
        Ok(true)
    }

    async fn idle_persons(&self, now: Timestamp, before: Timestamp) -> Result<Vec<PersonId>, Broken> {
        let sql = AssertSqlSafe(format!("SELECT id FROM person WHERE {IDLE} ORDER BY id LIMIT $3"));
        let mut reader = self.store.read().await?;
        let rows: Vec<(Uuid,)> = on!(reader.conn(), c => sqlx::query_as(sql)
            .bind(before.0)
            .bind(now.0)
            .bind(BATCH)
            .fetch_all(c)
            .await)?;
        Ok(rows.into_iter().map(|(id,)| PersonId(id)).collect())
    }

    /// What retention has done so far, the newest first, at most a hundred times.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn retention_record(&self) -> Result<Vec<(Timestamp, Expired)>, Error> {
        const SQL: &str =
            "SELECT id, at, counts FROM audit WHERE event = 'retention' ORDER BY at DESC, id LIMIT 100";
        let mut reader = self.store.read().await?;
        let rows: Vec<(Uuid, i64, String)> = on!(reader.conn(), c => sqlx::query_as(SQL).fetch_all(c).await)?;
        let read = |(id, at, counts): (Uuid, i64, String)| {
            let counts =
                serde_json::from_str(&counts).map_err(|_| Broken::Inconsistent("audit.counts", id))?;
            Ok((Timestamp(at), counts))
        };
        rows.into_iter().map(read).collect()
    }
}

async fn count(conn: Conn<'_>, which: Requests, before: Timestamp) -> Result<u64, StoreError> {
    let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM request WHERE {}", which.condition()));
    let (count,): (i64,) = on!(conn, c => sqlx::query_as(sql).bind(before.0).fetch_one(c).await)?;
    Ok(count.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_calendar() {
        let at = |text: &str| Timestamp(text.parse::<jiff::Timestamp>().expect("a time").as_microsecond());
        for (now, months, then) in [
            ("2026-11-23T10:00:00Z", 24, "2024-11-23T10:00:00Z"),
            ("2028-02-29T10:00:00Z", 12, "2027-02-28T10:00:00Z"),
            ("2026-03-31T10:00:00Z", 1, "2026-02-28T10:00:00Z"),
        ] {
            assert_eq!(months_before(at(now), months), at(then));
        }
        assert_eq!(months_before(at("2026-11-23T10:00:00Z"), u32::MAX), Timestamp(i64::MIN));
    }
}
