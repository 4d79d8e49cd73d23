//! Migrations, written once for both engines.

use std::borrow::Cow;

use sqlx::migrate::{Migrate, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, PgConnection, SqlSafeStr, SqliteConnection};

use crate::StoreError;

/// The migrations of one database, oldest first: version, name, SQL.
///
/// The SQL is PostgreSQL's, with the types `UUID`, `BYTEA`, `BIGINT` and `TEXT`, which become SQLite's. Where the engines
/// differ, lines that begin with `--- sqlite` and `--- postgres` stand before what is for one of them.
pub struct Migrations(&'static [(i64, &'static str, &'static str)]);

impl Migrations {
    /// Takes them in the order of their versions. One that was released is never changed.
    pub const fn new(migrations: &'static [(i64, &'static str, &'static str)]) -> Self {
        Self(migrations)
    }

    pub(crate) async fn run_sqlite(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        self.run(connection, |sql| Cow::Owned(for_sqlite(sql))).await
    }

    pub(crate) async fn run_postgres(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        self.run(connection, |sql| part_for("postgres", sql)).await
    }

    async fn run<C: Migrate>(
        &self,
        connection: &mut C,
        translate: impl Fn(&'static str) -> Cow<'static, str>,
    ) -> Result<(), StoreError> {
        let migrations = self.0.iter().map(|(version, name, sql)| {
            let sql = AssertSqlSafe(translate(sql).into_owned()).into_sql_str();
            Migration::new(*version, Cow::Borrowed(name), MigrationType::Simple, sql, false)
        });
        let migrator = Migrator { migrations: migrations.collect(), ..Migrator::DEFAULT };
        migrator
            .run_direct(None, connection, false)
            .await
            .map_err(|error| StoreError::Migrate(Box::new(error)))
    }
}

/// SQLite has four types; ours map onto them without loss.
fn for_sqlite(sql: &'static str) -> String {
    part_for("sqlite", sql)
        .replace(" UUID", " BLOB")
        .replace(" BYTEA", " BLOB")
        .replace(" BIGINT", " INTEGER")
}

/// What an engine runs of a migration: what stands before the first line `--- ENGINE`, and what follows its own.
fn part_for(engine: &str, sql: &'static str) -> Cow<'static, str> {
    const MARK: &str = "\n--- ";
    let mut parts = sql.split(MARK);
    let common = parts.next().unwrap_or_default();
    if common.len() == sql.len() {
        return Cow::Borrowed(sql);
    }
    let own = parts.filter_map(|part| part.strip_prefix(engine));
    Cow::Owned([common].into_iter().chain(own).collect())
}
