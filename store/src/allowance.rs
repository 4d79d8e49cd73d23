//! Whether the servers take as many connections as a node opens.

use std::collections::BTreeMap;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};

use crate::Location;
use crate::StoreError;

/// The two databases of a desk.
pub struct Places<'a> {
    /// The data.
    pub data: &'a Location,
    /// The key store.
    pub keys: &'a Location,
}

/// A PostgreSQL that may not take all connections of a node.
pub struct TooFew {
    /// Its host and port.
    pub server: String,
    /// How many connections the node opens at most.
    pub wanted: i64,
    /// How many the server allows to users without privileges, from all nodes together.
    pub allowed: i64,
    /// How many of them are used by others than this user on this machine.
    pub used: i64,
}

impl Places<'_> {
    /// Returns the servers with too few connections for a node with `each` connections to each database, and one to
    /// the data for live events.
    ///
    /// # Errors
    /// [`StoreError`] when a server cannot be asked.
    pub async fn too_few_connections(&self, each: u32) -> Result<Vec<TooFew>, StoreError> {
        // Of the connections in use, those of a node on this machine are its own, or are about to be.
        const ASK: &str = "SELECT current_setting('max_connections')::BIGINT
            - current_setting('superuser_reserved_connections')::BIGINT
            - COALESCE(current_setting('reserved_connections', TRUE), '0')::BIGINT,
            (SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend'
            AND NOT (usename = current_user AND client_addr IS NOT DISTINCT FROM inet_client_addr()))";
        let mut servers: BTreeMap<String, (&str, i64)> = BTreeMap::new();
        for (location, wanted) in [(self.data, i64::from(each) + 1), (self.keys, i64::from(each))] {
            if let Location::Server(url) = location {
                let options: PgConnectOptions = url.parse()?;
                let server = format!("{}:{}", options.get_host(), options.get_port());
                servers.entry(server).or_insert((url, 0)).1 += wanted;
            }
        }
        let mut lacking = Vec::new();
        for (server, (url, wanted)) in servers {
            let mut connection = PgConnection::connect(url).await?;
            let (allowed, used): (i64, i64) = sqlx::query_as(ASK).fetch_one(&mut connection).await?;
            connection.close().await?;
            if wanted > allowed - used {
                lacking.push(TooFew { server, wanted, allowed, used });
            }
        }
        Ok(lacking)
    }
}
