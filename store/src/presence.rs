//! Whether there is a desk at a location, found out without making one.

use std::io::ErrorKind;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::{Location, StoreError};

/// The server has no database of this name (SQLSTATE `invalid_catalog_name`).
const NO_DATABASE: &str = "3D000";

impl Location {
    /// Returns whether a table is here. Creates nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the folder or the server cannot be asked.
    pub async fn has_table(&self, table: &'static str) -> Result<bool, StoreError> {
        match self {
            // A file is made with all its tables.
            Self::File(path) => Ok(has_file(path)?),
            Self::Server(url) => has_table(url, table).await,
        }
    }

    /// Names the place for the operator: a file by its full path, a database without user and
    /// password.
    pub fn describe(&self) -> String {
        match self {
            Self::File(path) => std::path::absolute(path).as_deref().unwrap_or(path).display().to_string(),
            Self::Server(url) => url.parse().map_or_else(
                |_| "the PostgreSQL database".to_owned(),
                |options: PgConnectOptions| {
                    let name = options.get_database().unwrap_or_default();
                    format!("the PostgreSQL database {name} at {}:{}", options.get_host(), options.get_port())
                },
            ),
        }
    }

    /// Says what is wrong with the setting, if anything is. Connects to nothing, and repeats nothing of
    /// a URL: it may hold a password.
    ///
    /// # Errors
    /// The end of a sentence.
    pub fn check(&self) -> Result<(), &'static str> {
        match self {
            Self::File(path) if path.as_os_str().is_empty() => Err("names no file"),
            Self::File(_) => Ok(()),
            Self::Server(url) => match url.parse::<PgConnectOptions>() {
                Ok(options) if options.get_database().is_none_or(str::is_empty) => Err("names no database"),
                Ok(_) => Ok(()),
                Err(_) => Err("cannot be read as an address"),
            },
        }
    }

    /// Returns whether both settings name one database, as far as that is to be seen without connecting.
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(one), Self::File(other)) => whole(one) == whole(other),
            (Self::Server(one), Self::Server(other)) => {
                let (Ok(one), Ok(other)) = (one.parse(), other.parse()) else { return one == other };
                server(&one) == server(&other)
            }
            _ => false,
        }
    }

    /// Connects to a server once. A file is not looked at.
    ///
    /// # Errors
    /// Why that is not possible, without user and password.
    pub async fn reach(&self) -> Result<(), String> {
        let Self::Server(url) = self else { return Ok(()) };
        let options: PgConnectOptions = url.parse().map_err(|_| "not an address".to_owned())?;
        let connection = PgConnection::connect_with(&options).await.map_err(|error| match error {
            StoreError::Io(error) => error.to_string(),
            StoreError::Database(error) => error.message().to_owned(),
            error => error.to_string(),
        })?;
        connection.close().await.map_err(|error| error.to_string())
    }

    /// Returns whether two servers that can be reached are one database, by whatever names.
    ///
    /// # Errors
    /// When one of them cannot be asked.
    pub async fn is_one_database(&self, other: &Self) -> Result<bool, StoreError> {
        const LOCK: &str = "SELECT pg_advisory_lock($1)";
        const SEEN: &str =
            "SELECT EXISTS (SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database
            WHERE datname = current_database() AND locktype = 'advisory' AND pid = $1
            AND (classid::bigint << 32 | objid::bigint) = $2)";
        let (Self::Server(one), Self::Server(other)) = (self, other) else { return Ok(false) };
        // Nobody else holds a lock of this number, or sees it from another database.
        let mut number = [0; 8];
        getrandom::fill(&mut number).map_err(|error| StoreError::Io(std::io::Error::other(error)))?;
        let number = i64::from_be_bytes(number) & i64::MAX;
        let mut holder = PgConnection::connect(one).await?;
        sqlx::query(LOCK).bind(number).execute(&mut holder).await?;
        let (process,): (i32,) = sqlx::query_as("SELECT pg_backend_pid()").fetch_one(&mut holder).await?;
        let mut reader = PgConnection::connect(other).await?;
        let (seen,): (bool,) = sqlx::query_as(SEEN).bind(process).bind(number).fetch_one(&mut reader).await?;
        reader.close().await?;
        holder.close().await?;
        Ok(seen)
    }
}

/// A path from the root, without `.` in it.
fn whole(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.canonicalize().unwrap_or(path)
}

/// Host, port and database. All names of this machine are one.
fn server(options: &PgConnectOptions) -> (String, u16, Option<String>) {
    let host = options.get_host().trim_matches(['[', ']']).to_ascii_lowercase();
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    let host = if is_here { "localhost".to_owned() } else { host };
    (host, options.get_port(), options.get_database().map(ToOwned::to_owned))
}

/// A file without contents is none of SQLite's yet.
fn has_file(path: &Path) -> std::io::Result<bool> {
    match std::fs::metadata(path) {
        Ok(about) => Ok(about.len() > 0),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn has_table(url: &str, table: &str) -> Result<bool, StoreError> {
    let options: PgConnectOptions = url.parse()?;
    // A pool waits for a server that is being started.
    let pool = match PgPoolOptions::new().max_connections(1).connect_with(options).await {
        Err(StoreError::Database(error)) if error.code().as_deref() == Some(NO_DATABASE) => return Ok(false),
        connected => connected?,
    };
    let sql = AssertSqlSafe(format!("SELECT to_regclass('{table}') IS NOT NULL"));
    let (there,): (bool,) = sqlx::query_as(sql).fetch_one(&pool).await?;
    pool.close().await;
    Ok(there)
}
