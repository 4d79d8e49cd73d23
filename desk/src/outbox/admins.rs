//! Emails to all admins about what needs them.

use tresen_model::{PersonId, Role, Timestamp};
use tresen_store::on;

use super::enqueue::{Mail, Payload};
use super::kinds::MailKind;
use crate::error::Broken;
use crate::outbox::Outbox;
use crate::people::person::{self, Presence};

impl Outbox {
    /// Puts an email of a kind into the outbox for each admin who was sent none of that kind since `since`, and wakes
    /// the worker.
    pub(crate) async fn tell_admins(
        &self,
        kind: MailKind,
        since: Timestamp,
        payload: impl Fn() -> Payload + Send,
    ) -> Result<(), Broken> {
        const TOLD: &str = "SELECT 1 FROM outbox WHERE person_id = $1 AND kind = $2 AND created_at >= $3";
        let now = self.clock.now();
        let mut reader = self.store.read().await?;
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
                .bind(since.0)
                .fetch_optional(c)
                .await)?;
            if told.is_none() {
                let payload = payload();
                let mail =
                    Mail { person, key: &key, kind, request: None, comment: None, payload, receiver: None };
                self.enqueue(&mut tx, mail, now).await?;
            }
            tx.commit().await?;
        }
        self.wakeups.mail.notify_one();
        Ok(())
    }
}
