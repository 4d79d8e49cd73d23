//! What is done behind the answer, and how the workers are woken and ended.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::error::Error;

/// So many answers may still be worked on behind the back of those who asked.
const AT_ONCE: u32 = 32;

/// How long things are gathered. Long enough for those that happen at once to share a transaction, and too short
/// for anybody to miss them.
pub(crate) const MOMENT: Duration = Duration::from_millis(20);

/// Things that wait to be done together.
pub(crate) struct Gathered<T>(Mutex<Vec<T>>);

impl<T> Default for Gathered<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Gathered<T> {
    /// Adds one. The first of them says so: whoever adds it sees to it that they are done.
    #[must_use = "nobody else does what was gathered"]
    pub(crate) fn add(&self, one: T) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(one);
        all.len() == 1
    }

    /// Takes all of them.
    pub(crate) fn take(&self) -> Vec<T> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Work that goes on after the answer, until the desk is closed.
#[derive(Clone)]
pub(crate) struct Background {
    permits: Arc<Semaphore>,
    /// Cancelled when the desk is being closed.
    pub(crate) closing: CancellationToken,
}

impl Default for Background {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(AT_ONCE as usize)), closing: CancellationToken::new() }
    }
}

impl Background {
    /// Does work whose length must not show in the answer, such as whether an address is
    /// known. Waits only when very much is under way, whatever the work.
    pub(crate) async fn run(&self, work: impl Future<Output = Result<(), Error>> + Send + 'static) {
        let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await else { return };
        tokio::spawn(async move {
            report(work.await);
            drop(permit);
        });
    }

    /// Does work a moment later, together with what else has come until then. [`settle`](Self::settle) waits for it.
    pub(crate) fn soon(&self, work: impl Future<Output = Result<(), Error>> + Send + 'static) {
        let permit = Arc::clone(&self.permits).try_acquire_owned().ok();
        tokio::spawn(async move {
            tokio::time::sleep(MOMENT).await;
            report(work.await);
            drop(permit);
        });
    }

    /// Has [`settle`](Self::settle) wait for this too; `None` when very much is under way.
    pub(crate) fn hold(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_owned().ok()
    }

    /// Waits until everything that was answered before its work was done is done.
    pub(crate) async fn settle(&self) {
        // Never closed, so this cannot fail.
        drop(self.permits.acquire_many(AT_ONCE).await);
    }
}

/// Logs a failure of which nobody else hears.
fn report(done: Result<(), Error>) {
    if let Err(error) = done {
        tracing::error!(%error, "something that was answered already could not be done");
    }
}

/// Wakes the workers, after a commit that left something for them to do.
#[derive(Default)]
pub(crate) struct Wakeups {
    /// The one who sends mails.
    pub(crate) mail: Notify,
    /// The one who fills the search index.
    pub(crate) search: Notify,
    /// The one who has files checked.
    pub(crate) files: Notify,
}

impl Wakeups {
    /// Wakes all of them.
    pub(crate) fn all(&self) {
        self.mail.notify_one();
        self.search.notify_one();
        self.files.notify_one();
    }
}
