//! The table of tokens.

use serde::Serialize;
use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_model::{PersonId, Problem, Timestamp};
use tresen_store::{Conn, StoreError, Tx, from_row, on};

use super::scope::Scopes;
use crate::error::Broken;
use crate::secret::Secret;
use crate::tokens::Tokens;

/// The longest name, in characters.
const LONGEST_NAME: usize = 60;

/// Returns a name without the space around it.
///
/// # Errors
/// [`Problem::NameMissing`], also for one with control characters; [`Problem::NameTooLong`].
pub(super) fn name(typed: &str) -> Result<&str, Problem> {
    let name = typed.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Problem::NameMissing);
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(Problem::NameTooLong { max: LONGEST_NAME });
    }
    Ok(name)
}

/// When a token ends that is made now.
pub(super) fn ends(now: Timestamp, days: Option<u32>) -> Option<Timestamp> {
    days.map(|days| now.plus_seconds(i64::from(days) * 24 * 3600))
}

/// The name in a sealed value's place.
pub(super) fn place(hash: &[u8]) -> Uuid {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash).for_each(|(byte, of)| *byte = *of);
    Uuid::from_bytes(bytes)
}

/// Whose a token is, and by what name.
pub(super) enum Owner<'a> {
    /// A person, with the name they gave the token.
    Person(PersonId, &'a PersonKey, &'a str),
    /// A service by its name, and who it acts as.
    Service(&'a str, Option<PersonId>),
}

/// A token before it is stored.
pub(super) struct New<'a> {
    pub(super) owner: Owner<'a>,
    pub(super) scopes: &'a Scopes,
    pub(super) staff: bool,
    pub(super) expires_at: Option<Timestamp>,
}

pub(super) async fn insert(
    tx: &mut Tx,
    hash: &[u8; 32],
    new: &New<'_>,
    now: Timestamp,
) -> Result<(), Broken> {
    const SQL: &str = "INSERT INTO api_token
        (secret_hash, person_id, name, name_sealed, scopes, staff, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let (person, name, sealed) = match new.owner {
        Owner::Person(person, key, name) => {
            (Some(person), None, Some(key.seal("api_token.name", place(hash), name.as_bytes())?))
        }
        Owner::Service(name, person) => (person, Some(name), None),
    };
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(hash.as_slice())
        .bind(person.map(|person| person.0))
        .bind(name)
        .bind(sealed)
        .bind(new.scopes.words())
        .bind(new.staff)
        .bind(now.0)
        .bind(new.expires_at.map(|at| at.0))
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// A token of a person.
pub(super) struct OwnRow {
    pub(super) secret_hash: Vec<u8>,
    pub(super) name_sealed: Vec<u8>,
    pub(super) scopes: String,
    pub(super) created_at: i64,
    pub(super) expires_at: Option<i64>,
    pub(super) last_used_at: Option<i64>,
}

from_row!(OwnRow { secret_hash, name_sealed, scopes, created_at, expires_at, last_used_at });

/// The tokens of a person, oldest first.
pub(super) async fn of_person(conn: Conn<'_>, person: PersonId) -> Result<Vec<OwnRow>, StoreError> {
    const SQL: &str = "SELECT secret_hash, name_sealed, scopes, created_at, expires_at, last_used_at
        FROM api_token WHERE person_id = $1 AND name_sealed IS NOT NULL ORDER BY created_at, secret_hash";
    on!(conn, c => sqlx::query_as(SQL).bind(person.0).fetch_all(c).await)
}

/// Ends all tokens of a person: what they may do has changed, or how they prove who they are.
pub(crate) async fn end_all_of(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM api_token WHERE person_id = $1";
    on!(tx.conn(), c => sqlx::query(SQL).bind(person.0).execute(c).await.map(drop))
}

/// A token in the export of its owner's data.
#[derive(Serialize)]
pub(crate) struct ExportedToken {
    pub(crate) name: String,
    scopes: Vec<String>,
    pub(crate) since: String,
    expires_at: Option<String>,
    last_used_at: Option<String>,
}

/// The tokens of a person for their export, without secrets.
pub(crate) async fn exported(
    conn: Conn<'_>,
    person: PersonId,
    key: &PersonKey,
) -> Result<Vec<ExportedToken>, Broken> {
    let time = |micros| jiff::Timestamp::from_microsecond(micros).unwrap_or_default().to_string();
    let mut tokens = Vec::new();
    for row in of_person(conn, person).await? {
        tokens.push(ExportedToken {
            name: key.open_text("api_token.name", place(&row.secret_hash), &row.name_sealed)?,
            scopes: row.scopes.split(' ').map(str::to_owned).collect(),
            since: time(row.created_at),
            expires_at: row.expires_at.map(time),
            last_used_at: row.last_used_at.map(time),
        });
    }
    Ok(tokens)
}

impl Tokens {
    pub(super) fn api_token_hash(&self, secret: &Secret) -> [u8; 32] {
        self.keys.master().secret_hash("api", secret.reveal().as_bytes())
    }
}
