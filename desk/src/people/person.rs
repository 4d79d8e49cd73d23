//! The row of a person.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_model::{EmailAddress, Language, PersonId, PersonName, Role, Timestamp};
use tresen_store::{Conn, StoreError, Tx, dialect, from_row, on};

use super::kinds;
use crate::address::blind_index;
use crate::error::{Broken, Error};
use crate::people::People;

/// A person as stored.
pub(crate) struct PersonRow {
    pub(crate) id: Uuid,
    role: String,
    state: String,
    /// Empty until one is chosen, or taken from the browser at the first sign-in.
    language: String,
    email_sealed: Vec<u8>,
    name_sealed: Option<Vec<u8>>,
    password_sealed: Option<Vec<u8>>,
    pub(crate) proven_at: Option<i64>,
    restricted_at: Option<i64>,
    /// Since when mails to the address keep coming back.
    pub(crate) undeliverable_at: Option<i64>,
}

from_row!(PersonRow {
    id,
    role,
    state,
    language,
    email_sealed,
    name_sealed,
    password_sealed,
    proven_at,
    restricted_at,
    undeliverable_at
});

/// The columns of a [`PersonRow`].
const COLUMNS: &str = "id, role, state, language, email_sealed, name_sealed, password_sealed, proven_at,
    restricted_at, undeliverable_at";

impl PersonRow {
    pub(crate) fn role(&self) -> Result<Role, Broken> {
        Role::parse(&self.role).ok_or(Broken::Inconsistent("person.role", self.id))
    }

    pub(crate) fn language(&self) -> Language {
        Language::parse(&self.language).unwrap_or_default()
    }

    pub(crate) fn is_active(&self) -> bool {
        self.state == "active"
    }

    /// Whether the processing of their data is restricted (Art. 18 GDPR).
    pub(crate) fn is_restricted(&self) -> bool {
        self.restricted_at.is_some()
    }

    pub(crate) fn is_registered(&self) -> bool {
        self.password_sealed.is_some()
    }

    /// Whether the password is the same as when `earlier` was read.
    pub(crate) fn has_password_of(&self, earlier: &Self) -> bool {
        self.password_sealed == earlier.password_sealed
    }

    pub(crate) fn email(&self, key: &PersonKey) -> Result<EmailAddress, Broken> {
        let email = key.open_text("person.email", self.id, &self.email_sealed)?;
        EmailAddress::known(&email).map_err(|_| Broken::Inconsistent("person.email", self.id))
    }

    pub(crate) fn name(&self, key: &PersonKey) -> Result<Option<PersonName>, Broken> {
        self.name_sealed.as_ref().map_or(Ok(None), |sealed| open_name(self.id, sealed, key))
    }

    pub(crate) fn password_hash(&self, key: &PersonKey) -> Result<Option<String>, tresen_keys::SealBroken> {
        self.password_sealed
            .as_ref()
            .map(|sealed| key.open_text("person.password", self.id, sealed))
            .transpose()
    }
}

/// What a person is called, as it is stored.
pub(crate) fn open_name(person: Uuid, sealed: &[u8], key: &PersonKey) -> Result<Option<PersonName>, Broken> {
    let name = key.open_text("person.name", person, sealed)?;
    PersonName::optional(&name).map_err(|_| Broken::Inconsistent("person.name", person))
}

pub(crate) async fn find(conn: Conn<'_>, person: PersonId) -> Result<Option<PersonRow>, StoreError> {
    let sql = AssertSqlSafe(format!("SELECT {COLUMNS} FROM person WHERE id = $1"));
    on!(conn, c => sqlx::query_as(sql).bind(person.0).fetch_optional(c).await)
}

pub(crate) async fn find_many(conn: Conn<'_>, persons: &[PersonId]) -> Result<Vec<PersonRow>, StoreError> {
    if persons.is_empty() {
        return Ok(Vec::new());
    }
    let sql = AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM person WHERE id IN {}",
        dialect::places(1, persons.len())
    ));
    on!(conn, c => {
        let mut query = sqlx::query_as(sql);
        for person in persons {
            query = query.bind(person.0);
        }
        query.fetch_all(c).await
    })
}

/// Agents and admins who are people; of a request type, those who work on it.
pub(crate) async fn find_staff(conn: Conn<'_>, kind: Option<&str>) -> Result<Vec<PersonRow>, StoreError> {
    let sql = AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM person WHERE role <> 'customer' AND NOT service AND ($1 = '' OR {})
         ORDER BY id",
        kinds::seen_by("person.id", "$1")
    ));
    on!(conn, c => sqlx::query_as(sql).bind(kind.unwrap_or_default()).fetch_all(c).await)
}

/// Whether a person can be written for.
pub(crate) enum Presence {
    /// They are there, locked until the transaction ends.
    Here,
    /// They are being erased, or were.
    Erased,
}

/// Locks a person for this transaction, and notes that something was done for them. An
/// erasure waits for us, or we see that it has begun: there is nothing in between.
pub(crate) async fn touch(tx: &mut Tx, person: PersonId, now: Timestamp) -> Result<Presence, StoreError> {
    const SQL: &str = "UPDATE person SET active_at = $2 WHERE id = $1 AND state = 'active'";
    let touched = on!(tx.conn(), c => sqlx::query(SQL)
        .bind(person.0)
        .bind(now.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(if touched == 1 { Presence::Here } else { Presence::Erased })
}

/// Locks a person for this transaction without noting anything: nothing is done for them.
pub(crate) async fn hold(tx: &mut Tx, person: PersonId) -> Result<Presence, StoreError> {
    const SQL: &str = "UPDATE person SET state = state WHERE id = $1 AND state = 'active'";
    let held = on!(tx.conn(), c => sqlx::query(SQL)
        .bind(person.0)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(if held == 1 { Presence::Here } else { Presence::Erased })
}

/// A person who writes, and may be new.
pub(crate) struct Writer<'a> {
    pub(crate) id: PersonId,
    pub(crate) key: &'a PersonKey,
    pub(crate) email: &'a EmailAddress,
    pub(crate) name: Option<&'a PersonName>,
    pub(crate) language: Language,
}

/// Makes the row of a person who has none, and locks it for this transaction. `None` for somebody who is being
/// erased, or was.
pub(crate) async fn ensure(
    tx: &mut Tx,
    writer: &Writer<'_>,
    now: Timestamp,
) -> Result<Option<PersonRow>, Broken> {
    // Locks the row that is there, as `touch` does. No row comes of somebody who was erased.
    let sql = format!(
        "INSERT INTO person (id, role, state, language, email_sealed, name_sealed, created_at, active_at)
         SELECT $1, 'customer', 'active', $2, $3, $4, $5, $5
         WHERE NOT EXISTS (SELECT 1 FROM erasure WHERE person_id = $1)
         ON CONFLICT (id) DO UPDATE SET active_at = excluded.active_at RETURNING {COLUMNS}"
    );
    let id = writer.id.0;
    let email = writer.key.seal("person.email", id, writer.email.as_str().as_bytes())?;
    let name = match writer.name {
        Some(name) => Some(writer.key.seal("person.name", id, name.as_str().as_bytes())?),
        None => None,
    };
    let row: Option<PersonRow> = on!(tx.conn(), c => sqlx::query_as(AssertSqlSafe(sql))
        .bind(id)
        .bind(writer.language.tag())
        .bind(email)
        .bind(name)
        .bind(now.0)
        .fetch_optional(c)
        .await)?;
    Ok(row.filter(PersonRow::is_active))
}

/// Gives a guest without a name the one that they write under. Whoever has an account decides on theirs
/// alone.
pub(crate) async fn learn_name(tx: &mut Tx, writer: &Writer<'_>) -> Result<(), Broken> {
    const SQL: &str = "UPDATE person SET name_sealed = $2
        WHERE id = $1 AND name_sealed IS NULL AND password_sealed IS NULL AND role = 'customer'";
    let Some(name) = writer.name else { return Ok(()) };
    let sealed = writer.key.seal("person.name", writer.id.0, name.as_str().as_bytes())?;
    on!(tx.conn(), c => sqlx::query(SQL).bind(writer.id.0).bind(sealed).execute(c).await.map(drop))?;
    Ok(())
}

/// The address was proven: somebody used a link that was mailed to it. So mails reach it.
pub(crate) async fn mark_proven(tx: &mut Tx, person: PersonId, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str =
        "UPDATE person SET proven_at = COALESCE(proven_at, $2), bounces = 0, undeliverable_at = NULL
        WHERE id = $1 AND (proven_at IS NULL OR bounces > 0)";
    on!(tx.conn(), c => sqlx::query(SQL).bind(person.0).bind(now.0).execute(c).await.map(drop))
}

/// The person has written a mail: their address is in use.
pub(crate) async fn mark_reachable(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE person SET bounces = 0, undeliverable_at = NULL WHERE id = $1 AND bounces > 0";
    on!(tx.conn(), c => sqlx::query(SQL).bind(person.0).execute(c).await.map(drop))
}

/// `None` leaves the choice to the first sign-in, see [`crate::accounts::Accounts::adopt_language`].
pub(crate) async fn set_language(
    tx: &mut Tx,
    person: Uuid,
    language: Option<Language>,
) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE person SET language = $2 WHERE id = $1";
    let tag = language.map_or("", Language::tag);
    on!(tx.conn(), c => sqlx::query(SQL).bind(person).bind(tag).execute(c).await.map(drop))
}

impl People {
    /// The row and the key of somebody by address, if there is an active person.
    pub(crate) async fn find_by_address(
        &self,
        address: &EmailAddress,
    ) -> Result<Option<(PersonRow, PersonKey)>, Broken> {
        let Some((person, key)) = self.keys.find(&blind_index(&self.keys, address)).await? else {
            return Ok(None);
        };
        let row = find(self.store.read().await?.conn(), person).await?;
        Ok(row.filter(PersonRow::is_active).map(|row| (row, key)))
    }

    /// Whether somebody is here without a name, and without an account where they could give one.
    pub(crate) async fn is_nameless_guest(&self, person: PersonId) -> Result<bool, Broken> {
        let row = find(self.store.read().await?.conn(), person).await?;
        Ok(row.is_some_and(|row| row.name_sealed.is_none() && !row.is_registered()))
    }

    /// The row and the key of somebody who is logged in.
    pub(crate) async fn require_person(&self, person: PersonId) -> Result<(PersonRow, PersonKey), Error> {
        let mut reader = self.store.read().await?;
        self.require_person_on(reader.conn(), person).await
    }

    /// The same within a unit of work that has a connection already.
    pub(crate) async fn require_person_on(
        &self,
        conn: Conn<'_>,
        person: PersonId,
    ) -> Result<(PersonRow, PersonKey), Error> {
        let row = find(conn, person).await?;
        let row = row.filter(PersonRow::is_active).ok_or(Error::Forbidden)?;
        let key = self.keys.get(person).await?.ok_or(Error::Forbidden)?;
        Ok((row, key))
    }

    /// What persons are called. Those without a name, or without a key, are missing.
    pub(crate) async fn names(
        &self,
        conn: Conn<'_>,
        persons: &[PersonId],
    ) -> Result<HashMap<PersonId, String>, Broken> {
        let mut rows = find_many(conn, persons).await?;
        // Whoever is being erased has no name any more.
        rows.retain(PersonRow::is_active);
        let keys = self.keys.get_many(rows.iter().map(|row| PersonId(row.id))).await?;
        let mut names = HashMap::new();
        for row in rows {
            let person = PersonId(row.id);
            if let Some(key) = keys.get(&person)
                && let Some(name) = row.name(key)?
            {
                names.insert(person, name.into());
            }
        }
        Ok(names)
    }
}
