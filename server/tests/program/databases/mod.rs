//! Databases of a PostgreSQL for one test.

#[cfg(target_os = "linux")]
pub(crate) mod own;

use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// One for the data and one for the keys.
pub(crate) struct Databases {
    server: String,
    data: String,
    keys: String,
}

impl Databases {
    pub(crate) async fn create() -> Self {
        let server = std::env::var("TRESEN_TEST_POSTGRES")
            .expect("TRESEN_TEST_POSTGRES is not set: `cargo xtask test` starts a PostgreSQL for this test");
        // No other test has the port while it is ours.
        let port = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let unique = format!("{}_{port}", std::process::id());
        let (data, keys) = (format!("tresen_nodes_{unique}"), format!("tresen_nodes_keys_{unique}"));
        let databases = Self { server, data, keys };
        databases.run("CREATE DATABASE", "TEMPLATE template0").await;
        databases
    }

    pub(crate) async fn drop(&self) {
        self.run("DROP DATABASE", "WITH (FORCE)").await;
    }

    async fn run(&self, before: &str, after: &str) {
        let mut connection = PgConnection::connect(&self.server).await.unwrap();
        for name in [&self.data, &self.keys] {
            let sql = AssertSqlSafe(format!("{before} {name} {after}"));
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
    }

    /// The URL of the data.
    pub(crate) fn data(&self) -> String {
        self.url(&self.data)
    }

    /// The URL of the keys.
    pub(crate) fn keys(&self) -> String {
        self.url(&self.keys)
    }

    fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.server.rsplit_once('/').unwrap().0)
    }
}
