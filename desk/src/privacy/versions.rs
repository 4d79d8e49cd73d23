//! The versions of the privacy statement: a consent refers to one, and old ones stay.

use async_recursion::async_recursion as boxed;
use tresen_model::{Language, Timestamp};
use tresen_store::{Store, on};

use super::statement::{Document, digest, privacy_statement};
use crate::error::{Broken, Error};
use crate::privacy::Privacy;
use crate::settings::Settings;

/// Stores the texts of the settings as a new version if they differ from the newest, and
/// gives the version in force.
pub(crate) async fn in_force(store: &Store, settings: &Settings, now: Timestamp) -> Result<i64, Broken> {
    const NEWEST: &str = "SELECT version, language, digest FROM privacy_text
        WHERE version = (SELECT MAX(version) FROM privacy_text)";
    const INSERT: &str = "INSERT INTO privacy_text (version, language, digest, document, since)
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (version, language) DO NOTHING";
    let text = |language| privacy_statement(language, &settings.name, &settings.privacy, &settings.retention);
    let texts: Vec<(Language, Document)> =
        Language::ALL.iter().map(|language| (*language, text(*language))).collect();
    let mut tx = store.write().await?;
    let newest: Vec<(i64, String, Vec<u8>)> = on!(tx.conn(), c => sqlx::query_as(NEWEST).fetch_all(c).await)?;
    let unchanged = !newest.is_empty()
        && texts.iter().all(|(language, text)| {
            newest.iter().any(|(_, tag, known)| tag == language.tag() && *known == digest(text))
        });
    let version = newest.first().map_or(0, |(version, _, _)| *version);
    if unchanged {
        tx.rollback().await?;
        return Ok(version);
    }
    for (language, text) in texts {
        let Ok(document) = serde_json::to_string(&text) else { unreachable!("texts are JSON") };
        on!(tx.conn(), c => sqlx::query(INSERT)
            .bind(version + 1)
            .bind(language.tag())
            .bind(digest(&text).to_vec())
            .bind(document)
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
    }
    tx.commit().await?;
    Ok(version + 1)
}

/// When the first version was stored: at the first start of this desk.
pub(crate) async fn first(store: &Store) -> Result<Option<Timestamp>, Broken> {
    const SQL: &str = "SELECT MIN(since) FROM privacy_text";
    let mut reader = store.read().await?;
    let (since,): (Option<i64>,) = on!(reader.conn(), c => sqlx::query_as(SQL).fetch_one(c).await)?;
    Ok(since.map(Timestamp))
}

impl Privacy {
    /// The privacy statement in a version, and since when it holds; the one in force without
    /// a version.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such version.
    #[boxed]
    pub async fn privacy_text(
        &self,
        language: Language,
        version: Option<i64>,
    ) -> Result<(i64, Timestamp, Document), Error> {
        const SQL: &str = "SELECT document, since FROM privacy_text WHERE version = $1 AND language = $2";
        let version = version.unwrap_or(self.privacy_version);
        let mut reader = self.store.read().await?;
        let row: Option<(String, i64)> = on!(reader.conn(), c => sqlx::query_as(SQL)
            .bind(version)
            .bind(language.tag())
            .fetch_optional(c)
            .await)?;
        let (document, since) = row.ok_or(Error::NotFound)?;
        let document = serde_json::from_str(&document)
            .map_err(|_| Broken::Inconsistent("privacy_text", sqlx::types::Uuid::nil()))?;
        Ok((version, Timestamp(since), document))
    }
}
