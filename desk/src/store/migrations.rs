//! Migrations, written once for both engines.

use std::borrow::Cow;

use sqlx::migrate::{Migrate, Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, PgConnection, SqlSafeStr, SqliteConnection};

use super::StoreError;

/// The migrations of one database, oldest first.
pub(crate) struct Set(&'static [(i64, &'static str, &'static str)]);

/// Of the data.
pub(crate) static DATA: Set = Set(&[
    (1, "start", include_str!("../../migrations/data/0001_start.sql")),
    (2, "restriction and audit", include_str!("../../migrations/data/0002_restriction_and_audit.sql")),
    (3, "statistics", include_str!("../../migrations/data/0003_statistics.sql")),
    (4, "mail", include_str!("../../migrations/data/0004_mail.sql")),
    (5, "rectification", include_str!("../../migrations/data/0005_rectification.sql")),
    (6, "api tokens", include_str!("../../migrations/data/0006_api_token.sql")),
    (7, "factors", include_str!("../../migrations/data/0007_factors.sql")),
    (8, "passkeys", include_str!("../../migrations/data/0008_passkeys.sql")),
    (9, "identities", include_str!("../../migrations/data/0009_identities.sql")),
    (11, "uploads and kinds", include_str!("../../migrations/data/0011_uploads_and_kinds.sql")),
    (12, "sender names", include_str!("../../migrations/data/0012_sender_names.sql")),
    (13, "join", include_str!("../../migrations/data/0013_join.sql")),
    (14, "mail senders", include_str!("../../migrations/data/0014_mail_senders.sql")),
    (15, "aside addresses", include_str!("../../migrations/data/0015_aside_addresses.sql")),
    (16, "lanes and counts", include_str!("../../migrations/data/0016_lanes_and_counts.sql")),
]);

/// Of the key store.
pub(crate) static KEYS: Set = Set(&[
    (1, "start", include_str!("../../migrations/keys/0001_start.sql")),
    (2, "erased", include_str!("../../migrations/keys/0002_erased.sql")),
    (3, "mail", include_str!("../../migrations/keys/0003_mail.sql")),
]);

/// Of the search index on SQLite.
pub(crate) static SEARCH: Set = Set(&[
    (1, "start", include_str!("../../migrations/search_sqlite.sql")),
    (2, "buckets", include_str!("../../migrations/search_sqlite_buckets.sql")),
    (3, "text", include_str!("../../migrations/search_sqlite_text.sql")),
]);

impl Set {
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
