//! SQLite: many readers, one writer, and commits in groups.
//!
//! A durable commit costs one `fsync`, however much it commits. So the writer connection
//! holds one transaction open for everyone who waits for it: each [`SqliteTx`] but the first is a
//! savepoint in it, and whoever finds nobody waiting behind, or ends the largest group, commits for
//! all. Each of them is told only then.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use crate::log::Log;
use crate::outage::{self, Outage};
use crate::readers::Readers;
use crate::{Migrations, Pool, StoreError};

/// At most so many transactions share a commit, so that nobody waits long for others.
const LARGEST_GROUP: usize = 64;

/// Connections that read, at most: each keeps pages in memory for itself.
const READERS: u32 = 8;

/// Memory for pages of one connection, in KiB with a minus.
const CACHE: &str = "-16384";

/// The same while very much is changed at once. A page that does not fit is written to the log and read
/// again, perhaps several times: erasing 1,000 requests among 100,000 made 78,700 writes with the usual
/// memory, 66,800 with enough of it.
const LARGE_CACHE: &str = "PRAGMA cache_size = -262144";

/// A SQLite file that is open.
pub struct Database {
    pub(super) readers: Readers,
    pub(super) writer: Writer,
    pub(super) log: Log,
}

impl Database {
    pub(super) async fn open(path: &Path, migrations: &Migrations, pool: Pool) -> Result<Self, StoreError> {
        let options = options(path);
        let mut connection = connect(&options).await?;
        // Begun at once for writing: of two processes that open a new file, one waits.
        let mut migration = connection.begin_with("BEGIN IMMEDIATE").await?;
        migrations.run_sqlite(&mut migration).await?;
        migration.commit().await?;
        let log = Log::open(options.clone()).await?;
        let reading = options.busy_timeout(pool.patience).pragma("query_only", "ON");
        let most = Pool { connections: pool.connections.min(READERS), ..pool };
        let readers = Readers::open(reading, most).await?;
        Ok(Self { readers, writer: Writer::new(connection), log })
    }

    /// Waits for what is under way and closes every connection.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.log.close().await;
        self.writer.close().await;
    }
}

/// Turning a new file into one with a write-ahead log does not wait for others, whatever the
/// timeout; so it is tried again.
async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, StoreError> {
    const BUSY: &str = "5";
    let options = options.clone().create_if_missing(true);
    for _ in 0..100 {
        match options.connect().await {
            Err(StoreError::Database(error)) if error.code().as_deref() == Some(BUSY) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            connected => return connected,
        }
    }
    options.connect().await
}

/// Every connection overwrites what it deletes, keeps temporary data in memory, and knows a
/// commit as done only when it is on disk.
pub fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .pragma("secure_delete", "ON")
        .pragma("temp_store", "MEMORY")
        .pragma("cache_size", CACHE)
        .statement_cache_capacity(256)
}

/// The one connection that writes.
#[derive(Clone)]
pub(crate) struct Writer {
    slot: Arc<Mutex<Slot>>,
    waiting: Arc<AtomicUsize>,
}

/// What the transaction of whoever has the writer is for SQLite.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    /// Nobody has the writer.
    Nothing,
    /// The whole transaction: the first of a group needs no savepoint.
    Whole,
    /// A savepoint behind those who are in the group already.
    Savepoint,
}

pub(super) struct Slot {
    /// `None` once closed.
    connection: Option<SqliteConnection>,
    /// Whether a transaction is open for the group.
    open: bool,
    /// What somebody holds, or left behind who gave up.
    held: Held,
    /// Who is in the open transaction and waits for its commit.
    group: Vec<oneshot::Sender<Result<(), GroupFailed>>>,
}

/// Why the commit of a group failed, for each member.
#[derive(Clone)]
struct GroupFailed {
    outage: Option<Outage>,
    reason: String,
}

impl GroupFailed {
    fn of(error: &StoreError) -> Self {
        Self { outage: outage::of_store(error), reason: error.to_string() }
    }
}

impl From<GroupFailed> for StoreError {
    fn from(GroupFailed { outage, reason }: GroupFailed) -> Self {
        match outage {
            Some(Outage::DiskFull) => Self::Io(io::Error::new(ErrorKind::StorageFull, reason)),
            Some(Outage::Disk) => Self::Io(io::Error::new(ErrorKind::ReadOnlyFilesystem, reason)),
            Some(Outage::Database) => Self::Io(io::Error::other(reason)),
            None => Self::Protocol(reason),
        }
    }
}

impl Writer {
    pub(crate) fn new(connection: SqliteConnection) -> Self {
        let slot = Slot { connection: Some(connection), open: false, held: Held::Nothing, group: Vec::new() };
        Self { slot: Arc::new(Mutex::new(slot)), waiting: Arc::new(AtomicUsize::new(0)) }
    }

    /// Runs to its end in a task of its own, as [`SqliteTx::commit`] does: a caller who gives
    /// up half-way must not leave a statement behind of which nobody knows whether it ran.
    pub(crate) async fn begin(&self) -> Result<SqliteTx, StoreError> {
        let writer = self.clone();
        let begun = tokio::spawn(async move {
            writer.waiting.fetch_add(1, Ordering::AcqRel);
            let slot = Arc::clone(&writer.slot).lock_owned().await;
            writer.waiting.fetch_sub(1, Ordering::AcqRel);
            // From here on a drop of `tx` cleans up behind us, whatever happens.
            let mut tx = SqliteTx { writer, slot: Some(slot) };
            let slot = tx.slot();
            slot.tidy().await?;
            if slot.open {
                slot.held = Held::Savepoint;
                sqlx::query("SAVEPOINT one").execute(slot.connection()?).await?;
            } else {
                sqlx::query("BEGIN IMMEDIATE").execute(slot.connection()?).await?;
                slot.open = true;
                slot.held = Held::Whole;
            }
            Ok(tx)
        });
        begun.await.map_err(|_| StoreError::WorkerCrashed)?
    }

    /// Commits for a group whose last member did not get to it.
    fn flush_later(&self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let writer = self.clone();
        runtime.spawn(async move {
            let mut slot = writer.slot.lock().await;
            let tidied = slot.tidy().await;
            if tidied.is_ok() && writer.waiting.load(Ordering::Acquire) == 0 {
                slot.commit_group().await;
            }
        });
    }

    /// Waits until no transaction is open, and keeps it so.
    pub(super) async fn between_groups(&self) -> Result<OwnedMutexGuard<Slot>, StoreError> {
        let mut slot = Arc::clone(&self.slot).lock_owned().await;
        slot.tidy().await?;
        slot.commit_group().await;
        Ok(slot)
    }

    pub(crate) async fn close(&self) {
        let mut slot = self.slot.lock().await;
        if slot.tidy().await.is_ok() {
            slot.commit_group().await;
        }
        if let Some(connection) = slot.connection.take() {
            // Nothing is lost when closing fails: what was acknowledged is on disk.
            drop(connection.close().await);
        }
    }
}

impl Slot {
    fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.connection.as_mut().ok_or(StoreError::PoolClosed)
    }

    /// Ends what [`SqliteTx::expect_much`] began.
    pub(super) async fn forget_much(&mut self) -> Result<(), StoreError> {
        let usual = AssertSqlSafe(format!("PRAGMA cache_size = {CACHE}; PRAGMA shrink_memory"));
        sqlx::raw_sql(usual).execute(self.connection()?).await.map(drop)
    }

    /// Undoes what somebody left behind.
    async fn tidy(&mut self) -> Result<(), StoreError> {
        match std::mem::replace(&mut self.held, Held::Nothing) {
            Held::Nothing => {}
            // The first of a group: nobody else is in it yet.
            Held::Whole => self.fail_group(&GroupFailed { outage: None, reason: "undone".to_owned() }).await,
            Held::Savepoint => self.undo_savepoint().await?,
        }
        Ok(())
    }

    async fn undo_savepoint(&mut self) -> Result<(), StoreError> {
        let connection = self.connection()?;
        let undone = async {
            sqlx::query("ROLLBACK TO one").execute(&mut *connection).await?;
            sqlx::query("RELEASE one").execute(&mut *connection).await
        };
        if let Err(error) = undone.await {
            // SQLite ends the whole transaction by itself when, say, the disk is full. Then
            // the group is gone, and its members must hear of it.
            let reason = error.to_string();
            self.fail_group(&GroupFailed { outage: Some(Outage::Disk), reason }).await;
        }
        Ok(())
    }

    async fn commit_group(&mut self) {
        if !self.open {
            return;
        }
        let committed = match self.connection() {
            Ok(connection) => sqlx::query("COMMIT").execute(connection).await.map(drop),
            Err(error) => Err(error),
        };
        match committed {
            Ok(()) => {
                self.open = false;
                for member in self.group.drain(..) {
                    // Whoever stopped waiting does not want to know.
                    drop(member.send(Ok(())));
                }
            }
            Err(error) => self.fail_group(&GroupFailed::of(&error)).await,
        }
    }

    async fn fail_group(&mut self, failed: &GroupFailed) {
        self.open = false;
        if let Some(connection) = self.connection.as_mut() {
            // Fails when SQLite has rolled back already, which is as good.
            drop(sqlx::query("ROLLBACK").execute(connection).await);
        }
        for member in self.group.drain(..) {
            drop(member.send(Err(failed.clone())));
        }
    }
}

/// A transaction of its own for whoever holds it, one of a group for the disk.
pub struct SqliteTx {
    writer: Writer,
    /// `None` once it has ended.
    slot: Option<OwnedMutexGuard<Slot>>,
}

impl SqliteTx {
    /// The slot is there until one of the methods that take `self` has ended.
    fn slot(&mut self) -> &mut Slot {
        match self.slot.as_deref_mut() {
            Some(slot) => slot,
            None => unreachable!("the transaction has ended"),
        }
    }

    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        match self.slot().connection.as_mut() {
            Some(connection) => connection,
            None => unreachable!("begin() has checked the connection"),
        }
    }

    /// What follows touches very many pages. Until the log is emptied, which follows deletions.
    pub(super) async fn expect_much(&mut self) -> Result<(), StoreError> {
        sqlx::raw_sql(LARGE_CACHE).execute(self.connection()).await.map(drop)
    }

    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        let committed = tokio::spawn(async move {
            let slot = self.slot();
            if slot.held == Held::Savepoint {
                sqlx::query("RELEASE one").execute(slot.connection()?).await?;
            }
            slot.held = Held::Nothing;
            self.end_with_group().await
        });
        committed.await.map_err(|_| StoreError::WorkerCrashed)?
    }

    /// What it has read may be of others in the group, so it waits for the commit of the group, as they do.
    pub(super) async fn rollback(mut self) -> Result<(), StoreError> {
        let undone = tokio::spawn(async move {
            let slot = self.slot();
            let is_first = slot.held == Held::Whole;
            slot.tidy().await?;
            if is_first {
                return Ok(());
            }
            if !slot.open {
                return Err(StoreError::Protocol("the transaction of the group was ended by SQLite".into()));
            }
            self.end_with_group().await
        });
        undone.await.map_err(|_| StoreError::WorkerCrashed)?
    }

    /// Commits for the group, or leaves that to the next one, and waits until it is done.
    async fn end_with_group(mut self) -> Result<(), StoreError> {
        let waiting = Arc::clone(&self.writer.waiting);
        let slot = self.slot();
        let (told, outcome) = oneshot::channel();
        slot.group.push(told);
        if slot.group.len() >= LARGEST_GROUP || waiting.load(Ordering::Acquire) == 0 {
            slot.commit_group().await;
        }
        // The next one may begin while we wait for our commit.
        drop(self.slot.take());
        match outcome.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(failed)) => Err(failed.into()),
            Err(_) => Err(StoreError::WorkerCrashed),
        }
    }
}

impl Drop for SqliteTx {
    fn drop(&mut self) {
        if self.slot.take().is_some() {
            self.writer.flush_later();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everybody in a group hears the reason of one, and what it means for forms.
    #[test]
    fn a_group_that_failed_keeps_its_reason() {
        for outage in [Some(Outage::DiskFull), Some(Outage::Disk), Some(Outage::Database), None] {
            let error = StoreError::from(GroupFailed { outage, reason: "so it was".to_owned() });
            assert_eq!(outage::of_store(&error), outage);
            assert!(error.to_string().contains("so it was"), "{error}");
        }
    }

    /// A file with a table in which -1 makes the commit fail.
    async fn database() -> (tempfile::TempDir, Database) {
        const TABLES: &str = "CREATE TABLE parent (id INTEGER PRIMARY KEY);
            CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER
                REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)";
        let folder = tempfile::tempdir().expect("a folder");
        let database = Database::open(&folder.path().join("a.db"), &Migrations::new(&[]), Pool::of(4))
            .await
            .expect("opens");
        let mut tx = database.writer.begin().await.expect("begins");
        sqlx::raw_sql(TABLES).execute(tx.connection()).await.expect("makes tables");
        tx.commit().await.expect("commits");
        (folder, database)
    }

    async fn insert(tx: &mut SqliteTx, id: i64) {
        let sql = "INSERT INTO child (id, parent) VALUES ($1, CASE WHEN $1 < 0 THEN $1 END)";
        sqlx::query(sql).bind(id).execute(tx.connection()).await.expect("inserts");
    }

    async fn has(tx: &mut SqliteTx, id: i64) -> bool {
        let sql = "SELECT COUNT(*) FROM child WHERE id = $1";
        sqlx::query_scalar::<_, i64>(sql).bind(id).fetch_one(tx.connection()).await.expect("reads") == 1
    }

    /// What ends one transaction that has read what another one of its group wrote.
    async fn second_of_a_group(
        id: i64,
        end: impl AsyncFnOnce(SqliteTx) -> Result<(), StoreError>,
    ) -> [bool; 2] {
        let (_folder, database) = database().await;
        let mut first = database.writer.begin().await.expect("begins");
        insert(&mut first, id).await;
        let second = tokio::spawn({
            let writer = database.writer.clone();
            async move { writer.begin().await }
        });
        while database.writer.waiting.load(Ordering::Acquire) == 0 {
            tokio::task::yield_now().await;
        }
        let first = tokio::spawn(first.commit());
        let mut second = second.await.expect("ends").expect("begins");
        assert!(has(&mut second, id).await, "they share a transaction");
        let second = end(second).await;
        [first.await.expect("ends").is_ok(), second.is_ok()]
    }

    #[tokio::test]
    async fn an_answer_from_what_was_read_waits_for_its_commit() {
        for id in [1, -1] {
            let stored = id > 0;
            assert_eq!(second_of_a_group(id, SqliteTx::rollback).await, [stored; 2], "rolled back");
            assert_eq!(second_of_a_group(id, SqliteTx::commit).await, [stored; 2], "committed");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_reader_keeps_no_writer_waiting_while_the_log_is_to_be_emptied() {
        let (folder, database) = database().await;
        let log = folder.path().join("a.db-wal");
        let length = || std::fs::metadata(&log).expect("a log").len();
        let mut reader = database.readers.acquire().await.expect("a reader");
        let sql = "BEGIN; SELECT COUNT(*) FROM child";
        sqlx::raw_sql(sql).execute(reader.connection()).await.expect("reads");

        let emptied = tokio::spawn({
            let (log, writer) = (database.log.clone(), database.writer.clone());
            async move { log.empty(&writer).await }
        });
        let (mut written, mut slowest) = (0, Duration::ZERO);
        while !emptied.is_finished() {
            let begun = std::time::Instant::now();
            let mut tx = database.writer.begin().await.expect("begins");
            written += 1;
            insert(&mut tx, written).await;
            tx.commit().await.expect("commits");
            slowest = slowest.max(begun.elapsed());
        }
        assert!(slowest < Duration::from_secs(1), "{slowest:?}");
        assert!(emptied.await.expect("ends").is_err(), "a reader looks at an older state");
        assert!(length() > 0);

        sqlx::raw_sql("COMMIT").execute(reader.connection()).await.expect("ends");
        drop(reader);
        // By itself.
        let empty = async {
            while length() > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), empty).await.expect("is emptied");
        database.close().await;
    }
}
