//! Where programs are told, and the secrets that sign it. The operator sets them on the command line, admins in the browser.

use async_recursion::async_recursion as boxed;
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sqlx::types::Uuid;
use tresen_keys::random;
use tresen_model::{Problem, Timestamp, WebhookId};
use tresen_store::{from_row, is_duplicate, on};

use crate::error::{Broken, Error, Refusals};
use crate::people::audit::audit;
use crate::webhook_event::WebhookEvent;
use crate::webhooks::Webhooks;

/// How long two secrets sign after a rotation, in seconds.
const BOTH: i64 = 24 * 3600;

/// The longest name, in characters, and the longest address, in bytes.
const LONGEST: (usize, usize) = (60, 500);

/// What the operator asks for.
pub struct NewWebhook<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where deliveries are sent.
    pub url: &'a str,
    /// Of what it is told; nothing is everything.
    pub events: &'a [WebhookEvent],
    /// Whether it may lie in a private network.
    pub private: bool,
    /// Whether it is told what was written, too.
    pub text: bool,
}

/// A webhook as the operator and admins see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Its name.
    pub name: String,
    /// Where deliveries are sent.
    pub url: String,
    /// Of what it is told; empty is everything.
    pub events: String,
    /// Whether it is told what was written, too.
    pub text: bool,
    /// Deliveries that wait.
    pub waiting: u64,
    /// Deliveries that were given up.
    pub failed: u64,
    /// Since when no delivery has come through.
    pub failing_since: Option<Timestamp>,
    /// When it was switched off.
    pub disabled_at: Option<Timestamp>,
}

struct Row {
    id: Uuid,
    name: String,
    url: String,
    events: String,
    with_text: bool,
    waiting: i64,
    failed: i64,
    failing_since: Option<i64>,
    disabled_at: Option<i64>,
}

from_row!(Row { id, name, url, events, with_text, waiting, failed, failing_since, disabled_at });

impl Webhooks {
    /// Adds a webhook. Its secret is shown here, and again only after a rotation.
    ///
    /// # Errors
    /// Refusals of `name` (taken, empty or too long) and `url`.
    #[boxed]
    pub async fn add_webhook(&self, new: &NewWebhook<'_>) -> Result<String, Error> {
        const SQL: &str =
            "INSERT INTO webhook (id, name, url, events, private, generation, created_at, with_text)
            VALUES ($1, $2, $3, $4, $5, 1, $6, $7)";
        let mut refusals = Refusals::default();
        let name = new.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST.0 || name.chars().any(char::is_control) {
            refusals.note("name", Problem::NameMissing);
        }
        let secure = new.url.starts_with("https://") || (new.private && new.url.starts_with("http://"));
        if !secure
            || new.url.len() > LONGEST.1
            || new.url.chars().any(|sign| sign.is_control() || sign == ' ')
        {
            refusals.note("url", Problem::WebAddressInvalid);
        }
        if !refusals.is_empty() {
            return Err(refusals.into_error());
        }
        let now = self.clock.now();
        let id = random::id(now).map_err(Broken::from)?;
        let events = new.events.iter().map(|event| event.as_str()).collect::<Vec<_>>().join(" ");
        let mut tx = self.store.write().await?;
        let added = on!(tx.conn(), c => sqlx::query(SQL)
            .bind(id)
            .bind(name)
            .bind(new.url)
            .bind(events)
            .bind(new.private)
            .bind(now.0)
            .bind(new.text)
            .execute(c)
            .await
            .map(drop));
        match added {
            Ok(()) => {}
            Err(error) if is_duplicate(&error) => {
                tx.rollback().await?;
                return Err(Error::refused("name", Problem::NameTaken));
            }
            Err(error) => return Err(error.into()),
        }
        let told = serde_json::json!({ "webhooks": 1, "with_text": u8::from(new.text) });
        audit(&mut tx, "webhook-added", &told, now).await?;
        tx.commit().await?;
        Ok(self.webhook_secret(id, 1))
    }

    /// All webhooks, by name.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn webhooks(&self) -> Result<Vec<Webhook>, Error> {
        const SQL: &str = "SELECT id, name, url, events, with_text, failing_since, disabled_at,
            (SELECT COUNT(*) FROM webhook_delivery WHERE webhook_id = webhook.id AND state = 'queued') AS waiting,
            (SELECT COUNT(*) FROM webhook_delivery WHERE webhook_id = webhook.id AND state = 'failed') AS failed
            FROM webhook ORDER BY name";
        let mut reader = self.store.read().await?;
        let rows: Vec<Row> = on!(reader.conn(), c => sqlx::query_as(SQL).fetch_all(c).await)?;
        let webhook = |row: Row| Webhook {
            id: WebhookId(row.id),
            name: row.name,
            url: row.url,
            events: row.events,
            text: row.with_text,
            waiting: row.waiting.cast_unsigned(),
            failed: row.failed.cast_unsigned(),
            failing_since: row.failing_since.map(Timestamp),
            disabled_at: row.disabled_at.map(Timestamp),
        };
        Ok(rows.into_iter().map(webhook).collect())
    }

    /// Removes a webhook with what it was still to be told. Answers whether there was one.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn remove_webhook(&self, name: &str) -> Result<bool, Error> {
        const DELIVERIES: &str =
            "DELETE FROM webhook_delivery WHERE webhook_id IN (SELECT id FROM webhook WHERE name = $1)";
        const SQL: &str = "DELETE FROM webhook WHERE name = $1";
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(DELIVERIES).bind(name).execute(c).await.map(drop))?;
        let removed = on!(tx.conn(), c => sqlx::query(SQL)
            .bind(name)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if removed > 0 {
            audit(&mut tx, "webhook-removed", &serde_json::json!({ "webhooks": 1 }), self.clock.now())
                .await?;
        }
        tx.commit().await?;
        Ok(removed > 0)
    }

    /// Gives a webhook a new secret. For a day, deliveries are signed with the old one, too. `None` when there is no
    /// such webhook.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn rotate_webhook(&self, name: &str) -> Result<Option<String>, Error> {
        const SQL: &str = "UPDATE webhook SET generation = generation + 1, rotated_until = $2 WHERE name = $1
            RETURNING id, generation";
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let row: Option<(Uuid, i64)> = on!(tx.conn(), c => sqlx::query_as(SQL)
            .bind(name)
            .bind(now.plus_seconds(BOTH).0)
            .fetch_optional(c)
            .await)?;
        if row.is_some() {
            audit(&mut tx, "webhook-rotated", &serde_json::json!({ "webhooks": 1 }), now).await?;
        }
        tx.commit().await?;
        Ok(row.map(|(id, generation)| self.webhook_secret(id, generation)))
    }

    /// Switches a webhook on again, and sends what was given up once more. Answers how many deliveries; `None` when
    /// there is no such webhook.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn replay_webhook(&self, name: &str) -> Result<Option<u64>, Error> {
        const ON: &str = "UPDATE webhook SET disabled_at = NULL, failing_since = NULL WHERE name = $1";
        const AGAIN: &str =
            "UPDATE webhook_delivery SET state = 'queued', next_attempt_at = $2, replayed_at = $2, attempts = 0
            WHERE state = 'failed' AND webhook_id IN (SELECT id FROM webhook WHERE name = $1)";
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let found = on!(tx.conn(), c => sqlx::query(ON)
            .bind(name)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        let again = on!(tx.conn(), c => sqlx::query(AGAIN)
            .bind(name)
            .bind(now.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if found > 0 {
            audit(&mut tx, "webhook-replayed", &serde_json::json!({ "deliveries": again }), now).await?;
        }
        tx.commit().await?;
        Ok((found > 0).then_some(again))
    }

    fn webhook_key(&self, id: Uuid, generation: i64) -> [u8; 32] {
        self.keys.master().fingerprint("webhook", &[id.as_bytes(), &generation.to_be_bytes()])
    }

    /// The secret, as Standard Webhooks writes it.
    fn webhook_secret(&self, id: Uuid, generation: i64) -> String {
        format!("whsec_{}", BASE64.encode(&self.webhook_key(id, generation)))
    }

    /// The signature of a text, as Standard Webhooks writes it.
    pub(super) fn webhook_signature(&self, id: Uuid, generation: i64, text: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.webhook_key(id, generation)) else {
            unreachable!("HMAC takes keys of any length")
        };
        mac.update(text.as_bytes());
        format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()))
    }
}
