//! What is due, retries, and what fails for good.

use async_recursion::async_recursion as boxed;
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_keys::random;
use tresen_model::{RequestNumber, Timestamp};
use tresen_store::{dialect, from_row, on};

use crate::error::{Broken, Error};
use crate::people::audit::audit;
use crate::webhooks::Webhooks;

/// Deliveries that are sent side by side.
const AT_ONCE: i64 = 20;

/// Lease of a delivery that is being sent, in seconds: longer than a receiver may take.
const LEASE: i64 = 60;

/// Waits between attempts, in seconds; the last one is repeated.
const WAITS: [i64; 8] = [5, 30, 120, 600, 1800, 3600, 4 * 3600, 8 * 3600];

/// A delivery is given up, and a webhook through which nothing came is switched off, after so many seconds: three days.
const PATIENCE: i64 = 3 * 24 * 3600;

/// What was sent or given up is shown for so many seconds.
const KEPT: i64 = 7 * 24 * 3600;

/// A delivery to send now. The signature is of this moment.
pub struct Due {
    /// Names it, the same at each attempt.
    pub id: Uuid,
    /// Where to.
    pub url: String,
    /// Whether it may lie in a private network.
    pub private: bool,
    /// The header `webhook-timestamp`: seconds since 1970.
    pub timestamp: i64,
    /// The header `webhook-signature`.
    pub signature: String,
    /// The body, JSON.
    pub body: String,
}

/// What came of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver took it.
    Taken(u16),
    /// It did not, or there was no answer.
    Refused(Option<u16>),
    /// The receiver wants no more (410).
    Unwanted,
}

struct Row {
    id: Uuid,
    webhook_id: Uuid,
    event: String,
    number: Option<i64>,
    person_id: Option<Uuid>,
    at: i64,
    url: String,
    private: bool,
    generation: i64,
    rotated_until: Option<i64>,
    with_text: bool,
    comment_id: Option<Uuid>,
}

from_row!(Row {
    id,
    webhook_id,
    event,
    number,
    person_id,
    at,
    url,
    private,
    generation,
    rotated_until,
    with_text,
    comment_id
});

impl Webhooks {
    /// Claims what is due, for a minute.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn due_webhooks(&self) -> Result<Vec<Due>, Error> {
        const DUE: &str =
            "SELECT webhook_delivery.id, webhook_id, event, number, person_id, at, url, private,
            generation, rotated_until, with_text, comment_id FROM webhook_delivery JOIN webhook ON webhook.id = webhook_id
            WHERE state = 'queued' AND next_attempt_at <= $1 AND disabled_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM request JOIN person ON person.id = request.person_id
                WHERE request.number = webhook_delivery.number AND person.restricted_at IS NOT NULL)
            ORDER BY next_attempt_at, webhook_delivery.id LIMIT $2";
        const CLAIM: &str = "UPDATE webhook_delivery SET next_attempt_at = $2 WHERE id = $1";
        let now = self.clock.now();
        let mut reader = self.store.read().await?;
        let waiting: Vec<Row> =
            on!(reader.conn(), c => sqlx::query_as(DUE).bind(now.0).bind(AT_ONCE).fetch_all(c).await)?;
        drop(reader);
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.store.write().await?;
        // Another node may have been quicker.
        let sql = format!(
            "SELECT id FROM webhook_delivery WHERE state = 'queued' AND next_attempt_at <= $1 AND id IN {}{}",
            dialect::places(2, waiting.len()),
            if self.store.is_postgres() { " FOR UPDATE SKIP LOCKED" } else { "" }
        );
        let free: Vec<(Uuid,)> = on!(tx.conn(), c => {
            let mut query = sqlx::query_as(AssertSqlSafe(sql)).bind(now.0);
            for row in &waiting {
                query = query.bind(row.id);
            }
            query.fetch_all(c).await
        })?;
        for (id,) in &free {
            on!(tx.conn(), c => sqlx::query(CLAIM)
                .bind(id)
                .bind(now.plus_seconds(LEASE).0)
                .execute(c)
                .await
                .map(drop))?;
        }
        tx.commit().await?;
        let mut due = Vec::with_capacity(free.len());
        for row in waiting.into_iter().filter(|row| free.contains(&(row.id,))) {
            due.push(self.written(row, now).await?);
        }
        Ok(due)
    }

    async fn written(&self, row: Row, now: Timestamp) -> Result<Due, Error> {
        let at = jiff::Timestamp::from_microsecond(row.at).unwrap_or_default().to_string();
        let mut data = serde_json::Map::new();
        if let Some(number) = row.number {
            let number = RequestNumber::from_bits(number.cast_unsigned());
            data.insert("number".into(), number.to_string().into());
        }
        if let Some(comment) = row.comment_id {
            data.insert("comment".into(), comment.to_string().into());
        }
        if let Some(person) = row.person_id {
            data.insert("person".into(), person.to_string().into());
        }
        if let Some(number) = row.number.filter(|_| row.with_text) {
            self.add_webhook_text(&mut data, &row.event, number, row.comment_id).await?;
        }
        let body = serde_json::json!({ "type": row.event, "timestamp": at, "data": data }).to_string();
        let timestamp = now.0.div_euclid(1_000_000);
        let signed = format!("{}.{timestamp}.{body}", row.id);
        let mut signature = self.webhook_signature(row.webhook_id, row.generation, &signed);
        if row.rotated_until.is_some_and(|until| now.0 < until) {
            let before = self.webhook_signature(row.webhook_id, row.generation - 1, &signed);
            signature = format!("{signature} {before}");
        }
        Ok(Due { id: row.id, url: row.url, private: row.private, timestamp, signature, body })
    }

    /// Notes what came of a delivery. One that was refused is tried again for three days; then the webhook is switched
    /// off if nothing came through all the while, and admins are told by email.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn webhook_came_to(&self, delivery: Uuid, outcome: Outcome) -> Result<(), Error> {
        const FIND: &str = "SELECT webhook_id, COALESCE(replayed_at, at), attempts FROM webhook_delivery WHERE id = $1 AND state = 'queued'";
        const NOTE: &str =
            "UPDATE webhook_delivery SET state = $2, next_attempt_at = $3, attempts = attempts + 1,
            status = $4 WHERE id = $1";
        const WELL: &str =
            "UPDATE webhook SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL";
        const FAILING: &str = "UPDATE webhook SET failing_since = COALESCE(failing_since, $2) WHERE id = $1";
        const OFF: &str = "UPDATE webhook SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL
            AND ($3 OR failing_since <= $4)";
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let row: Option<(Uuid, i64, i64)> =
            on!(tx.conn(), c => sqlx::query_as(FIND).bind(delivery).fetch_optional(c).await)?;
        let Some((webhook, at, attempts)) = row else { return Ok(tx.rollback().await?) };
        let given_up = now.seconds_since(Timestamp(at)) >= PATIENCE;
        let (state, status) = match outcome {
            Outcome::Taken(status) => ("sent", Some(status)),
            Outcome::Unwanted => ("failed", Some(410)),
            Outcome::Refused(status) => (if given_up { "failed" } else { "queued" }, status),
        };
        let wait = WAITS[usize::try_from(attempts).unwrap_or(usize::MAX).min(WAITS.len() - 1)];
        let next = now.plus_seconds(wait + jitter(wait)?);
        on!(tx.conn(), c => sqlx::query(NOTE)
            .bind(delivery)
            .bind(state)
            .bind(next.0)
            .bind(status.map(i64::from))
            .execute(c)
            .await
            .map(drop))?;
        let mut off = false;
        if matches!(outcome, Outcome::Taken(_)) {
            on!(tx.conn(), c => sqlx::query(WELL).bind(webhook).execute(c).await.map(drop))?;
        } else {
            on!(tx.conn(), c => sqlx::query(FAILING).bind(webhook).bind(now.0).execute(c).await.map(drop))?;
            off = on!(tx.conn(), c => sqlx::query(OFF)
                .bind(webhook)
                .bind(now.0)
                .bind(outcome == Outcome::Unwanted)
                .bind(now.plus_seconds(-PATIENCE).0)
                .execute(c)
                .await
                .map(|done| done.rows_affected() > 0))?;
            if off {
                audit(&mut tx, "webhook-switched-off", &serde_json::json!({ "webhooks": 1 }), now).await?;
                tracing::error!(%webhook, "a webhook was switched off: nothing came through for three days");
            }
        }
        tx.commit().await?;
        if off {
            self.tell_of_switched_off().await?;
        }
        Ok(())
    }

    /// Forgets what was sent or given up long ago.
    pub(crate) async fn forget_deliveries(&self) -> Result<(), Broken> {
        const SQL: &str = "DELETE FROM webhook_delivery WHERE state <> 'queued' AND at < $1";
        let before = self.clock.now().plus_seconds(-KEPT);
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL).bind(before.0).execute(c).await.map(drop))?;
        Ok(tx.commit().await?)
    }
}

/// Up to a fifth of a wait, so that receivers are not met by all at once.
fn jitter(wait: i64) -> Result<i64, Broken> {
    let [byte] = random::bytes::<1>()?;
    Ok(wait * i64::from(byte) / (5 * 256))
}
