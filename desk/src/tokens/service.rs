//! Tokens of services. The operator makes them on the command line, admins in the browser; both may give any scope.

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_model::{EmailAddress, Language, PersonId, PersonName, Problem, Timestamp};
use tresen_store::{Tx, from_row, is_duplicate, on};

use super::rows::{self, New, Owner};
use super::scope::{Scope, Scopes};
use crate::address::blind_index;
use crate::error::{Broken, Error};
use crate::people::audit::audit;
use crate::people::{kinds, person};
use crate::secret::Secret;
use crate::tokens::Tokens;

/// What the operator asks for.
pub struct NewService<'a> {
    /// Its name, which customers read below what the service writes.
    pub name: &'a str,
    /// What it may do.
    pub scopes: Scopes,
    /// The request types that it reaches; none are all.
    pub kinds: &'a [String],
    /// The days until it ends by itself.
    pub days: Option<u32>,
}

/// A token of a service as the operator sees it, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceToken {
    /// The service's name.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The ids of the request types that it reaches; none are all.
    pub kinds: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to about five minutes.
    pub last_used_at: Option<Timestamp>,
}

struct Row {
    name: String,
    scopes: String,
    person_id: Option<Uuid>,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

from_row!(Row { name, scopes, person_id, created_at, expires_at, last_used_at });

impl Tokens {
    /// Makes a token for a service. The secret is shown here and never again.
    ///
    /// # Errors
    /// Refusals of `name` (taken, empty or longer than 60 characters), `scope` (none) and `kind` (unknown).
    #[boxed]
    pub async fn add_service_token(&self, new: &NewService<'_>) -> Result<Secret, Error> {
        let unknown = |field| Error::refused(field, Problem::ChoiceUnknown);
        let name = rows::name(new.name).map_err(|problem| Error::refused("name", problem))?;
        if new.scopes.is_empty() {
            return Err(Error::refused("scope", Problem::ScopesMissing));
        }
        if new.kinds.iter().any(|kind| self.settings.request_type(kind).is_none()) {
            return Err(unknown("kind"));
        }
        let acts = new.scopes.iter().any(|scope| scope != Scope::Mail);
        let secret = Secret::random().map_err(Broken::from)?;
        let (hash, now) = (self.api_token_hash(&secret), self.clock.now());
        let actor = if acts { Some(self.service_address(name)?) } else { None };
        let known = match &actor {
            Some(address) => Some(self.keys.find_or_create(&blind_index(&self.keys, address), now).await?),
            None => None,
        };
        let mut tx = self.store.write().await?;
        if let (Some(address), Some((id, key))) = (&actor, &known) {
            let called = PersonName::parse(name).map_err(|problem| Error::refused("name", problem))?;
            let writer = person::Writer {
                id: *id,
                key,
                email: address,
                name: Some(&called),
                language: Language::default(),
            };
            person::ensure(&mut tx, &writer, now).await?.ok_or(Error::Busy { wait: 5 })?;
            put_to_work(&mut tx, *id).await?;
            kinds::replace(&mut tx, *id, new.kinds).await?;
        }
        let row = New {
            owner: Owner::Service(name, known.as_ref().map(|(id, _)| *id)),
            scopes: &new.scopes,
            staff: true,
            expires_at: rows::ends(now, new.days),
        };
        match rows::insert(&mut tx, &hash, &row, now).await {
            Ok(()) => {}
            Err(Broken::Store(error)) if is_duplicate(&error) => {
                tx.rollback().await?;
                return Err(Error::refused("name", Problem::NameTaken));
            }
            Err(error) => return Err(error.into()),
        }
        audit(&mut tx, "service-token-made", &serde_json::json!({ "scopes": new.scopes.words() }), now)
            .await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// The address by which a service's person is found. It has a form that no mail can be sent to and no form takes.
    fn service_address(&self, name: &str) -> Result<EmailAddress, Error> {
        let hash = self.keys.master().fingerprint("service", &[name.as_bytes()]);
        let address = format!("{}@service", data_encoding::HEXLOWER.encode(&hash[..16]));
        EmailAddress::of_mail(&address).ok_or_else(|| Error::refused("name", Problem::ChoiceUnknown))
    }

    /// All tokens of services, by name.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn service_tokens(&self) -> Result<Vec<ServiceToken>, Error> {
        const SQL: &str =
            "SELECT name, scopes, person_id, created_at, expires_at, last_used_at FROM api_token
            WHERE name IS NOT NULL ORDER BY name";
        let mut reader = self.store.read().await?;
        let rows: Vec<Row> = on!(reader.conn(), c => sqlx::query_as(SQL).fetch_all(c).await)?;
        let kinds = kinds::of_all(reader.conn()).await?;
        let kinds = |row: &Row| kinds.get(&PersonId(row.person_id?)).cloned();
        let token = |row: Row| ServiceToken {
            kinds: kinds(&row).unwrap_or_default(),
            name: row.name,
            scopes: Scopes::read(&row.scopes),
            created_at: Timestamp(row.created_at),
            expires_at: row.expires_at.map(Timestamp),
            last_used_at: row.last_used_at.map(Timestamp),
        };
        Ok(rows.into_iter().map(token).collect())
    }

    /// Ends a service's token at once. Answers whether there was one. What the service wrote stays.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn remove_service_token(&self, name: &str) -> Result<bool, Error> {
        const SQL: &str = "DELETE FROM api_token WHERE name = $1";
        let mut tx = self.store.write().await?;
        let removed = on!(tx.conn(), c => sqlx::query(SQL)
            .bind(name.trim())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if removed > 0 {
            audit(
                &mut tx,
                "service-token-ended",
                &serde_json::json!({ "tokens": removed }),
                self.clock.now(),
            )
            .await?;
        }
        tx.commit().await?;
        Ok(removed > 0)
    }
}

async fn put_to_work(tx: &mut Tx, service: PersonId) -> Result<(), Broken> {
    const SQL: &str = "UPDATE person SET role = 'agent', service = $2 WHERE id = $1";
    on!(tx.conn(), c => sqlx::query(SQL).bind(service.0).bind(true).execute(c).await.map(drop))?;
    Ok(())
}
