//! Where rows live: SQLite or PostgreSQL, behind one set of statements.
//!
//! It knows no table: those who have tables bring their [`Migrations`] along.
//!
//! A statement is written once, with `$1` placeholders, and [`on!`] expands it for the
//! connection at hand. What the engines do differently stands in [`dialect`].
//!
//! - [`Store::read`] gives a connection for reading.
//! - [`Store::write`] gives a [`Tx`]; nothing is stored before [`Tx::commit`] returns, and
//!   then it is on disk. On SQLite waiting transactions share one commit ([`sqlite`]).

mod allowance;
pub mod dialect;
mod log;
mod migrations;
pub mod outage;
mod presence;
mod readers;
pub mod sqlite;
mod statement;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::types::Uuid;
use sqlx::{Connection, PgConnection, PgPool, Postgres, SqliteConnection};

pub use allowance::{Places, TooFew};
pub use migrations::Migrations;
pub use statement::Statement;

/// Expands one body for either engine: `on!(conn, c => sqlx::query(SQL).bind(x).execute(c).await)`.
#[macro_export]
macro_rules! on {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::Conn::Sqlite($c) => $body,
            $crate::Conn::Postgres($c) => $body,
        }
    };
}

/// Reads a struct from a row of either engine: each field from the column of its name.
///
/// In place of sqlx's derive, whose macros build sqlx's core and a hundred crates below it once more.
#[macro_export]
macro_rules! from_row {
    ($row:ident { $($field:ident),+ $(,)? }) => {
        $crate::from_row!(@ sqlx::sqlite::SqliteRow, $row, $($field),+);
        $crate::from_row!(@ sqlx::postgres::PgRow, $row, $($field),+);
    };
    (@ $engine:ty, $row:ident, $($field:ident),+) => {
        impl sqlx::FromRow<'_, $engine> for $row {
            fn from_row(row: &$engine) -> Result<Self, sqlx::Error> {
                use sqlx::Row;
                Ok(Self { $($field: row.try_get(stringify!($field))?),+ })
            }
        }
    };
}

/// What the database answered when it could not do what it was asked.
pub type StoreError = sqlx::Error;

/// Connections of a pool, where the operator sets no other number. Four nodes with two pools each, and a
/// connection each for live events, fit into the 97 that PostgreSQL allows by default.
pub const CONNECTIONS: u32 = 10;

/// How long a unit of work waits for a connection. Then the database is taken for away.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the start waits for a PostgreSQL that is being started itself.
const PATIENCE_AT_START: Duration = Duration::from_secs(30);

/// A connection that was idle for longer is tested before it is used: no server restarts in less.
const TESTED_AFTER: Duration = Duration::from_millis(100);

/// The connections to one database.
#[derive(Debug, Clone, Copy)]
pub struct Pool {
    /// How many there may be, at least 1: for reading on SQLite, for everything on PostgreSQL. A unit of work takes
    /// one and passes it down.
    pub connections: u32,
    /// How long a unit of work waits for one. Then the database is taken for away.
    pub patience: Duration,
}

impl Pool {
    /// With so many connections, and the usual patience.
    pub const fn of(connections: u32) -> Self {
        Self { connections, patience: PATIENCE }
    }
}

/// One database: the data, or the keys, or the search index.
pub enum Store {
    /// A file.
    Sqlite(sqlite::Database),
    /// A server.
    Postgres(PgPool),
}

/// Where a database is.
#[derive(Clone)]
pub enum Location {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL URL. It may hold a password, so there is no `Debug`.
    Server(String),
}

impl Location {
    /// Reads a setting: `postgres://…`, `postgresql://…`, `sqlite:PATH` or a bare path.
    pub fn parse(setting: &str) -> Self {
        if setting.starts_with("postgres://") || setting.starts_with("postgresql://") {
            return Self::Server(setting.to_owned());
        }
        let path = setting.strip_prefix("sqlite:").unwrap_or(setting);
        Self::File(Path::new(path.strip_prefix("//").unwrap_or(path)).to_owned())
    }
}

impl Store {
    /// Opens a database and brings its tables up to date.
    pub async fn open(location: &Location, migrations: &Migrations, pool: Pool) -> Result<Self, StoreError> {
        match location {
            Location::File(path) => {
                let database = sqlite::Database::open(path, migrations, pool).await?;
                Ok(Self::Sqlite(database))
            }
            Location::Server(url) => {
                let options: PgConnectOptions = url.parse()?;
                let first = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE_AT_START);
                let first = first.connect_with(options.clone()).await?;
                migrations.run_postgres(&mut *first.acquire().await?).await?;
                first.close().await;
                Ok(Self::Postgres(postgres_pool(options, pool)))
            }
        }
    }

    /// A connection for reading. Each statement sees what was committed before it.
    pub async fn read(&self) -> Result<Reader, StoreError> {
        match self {
            Self::Sqlite(database) => Ok(Reader::Sqlite(database.readers.acquire().await?)),
            Self::Postgres(pool) => Ok(Reader::Postgres(pool.acquire().await?)),
        }
    }

    /// A transaction for writing. Don't wait for anything but the database while it is open.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        match self {
            Self::Sqlite(database) => Ok(Tx::Sqlite(database.writer.begin().await?)),
            Self::Postgres(pool) => Ok(Tx::Postgres(pool.begin().await?)),
        }
    }

    /// The ids that a statement selects, each once.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be asked.
    pub async fn ids(&self, sql: &'static str) -> Result<HashSet<Uuid>, StoreError> {
        let mut reader = self.read().await?;
        let rows: Vec<(Uuid,)> = on!(reader.conn(), c => sqlx::query_as(sql).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    /// Lets those who read a file of SQLite read another one too, which statements call `schema`.
    pub fn attach(&self, schema: &'static str, path: &Path) {
        if let Self::Sqlite(database) = self {
            database.readers.attach(schema, path);
        }
    }

    /// Whether several nodes may share it.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// After deletions: nothing of them is left in files that the engine keeps beside the
    /// tables (SQLite's write-ahead log is emptied).
    ///
    /// # Errors
    /// Also when a reader, such as a backup, is in the way for more than a second. The log is emptied
    /// when it has ended.
    pub async fn forget_traces(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(database) => database.log.empty(&database.writer).await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// The same for those who promise nobody that it is done: what could not be done now is done later, by itself.
    pub async fn forget_traces_soon(&self) {
        if let Err(error) = self.forget_traces().await {
            tracing::warn!(%error, "what was deleted stays in a database's log for a while");
        }
    }

    /// Answers if the database can be reached.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut reader = self.read().await?;
        on!(reader.conn(), c => sqlx::query("SELECT 1").execute(c).await.map(drop))
    }

    /// Waits for what is under way and closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(database) => database.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Makes a pool whose users wait no longer than its patience, also for a server that takes connections and says nothing.
/// Connects to nothing yet.
fn postgres_pool(options: PgConnectOptions, pool: Pool) -> PgPool {
    PgPoolOptions::new()
        .max_connections(pool.connections)
        .acquire_timeout(pool.patience)
        // Under load a connection comes straight from the last user, where it was tested.
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for > TESTED_AFTER {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        // The pool itself tests a connection that comes back without a limit of time. One that was given up in the
        // middle of a statement would stay with a server that never answers.
        .after_release(|connection, _| {
            Box::pin(async move {
                tokio::time::timeout(PATIENCE, connection.ping())
                    .await
                    .map_err(|_| StoreError::PoolTimedOut)??;
                Ok(true)
            })
        })
        .connect_lazy_with(options)
}

/// A connection to either engine, borrowed for one statement.
pub enum Conn<'a> {
    /// SQLite's.
    Sqlite(&'a mut SqliteConnection),
    /// PostgreSQL's.
    Postgres(&'a mut PgConnection),
}

impl Conn<'_> {
    /// The same connection for one more statement.
    pub fn again(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(connection) => Conn::Sqlite(connection),
            Self::Postgres(connection) => Conn::Postgres(connection),
        }
    }
}

/// A connection for reading.
pub enum Reader {
    /// SQLite's, which cannot write.
    Sqlite(readers::Reading),
    /// PostgreSQL's.
    Postgres(PoolConnection<Postgres>),
}

impl Reader {
    /// The connection for one statement.
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(reading) => Conn::Sqlite(reading.connection()),
            Self::Postgres(connection) => Conn::Postgres(connection),
        }
    }
}

/// A transaction. Dropping it undoes everything, which is for failures only: what it has read may be of a
/// transaction that is not on disk yet. An answer waits for that with [`commit`](Self::commit) or
/// [`rollback`](Self::rollback), also where nothing is written ("it is there already").
#[must_use = "a transaction that is not committed stores nothing"]
pub enum Tx {
    /// A savepoint of SQLite, in a group.
    Sqlite(sqlite::SqliteTx),
    /// PostgreSQL's.
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Tx {
    /// The connection for one statement.
    pub fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(tx) => Conn::Sqlite(tx.connection()),
            Self::Postgres(tx) => Conn::Postgres(tx),
        }
    }

    /// What follows touches very many rows; [`Store::forget_traces`] ends it.
    pub async fn expect_much(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.expect_much().await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Returns when the transaction is on disk, with all that it has read.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }

    /// Undoes everything at once, and returns when all that the transaction has read is on disk.
    ///
    /// # Errors
    /// Also when that could not be committed: then there is nothing of which the caller could say that it is
    /// there.
    pub async fn rollback(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.rollback().await,
            Self::Postgres(tx) => tx.rollback().await,
        }
    }
}

/// Whether an error says that a value that must be unique is there already. SQLite does not
/// report which constraint it was.
pub fn is_duplicate(error: &StoreError) -> bool {
    error.as_database_error().is_some_and(|error| error.is_unique_violation())
}
