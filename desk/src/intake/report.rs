//! What mail servers say about mails of ours (RFC 3464).

use sqlx::types::Uuid;
use tresen_mail::{Bounce, Returned};
use tresen_model::Timestamp;
use tresen_store::{StoreError, Tx, on};

use super::identify::claim;
use super::{Identity, TakenIn};
use crate::error::{Broken, Error};
use crate::intake::Intake;
use crate::outbox::thread::OwnMessage;

/// After so many mails that came back for good, nothing more is sent to an address.
const MOST_BOUNCES: i64 = 3;

impl Intake {
    /// Notes a report at the mail that it is about. `None` when there is no such mail.
    pub(super) async fn take_report(
        &self,
        bounce: &Bounce,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<Option<TakenIn>, Error> {
        let Some(own) = bounce.original.as_deref().and_then(|id| self.outbox.own_message(id)) else {
            return Ok(None);
        };
        let mut tx = self.store.write().await?;
        if !claim(&mut tx, &identity.fingerprint, "report", now.0).await? {
            tx.rollback().await?;
            return Ok(Some(TakenIn::Known));
        }
        let mail = match own {
            OwnMessage::Outbox(id) => Some(id),
            OwnMessage::Request(request) => first_mail(&mut tx, request).await?,
            // Nothing is kept of whoever got it.
            OwnMessage::Farewell => None,
        };
        if let Some(mail) = mail {
            match bounce.returned {
                Returned::Failed => note_failure(&mut tx, mail, bounce.status.as_deref(), now).await?,
                Returned::Delayed => note_delay(&mut tx, mail, bounce.status.as_deref()).await?,
                Returned::Other => {}
            }
        }
        tx.commit().await?;
        Ok(Some(TakenIn::Report))
    }
}

/// The mail with a request's own Message-ID.
async fn first_mail(tx: &mut Tx, request: Uuid) -> Result<Option<Uuid>, StoreError> {
    const SQL: &str = "SELECT id FROM outbox WHERE request_id = $1
        AND kind IN ('confirmation', 'confirmation-known', 'captured') ORDER BY id LIMIT 1";
    let row: Option<(Uuid,)> =
        on!(tx.conn(), c => sqlx::query_as(SQL).bind(request).fetch_optional(c).await)?;
    Ok(row.map(|(id,)| id))
}

/// A mail came back for good; each counts once. Whether its address is to blame, the code tells:
/// those of class 4 are about the server or the moment (RFC 3463, 2).
async fn note_failure(tx: &mut Tx, mail: Uuid, status: Option<&str>, now: Timestamp) -> Result<(), Broken> {
    const MAIL: &str = "UPDATE outbox SET bounced_at = $2, status_code = $3
        WHERE id = $1 AND bounced_at IS NULL RETURNING person_id";
    const PERSON: &str = "UPDATE person SET bounces = bounces + 1, undeliverable_at = CASE
        WHEN undeliverable_at IS NULL AND bounces + 1 >= $3 THEN $2 ELSE undeliverable_at END WHERE id = $1";
    let row: Option<(Uuid,)> = on!(tx.conn(), c => sqlx::query_as(MAIL)
        .bind(mail)
        .bind(now.0)
        .bind(status)
        .fetch_optional(c)
        .await)?;
    if let Some((person,)) = row
        && !status.is_some_and(|status| status.starts_with('4'))
    {
        on!(tx.conn(), c => sqlx::query(PERSON)
            .bind(person)
            .bind(now.0)
            .bind(MOST_BOUNCES)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}

/// A mail is not delivered yet.
async fn note_delay(tx: &mut Tx, mail: Uuid, status: Option<&str>) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE outbox SET status_code = $2 WHERE id = $1 AND bounced_at IS NULL";
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(mail)
        .bind(status.unwrap_or("4.0.0"))
        .execute(c)
        .await
        .map(drop))
}
