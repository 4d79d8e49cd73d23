//! Tokens with which programs show that they may do something. Operators make them on the
//! command line; a program sends its token with each request.

use tresen_model::Timestamp;

use crate::Desk;
use crate::error::{Broken, Error};
use crate::people::Secret;
use crate::store::{from_row, is_duplicate, on};

/// The longest name, in characters.
const LONGEST_NAME: usize = 60;

/// The last use is noted at most once in so many seconds.
const NOTED_EVERY: i64 = 300;

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Handing over mail.
    Mail,
}

impl Scope {
    /// The word that is stored and shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
        }
    }
}

/// A token as the operator sees it, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// What the operator calls it.
    pub name: String,
    /// What it is good for, in a word.
    pub scope: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to about five minutes.
    pub last_used_at: Option<Timestamp>,
}

struct Row {
    name: String,
    scope: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

from_row!(Row { name, scope, created_at, expires_at, last_used_at });

impl Desk {
    fn api_token_hash(&self, secret: &Secret) -> Vec<u8> {
        self.keys.master().secret_hash("api", secret.reveal().as_bytes()).to_vec()
    }

    /// Makes a token that is good for so many days, or until it is removed. The secret is shown
    /// here and never again. `None` when the name is taken, empty or longer than 60 characters.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[crate::boxed]
    pub async fn add_api_token(
        &self,
        name: &str,
        scope: Scope,
        days: Option<u32>,
    ) -> Result<Option<Secret>, Error> {
        const SQL: &str = "INSERT INTO api_token (name, secret_hash, scope, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5)";
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Ok(None);
        }
        let secret = Secret::random().map_err(Broken::from)?;
        let (hash, now) = (self.api_token_hash(&secret), self.now());
        let expires = days.map(|days| now.plus_seconds(i64::from(days) * 24 * 3600).0);
        let mut tx = self.store.write().await?;
        let added = on!(tx.conn(), c => sqlx::query(SQL)
            .bind(name)
            .bind(&hash)
            .bind(scope.as_str())
            .bind(now.0)
            .bind(expires)
            .execute(c)
            .await
            .map(drop));
        match added {
            Ok(()) => tx.commit().await?,
            Err(error) if is_duplicate(&error) => {
                tx.rollback().await?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Some(secret))
    }

    /// All tokens, by name.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[crate::boxed]
    pub async fn api_tokens(&self) -> Result<Vec<ApiToken>, Error> {
        const SQL: &str =
            "SELECT name, scope, created_at, expires_at, last_used_at FROM api_token ORDER BY name";
        let mut reader = self.store.read().await?;
        let rows: Vec<Row> = on!(reader.conn(), c => sqlx::query_as(SQL).fetch_all(c).await)?;
        let token = |row: Row| ApiToken {
            name: row.name,
            scope: row.scope,
            created_at: Timestamp(row.created_at),
            expires_at: row.expires_at.map(Timestamp),
            last_used_at: row.last_used_at.map(Timestamp),
        };
        Ok(rows.into_iter().map(token).collect())
    }

    /// Removes a token: it is good for nothing from now on. Answers whether there was one.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[crate::boxed]
    pub async fn remove_api_token(&self, name: &str) -> Result<bool, Error> {
        const SQL: &str = "DELETE FROM api_token WHERE name = $1";
        let mut tx = self.store.write().await?;
        let removed = on!(tx.conn(), c => sqlx::query(SQL)
            .bind(name.trim())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        tx.commit().await?;
        Ok(removed > 0)
    }

    /// Checks a token that a program has sent.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when there is no such token, it has expired, or it is good for
    /// something else; [`Error::Busy`] when it was used too often; [`Error::Broken`].
    #[crate::boxed]
    pub async fn check_api_token(&self, secret: &Secret, scope: Scope) -> Result<(), Error> {
        const SQL: &str = "SELECT name, scope, created_at, expires_at, last_used_at FROM api_token
            WHERE secret_hash = $1";
        const USED: &str = "UPDATE api_token SET last_used_at = $2 WHERE secret_hash = $1";
        let (hash, now) = (self.api_token_hash(secret), self.now());
        let mut reader = self.store.read().await?;
        let row: Option<Row> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(&hash).fetch_optional(c).await)?;
        drop(reader);
        let good = |row: &Row| row.scope == scope.as_str() && row.expires_at.is_none_or(|end| now.0 < end);
        let row = row.filter(good).ok_or(Error::Forbidden)?;
        if let Some(wait) = self.knock("token", &hash, self.settings.limits.token).await? {
            return Err(Error::Busy { wait });
        }
        if row.last_used_at.is_none_or(|last| now.seconds_since(Timestamp(last)) >= NOTED_EVERY) {
            let mut tx = self.store.write().await?;
            on!(tx.conn(), c => sqlx::query(USED).bind(&hash).bind(now.0).execute(c).await.map(drop))?;
            tx.commit().await?;
        }
        Ok(())
    }
}
