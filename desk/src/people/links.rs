//! Links that were mailed: what they are good for, for whom, and how long.

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_model::{PersonId, RequestId, Timestamp};
use tresen_store::{Conn, StoreError, Tx, from_row, on};

use crate::error::{Broken, Error};
use crate::people::People;
use crate::secret::Secret;

/// What a link is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Read and answer one request. Good many times: it stands in every mail about it.
    Request,
    /// Set the first password.
    Register,
    /// The same for somebody for whom a role at the desk waits.
    Join,
    /// Set another password.
    Password,
    /// Prove a new mail address.
    Address,
    /// Erase the account and everything of the person.
    Erase,
    /// See what is stored about oneself. Pressing the button of its page exchanges it for
    /// [`DataAccess`](Self::DataAccess).
    Data,
    /// See one's own data, and decide about it, in one browser: what a [`Data`](Self::Data) link
    /// was exchanged for. Never mailed.
    DataAccess,
    /// Take the second step of a login. Never mailed.
    SecondStep,
}

impl Purpose {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Register => "register",
            Self::Join => "join",
            Self::Password => "password",
            Self::Address => "address",
            Self::Erase => "erase",
            Self::Data => "data",
            Self::DataAccess => "data-access",
            Self::SecondStep => "second-step",
        }
    }

    /// Seconds that a link of this kind is good for.
    pub const fn lifetime(self) -> i64 {
        match self {
            Self::Request => 180 * 24 * 3600,
            Self::Register | Self::Join => 7 * 24 * 3600,
            Self::Address => 24 * 3600,
            Self::Password | Self::Erase | Self::Data => 3600,
            Self::DataAccess => 1800,
            Self::SecondStep => 600,
        }
    }
}

/// Somebody who holds the mailed link of one request. Only the desk makes one.
#[derive(Clone)]
pub struct LinkHolder {
    pub(crate) person: PersonId,
    pub(crate) request: RequestId,
}

/// A link that was used up just now, or that could be.
pub(crate) struct Opened {
    pub(crate) person: PersonId,
    pub(crate) request: Option<RequestId>,
    payload: Option<Vec<u8>>,
    secret_hash: [u8; 32],
}

/// A link that is good still, and its hash.
struct Good {
    secret_hash: Vec<u8>,
    expires_at: i64,
    person_id: Uuid,
    request_id: Option<Uuid>,
    payload_sealed: Option<Vec<u8>>,
}

from_row!(Good { secret_hash, expires_at, person_id, request_id, payload_sealed });

impl Good {
    fn opened(self) -> Result<(Opened, Timestamp), Broken> {
        let Self { secret_hash, expires_at, person_id, request_id, payload_sealed } = self;
        let broken = Broken::Inconsistent("token.secret_hash", person_id);
        let secret_hash = secret_hash.try_into().map_err(|_| broken)?;
        let row = Row { person_id, request_id, payload_sealed };
        Ok((row.opened(secret_hash), Timestamp(expires_at)))
    }
}

/// Everybody's links of a kind that are good still, and until when; the newest first.
pub(crate) async fn good(
    conn: Conn<'_>,
    purpose: Purpose,
    now: Timestamp,
) -> Result<Vec<(Opened, Timestamp)>, Broken> {
    const SQL: &str = "SELECT secret_hash, expires_at, person_id, request_id, payload_sealed FROM token
        WHERE purpose = $1 AND used_at IS NULL AND expires_at > $2 ORDER BY created_at DESC, secret_hash";
    let rows: Vec<Good> =
        on!(conn, c => sqlx::query_as(SQL).bind(purpose.as_str()).bind(now.0).fetch_all(c).await)?;
    rows.into_iter().map(Good::opened).collect()
}

/// The newest link of a kind that somebody has and that is good still.
pub(crate) async fn good_of(
    conn: Conn<'_>,
    purpose: Purpose,
    person: PersonId,
    now: Timestamp,
) -> Result<Option<Opened>, Broken> {
    const SQL: &str = "SELECT secret_hash, expires_at, person_id, request_id, payload_sealed FROM token
        WHERE person_id = $3 AND purpose = $1 AND used_at IS NULL AND expires_at > $2
        ORDER BY created_at DESC, secret_hash LIMIT 1";
    let row: Option<Good> = on!(conn, c => sqlx::query_as(SQL)
        .bind(purpose.as_str())
        .bind(now.0)
        .bind(person.0)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(Good::opened).transpose()?.map(|(opened, _)| opened))
}

struct Row {
    person_id: Uuid,
    request_id: Option<Uuid>,
    payload_sealed: Option<Vec<u8>>,
}

from_row!(Row { person_id, request_id, payload_sealed });

impl Opened {
    /// What was sealed into the link's row.
    pub(crate) fn payload(&self, key: &PersonKey) -> Result<Option<String>, Broken> {
        let row = payload_row(&self.secret_hash);
        let open = |sealed: &Vec<u8>| key.open_text("token.payload", row, sealed);
        Ok(self.payload.as_ref().map(open).transpose()?)
    }
}

/// The place that a payload is sealed for: the row has no id but its hash.
fn payload_row(secret_hash: &[u8; 32]) -> Uuid {
    let mut half = [0; 16];
    half.copy_from_slice(&secret_hash[..16]);
    Uuid::from_bytes(half)
}

impl People {
    pub(crate) fn token_hash(&self, purpose: Purpose, secret: &Secret) -> [u8; 32] {
        self.keys.master().secret_hash(purpose.as_str(), secret.reveal().as_bytes())
    }

    /// Makes a link's secret.
    pub(crate) async fn mint(
        &self,
        tx: &mut Tx,
        purpose: Purpose,
        person: PersonId,
        request: Option<RequestId>,
        payload: Option<(&PersonKey, &str)>,
        now: Timestamp,
    ) -> Result<Secret, Broken> {
        const SQL: &str = "INSERT INTO token
            (secret_hash, purpose, person_id, request_id, payload_sealed, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let secret = Secret::random()?;
        let secret_hash = self.token_hash(purpose, &secret);
        let sealed = match payload {
            Some((key, text)) => {
                Some(key.seal("token.payload", payload_row(&secret_hash), text.as_bytes())?)
            }
            None => None,
        };
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(secret_hash.as_slice())
            .bind(purpose.as_str())
            .bind(person.0)
            .bind(request.map(|request| request.0))
            .bind(sealed)
            .bind(now.0)
            .bind(now.plus_seconds(purpose.lifetime()).0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(secret)
    }

    /// Looks whether a link is good, and changes nothing.
    pub(crate) async fn peek(&self, purpose: Purpose, secret: &Secret) -> Result<Opened, Error> {
        const SQL: &str = "SELECT token.person_id, token.request_id, token.payload_sealed FROM token
            JOIN person ON person.id = token.person_id
            WHERE secret_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
            AND person.state = 'active'";
        let secret_hash = self.token_hash(purpose, secret);
        let now = self.clock.now();
        let mut reader = self.store.read().await?;
        let row: Option<Row> = on!(reader.conn(), c => sqlx::query_as(SQL)
            .bind(secret_hash.as_slice())
            .bind(purpose.as_str())
            .bind(now.0)
            .fetch_optional(c)
            .await)?;
        row.map(|row| row.opened(secret_hash)).ok_or(Error::Gone)
    }

    /// Uses a link up. Of many who try at once, one succeeds.
    pub(crate) async fn redeem(
        &self,
        tx: &mut Tx,
        purpose: Purpose,
        secret: &Secret,
    ) -> Result<Opened, Error> {
        const SQL: &str = "UPDATE token SET used_at = $3
            WHERE secret_hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
            RETURNING person_id, request_id, payload_sealed";
        let secret_hash = self.token_hash(purpose, secret);
        let now = self.clock.now();
        let row: Option<Row> = on!(tx.conn(), c => sqlx::query_as(SQL)
            .bind(secret_hash.as_slice())
            .bind(purpose.as_str())
            .bind(now.0)
            .fetch_optional(c)
            .await)?;
        row.map(|row| row.opened(secret_hash)).ok_or(Error::Gone)
    }

    /// Whether a mailed link is still good, for the page that it leads to.
    ///
    /// # Errors
    /// [`Error::Gone`] when it was used, has expired, or never was.
    #[boxed]
    pub async fn check_link(&self, purpose: Purpose, secret: &Secret) -> Result<(), Error> {
        self.peek(purpose, secret).await.map(drop)
    }

    /// Opens the link of one request.
    ///
    /// # Errors
    /// [`Error::Gone`] when it has expired or never was.
    #[boxed]
    pub async fn open_request_link(&self, secret: &Secret) -> Result<LinkHolder, Error> {
        let opened = self.peek(Purpose::Request, secret).await?;
        let request = opened.request.ok_or(Error::Gone)?;
        Ok(LinkHolder { person: opened.person, request })
    }
}

/// Uses up every link of a person that could take the account over or end it: whoever asked
/// for one before the password or the address was changed must not have the last word.
pub(crate) async fn revoke(tx: &mut Tx, person: PersonId, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE token SET used_at = $2
        WHERE person_id = $1 AND purpose <> 'request' AND used_at IS NULL";
    on!(tx.conn(), c => sqlx::query(SQL).bind(person.0).bind(now.0).execute(c).await.map(drop))
}

impl Row {
    fn opened(self, secret_hash: [u8; 32]) -> Opened {
        Opened {
            person: PersonId(self.person_id),
            request: self.request_id.map(RequestId),
            payload: self.payload_sealed,
            secret_hash,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_and_different() {
        let one = Secret::random().expect("randomness");
        let two = Secret::random().expect("randomness");
        assert_eq!(one.reveal().len(), 43);
        assert_ne!(one.reveal(), two.reveal());
    }
}
