//! Erasures that could not be finished at once: the process was killed, the disk is full, a
//! database is away. They go on by themselves.
//!
//! What has begun is on disk in `erasure`, and the person is out of sight; it is tried again at
//! the next start, and several times a minute. What could not even be begun, since nothing could
//! be written, is tried again as often for as long as this process lives.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_recursion::async_recursion as boxed;
use tresen_model::wish::Wish;
use tresen_model::{PersonId, Timestamp};
use tresen_store::on;

use super::erase::{Begun, Erased};
use super::receipt;
use super::retention::Idle;
use crate::error::{Broken, Error};
use crate::privacy::Privacy;

/// So often an erasure is tried at once, and so long waited in between: another transaction may
/// have been in the way.
const TRIES: [Duration; 3] = [Duration::ZERO, Duration::from_millis(50), Duration::from_millis(250)];

/// An erasure that began less than so many seconds before may be under way.
const UNDER_WAY: i64 = 10;

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(15);

/// Who is to be erased as soon as it can be begun.
#[derive(Default)]
pub(crate) struct Postponed(Mutex<BTreeMap<PersonId, Wish>>);

impl Postponed {
    fn locked(&self) -> MutexGuard<'_, BTreeMap<PersonId, Wish>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Privacy {
    /// Erases, or has it done later. `None` for a person who is no longer idle, or gone.
    ///
    /// # Errors
    /// [`Error::Unfinished`]; [`Error::Busy`] for a guest who was joined with an account just now.
    pub(super) async fn erase_or_postpone(
        &self,
        person: PersonId,
        wish: Wish,
        idle: Option<Idle>,
    ) -> Result<Option<Erased>, Error> {
        let begun = match self.begin_erasure(person, wish, idle).await {
            Ok(Some(begun)) => begun,
            Ok(None) => return Ok(None),
            Err(error) => {
                tracing::error!(%error, "an erasure could not be begun; it is tried again by itself");
                // Retention looks again by itself, and whether it still holds.
                if idle.is_none() {
                    self.postponed.locked().insert(person, wish);
                }
                return Err(Error::Unfinished { begun: false });
            }
        };
        self.postponed.locked().remove(&person);
        if begun.is_join() {
            // They were joined with an account at this moment. Whether that is to be erased is asked anew.
            return Err(Error::Busy { wait: 5 });
        }
        match self.conclude(&begun, wish).await {
            Ok(erased) => {
                self.say_farewell(person, &erased).await;
                Ok(Some(erased))
            }
            Err(error) => {
                tracing::error!(%error, "an erasure has begun and could not be finished; it is tried again by itself");
                Err(Error::Unfinished { begun: true })
            }
        }
    }

    /// Brings an erasure to its end. `otherwise` is the wish where the record has none.
    async fn conclude(&self, begun: &Begun, otherwise: Wish) -> Result<Erased, Broken> {
        let count = begun.count()?;
        let wish = begun.wish().unwrap_or(otherwise);
        let mut tried = Err(Broken::Task);
        for wait in TRIES {
            tokio::time::sleep(wait).await;
            tried = self.finish_erasure(begun.person()).await;
            if tried.is_ok() {
                break;
            }
        }
        let at = tried?;
        let receipt = receipt::issue(self, wish, count, at)?;
        Ok(Erased { count, at, receipt })
    }

    /// Goes on with erasures until the desk is closed, and keeps the statistics small.
    #[boxed]
    pub async fn keep_finishing(&self) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = self.background.closing.cancelled() => return,
            }
            if let Err(error) = self.finish_erasures().await {
                tracing::error!(%error, "erasures could not be looked for; trying again soon");
            }
            if let Err(error) = self.requests.fold_statistics().await {
                tracing::error!(%error, "statistics could not be put together; trying again soon");
            }
        }
    }

    /// Tries once more what could not be begun or finished. Gives how many are done now.
    ///
    /// # Errors
    /// [`Error::Broken`] when they could not be looked for. One that fails again is logged, and
    /// keeps no other one from being finished.
    #[boxed]
    pub async fn finish_erasures(&self) -> Result<u64, Error> {
        let postponed = self.postponed.locked().clone();
        let mut done = 0;
        for (person, wish) in postponed {
            done += u64::from(self.erase(person, wish).await.is_ok());
        }
        let begun_before = self.clock.now().plus_seconds(-UNDER_WAY);
        Ok(done + self.resume_erasures(begun_before).await?)
    }

    /// Finishes erasures that were interrupted. At a start, before anybody is served.
    pub(crate) async fn resume_erasures(&self, begun_before: Timestamp) -> Result<u64, Broken> {
        const SQL: &str = "SELECT person_id, wish, counts FROM erasure
            WHERE finished_at IS NULL AND started_at <= $1 ORDER BY started_at";
        let mut reader = self.store.read().await?;
        let all: Vec<Begun> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(begun_before.0).fetch_all(c).await)?;
        drop(reader);
        let mut done = 0;
        for begun in all {
            match self.conclude(&begun, Wish::Operator).await {
                Ok(erased) => {
                    done += 1;
                    let (desk, person) = (self.clone(), begun.person());
                    // A start does not wait for a mail server.
                    self.background
                        .run(async move {
                            desk.say_farewell(person, &erased).await;
                            Ok(())
                        })
                        .await;
                }
                // Out of sight all the same, and better served without than not at all.
                Err(error) => {
                    tracing::error!(%error, "an erasure could not be finished; it is tried again by itself");
                }
            }
        }
        Ok(done)
    }
}
