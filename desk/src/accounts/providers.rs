//! Signing in with a provider (OpenID Connect): what its word is worth here.
//!
//! How a provider is asked is the program's business; who may do what afterwards is decided here,
//! by what the operator has set, and is the same for every provider:
//!
//! - It is for people who work at the desk. Whose claims give no role does not get in, and a
//!   stranger without a role leaves no row behind.
//! - At the first sign-in the account with the mail address is taken, or made; the address counts
//!   only when the provider has verified it. From then on it is the provider's subject that
//!   counts, and no mail address: whoever is given an address that was somebody else's does not
//!   get their account.
//! - The claims are looked at each time, and the provider has the last word: another role takes
//!   the place of the old one and ends all sessions, and when no role is left it is taken away.
//! - A browser that is new to the account is told to its owner by mail, as with a password.
//! - Such a session ends after [`LASTS`], used or not, so that the provider is asked again.

use async_recursion::async_recursion as boxed;
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use sqlx::types::Uuid;
use subtle::ConstantTimeEq;
use tresen_keys::random;
use tresen_model::{EmailAddress, Language, PersonId, PersonName, Role, Timestamp};
use tresen_store::{Conn, StoreError, from_row, on};

use super::devices::Greeting;
use crate::accounts::Accounts;
use crate::address::blind_index;
use crate::error::{Broken, Error};
use crate::people::factor::Factor;
use crate::people::person;
use crate::people::person::Presence;
use crate::people::sessions::{Entry, Opening};
use crate::secret::Secret;
use crate::settings::Provider;
use crate::staff::roles;

/// So many seconds a session lasts that a provider has vouched for: a working day.
pub(crate) const LASTS: i64 = 12 * 3600;

/// So many seconds there are to sign in at the provider.
pub const PATIENCE: i64 = 600;

/// The longest subject, in bytes (OpenID Connect Core, section 2).
const LONGEST_SUBJECT: usize = 255;

/// What a provider says of somebody, in a token whose signature, issuer, audience, time and
/// nonce were found good. Has no `Debug`.
pub struct Vouched {
    /// Who they are there, for ever.
    pub subject: String,
    /// Their mail address, if the provider tells it.
    pub email: Option<String>,
    /// Whether the provider says that it is theirs.
    pub email_verified: bool,
    /// Their name, if the provider tells it.
    pub name: Option<String>,
    /// All claims, as JSON.
    pub claims: Value,
    /// The language they are to have if they are new here.
    pub language: Language,
}

/// A sign-in that has begun. All its parts follow from the secret, which the browser keeps.
pub struct Attempt {
    /// For the browser alone.
    pub secret: Secret,
    /// What the provider gives back with its answer (RFC 6749, 10.12).
    pub state: String,
    /// What its token repeats (OpenID Connect Core, 3.1.2.1).
    pub nonce: String,
    /// What shows the provider that who asked is who comes back (RFC 7636).
    pub verifier: String,
}

struct Row {
    person_id: Uuid,
}

from_row!(Row { person_id });

impl Accounts {
    /// The providers that the operator has set.
    pub fn sign_in_providers(&self) -> &[Provider] {
        &self.settings.providers
    }

    fn provider(&self, id: &str) -> Result<&Provider, Error> {
        self.settings.providers.iter().find(|provider| provider.id == id).ok_or(Error::NotFound)
    }

    fn attempt(&self, secret: Secret) -> Attempt {
        let part = |purpose: &str| {
            let derived = self.keys.master().secret_hash(purpose, secret.reveal().as_bytes());
            BASE64URL_NOPAD.encode(&derived)
        };
        Attempt {
            state: part("sign-in state"),
            nonce: part("sign-in nonce"),
            verifier: part("sign-in verifier"),
            secret,
        }
    }

    /// Begins a sign-in, which has to come to its end within [`PATIENCE`].
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such provider.
    #[boxed]
    pub async fn begin_sign_in(&self, provider: &str) -> Result<Attempt, Error> {
        const SQL: &str =
            "INSERT INTO sign_in_attempt (secret_hash, provider, expires_at) VALUES ($1, $2, $3)";
        let provider = self.provider(provider)?;
        let attempt = self.attempt(Secret::random().map_err(Broken::from)?);
        let secret_hash = self.attempt_hash(&attempt.secret);
        let expires = self.clock.now().plus_seconds(PATIENCE);
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(secret_hash.as_slice())
            .bind(provider.id.as_str())
            .bind(expires.0)
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await?;
        Ok(attempt)
    }

    /// Takes up a sign-in with which a browser comes back. Each can be taken up once; one that
    /// comes back with another state than its own was not begun there, and stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such provider; [`Error::Gone`] when the sign-in was
    /// taken up before, was with another provider, has taken too long, or never was.
    #[boxed]
    pub async fn take_up_sign_in(
        &self,
        provider: &str,
        secret: &Secret,
        state: &str,
    ) -> Result<Attempt, Error> {
        const SQL: &str = "DELETE FROM sign_in_attempt
            WHERE secret_hash = $1 AND provider = $2 AND expires_at > $3";
        let provider = self.provider(provider)?;
        let attempt = self.attempt(secret.clone());
        if !bool::from(attempt.state.as_bytes().ct_eq(state.as_bytes())) {
            return Err(Error::Gone);
        }
        let secret_hash = self.attempt_hash(secret);
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let taken = on!(tx.conn(), c => sqlx::query(SQL)
            .bind(secret_hash.as_slice())
            .bind(provider.id.as_str())
            .bind(now.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        tx.commit().await?;
        if taken == 1 { Ok(attempt) } else { Err(Error::Gone) }
    }

    fn attempt_hash(&self, secret: &Secret) -> [u8; 32] {
        self.keys.master().secret_hash("sign-in", secret.reveal().as_bytes())
    }

    /// Signs somebody in whom a provider vouches for, by the rules at the top of this file. `device` is
    /// what the browser keeps from earlier.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such provider; [`Error::Forbidden`] when its word is
    /// not enough: the reason stands in the log, without who it was.
    #[boxed]
    pub async fn sign_in(
        &self,
        provider: &str,
        vouched: &Vouched,
        device: Option<&Secret>,
    ) -> Result<Entry, Error> {
        let provider = self.provider(provider)?;
        if vouched.subject.is_empty() || vouched.subject.len() > LONGEST_SUBJECT {
            return Err(refused(provider, "it gives no subject that can be used"));
        }
        let role = provider.role(&vouched.claims);
        let subject_hash = self.subject_hash(provider, &vouched.subject);
        let mut reader = self.store.read().await?;
        let known = find(reader.conn(), &subject_hash).await?;
        drop(reader);
        match (known, role) {
            (Some(person), role) => self.sign_in_again(provider, person, &subject_hash, role, device).await,
            (None, Some(role)) => self.sign_in_first(provider, vouched, &subject_hash, role, device).await,
            (None, None) => Err(refused(provider, "the claims give no role")),
        }
    }

    async fn sign_in_again(
        &self,
        provider: &Provider,
        person: PersonId,
        subject_hash: &[u8; 32],
        role: Option<Role>,
        device: Option<&Secret>,
    ) -> Result<Entry, Error> {
        const USED: &str = "UPDATE identity SET last_used_at = $2 WHERE subject_hash = $1";
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else {
            return Err(refused(provider, "the person is being erased"));
        };
        let row = person::find(tx.conn(), person).await?;
        let before = row.ok_or(Broken::Inconsistent("identity.person_id", person.0))?.role()?;
        let key =
            self.keys.get(person).await?.ok_or_else(|| refused(provider, "the person is being erased"))?;
        let Some(role) = role else {
            if before.is_staff() {
                roles::change(&mut tx, person, Role::Customer, now).await?;
                tx.commit().await?;
                tracing::warn!(%person, provider = provider.id, "a role was taken away: the claims give none");
            }
            return Err(refused(provider, "the claims give no role"));
        };
        if role != before {
            roles::change(&mut tx, person, role, now).await?;
            tracing::info!(%person, provider = provider.id, role = role.as_str(), "a role was changed by claims");
        }
        on!(tx.conn(), c => sqlx::query(USED)
            .bind(subject_hash.as_slice())
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
        let tell = (role == before).then_some(&key);
        let entry =
            self.let_in(&mut tx, vouched_for(person, role, now), Greeting { device, tell }, now).await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(entry)
    }

    async fn sign_in_first(
        &self,
        provider: &Provider,
        vouched: &Vouched,
        subject_hash: &[u8; 32],
        role: Role,
        device: Option<&Secret>,
    ) -> Result<Entry, Error> {
        const BIND: &str = "INSERT INTO identity
            (id, person_id, issuer, subject_hash, subject_sealed, created_at, last_used_at)
            VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING";
        const NAME: &str = "UPDATE person SET name_sealed = COALESCE(name_sealed, $2),
            proven_at = COALESCE(proven_at, $3), restricted_at = NULL, restricted_by = NULL WHERE id = $1";
        let email = vouched.email.as_deref().and_then(|email| EmailAddress::parse(email).ok());
        let email = email.ok_or_else(|| refused(provider, "it tells no mail address"))?;
        if !vouched.email_verified {
            return Err(refused(provider, "it has not verified the mail address"));
        }
        // Customers read who answers them.
        let name = vouched.name.as_deref().and_then(|name| PersonName::parse(name).ok());
        let name = name.map_or_else(|| PersonName::parse(email.local_part()), Ok);
        let name = name.map_err(|_| refused(provider, "it tells no name"))?;
        let now = self.clock.now();
        let (person, key) = self.keys.find_or_create(&blind_index(&self.keys, &email), now).await?;
        let mut tx = self.store.write().await?;
        let language = vouched.language;
        let writer = person::Writer { id: person, key: &key, email: &email, name: Some(&name), language };
        let Some(row) = person::ensure(&mut tx, &writer, now).await? else {
            return Err(refused(provider, "the person is being erased"));
        };
        let before = row.role()?;
        let id = random::id(now).map_err(Broken::from)?;
        let sealed = key.seal("identity.subject", id, vouched.subject.as_bytes()).map_err(Broken::from)?;
        let bound = on!(tx.conn(), c => sqlx::query(BIND)
            .bind(id)
            .bind(person.0)
            .bind(provider.issuer.as_str())
            .bind(subject_hash.as_slice())
            .bind(sealed)
            .bind(now.0)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if bound != 1 {
            return Err(refused(provider, "the mail address belongs to another of its accounts"));
        }
        let sealed_name =
            key.seal("person.name", person.0, name.as_str().as_bytes()).map_err(Broken::from)?;
        on!(tx.conn(), c => sqlx::query(NAME)
            .bind(person.0)
            .bind(sealed_name)
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
        if role != before {
            roles::change(&mut tx, person, role, now).await?;
        }
        let tell = (role == before).then_some(&key);
        let entry =
            self.let_in(&mut tx, vouched_for(person, role, now), Greeting { device, tell }, now).await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        tracing::info!(%person, provider = provider.id, role = role.as_str(), "somebody has signed in for the first time");
        Ok(entry)
    }

    fn subject_hash(&self, provider: &Provider, subject: &str) -> [u8; 32] {
        self.keys.master().fingerprint("identity", &[provider.issuer.as_bytes(), subject.as_bytes()])
    }
}

/// The provider answers for both factors.
fn vouched_for(person: PersonId, role: Role, now: Timestamp) -> Opening {
    let ends_at = Some(now.plus_seconds(LASTS));
    Opening { person, role, factor: Some(Factor::Provider), ends_at }
}

fn refused(provider: &Provider, why: &'static str) -> Error {
    tracing::warn!(provider = provider.id, why, "a sign-in was refused");
    Error::Forbidden
}

async fn find(conn: Conn<'_>, subject_hash: &[u8; 32]) -> Result<Option<PersonId>, StoreError> {
    const SQL: &str = "SELECT person_id FROM identity WHERE subject_hash = $1";
    let row: Option<Row> =
        on!(conn, c => sqlx::query_as(SQL).bind(subject_hash.as_slice()).fetch_optional(c).await)?;
    Ok(row.map(|row| PersonId(row.person_id)))
}

/// An account at a provider that somebody signs in with.
pub(crate) struct Identity {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) since: Timestamp,
    pub(crate) last_used_at: Timestamp,
}

/// All of them, for the person's copy of their data.
pub(crate) async fn identities(
    conn: Conn<'_>,
    person: PersonId,
    key: &tresen_keys::PersonKey,
) -> Result<Vec<Identity>, Broken> {
    const SQL: &str = "SELECT id, issuer, subject_sealed, created_at, last_used_at FROM identity
        WHERE person_id = $1 ORDER BY id";
    type Row = (Uuid, String, Vec<u8>, i64, i64);
    let rows: Vec<Row> = on!(conn, c => sqlx::query_as(SQL).bind(person.0).fetch_all(c).await)?;
    let open = |(id, issuer, sealed, since, used): Row| {
        let subject = key.open_text("identity.subject", id, &sealed)?;
        Ok(Identity { issuer, subject, since: Timestamp(since), last_used_at: Timestamp(used) })
    };
    rows.into_iter().map(open).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::settings::RoleRule;

    fn rule(claim: &str, contains: &str, role: Role) -> RoleRule {
        RoleRule { claim: claim.into(), contains: contains.into(), role }
    }

    #[test]
    fn roles_follow_from_whole_values_and_the_highest_counts() {
        let provider = Provider {
            id: "test".into(),
            name: "Test".into(),
            issuer: "https://login.example.com".into(),
            roles: vec![
                rule("groups", "desk", Role::Agent),
                rule("realm_access.roles", "desk-admin", Role::Admin),
                rule("https://example.com/role", "boss", Role::Admin),
            ],
            only: false,
        };
        for (claims, role) in [
            (json!({ "groups": ["other", "desk"] }), Some(Role::Agent)),
            (json!({ "groups": "desk" }), Some(Role::Agent)),
            (json!({ "groups": ["desk"], "realm_access": { "roles": ["desk-admin"] } }), Some(Role::Admin)),
            (json!({ "https://example.com/role": "boss" }), Some(Role::Admin)),
            // Part of a value is another value.
            (json!({ "groups": ["desk-readers"] }), None),
            (json!({ "groups": "my desk" }), None),
            (json!({ "groups": { "desk": true } }), None),
            (json!({ "groups": [["desk"]] }), None),
            (json!({ "Groups": ["desk"] }), None),
            (json!({}), None),
            (json!(null), None),
        ] {
            assert_eq!(provider.role(&claims), role, "{claims}");
        }
    }
}
