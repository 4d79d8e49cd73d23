//! Tells admins by email that a webhook was switched off.

use tresen_model::{PersonId, Role};
use tresen_store::on;

use crate::error::Broken;
use crate::outbox::enqueue::{Mail, Payload};
use crate::outbox::kinds::MailKind;
use crate::people::person::{self, Presence};
use crate::webhooks::Webhooks;

/// Admins are told of what was switched off within this, in seconds. Later it is old news, and they are not told again.
const NEWS: i64 = 24 * 3600;

impl Webhooks {
    /// Puts an email to each admin into the outbox when the desk has switched a webhook off: one since the last that it
    /// has switched off. One that an admin switched off is no news.
    pub(crate) async fn tell_of_switched_off(&self) -> Result<(), Broken> {
        const LAST: &str = "SELECT MAX(disabled_at) FROM webhook
            WHERE disabled_at > $1 AND failing_since IS NOT NULL";
        const TOLD: &str = "SELECT 1 FROM outbox WHERE person_id = $1 AND kind = $2 AND created_at >= $3";
        let (now, kind) = (self.clock.now(), MailKind::WebhookOff);
        let mut reader = self.store.read().await?;
        let (last,): (Option<i64>,) = on!(reader.conn(), c => sqlx::query_as(LAST)
            .bind(now.plus_seconds(-NEWS).0)
            .fetch_one(c)
            .await)?;
        let Some(last) = last else { return Ok(()) };
        let staff = person::find_staff(reader.conn(), None).await?;
        drop(reader);
        for admin in staff {
            let person = PersonId(admin.id);
            if admin.role()? != Role::Admin || !admin.is_active() {
                continue;
            }
            let Some(key) = self.keys.get(person).await? else { continue };
            let mut tx = self.store.write().await?;
            // Locked: of two nodes, one tells.
            let Presence::Here = person::hold(&mut tx, person).await? else { continue };
            let told: Option<(i32,)> = on!(tx.conn(), c => sqlx::query_as(TOLD)
                .bind(admin.id)
                .bind(kind.as_str())
                .bind(last)
                .fetch_optional(c)
                .await)?;
            if told.is_none() {
                let payload = Payload::default();
                let mail =
                    Mail { person, key: &key, kind, request: None, comment: None, payload, receiver: None };
                self.outbox.enqueue(&mut tx, mail, now).await?;
            }
            tx.commit().await?;
        }
        self.wakeups.mail.notify_one();
        Ok(())
    }
}
