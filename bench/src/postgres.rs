//! Two databases of this run's own on a PostgreSQL server that somebody named.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::Result;
use crate::cpu;

/// The databases for data and keys.
pub(crate) struct Databases {
    server: String,
    names: [String; 2],
    /// The server's first process, if it runs on this machine: its CPU time counts too.
    pub(crate) process: Option<u32>,
}

impl Databases {
    pub(crate) async fn create(server: &str) -> Result<Self> {
        let names = ["data", "keys"].map(|part| format!("tresen_bench_{part}_{}", std::process::id()));
        let failed = |e: sqlx::Error| format!("PostgreSQL cannot be used: {e}");
        let mut connection = PgConnection::connect(server).await.map_err(failed)?;
        for name in &names {
            sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}")))
                .execute(&mut connection)
                .await
                .map_err(failed)?;
        }
        let process = self::server(&mut connection).await.map_err(failed)?;
        Ok(Self { server: server.to_owned(), names, process })
    }

    /// The URLs of data and keys.
    pub(crate) fn urls(&self) -> (String, String) {
        let url = |name: &str| {
            let (address, query) = self.server.split_once('?').unwrap_or((&self.server, ""));
            let base = match address.match_indices('/').nth(2) {
                Some((at, _)) => &address[..at],
                None => address,
            };
            let query = if query.is_empty() { String::new() } else { format!("?{query}") };
            format!("{base}/{name}{query}")
        };
        (url(&self.names[0]), url(&self.names[1]))
    }

    /// Drops them. End whatever uses them first.
    pub(crate) async fn remove(&self) -> Result {
        let failed =
            |e: sqlx::Error| format!("the databases {} could not be removed: {e}", self.names.join(", "));
        let mut connection = PgConnection::connect(&self.server).await.map_err(failed)?;
        for name in &self.names {
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await.map_err(failed)?;
        }
        Ok(())
    }
}

/// The server's first process: the parent of the one that serves this connection.
pub(crate) async fn server(connection: &mut PgConnection) -> sqlx::Result<Option<u32>> {
    let (backend,): (i32,) = sqlx::query_as("SELECT pg_backend_pid()").fetch_one(connection).await?;
    Ok(u32::try_from(backend).ok().and_then(|backend| cpu::parent(backend).ok()))
}
