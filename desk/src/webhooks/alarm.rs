//! Tells admins by email that a webhook was switched off.

use tresen_model::Timestamp;
use tresen_store::on;

use crate::error::Broken;
use crate::outbox::enqueue::Payload;
use crate::outbox::kinds::MailKind;
use crate::webhooks::Webhooks;

/// Admins are told of what was switched off within this, in seconds. Later it is old news, and they are not told again.
const NEWS: i64 = 24 * 3600;

impl Webhooks {
    /// Puts an email to each admin into the outbox when the desk has switched a webhook off: one since the last that it
    /// has switched off. One that an admin switched off is no news.
    pub(crate) async fn tell_of_switched_off(&self) -> Result<(), Broken> {
        const LAST: &str = "SELECT MAX(disabled_at) FROM webhook
            WHERE disabled_at > $1 AND failing_since IS NOT NULL";
        let now = self.clock.now();
        let mut reader = self.store.read().await?;
        let (last,): (Option<i64>,) = on!(reader.conn(), c => sqlx::query_as(LAST)
            .bind(now.plus_seconds(-NEWS).0)
            .fetch_one(c)
            .await)?;
        let Some(last) = last else { return Ok(()) };
        drop(reader);
        self.outbox.tell_admins(MailKind::WebhookOff, Timestamp(last), Payload::default).await
    }
}
