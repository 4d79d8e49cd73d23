//! The worker that sends what waits in the outbox.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use sqlx::types::Uuid;
use tresen_model::{PersonId, Timestamp};

use super::outbox::OutboxRow;
use super::{MailKind, SendError};
use crate::Desk;
use crate::error::{Broken, Error};
use crate::privacy::restrict::restriction;
use crate::random;
use crate::store::{dialect, on};

/// A claimed mail is claimed again when its worker has not reported for this long: longer
/// than a try can take.
const CLAIM: i64 = 120;

/// Claimed at once, and sent side by side.
const BATCH: i64 = 8;

/// Between the tries: 1, 2, 4, … minutes, at most six hours, each with some chance in it.
const FIRST_WAIT: i64 = 60;
const LONGEST_WAIT: i64 = 6 * 3600;

/// A mail that could not be sent for so many seconds is parked: 72 hours.
const GIVE_UP_AFTER: i64 = 72 * 3600;

/// Even when nobody wakes the worker, it looks this often: mails wait for their next try.
const LOOK_EVERY: Duration = Duration::from_secs(20);

impl Desk {
    /// Sends mails as they come, until the desk is closed.
    pub async fn send_mails(&self) {
        loop {
            // Registered before looking: what comes in between wakes us too.
            let woken = self.mail_wakeup.notified();
            match self.send_due_mails().await {
                Ok(0) => {
                    tokio::select! {
                        () = woken => {}
                        () = tokio::time::sleep(LOOK_EVERY) => {}
                        () = self.closing.cancelled() => return,
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "the outbox could not be read; trying again in 20 seconds");
                    tokio::select! {
                        () = tokio::time::sleep(LOOK_EVERY) => {}
                        () = self.closing.cancelled() => return,
                    }
                }
            }
        }
    }

    /// Sends what is due now, and says how many were tried.
    ///
    /// # Errors
    /// [`Error::Broken`] when the outbox cannot be read. What became of each mail stands in
    /// its row.
    pub async fn send_due_mails(&self) -> Result<usize, Error> {
        let now = self.now();
        let mut tx = self.store.write().await?;
        let kinds = MailKind::ALL.iter().filter(|kind| kind.despite_restriction());
        let always: Vec<&str> = kinds.map(|kind| kind.as_str()).collect();
        let until = now.plus_seconds(CLAIM);
        let claimed = dialect::claim_mails(&mut tx, now.0, until.0, BATCH, &always).await?;
        if claimed.is_empty() {
            tx.rollback().await?;
            return Ok(0);
        }
        tx.commit().await?;
        let count = claimed.len();
        stream::iter(claimed)
            .for_each_concurrent(None, |id| async move {
                if let Err(error) = self.send_one(id).await {
                    tracing::error!(mail = %id, %error, "a mail could not be handled; it will be tried again");
                }
            })
            .await;
        Ok(count)
    }

    async fn send_one(&self, id: Uuid) -> Result<(), Error> {
        const FIND: &str = "SELECT id, person_id, request_id, comment_id, kind, payload_sealed, attempts,
            created_at FROM outbox WHERE id = $1 AND state = 'queued'";
        let mut reader = self.store.read().await?;
        let row: Option<OutboxRow> =
            on!(reader.conn(), c => sqlx::query_as(FIND).bind(id).fetch_optional(c).await)?;
        drop(reader);
        // Gone when its person was erased meanwhile.
        let Some(row) = row else { return Ok(()) };
        // Restricted since it was claimed: it stays, and is not claimed again until that is lifted.
        let kind = MailKind::parse(&row.kind).ok_or(Broken::Inconsistent("outbox.kind", row.id))?;
        let receiver = PersonId(row.person_id);
        if !kind.despite_restriction()
            && restriction(self.store.read().await?.conn(), receiver).await?.is_some()
        {
            return Ok(());
        }
        let Some(key) = self.keys.get(PersonId(row.person_id)).await? else { return Ok(()) };
        let sent = match self.write_letter(&row, &key).await {
            Ok(Some(message)) => self.transport.send(&message).await,
            Ok(None) => Ok(()),
            Err(error) => {
                Err(SendError { permanent: true, reason: format!("could not be written: {error}") })
            }
        };
        match sent {
            Ok(()) => self.mark_sent(&row).await?,
            Err(failure) => self.note_failure(&row, &failure).await?,
        }
        Ok(())
    }

    async fn mark_sent(&self, row: &OutboxRow) -> Result<(), Broken> {
        // The payload holds live links: it is gone as soon as it was of use.
        const SQL: &str = "UPDATE outbox SET state = 'sent', sent_at = $2, payload_sealed = NULL,
            last_error = NULL WHERE id = $1";
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL).bind(row.id).bind(self.now().0).execute(c).await.map(drop))?;
        tx.commit().await?;
        Ok(())
    }

    async fn note_failure(&self, row: &OutboxRow, failure: &SendError) -> Result<(), Broken> {
        const SQL: &str = "UPDATE outbox SET state = $2, next_attempt_at = $3, last_error = $4 WHERE id = $1";
        let now = self.now();
        let gave_up = failure.permanent || now.seconds_since(Timestamp(row.created_at)) >= GIVE_UP_AFTER;
        let state = if gave_up { "parked" } else { "queued" };
        let next = now.plus_seconds(wait(row.attempts)?);
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(row.id)
            .bind(state)
            .bind(next.0)
            .bind(&failure.reason)
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await?;
        tracing::warn!(mail = %row.id, attempts = row.attempts, parked = gave_up, reason = failure.reason,
            "a mail was not sent");
        Ok(())
    }
}

/// Seconds until the next try after so many: doubled each time, and up to a quarter more by
/// chance, so that mails that failed together do not come back together.
fn wait(attempts: i64) -> Result<i64, Broken> {
    let doubled = FIRST_WAIT.saturating_mul(1 << (attempts - 1).clamp(0, 20));
    let wait = doubled.min(LONGEST_WAIT);
    let chance = i64::from(random::bytes::<1>()?[0]);
    Ok(wait + wait * chance / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_each_time() {
        for (attempts, least) in [(1, 60), (2, 120), (5, 960), (12, LONGEST_WAIT), (1000, LONGEST_WAIT)] {
            let wait = wait(attempts).expect("randomness");
            assert!((least..=least + least / 4).contains(&wait), "{attempts}: {wait}");
        }
    }
}
