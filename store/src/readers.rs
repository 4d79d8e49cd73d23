//! The connections that read a SQLite file.
//!
//! sqlx's own pool pings a connection each time that it comes back, in a task of its own. A file's connection does not
//! break, so the pings only cost time (`docs/decisions/0016-readers-of-our-own.md`).

use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Pool, StoreError};

/// The connections that read. Cheap to clone.
#[derive(Clone)]
pub(super) struct Readers(Arc<Inner>);

struct Inner {
    options: SqliteConnectOptions,
    /// The one that came back last has its pages in memory, and goes out first.
    idle: Mutex<Vec<SqliteConnection>>,
    /// One permit a connection, idle or not made yet.
    free: Arc<Semaphore>,
    pool: Pool,
    attached: OnceLock<Attached>,
}

/// Another file, which each connection reads too.
struct Attached {
    /// What statements call it.
    schema: &'static str,
    path: String,
}

impl Readers {
    /// Opens the first connection of a pool.
    pub(super) async fn open(options: SqliteConnectOptions, pool: Pool) -> Result<Self, StoreError> {
        let first = options.connect().await?;
        Ok(Self(Arc::new(Inner {
            options,
            idle: Mutex::new(vec![first]),
            free: Arc::new(Semaphore::new(pool.connections as usize)),
            pool,
            attached: OnceLock::new(),
        })))
    }

    /// Lets each connection read another file too, once for all; statements call it `schema`.
    pub(super) fn attach(&self, schema: &'static str, path: &Path) {
        let attached = Attached { schema, path: path.to_string_lossy().into_owned() };
        if self.0.attached.set(attached).is_ok() {
            // Those that are there do not know it.
            self.0.idle().clear();
        }
    }

    /// Waits for a connection.
    ///
    /// # Errors
    /// [`StoreError::PoolTimedOut`] when the pool's patience is over, [`StoreError::PoolClosed`].
    pub(super) async fn acquire(&self) -> Result<Reading, StoreError> {
        let permit = tokio::time::timeout(self.0.pool.patience, Arc::clone(&self.0.free).acquire_owned());
        let permit = permit.await.map_err(|_| StoreError::PoolTimedOut)?;
        let permit = permit.map_err(|_| StoreError::PoolClosed)?;
        let idle = self.0.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.0.connect().await?,
        };
        Ok(Reading { connection: Some(connection), home: self.clone(), _permit: permit })
    }

    /// Waits until all have come back, and closes them.
    pub(super) async fn close(&self) {
        let all = self.0.free.acquire_many(self.0.pool.connections).await;
        self.0.free.close();
        drop(all);
        let connections = std::mem::take(&mut *self.0.idle());
        for connection in connections {
            // Nothing is lost when closing fails: it only read.
            drop(connection.close().await);
        }
    }
}

impl Inner {
    async fn connect(&self) -> Result<SqliteConnection, StoreError> {
        let mut connection = self.options.connect().await?;
        if let Some(Attached { schema, path }) = self.attached.get() {
            let attach = AssertSqlSafe(format!("ATTACH DATABASE $1 AS {schema}"));
            sqlx::query(attach).bind(path).execute(&mut connection).await?;
        }
        Ok(connection)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<SqliteConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that reads. Dropping it gives it back.
pub struct Reading {
    /// `None` once it is given back.
    connection: Option<SqliteConnection>,
    home: Readers,
    /// Given back after the connection.
    _permit: OwnedSemaphorePermit,
}

impl Reading {
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        match &mut self.connection {
            Some(connection) => connection,
            None => unreachable!("it is there until it is dropped"),
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.home.0.idle().push(connection);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sqlite;

    async fn readers(most: u32) -> (tempfile::TempDir, Readers) {
        let folder = tempfile::tempdir().expect("a folder");
        let options = sqlite::options(&folder.path().join("a.db")).create_if_missing(true);
        let readers = Readers::open(options, Pool::of(most)).await.expect("opens");
        (folder, readers)
    }

    async fn read(reading: &mut Reading, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(reading.connection()).await.expect("a number")
    }

    #[tokio::test]
    async fn more_readers_than_connections_wait_for_one() {
        let (_folder, readers) = readers(2).await;

        let (first, _second) = (readers.acquire().await.expect("one"), readers.acquire().await.expect("two"));
        let third = tokio::spawn({
            let readers = readers.clone();
            async move { read(&mut readers.acquire().await.expect("three"), "SELECT 3").await }
        });
        tokio::task::yield_now().await;
        assert!(!third.is_finished());

        drop(first);
        assert_eq!(third.await.expect("ends"), 3);
    }

    #[tokio::test]
    async fn a_unit_of_work_gives_up_after_two_seconds_without_a_connection() {
        let (_folder, readers) = readers(1).await;
        let _busy = readers.acquire().await.expect("one");
        let begun = std::time::Instant::now();

        assert!(matches!(readers.acquire().await, Err(StoreError::PoolTimedOut)));

        assert!((2..5).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    }

    #[tokio::test]
    async fn a_statement_that_was_given_up_leaves_a_good_connection() {
        const LONG: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000)
            SELECT SUM(i) FROM n";
        let (_folder, readers) = readers(1).await;

        let mut reading = readers.acquire().await.expect("one");
        let given_up = tokio::time::timeout(Duration::from_millis(1), read(&mut reading, LONG)).await;
        assert!(given_up.is_err());
        drop(reading);

        let mut reading = readers.acquire().await.expect("the same");
        assert_eq!(read(&mut reading, "SELECT 7").await, 7);
    }

    #[tokio::test]
    async fn closing_waits_for_those_who_read_and_lets_nobody_in() {
        let (_folder, readers) = readers(2).await;

        let reading = readers.acquire().await.expect("one");
        let closing = tokio::spawn({
            let readers = readers.clone();
            async move { readers.close().await }
        });
        tokio::task::yield_now().await;
        assert!(!closing.is_finished());

        drop(reading);
        closing.await.expect("closes");
        assert!(matches!(readers.acquire().await, Err(StoreError::PoolClosed)));
    }
}
