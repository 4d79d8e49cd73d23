//! Emptying SQLite's write-ahead log, which holds what was deleted until then.
//!
//! The log can be emptied only while no reader looks at an older state, and a backup reads for minutes. So nobody waits
//! for readers: a connection of its own moves what it may, tries again later, and takes the writer only for the
//! moment in which there is nothing left but to cut the file.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::Mutex;

use crate::StoreError;
use crate::sqlite::Writer;

/// How long a caller waits for the log to be empty.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long the writer may be kept waiting for readers that are about to end.
const MOMENT: Duration = Duration::from_millis(100);

/// Between two tries while a caller waits: the first, and the longest.
const SOON: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(100)];

/// Between two tries while nobody waits.
const LATER: Duration = Duration::from_millis(500);

/// The write-ahead log of a SQLite file. Cheap to clone.
#[derive(Clone)]
pub(super) struct Log(Arc<Inner>);

struct Inner {
    /// `None` once closed.
    connection: Mutex<Option<SqliteConnection>>,
    /// Whether it is to be emptied by a task that is under way.
    is_due: AtomicBool,
}

impl Log {
    pub(super) async fn open(options: SqliteConnectOptions) -> Result<Self, StoreError> {
        let connection = options.busy_timeout(MOMENT).connect().await?;
        Ok(Self(Arc::new(Inner { connection: Mutex::new(Some(connection)), is_due: AtomicBool::new(false) })))
    }

    /// Empties the log, and waits for that a second at most.
    ///
    /// # Errors
    /// [`StoreError::Protocol`] when a reader still looks at an older state. What could not be done is done later,
    /// by itself.
    pub(super) async fn empty(&self, writer: &Writer) -> Result<(), StoreError> {
        let emptied = self.empty_soon(writer).await;
        if emptied.is_err() {
            self.empty_later(writer);
        }
        emptied
    }

    async fn empty_soon(&self, writer: &Writer) -> Result<(), StoreError> {
        const HELD: &str =
            "the write-ahead log is not empty yet: a reader, such as a backup, still looks at an older state";
        let begun = Instant::now();
        let mut wait = SOON[0];
        while !self.try_empty(writer).await? {
            if begun.elapsed() > PATIENCE {
                return Err(StoreError::Protocol(HELD.into()));
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(SOON[1]);
        }
        Ok(())
    }

    /// Empties the log as soon as that can be done, until the database is closed.
    fn empty_later(&self, writer: &Writer) {
        if self.0.is_due.swap(true, Ordering::AcqRel) {
            return;
        }
        let (log, writer) = (self.clone(), writer.clone());
        tokio::spawn(async move {
            loop {
                // What is deleted from here on may come too late for this try.
                log.0.is_due.store(false, Ordering::Release);
                let wait = match log.try_empty(&writer).await {
                    Ok(true) | Err(StoreError::PoolClosed) => return,
                    Ok(false) => LATER,
                    Err(error) => {
                        tracing::error!(%error, "the write-ahead log could not be emptied; trying again in a minute");
                        Duration::from_secs(60)
                    }
                };
                if log.0.is_due.swap(true, Ordering::AcqRel) {
                    // Another task tries again.
                    return;
                }
                tokio::time::sleep(wait).await;
            }
        });
    }

    /// `false` while a reader or another process is in the way.
    async fn try_empty(&self, writer: &Writer) -> Result<bool, StoreError> {
        let mut own = self.0.connection.lock().await;
        let own = own.as_mut().ok_or(StoreError::PoolClosed)?;
        let (busy, pages, moved) = checkpoint(own, "PRAGMA wal_checkpoint(PASSIVE)").await?;
        if busy != 0 || moved < pages {
            return Ok(false);
        }
        let mut slot = writer.between_groups().await?;
        let (busy, _, _) = checkpoint(own, "PRAGMA wal_checkpoint(TRUNCATE)").await?;
        slot.forget_much().await?;
        Ok(busy == 0)
    }

    pub(super) async fn close(&self) {
        if let Some(connection) = self.0.connection.lock().await.take() {
            // Nothing is lost when closing fails: it writes nothing of its own.
            drop(connection.close().await);
        }
    }
}

/// Whether something was in the way, the pages of the log, and how many of them are in the database.
async fn checkpoint(
    connection: &mut SqliteConnection,
    sql: &'static str,
) -> Result<(i64, i64, i64), StoreError> {
    sqlx::query_as(sql).fetch_one(connection).await
}
