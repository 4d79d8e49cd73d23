//! Checks a token, and turns it into the proofs that the desk's methods take.

use std::time::Duration;

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_model::{Language, PersonId, Role, Timestamp};
use tresen_store::{from_row, on};

use super::scope::{Scope, Scopes};
use crate::abuse::Left;
use crate::error::{Broken, Error};
use crate::outage;
use crate::people::{Agent, Session};
use crate::secret::Secret;
use crate::tokens::Tokens;

/// The last use is noted at most once in so many seconds.
const NOTED_EVERY: i64 = 300;

/// Time limit for noting the last use. A use that is not noted is noted next time.
const NOTED_WITHIN: Duration = Duration::from_secs(1);

/// The sender of an API call, with the rights of this moment. Made by [`Tokens::caller`] alone.
#[derive(Clone)]
pub struct Caller {
    hash: [u8; 32],
    /// `None` for a service that only hands over mail.
    session: Option<Session>,
    service: bool,
    scopes: Scopes,
    expires_at: Option<Timestamp>,
}

/// As whom a caller acts.
pub enum Who {
    /// As an agent or admin, with the requests of all customers.
    Agent(Agent),
    /// As a customer, with their own requests.
    Customer(Session),
}

/// How much a token may still do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Calls at once that a full bucket holds.
    pub at_once: u32,
    /// Calls an hour.
    pub an_hour: u32,
    /// Calls that are left now.
    pub left: u32,
    /// Seconds until the bucket is full again.
    pub full_in: u64,
}

impl Caller {
    /// As whom the caller acts, if a scope allows it.
    ///
    /// # Errors
    /// The scope that is missing.
    pub fn who(&self, now: Timestamp, scope: Scope) -> Result<Who, Scope> {
        self.check(scope)?;
        let session = self.session.as_ref().ok_or(scope)?;
        // A scope that was given with a fresh proof stands for one at each use.
        let session = if scope.is_proof() { session.proven_at(now) } else { session.clone() };
        if session.role().is_staff() {
            session.agent().map(Who::Agent).map_err(|_| scope)
        } else {
            Ok(Who::Customer(session))
        }
    }

    /// Checks that a scope is there.
    ///
    /// # Errors
    /// The scope that is missing.
    pub fn check(&self, scope: Scope) -> Result<(), Scope> {
        if self.scopes.contains(scope) { Ok(()) } else { Err(scope) }
    }

    /// What the token allows.
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// The person that the caller acts as; `None` for a service that only hands over mail.
    pub fn person(&self) -> Option<PersonId> {
        self.session.as_ref().map(Session::person)
    }

    /// The role that the caller acts in.
    pub fn role(&self) -> Option<Role> {
        self.session.as_ref().map(Session::role)
    }

    /// Whether the operator made the token for a service.
    pub fn is_service(&self) -> bool {
        self.service
    }

    /// When the token ends by itself.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// What is stored of the token's secret. It names the token.
    pub(crate) fn hash(&self) -> &[u8; 32] {
        &self.hash
    }
}

struct Row {
    name: Option<String>,
    scopes: String,
    staff: bool,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
    person_id: Option<Uuid>,
    role: Option<String>,
    language: Option<String>,
    state: Option<String>,
    restricted_at: Option<i64>,
}

from_row!(Row {
    name,
    scopes,
    staff,
    expires_at,
    last_used_at,
    person_id,
    role,
    language,
    state,
    restricted_at
});

impl Row {
    /// The role that the token gives now. `None` when its owner is gone, restricted, or has lost the role.
    fn role(&self) -> Result<Option<Role>, Broken> {
        let (Some(person), Some(role)) = (self.person_id, &self.role) else { return Ok(None) };
        let role = Role::parse(role).ok_or(Broken::Inconsistent("person.role", person))?;
        let good = self.state.as_deref() == Some("active")
            && self.restricted_at.is_none()
            && self.staff == role.is_staff();
        let role = match self.name {
            // The operator's word makes a service an admin, its row stays an agent's.
            Some(_) if Scopes::read(&self.scopes).iter().any(Scope::needs_admin) => Role::Admin,
            _ => role,
        };
        Ok(good.then_some(role))
    }
}

impl Tokens {
    /// Checks a token that a program has sent, and counts the call.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when there is no such token, it has expired, or its owner is gone, restricted or in
    /// another role; [`Error::Busy`] when it was used too often; [`Error::Broken`].
    #[boxed]
    pub async fn caller(&self, secret: &Secret) -> Result<(Caller, Allowance), Error> {
        const SQL: &str = "SELECT api_token.name, scopes, staff, expires_at, last_used_at, person_id,
            person.role, person.language, person.state, person.restricted_at
            FROM api_token LEFT JOIN person ON person.id = api_token.person_id WHERE secret_hash = $1";
        let (hash, now) = (self.api_token_hash(secret), self.clock.now());
        let mut reader = self.store.read().await?;
        let row: Option<Row> = on!(reader.conn(), c => sqlx::query_as(SQL)
            .bind(hash.as_slice())
            .fetch_optional(c)
            .await)?;
        drop(reader);
        let row = row.filter(|row| row.expires_at.is_none_or(|end| now.0 < end)).ok_or(Error::Forbidden)?;
        let role = row.role()?;
        if row.person_id.is_some() && role.is_none() {
            return Err(Error::Forbidden);
        }
        let allowance = self.count_call(&hash).await?;
        if row.last_used_at.is_none_or(|last| now.seconds_since(Timestamp(last)) >= NOTED_EVERY) {
            let noted = tokio::time::timeout(NOTED_WITHIN, self.note_call(&hash, now)).await;
            outage::passed_over(noted.unwrap_or(Ok(())))?;
        }
        let service = row.name.is_some();
        let scopes = Scopes::read(&row.scopes);
        let language = row.language.as_deref().and_then(Language::parse).unwrap_or_default();
        let session = row
            .person_id
            .zip(role)
            .map(|(person, role)| Session::of_token(PersonId(person), role, language, hash));
        let scopes = match role {
            Some(role) if !service => scopes.of(role),
            _ => scopes,
        };
        let expires_at = row.expires_at.map(Timestamp);
        Ok((Caller { hash, session, service, scopes, expires_at }, allowance))
    }

    async fn count_call(&self, hash: &[u8]) -> Result<Allowance, Error> {
        let rate = self.settings.limits.token;
        let Left { taken, left, full_in } = self.limits.take_one("token", hash, rate).await?;
        if let Err(wait) = taken {
            return Err(Error::Busy { wait });
        }
        Ok(Allowance { at_once: rate.at_once.get(), an_hour: rate.an_hour.get(), left, full_in })
    }

    async fn note_call(&self, hash: &[u8], now: Timestamp) -> Result<(), Broken> {
        const USED: &str = "UPDATE api_token SET last_used_at = $2 WHERE secret_hash = $1";
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(USED).bind(hash).bind(now.0).execute(c).await.map(drop))?;
        tx.commit().await?;
        Ok(())
    }
}
