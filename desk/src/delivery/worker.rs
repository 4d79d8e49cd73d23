//! The worker that sends what waits in the outbox.

use std::time::Duration;

use async_recursion::async_recursion as boxed;
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tokio::task::{Id, JoinError, JoinSet};
use tresen_keys::random;
use tresen_model::{MailTrouble, PersonId, Timestamp};
use tresen_store::{dialect, on};

use super::SendError;
use super::choose::claim;
use super::lanes::Lanes;
use super::letter::Letter;
use crate::background::{Gathered, MOMENT};
use crate::delivery::Delivery;
use crate::error::{Broken, Error};
use crate::outbox::enqueue::OutboxRow;
use crate::outbox::kinds::MailKind;
use crate::outbox::lane::Lane;
use crate::people::person::{self, PersonRow};
use crate::people::restriction::NOT_RESTRICTED;

/// A claimed mail is claimed again when its worker has not reported for this long: longer
/// than a small mail can take.
const CLAIM: i64 = 180;

/// The same for a mail with files, counted from when it is about to leave.
const CLAIM_WITH_FILES: i64 = 900;

/// So often in a row mails are claimed that another node was quicker with.
const LOOKS: usize = 10;

/// So many mails are noted in one statement.
const NOTED_AT_ONCE: usize = 500;

/// Between the tries: 1, 2, 4, … minutes, at most six hours, each with some chance in it.
const FIRST_WAIT: i64 = 60;
const LONGEST_WAIT: i64 = 6 * 3600;

/// The longest wait after a try that was about the server and not about the mail.
const LONGEST_WAIT_FOR_SERVER: i64 = 900;

/// A mail that could not be sent for so many seconds is parked: 72 hours.
const GIVE_UP_AFTER: i64 = 72 * 3600;

/// Even when nobody wakes the worker, it looks this often: mails wait for their next try.
const LOOK_EVERY: Duration = Duration::from_secs(20);

/// When the program ends, what is under way has so long to come to an end: a mail that a server has
/// taken, and of which nobody noted it, is sent again.
const LAST_WAIT: Duration = Duration::from_secs(20);

/// Mails that were sent, and of which that is to be noted.
#[derive(Default)]
pub(crate) struct Sent {
    waiting: Gathered<Uuid>,
    /// Held by who notes it.
    noting: tokio::sync::Mutex<()>,
}

/// Mails under way, each in a task of its own: a slow server holds up nothing else.
struct Sending {
    lanes: Lanes,
    /// Each tells whether a server was reached, where that is known.
    tasks: JoinSet<Option<bool>>,
}

impl Sending {
    fn ended(&mut self, ended: Result<(Id, Option<bool>), JoinError>, now: Timestamp) {
        match ended {
            Ok((task, reached)) => self.lanes.end(task, reached, now),
            Err(error) => {
                tracing::error!(%error, "a mail could not be handled; it will be tried again");
                self.lanes.end(error.id(), None, now);
            }
        }
    }

    /// Notes what has ended by now.
    fn gather(&mut self, now: Timestamp) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.ended(ended, now);
        }
    }
}

impl Delivery {
    /// Sends mails as they come, until the desk is closed.
    #[boxed]
    pub async fn send_mails(&self) {
        let mut sending = self.sending();
        // Whoever closes the desk waits for who holds one, so that what was sent can be noted.
        let mut held = None;
        loop {
            // Registered before looking: what comes in between wakes us too.
            let woken = self.wakeups.mail.notified();
            sending.gather(self.clock.now());
            if let Err(error) = self.begin_mails(&mut sending).await {
                tracing::error!(%error, "the outbox could not be read; trying again in 20 seconds");
            }
            if sending.tasks.is_empty() {
                held = None;
            } else if held.is_none() {
                held = self.background.hold();
            }
            tokio::select! {
                // Mails that come at once are claimed together.
                () = woken => tokio::time::sleep(MOMENT).await,
                () = tokio::time::sleep(LOOK_EVERY) => {}
                Some(ended) = sending.tasks.join_next_with_id() => sending.ended(ended, self.clock.now()),
                () = self.background.closing.cancelled() => break,
            }
        }
        let rest = async { while sending.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(LAST_WAIT, rest).await.is_err() {
            tracing::warn!("mails were under way when the program ended; they will be sent again");
        }
        self.note_sent().await;
        drop(held);
    }

    /// Sends what is due now, and says how many were tried. For tests and tools: the server has
    /// [`send_mails`](Self::send_mails).
    ///
    /// # Errors
    /// [`Error::Broken`] when the outbox cannot be read. What became of each mail stands in
    /// its row.
    #[boxed]
    pub async fn send_due_mails(&self) -> Result<usize, Error> {
        let mut sending = self.sending();
        let mut count = 0;
        loop {
            count += self.begin_mails(&mut sending).await?;
            match sending.tasks.join_next_with_id().await {
                Some(ended) => sending.ended(ended, self.clock.now()),
                None => {
                    self.note_sent().await;
                    return Ok(count);
                }
            }
            sending.gather(self.clock.now());
        }
    }

    fn sending(&self) -> Sending {
        Sending { lanes: Lanes::new(&self.settings.outgoing), tasks: JoinSet::new() }
    }

    /// Begins as many mails as there is room for, and says how many.
    async fn begin_mails(&self, sending: &mut Sending) -> Result<usize, Error> {
        for _ in 0..LOOKS {
            if let Some(begun) = self.try_begin_mails(sending).await? {
                return Ok(begun);
            }
        }
        Ok(0)
    }

    /// `None` when another node was quicker with all of them: there may be more.
    async fn try_begin_mails(&self, sending: &mut Sending) -> Result<Option<usize>, Error> {
        let now = self.clock.now();
        let room = sending.lanes.room(now);
        if room == 0 {
            return Ok(Some(0));
        }
        let chosen = self.choose_mails(&mut sending.lanes, room, now).await?;
        if chosen.is_empty() {
            return Ok(Some(0));
        }
        let until = now.plus_seconds(CLAIM);
        let mut tx = self.store.write().await?;
        let claimed = claim(&mut tx, now, until, &chosen).await?;
        tx.commit().await?;
        let begun = claimed.len();
        for row in claimed {
            let this = self.clone();
            let (mail, lane) = (row.id, Lane(row.lane));
            let task = sending.tasks.spawn(async move {
                match this.send_one(row).await {
                    Ok(reached) => reached,
                    Err(error) => {
                        tracing::error!(%mail, %error, "a mail could not be handled; it will be tried again");
                        None
                    }
                }
            });
            sending.lanes.begin(task.id(), lane, now);
        }
        Ok((begun > 0).then_some(begun))
    }

    /// Sends one mail that was claimed; says whether there was a server to talk to, where that is known.
    async fn send_one(&self, mut row: OutboxRow) -> Result<Option<bool>, Error> {
        let receiver = person::find(self.store.read().await?.conn(), PersonId(row.person_id)).await?;
        // Gone, or being erased: the mail is deleted with them.
        let Some(receiver) = receiver.filter(PersonRow::is_active) else { return Ok(None) };
        // Restricted since it was claimed: it stays, and is not claimed again until that is lifted.
        let kind = MailKind::parse(&row.kind).ok_or(Broken::Inconsistent("outbox.kind", row.id))?;
        if !kind.despite_restriction() && receiver.is_restricted() {
            return Ok(None);
        }
        // A new address is another one than that from which mail came back.
        if receiver.undeliverable_at.is_some() && kind != MailKind::AddressProve {
            self.note_failure(&row, &SendError::new(MailTrouble::Undeliverable)).await?;
            return Ok(None);
        }
        let Some(key) = self.keys.get(PersonId(row.person_id)).await? else { return Ok(None) };
        let sent = match self.write_letter(&row, &receiver, &key).await {
            Ok(letter) => match self.hand_over(&mut row, letter).await? {
                Some(sent) => sent,
                None => return Ok(None),
            },
            Err(error) => {
                tracing::error!(mail = %row.id, kind = row.kind, %error, "a mail could not be written");
                Err(SendError::new(MailTrouble::Unwritten))
            }
        };
        match sent {
            Ok(()) => {
                if self.sent.waiting.add(row.id) {
                    let this = self.clone();
                    self.background.soon(async move {
                        this.note_sent().await;
                        Ok(())
                    });
                }
                // No request number: a mail that somebody kept would tell whom the line is about. The id is
                // random and deleted with the person.
                tracing::info!(mail = %row.id, kind = row.kind, "a mail was sent");
                Ok(Some(true))
            }
            Err(failure) => {
                self.note_failure(&row, &failure).await?;
                Ok(match failure.trouble {
                    MailTrouble::Unwritten => None,
                    _ => Some(!failure.about_server),
                })
            }
        }
    }

    /// Gives a letter to the transport; `None` when another node has claimed it meanwhile.
    async fn hand_over(
        &self,
        row: &mut OutboxRow,
        letter: Letter,
    ) -> Result<Option<Result<(), SendError>>, Broken> {
        const EXTEND: &str = "UPDATE outbox SET next_attempt_at = $3 WHERE id = $1 AND state = 'queued'
            AND next_attempt_at = $2";
        if letter.with_files.is_some() {
            // It has waited for its turn, and takes longer to leave.
            let until = self.clock.now().plus_seconds(CLAIM_WITH_FILES);
            let mut tx = self.store.write().await?;
            let ours = on!(tx.conn(), c => sqlx::query(EXTEND)
                .bind(row.id)
                .bind(row.next_attempt_at)
                .bind(until.0)
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            tx.commit().await?;
            if ours == 0 {
                return Ok(None);
            }
            row.next_attempt_at = until.0;
        }
        Ok(Some(self.transport.send(&letter.message).await))
    }

    /// Notes which mails were sent, together. What cannot be noted is sent again, so it is tried hard.
    async fn note_sent(&self) {
        let _noting = self.sent.noting.lock().await;
        let mails = self.sent.waiting.take();
        for some in mails.chunks(NOTED_AT_ONCE) {
            for pause in [100, 1_000, 5_000, 0] {
                let Err(error) = self.try_note_sent(some).await else { break };
                tracing::error!(mails = some.len(), %error, "mails were sent, which could not be noted");
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
        }
    }

    async fn try_note_sent(&self, mails: &[Uuid]) -> Result<(), Broken> {
        // The payload holds live links: it is gone as soon as it was of use.
        let sql = format!(
            "UPDATE outbox SET state = 'sent', sent_at = $1, payload_sealed = NULL, last_error = NULL,
             status_code = NULL WHERE id IN {}",
            dialect::places(2, mails.len())
        );
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => {
            let mut query = sqlx::query(AssertSqlSafe(sql)).bind(self.clock.now().0);
            for mail in mails {
                query = query.bind(*mail);
            }
            query.execute(c).await.map(drop)
        })?;
        Ok(tx.commit().await?)
    }

    async fn note_failure(&self, row: &OutboxRow, failure: &SendError) -> Result<(), Broken> {
        // Not when another node has claimed it meanwhile, or sent it.
        const SQL: &str = "UPDATE outbox SET state = $2, next_attempt_at = $3, last_error = $4,
            status_code = $5 WHERE id = $1 AND state = 'queued' AND next_attempt_at = $6";
        let now = self.clock.now();
        // Without access no mail at all leaves, which is the operator's to mend and not the mail's
        // fault: all of them wait for it.
        let old = now.seconds_since(Timestamp(row.created_at)) >= GIVE_UP_AFTER;
        let gave_up = failure.is_permanent() || (old && failure.trouble != MailTrouble::Access);
        let state = if gave_up { "parked" } else { "queued" };
        let longest = if failure.about_server { LONGEST_WAIT_FOR_SERVER } else { LONGEST_WAIT };
        let next = now.plus_seconds(wait(row.attempts, longest)?);
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(row.id)
            .bind(state)
            .bind(next.0)
            .bind(failure.trouble.as_str())
            .bind(&failure.code)
            .bind(row.next_attempt_at)
            .execute(c)
            .await
            .map(drop))?;
        if gave_up && failure.about_server {
            // One mail asks for all while the server is away, and so do the 72 hours.
            let sql = format!(
                "UPDATE outbox SET state = 'parked', last_error = $2 WHERE state = 'queued'
                 AND created_at <= $1 AND {NOT_RESTRICTED}"
            );
            on!(tx.conn(), c => sqlx::query(AssertSqlSafe(sql))
                .bind(now.plus_seconds(-GIVE_UP_AFTER).0)
                .bind(failure.trouble.as_str())
                .execute(c)
                .await
                .map(drop))?;
        }
        tx.commit().await?;
        if failure.trouble == MailTrouble::Access {
            tracing::error!(
                mail = %row.id,
                code = failure.code,
                "no mail leaves: the SMTP server does not let us in, or not send from our address; check `smtp_url` and `mail_from`"
            );
        } else {
            tracing::warn!(mail = %row.id, attempts = row.attempts, parked = gave_up, reason = %failure,
                "a mail was not sent");
        }
        Ok(())
    }
}

/// Seconds until the next try after so many: doubled each time, and up to a quarter more by
/// chance, so that mails that failed together do not come back together.
fn wait(attempts: i64, longest: i64) -> Result<i64, Broken> {
    let doubled = FIRST_WAIT.saturating_mul(1 << (attempts - 1).clamp(0, 20));
    let wait = doubled.min(longest);
    let chance = i64::from(random::bytes::<1>()?[0]);
    Ok(wait + wait * chance / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_each_time() {
        for (attempts, least) in [(1, 60), (2, 120), (5, 960), (12, LONGEST_WAIT), (1000, LONGEST_WAIT)] {
            let wait = wait(attempts, LONGEST_WAIT).expect("randomness");
            assert!((least..=least + least / 4).contains(&wait), "{attempts}: {wait}");
        }
    }
}
