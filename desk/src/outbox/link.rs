//! Mails with a link that is good once.

use tresen_keys::PersonKey;
use tresen_model::PersonId;

use crate::error::Error;
use crate::outbox::Outbox;
use crate::outbox::enqueue::{Mail, Payload};
use crate::outbox::kinds::MailKind;
use crate::people::links::Purpose;
use crate::people::person;
use crate::people::person::{PersonRow, Presence};

impl Outbox {
    /// Mails a person a link.
    pub(crate) async fn mail_link(
        &self,
        row: &PersonRow,
        key: &PersonKey,
        purpose: Purpose,
        kind: MailKind,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let person = PersonId(row.id);
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else {
            tx.rollback().await?;
            return Ok(());
        };
        if self.had_enough_mail(&mut tx, (row, key), kind, now).await? {
            tx.rollback().await?;
            return Ok(());
        }
        let secret = self.people.mint(&mut tx, purpose, person, None, None, now).await?;
        let payload = Payload { action: Some(secret.reveal().to_owned()), ..Payload::default() };
        self.enqueue(
            &mut tx,
            Mail { person, key, kind, request: None, comment: None, payload, receiver: Some(row) },
            now,
        )
        .await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(())
    }
}
