//! Sessions: who is logged in.

use std::time::Duration;

use async_recursion::async_recursion as boxed;
use data_encoding::BASE64URL_NOPAD;
use sqlx::types::Uuid;
use tresen_model::views::SessionView;
use tresen_model::{Language, PersonId, Problem, Role, Timestamp};
use tresen_store::{Conn, StoreError, Tx, from_row, on};

use super::links;
use super::person::PersonRow;
use crate::error::{Broken, Error};
use crate::outage;
use crate::people::People;
use crate::people::factor::Factor;
use crate::people::restriction::Restriction;
use crate::secret::Secret;
use crate::settings::SecondFactor;

/// A session ends so many seconds after its last use: 30 days for customers.
const CUSTOMER_IDLE: i64 = 30 * 24 * 3600;

/// Seven days for agents and admins.
const STAFF_IDLE: i64 = 7 * 24 * 3600;

/// The last use is noted at most every five minutes.
const NOTED_EVERY: i64 = 300;

/// No page waits longer for that. A use that is not noted is noted next time.
const NOTED_WITHIN: Duration = Duration::from_secs(1);

/// What a browser is given when somebody has logged in.
pub struct Entry {
    /// Shows that it belongs to a session.
    pub session: Secret,
    /// Shows next time that it was here before; see [`devices`](crate::accounts::devices).
    pub device: Secret,
}

/// What a session begins with.
#[derive(Clone, Copy)]
pub(crate) struct Opening {
    pub(crate) person: PersonId,
    pub(crate) role: Role,
    /// The second factor that was shown.
    pub(crate) factor: Option<Factor>,
    /// When it ends although it is used: a provider's word is good for some time only.
    pub(crate) ends_at: Option<Timestamp>,
}

impl Opening {
    /// For somebody who has shown what this desk itself asks for.
    pub(crate) fn of(row: &PersonRow, factor: Option<Factor>) -> Result<Self, Broken> {
        Ok(Self { person: PersonId(row.id), role: row.role()?, factor, ends_at: None })
    }

    /// When a session ends that nobody uses from `now` on.
    fn expires_at(role: Role, ends_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
        let idle = if role.is_staff() { STAFF_IDLE } else { CUSTOMER_IDLE };
        let unused = now.plus_seconds(idle);
        ends_at.map_or(unused, |ends_at| ends_at.min(unused))
    }
}

/// Somebody who is logged in. Only the desk makes one, from a [`Secret`].
#[derive(Clone)]
pub struct Session {
    person: PersonId,
    role: Role,
    language: Language,
    token_hash: [u8; 32],
    proved_at: Timestamp,
    factor: Option<Factor>,
    ends_at: Option<Timestamp>,
    lacks_factor: bool,
    restriction: Option<Restriction>,
}

impl Session {
    /// What a valid API token stands for: its owner, who has proven nothing lately.
    pub(crate) fn of_token(person: PersonId, role: Role, language: Language, token_hash: [u8; 32]) -> Self {
        Self {
            person,
            role,
            language,
            token_hash,
            proved_at: Timestamp(i64::MIN / 2),
            factor: None,
            ends_at: None,
            lacks_factor: false,
            restriction: None,
        }
    }

    /// Who it is.
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// What they may do.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The language they chose.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The restriction of the person's own data, as it was when the session was looked at (Art. 18 GDPR).
    pub fn restriction(&self) -> Option<Restriction> {
        self.restriction
    }

    /// The second factor with which it began.
    pub fn factor(&self) -> Option<Factor> {
        self.factor
    }

    /// Whether it began without the second factor that agents and admins have to have: it is good for
    /// setting one up, and for what a customer may do.
    pub fn lacks_factor(&self) -> bool {
        self.lacks_factor
    }

    /// Whether a provider vouched for the person, whose word is good for some time only.
    pub fn is_vouched_for(&self) -> bool {
        self.ends_at.is_some()
    }

    /// The proof that an agent asks.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for customers; [`Error::FactorNeeded`] for somebody of the desk who logged in
    /// without the second factor that they have to have.
    pub fn agent(&self) -> Result<Agent, Error> {
        if !self.role.is_staff() {
            return Err(Error::Forbidden);
        }
        if self.lacks_factor {
            return Err(Error::FactorNeeded);
        }
        Ok(Agent { session: self.clone() })
    }

    /// What another session begins with that takes this one's place.
    pub(crate) fn again(&self) -> Opening {
        Opening { person: self.person, role: self.role, factor: self.factor, ends_at: self.ends_at }
    }

    /// When the person last proved who they are.
    pub(crate) fn proved_at(&self) -> Timestamp {
        self.proved_at
    }

    /// The same, just proven.
    pub(crate) fn proven_at(&self, now: Timestamp) -> Self {
        Self { proved_at: now, ..self.clone() }
    }

    /// What is stored of its secret.
    pub(crate) fn token_hash(&self) -> &[u8] {
        &self.token_hash
    }
}

/// The proof that somebody is an agent or an admin; made by [`Session::agent`] alone.
#[derive(Clone)]
pub struct Agent {
    session: Session,
}

impl Agent {
    /// Who it is.
    pub fn person(&self) -> PersonId {
        self.session.person
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Refuses whoever was no admin when the session was looked at.
    pub(crate) fn require_admin(&self) -> Result<(), Error> {
        if self.session.role == Role::Admin { Ok(()) } else { Err(Error::Forbidden) }
    }
}

struct Row {
    person_id: Uuid,
    last_used_at: i64,
    proved_at: i64,
    factor: Option<String>,
    ends_at: Option<i64>,
    role: String,
    language: String,
    restricted_at: Option<i64>,
    restricted_by: Option<String>,
}

from_row!(Row {
    person_id,
    last_used_at,
    proved_at,
    factor,
    ends_at,
    role,
    language,
    restricted_at,
    restricted_by
});

impl People {
    /// Whether somebody with this session has to have a second factor.
    pub(crate) fn requires_factor(&self, session: &Session) -> bool {
        session.role().is_staff() && self.settings.sign_in.second_factor == SecondFactor::Required
    }

    /// Whether somebody with a role may use a way in of this desk's own, such as a password.
    ///
    /// # Errors
    /// A refusal on the field `password` when the operator wants them to sign in with a provider.
    pub(crate) fn may_enter_here(&self, role: Role) -> Result<(), Error> {
        let only = role.is_staff() && self.settings.providers.iter().any(|provider| provider.only);
        if only { Err(Error::refused("password", Problem::OnlyWithProvider)) } else { Ok(()) }
    }

    /// Finds out who a session secret belongs to; `None` when it has ended or never was.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn session(&self, secret: &Secret) -> Result<Option<Session>, Error> {
        const SQL: &str = "SELECT session.person_id, session.last_used_at, session.proved_at, session.factor,
            session.ends_at, person.role, person.language, person.restricted_at, person.restricted_by
            FROM session JOIN person ON person.id = session.person_id
            WHERE session.token_hash = $1 AND session.expires_at > $2 AND person.state = 'active'";
        let now = self.clock.now();
        let token_hash = self.session_hash(secret);
        let mut reader = self.store.read().await?;
        let row: Option<Row> = on!(reader.conn(), c => sqlx::query_as(SQL)
            .bind(token_hash.as_slice())
            .bind(now.0)
            .fetch_optional(c)
            .await)?;
        drop(reader);
        let Some(row) = row else { return Ok(None) };
        let role = Role::parse(&row.role).ok_or(Broken::Inconsistent("person.role", row.person_id))?;
        let ends_at = row.ends_at.map(Timestamp);
        if now.seconds_since(Timestamp(row.last_used_at)) >= NOTED_EVERY {
            let expires_at = Opening::expires_at(role, ends_at, now);
            let noted = tokio::time::timeout(NOTED_WITHIN, self.note_use(&token_hash, expires_at, now)).await;
            outage::passed_over(noted.unwrap_or(Ok(())))?;
        }
        let language = Language::parse(&row.language).unwrap_or_default();
        let mut session = Session {
            person: PersonId(row.person_id),
            role,
            language,
            token_hash,
            proved_at: Timestamp(row.proved_at),
            factor: row.factor.as_deref().and_then(Factor::parse),
            ends_at,
            lacks_factor: false,
            restriction: Restriction::read(row.restricted_at, row.restricted_by.as_deref()),
        };
        session.lacks_factor = self.requires_factor(&session) && session.factor.is_none();
        Ok(Some(session))
    }

    async fn note_use(
        &self,
        token_hash: &[u8; 32],
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), Broken> {
        const SQL: &str = "UPDATE session SET last_used_at = $2, expires_at = $3 WHERE token_hash = $1";
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(token_hash.as_slice())
            .bind(now.0)
            .bind(expires_at.0)
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) fn session_hash(&self, secret: &Secret) -> [u8; 32] {
        self.keys.master().secret_hash("session", secret.reveal().as_bytes())
    }

    /// Begins a session within a transaction, for somebody who has just proven who they are.
    pub(crate) async fn begin_session(
        &self,
        tx: &mut Tx,
        opening: Opening,
        now: Timestamp,
    ) -> Result<Secret, Broken> {
        const SQL: &str = "INSERT INTO session
            (token_hash, person_id, created_at, last_used_at, proved_at, expires_at, factor, ends_at)
            VALUES ($1, $2, $3, $3, $3, $4, $5, $6)";
        let secret = Secret::random()?;
        let token_hash = self.session_hash(&secret);
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(token_hash.as_slice())
            .bind(opening.person.0)
            .bind(now.0)
            .bind(Opening::expires_at(opening.role, opening.ends_at, now).0)
            .bind(opening.factor.map(Factor::as_str))
            .bind(opening.ends_at.map(|ends_at| ends_at.0))
            .execute(c)
            .await
            .map(drop))?;
        Ok(secret)
    }

    /// Logs out.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn logout(&self, session: &Session) -> Result<(), Error> {
        const SQL: &str = "DELETE FROM session WHERE token_hash = $1";
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(session.token_hash.as_slice())
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await?;
        Ok(())
    }

    /// Where the person is logged in, the latest use first.
    pub(crate) async fn sessions_of(&self, session: &Session) -> Result<Vec<SessionView>, Broken> {
        const SQL: &str = "SELECT token_hash, created_at, last_used_at FROM session
            WHERE person_id = $1 AND expires_at > $2 ORDER BY last_used_at DESC LIMIT 100";
        let now = self.clock.now();
        let mut reader = self.store.read().await?;
        let rows: Vec<(Vec<u8>, i64, i64)> = on!(reader.conn(), c => sqlx::query_as(SQL)
            .bind(session.person.0)
            .bind(now.0)
            .fetch_all(c)
            .await)?;
        let view = |(token_hash, created_at, last_used_at): (Vec<u8>, i64, i64)| SessionView {
            handle: self.handle(&token_hash),
            created_at: Timestamp(created_at),
            last_used_at: Timestamp(last_used_at),
            current: token_hash == session.token_hash,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Ends one of the person's own sessions. One that is gone already is fine.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn end_session(&self, session: &Session, handle: &str) -> Result<(), Error> {
        const FIND: &str = "SELECT token_hash FROM session WHERE person_id = $1";
        const DELETE: &str = "DELETE FROM session WHERE token_hash = $1";
        let mut tx = self.store.write().await?;
        let rows: Vec<(Vec<u8>,)> =
            on!(tx.conn(), c => sqlx::query_as(FIND).bind(session.person.0).fetch_all(c).await)?;
        for (token_hash,) in rows.into_iter().filter(|(token_hash,)| self.handle(token_hash) == handle) {
            on!(tx.conn(), c => sqlx::query(DELETE).bind(token_hash).execute(c).await.map(drop))?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// What names a session in a form: nothing that helps to use it.
    fn handle(&self, token_hash: &[u8]) -> String {
        let named = self.keys.master().fingerprint("session handle", &[token_hash]);
        BASE64URL_NOPAD.encode(&named[..12])
    }
}

/// Whether a session that was good when it was asked for still is.
pub(crate) async fn is_live(conn: Conn<'_>, session: &Session, now: Timestamp) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT session.person_id FROM session JOIN person ON person.id = session.person_id
        WHERE token_hash = $1 AND expires_at > $2 AND person.state = 'active' AND person.role = $3";
    let row: Option<(Uuid,)> = on!(conn, c => sqlx::query_as(SQL)
        .bind(session.token_hash.as_slice())
        .bind(now.0)
        .bind(session.role.as_str())
        .fetch_optional(c)
        .await)?;
    Ok(row.is_some())
}

/// Signs a person out everywhere: ends their sessions, makes their mailed links void, and forgets the
/// browsers that they are known in. What is done after anything changed that lets somebody in, or what
/// they may do.
pub(crate) async fn sign_out(tx: &mut Tx, person: PersonId, now: Timestamp) -> Result<(), StoreError> {
    sign_out_but(tx, person, &[], now).await
}

/// The same, but the session with the hash `except` goes on.
pub(crate) async fn sign_out_but(
    tx: &mut Tx,
    person: PersonId,
    except: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM session WHERE person_id = $1 AND token_hash <> $2";
    on!(tx.conn(), c => sqlx::query(SQL).bind(person.0).bind(except).execute(c).await.map(drop))?;
    links::revoke(tx, person, now).await?;
    forget_devices(tx, person).await
}

/// Forgets all browsers of a person: when one of them may be in wrong hands.
async fn forget_devices(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM device WHERE person_id = $1";
    on!(tx.conn(), c => sqlx::query(SQL).bind(person.0).execute(c).await.map(drop))
}
