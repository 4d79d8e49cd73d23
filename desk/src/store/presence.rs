//! Whether there is a desk at a location, found out without making one.

use std::io::ErrorKind;
use std::path::Path;

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{Location, StoreError};
use crate::error::Broken;

/// The server has no database of this name (SQLSTATE `invalid_catalog_name`).
const NO_DATABASE: &str = "3D000";

impl Location {
    /// Returns whether the data of a desk is here. Creates nothing.
    ///
    /// # Errors
    /// [`Broken`] when the folder or the server cannot be asked.
    pub async fn has_data(&self) -> Result<bool, Broken> {
        self.has("outbox").await
    }

    /// Returns whether the key store of a desk is here. Creates nothing.
    ///
    /// # Errors
    /// As of [`Location::has_data`].
    pub async fn has_keys(&self) -> Result<bool, Broken> {
        self.has("person_key").await
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

    async fn has(&self, table: &'static str) -> Result<bool, Broken> {
        match self {
            Self::File(path) => Ok(has_file(path)?),
            Self::Server(url) => Ok(has_table(url, table).await?),
        }
    }
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
