//! Who works at the desk, and what they may do: an admin sees it and changes it.
//!
//! A change of a role or of request types asks for a [fresh](super::fresh) proof, whichever way it goes. A
//! session that somebody left open makes nobody an admin, and locks nobody out either. One admin is always
//! left: who would be the last one stays. Of admins who change each other's roles at once, the second finds
//! what the first has done.
//!
//! Only somebody with an account is given a role. Everybody else is [invited](super::invitations).

use std::collections::{HashMap, HashSet};

use async_recursion::async_recursion as boxed;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::types::Uuid;
use tresen_model::{PersonId, Problem, Role, Timestamp};
use tresen_store::{Conn, StoreError, Tx, on};

use super::roles;
use crate::error::{Broken, Error};
use crate::outbox::kinds::MailKind;
use crate::people::audit::audit;
use crate::people::kinds;
use crate::people::person::{PersonRow, Presence};
use crate::people::sessions::Agent;
use crate::people::{person, sessions};
use crate::settings::Settings;
use crate::staff::Staff;

/// Somebody who works at the desk, as admins see them.
#[derive(Clone)]
pub struct Colleague {
    /// Who.
    pub id: PersonId,
    /// What customers read as their name.
    pub name: Option<String>,
    /// Their mail address.
    pub email: String,
    /// Agent or admin.
    pub role: Role,
    /// The request types that an agent works on; none are all.
    pub kinds: Vec<String>,
    /// Whether they have a second factor of this desk's own.
    pub second_factor: bool,
    /// What the provider is called that they sign in with. Its claims decide about the role again at each
    /// sign-in.
    pub provider: Option<String>,
    /// Whether it is whoever asks.
    pub own: bool,
}

/// What somebody is to do at the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Duty {
    /// Nothing: a customer.
    Nothing,
    /// Answers requests of these types; none are all of them.
    Agent(Vec<String>),
    /// Answers all requests, and manages the desk.
    Admin,
}

impl Duty {
    /// Reads a form: a role, `all` or `some` request types, and which.
    ///
    /// # Errors
    /// A refusal of `role`, or of `kinds`: a type that there is none of, or no type where some are to be named.
    pub fn parse(role: &str, scope: &str, kinds: Vec<String>, settings: &Settings) -> Result<Self, Error> {
        let unknown = |field| Error::refused(field, Problem::ChoiceUnknown);
        let role = Role::parse(role).ok_or_else(|| unknown("role"))?;
        if kinds.iter().any(|kind| settings.request_type(kind).is_none()) {
            return Err(unknown("kinds"));
        }
        match (role, scope) {
            (Role::Customer, _) => Ok(Self::Nothing),
            (Role::Admin, _) => Ok(Self::Admin),
            (Role::Agent, "all") => Ok(Self::Agent(Vec::new())),
            (Role::Agent, "some") if kinds.is_empty() => Err(Error::refused("kinds", Problem::KindsMissing)),
            (Role::Agent, "some") => Ok(Self::Agent(kinds)),
            (Role::Agent, _) => Err(unknown("kinds")),
        }
    }

    /// The role that it takes.
    pub fn role(&self) -> Role {
        match self {
            Self::Nothing => Role::Customer,
            Self::Agent(_) => Role::Agent,
            Self::Admin => Role::Admin,
        }
    }

    /// The request types; none are all.
    pub(super) fn kinds(&self) -> &[String] {
        match self {
            Self::Agent(kinds) => kinds,
            Self::Nothing | Self::Admin => &[],
        }
    }
}

impl Staff {
    /// Everybody who works at the desk: admins first, then by name.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin.
    #[boxed]
    pub async fn colleagues(&self, admin: &Agent) -> Result<Vec<Colleague>, Error> {
        admin.require_admin()?;
        let mut reader = self.store.read().await?;
        let mut rows = person::find_staff(reader.conn(), None).await?;
        rows.retain(PersonRow::is_active);
        let mut own_kinds = kinds::of_all(reader.conn()).await?;
        let protected = with_factor(reader.conn()).await?;
        let issuers = issuers(reader.conn()).await?;
        drop(reader);
        let keys = self.keys.get_many(rows.iter().map(|row| PersonId(row.id))).await?;
        let mut colleagues = Vec::with_capacity(rows.len());
        for row in rows {
            let id = PersonId(row.id);
            let Some(key) = keys.get(&id) else { continue };
            let theirs = |issuer: &&String| issuers.get(&id).is_some_and(|known| known.contains(*issuer));
            let provider = self.settings.providers.iter().find(|provider| theirs(&&provider.issuer));
            colleagues.push(Colleague {
                id,
                name: row.name(key)?.map(Into::into),
                email: row.email(key)?.into(),
                role: row.role()?,
                kinds: own_kinds.remove(&id).unwrap_or_default(),
                second_factor: protected.contains(&id),
                provider: provider.map(|provider| provider.name.clone()),
                own: id == admin.person(),
            });
        }
        let shown = |one: &Colleague| one.name.as_ref().unwrap_or(&one.email).to_lowercase();
        colleagues.sort_by_cached_key(|one| (one.role != Role::Admin, shown(one), one.id));
        Ok(colleagues)
    }

    /// Gives somebody who works at the desk another duty, or none. With another role all their sessions end,
    /// and they are told by mail; without one, requests that are not done wait for somebody else.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin, or not any more; [`Error::ProofNeeded`];
    /// [`Error::NotFound`] for whoever does not work here; [`Problem::LastAdmin`] on the field `role`.
    #[boxed]
    pub async fn change_duty(&self, admin: &Agent, person: PersonId, duty: &Duty) -> Result<(), Error> {
        admin.require_admin()?;
        self.people.require_fresh(admin.session())?;
        let key = self.keys.get(person).await?.ok_or(Error::NotFound)?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let admins = self.hold_admins(&mut tx, admin, now).await?;
        let Presence::Here = person::hold(&mut tx, person).await? else { return Err(Error::NotFound) };
        let row = person::find(tx.conn(), person).await?.ok_or(Error::NotFound)?;
        let (before, after) = (row.role()?, duty.role());
        if !before.is_staff() {
            return Err(Error::NotFound);
        }
        if before == Role::Admin && after != Role::Admin && admins.len() == 1 {
            return Err(Error::refused("role", Problem::LastAdmin));
        }
        self.put_on_duty(&mut tx, &row, duty, now).await?;
        if before != after {
            self.outbox.tell(&mut tx, person, &key, MailKind::RoleChanged, now).await?;
        }
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(())
    }

    /// Locks all admins until the transaction ends, in order, and answers who they are. So nobody of them
    /// loses the role meanwhile.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when whoever asks is none of them any more.
    pub(super) async fn hold_admins(
        &self,
        tx: &mut Tx,
        admin: &Agent,
        now: Timestamp,
    ) -> Result<Vec<PersonId>, Error> {
        for one in admins(tx.conn()).await? {
            // Whoever is being erased is none of the next list.
            person::hold(tx, one).await?;
        }
        let admins = admins(tx.conn()).await?;
        let live = sessions::is_live(tx.conn(), admin.session(), now).await?;
        if live && admins.contains(&admin.person()) { Ok(admins) } else { Err(Error::Forbidden) }
    }

    /// Gives somebody another duty, within a transaction that holds them.
    pub(super) async fn put_on_duty(
        &self,
        tx: &mut Tx,
        row: &PersonRow,
        duty: &Duty,
        now: Timestamp,
    ) -> Result<(), Broken> {
        let person = PersonId(row.id);
        let (before, after) = (row.role()?, duty.role());
        if before != after {
            roles::change(tx, person, after, now).await?;
            audit(tx, "role-changed", &json!({ "from": before.as_str(), "to": after.as_str() }), now).await?;
            tracing::info!(%person, from = before.as_str(), to = after.as_str(), "a role was changed by an admin");
        }
        super::kinds::replace(tx, person, duty.kinds(), now).await
    }
}

async fn admins(conn: Conn<'_>) -> Result<Vec<PersonId>, StoreError> {
    const SQL: &str = "SELECT id FROM person WHERE role = 'admin' AND state = 'active' ORDER BY id";
    let rows: Vec<(Uuid,)> = on!(conn, c => sqlx::query_as(SQL).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| PersonId(id)).collect())
}

/// Those of the desk who have a second factor here.
async fn with_factor(conn: Conn<'_>) -> Result<HashSet<PersonId>, StoreError> {
    const SQL: &str = "SELECT id FROM person WHERE role <> 'customer'
        AND (EXISTS (SELECT 1 FROM totp WHERE totp.person_id = person.id AND confirmed_at IS NOT NULL)
        OR EXISTS (SELECT 1 FROM passkey WHERE passkey.person_id = person.id))";
    let rows: Vec<(Uuid,)> = on!(conn, c => sqlx::query_as(SQL).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| PersonId(id)).collect())
}

/// The providers that know somebody of the desk.
async fn issuers(conn: Conn<'_>) -> Result<HashMap<PersonId, Vec<String>>, StoreError> {
    const SQL: &str = "SELECT identity.person_id, identity.issuer FROM identity
        JOIN person ON person.id = identity.person_id WHERE person.role <> 'customer'";
    let rows: Vec<(Uuid, String)> = on!(conn, c => sqlx::query_as(SQL).fetch_all(c).await)?;
    let mut issuers: HashMap<PersonId, Vec<String>> = HashMap::new();
    for (person, issuer) in rows {
        issuers.entry(PersonId(person)).or_default().push(issuer);
    }
    Ok(issuers)
}
