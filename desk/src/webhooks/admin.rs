//! Webhooks in the browser, for admins. What adds or changes one needs a fresh proof: it decides who is told.

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_model::{DeliveryId, RequestNumber, Timestamp, WebhookId};
use tresen_store::{from_row, on};

use super::endpoints::{NewWebhook, Webhook};
use crate::error::Error;
use crate::people::Agent;
use crate::people::audit::audit;
use crate::webhooks::Webhooks;

/// Deliveries that a page shows, at most.
const SHOWN: i64 = 50;

/// A delivery, as an admin sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// What happened.
    pub event: String,
    /// To which request, if to one.
    pub number: Option<RequestNumber>,
    /// When.
    pub at: Timestamp,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: u64,
    /// The HTTP status of the last answer, if there was one.
    pub status: Option<u16>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// It waits for its next attempt.
    Waiting(Timestamp),
    /// The receiver took it.
    Sent,
    /// It was given up.
    GivenUp,
}

struct Row {
    id: Uuid,
    event: String,
    number: Option<i64>,
    at: i64,
    state: String,
    next_attempt_at: i64,
    attempts: i64,
    status: Option<i64>,
}

from_row!(Row { id, event, number, at, state, next_attempt_at, attempts, status });

impl From<Row> for Delivery {
    fn from(row: Row) -> Self {
        let state = match row.state.as_str() {
            "sent" => DeliveryState::Sent,
            "failed" => DeliveryState::GivenUp,
            _ => DeliveryState::Waiting(Timestamp(row.next_attempt_at)),
        };
        Self {
            id: DeliveryId(row.id),
            event: row.event,
            number: row.number.map(|number| RequestNumber::from_bits(number.cast_unsigned())),
            at: Timestamp(row.at),
            state,
            attempts: row.attempts.cast_unsigned(),
            status: row.status.and_then(|status| u16::try_from(status).ok()),
        }
    }
}

impl Webhooks {
    fn require_admins_word(&self, admin: &Agent) -> Result<(), Error> {
        admin.require_admin()?;
        self.people.require_fresh(admin.session())
    }

    async fn name_of_webhook(&self, id: WebhookId) -> Result<String, Error> {
        let known = self.webhooks().await?.into_iter().find(|webhook| webhook.id == id);
        known.map(|webhook| webhook.name).ok_or(Error::NotFound)
    }

    /// All webhooks, by name.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin.
    #[boxed]
    pub async fn webhooks_for_admin(&self, admin: &Agent) -> Result<Vec<Webhook>, Error> {
        admin.require_admin()?;
        self.webhooks().await
    }

    /// Adds a webhook. Its secret is shown here and never again. Only the operator lets one lie in a private network.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::ProofNeeded`], and those of [`add_webhook`](Self::add_webhook).
    #[boxed]
    pub async fn make_webhook(&self, admin: &Agent, new: &NewWebhook<'_>) -> Result<String, Error> {
        self.require_admins_word(admin)?;
        if new.private {
            return Err(Error::Forbidden);
        }
        self.add_webhook(new).await
    }

    /// Gives a webhook a new secret, which is shown here and never again. For a day, deliveries are signed with the old
    /// one, too.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::ProofNeeded`], [`Error::NotFound`].
    #[boxed]
    pub async fn renew_webhook_secret(&self, admin: &Agent, id: WebhookId) -> Result<String, Error> {
        self.require_admins_word(admin)?;
        let name = self.name_of_webhook(id).await?;
        self.rotate_webhook(&name).await?.ok_or(Error::NotFound)
    }

    /// Removes a webhook with its deliveries.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::ProofNeeded`], [`Error::NotFound`].
    #[boxed]
    pub async fn drop_webhook(&self, admin: &Agent, id: WebhookId) -> Result<(), Error> {
        self.require_admins_word(admin)?;
        let name = self.name_of_webhook(id).await?;
        if self.remove_webhook(&name).await? { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Switches a webhook off or on. Switched off, it hears of nothing new, and what waits goes on waiting.
    ///
    /// # Errors
    /// [`Error::Forbidden`], [`Error::ProofNeeded`], [`Error::NotFound`].
    #[boxed]
    pub async fn switch_webhook(&self, admin: &Agent, id: WebhookId, on: bool) -> Result<(), Error> {
        const SQL: &str = "UPDATE webhook SET disabled_at = $2, failing_since = NULL WHERE id = $1";
        self.require_admins_word(admin)?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let found = on!(tx.conn(), c => sqlx::query(SQL)
            .bind(id.0)
            .bind((!on).then_some(now.0))
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if found == 0 {
            tx.rollback().await?;
            return Err(Error::NotFound);
        }
        let event = if on { "webhook-switched-on" } else { "webhook-switched-off" };
        audit(&mut tx, event, &serde_json::json!({ "webhooks": 1 }), now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The newest deliveries of a webhook, newest first, at most 50. What was sent or given up is kept for a week.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin, [`Error::NotFound`].
    #[boxed]
    pub async fn webhook_deliveries(
        &self,
        admin: &Agent,
        id: WebhookId,
    ) -> Result<(Webhook, Vec<Delivery>), Error> {
        // By `webhook_delivery_of`.
        const SQL: &str = "SELECT id, event, number, at, state, next_attempt_at, attempts, status
            FROM webhook_delivery WHERE webhook_id = $1 ORDER BY at DESC, id DESC LIMIT $2";
        admin.require_admin()?;
        let known = self.webhooks().await?.into_iter().find(|webhook| webhook.id == id);
        let webhook = known.ok_or(Error::NotFound)?;
        let mut reader = self.store.read().await?;
        let rows: Vec<Row> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(id.0).bind(SHOWN).fetch_all(c).await)?;
        Ok((webhook, rows.into_iter().map(Delivery::from).collect()))
    }

    /// Sends a delivery once more, now, and again for three days if it has to be.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin, [`Error::NotFound`].
    #[boxed]
    pub async fn replay_delivery(&self, admin: &Agent, delivery: DeliveryId) -> Result<(), Error> {
        const SQL: &str =
            "UPDATE webhook_delivery SET state = 'queued', next_attempt_at = $2, replayed_at = $2,
            attempts = 0, status = NULL WHERE id = $1";
        admin.require_admin()?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let found = on!(tx.conn(), c => sqlx::query(SQL)
            .bind(delivery.0)
            .bind(now.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if found == 0 {
            tx.rollback().await?;
            return Err(Error::NotFound);
        }
        audit(&mut tx, "webhook-replayed", &serde_json::json!({ "deliveries": 1 }), now).await?;
        tx.commit().await?;
        Ok(())
    }
}
