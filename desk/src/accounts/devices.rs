//! Browsers that somebody has logged in with before. A browser keeps a random secret; stored is a keyed
//! hash of it for this one person, and until when: neither where it was nor what it is, and it is listed
//! nowhere. It is good for two things: a login with another browser is told to its owner by mail, and
//! whoever comes with one is not kept out by strangers who guess.
//!
//! A secret that a browser brings and that is not known is never made good: the desk gives a new one.
//! So nobody can plant theirs in another's browser and be known ever after.

use async_recursion::async_recursion as boxed;
use tresen_keys::PersonKey;
use tresen_model::{EmailAddress, PersonId, Timestamp};
use tresen_store::{Conn, StoreError, Tx, on};

use crate::accounts::Accounts;
use crate::address::blind_index;
use crate::error::{Broken, Error};
use crate::outbox::kinds::MailKind;
use crate::people::sessions::{Entry, Opening};
use crate::secret::Secret;

/// Seconds after its last login at which a browser is forgotten: 180 days.
pub const DEVICE_LIFETIME: i64 = 180 * 24 * 3600;

/// So many are remembered of a person; then the one that was away longest is forgotten.
const MOST: i64 = 50;

/// How a browser is met in which somebody logs in.
pub(crate) struct Greeting<'a> {
    /// What it brought.
    pub(crate) device: Option<&'a Secret>,
    /// Whose key seals the mail that tells of an unknown one; `None` where another mail does.
    pub(crate) tell: Option<&'a PersonKey>,
}

impl Accounts {
    fn device_hash(&self, person: PersonId, device: &Secret) -> Vec<u8> {
        let parts = [person.0.as_bytes().as_slice(), device.reveal().as_bytes()];
        self.keys.master().fingerprint("device", &parts).to_vec()
    }

    /// Whether somebody has logged in to the account with this address from the browser that keeps
    /// `device`, within 180 days. `false` also when there is no account.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn knows_device(&self, email: &str, device: &Secret) -> Result<bool, Error> {
        let Ok(email) = EmailAddress::parse(email) else { return Ok(false) };
        let Some((person, _)) = self.keys.find(&blind_index(&self.keys, &email)).await? else {
            return Ok(false);
        };
        let mut reader = self.store.read().await?;
        Ok(self.knows(reader.conn(), person, device, self.clock.now()).await?)
    }

    pub(crate) async fn knows(
        &self,
        conn: Conn<'_>,
        person: PersonId,
        device: &Secret,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str =
            "SELECT 1 FROM device WHERE person_id = $1 AND device_hash = $2 AND expires_at > $3";
        let hash = self.device_hash(person, device);
        let row: Option<(i32,)> = on!(conn, c => sqlx::query_as(SQL)
            .bind(person.0)
            .bind(hash)
            .bind(now.0)
            .fetch_optional(c)
            .await)?;
        Ok(row.is_some())
    }

    /// Logs somebody in who has shown all that is asked of them.
    pub(crate) async fn let_in(
        &self,
        tx: &mut Tx,
        opening: Opening,
        greeting: Greeting<'_>,
        now: Timestamp,
    ) -> Result<Entry, Broken> {
        let session = self.people.begin_session(tx, opening, now).await?;
        let device = self.greet(tx, opening.person, greeting, now).await?;
        Ok(Entry { session, device })
    }

    /// Knows the browser again, or remembers it from now on and tells the person. The first one is no
    /// news to anybody.
    async fn greet(
        &self,
        tx: &mut Tx,
        person: PersonId,
        greeting: Greeting<'_>,
        now: Timestamp,
    ) -> Result<Secret, Broken> {
        const SEEN: &str = "UPDATE device SET expires_at = $3
            WHERE person_id = $1 AND device_hash = $2 AND expires_at > $4";
        const SINCE: &str = "SELECT devices_since FROM person WHERE id = $1";
        if let Some(device) = greeting.device {
            let seen = on!(tx.conn(), c => sqlx::query(SEEN)
                .bind(person.0)
                .bind(self.device_hash(person, device))
                .bind(now.plus_seconds(DEVICE_LIFETIME).0)
                .bind(now.0)
                .execute(c)
                .await
                .map(|done| done.rows_affected()))?;
            if seen == 1 {
                return Ok(device.clone());
            }
        }
        let (since,): (Option<i64>,) =
            on!(tx.conn(), c => sqlx::query_as(SINCE).bind(person.0).fetch_one(c).await)?;
        if let (Some(key), Some(_)) = (greeting.tell, since) {
            self.outbox.tell(tx, person, key, MailKind::NewDevice, now).await?;
        }
        self.remember_device(tx, person, now).await
    }

    /// Remembers a browser, and makes what it is to keep.
    pub(crate) async fn remember_device(
        &self,
        tx: &mut Tx,
        person: PersonId,
        now: Timestamp,
    ) -> Result<Secret, Broken> {
        const INSERT: &str = "INSERT INTO device (person_id, device_hash, expires_at) VALUES ($1, $2, $3)";
        const SINCE: &str = "UPDATE person SET devices_since = COALESCE(devices_since, $2) WHERE id = $1";
        const FORGET: &str = "DELETE FROM device WHERE person_id = $1 AND device_hash NOT IN
            (SELECT device_hash FROM device WHERE person_id = $1 ORDER BY expires_at DESC, device_hash LIMIT $2)";
        let device = Secret::random()?;
        let hash = self.device_hash(person, &device);
        on!(tx.conn(), c => sqlx::query(FORGET).bind(person.0).bind(MOST - 1).execute(c).await.map(drop))?;
        on!(tx.conn(), c => sqlx::query(INSERT)
            .bind(person.0)
            .bind(hash)
            .bind(now.plus_seconds(DEVICE_LIFETIME).0)
            .execute(c)
            .await
            .map(drop))?;
        on!(tx.conn(), c => sqlx::query(SINCE).bind(person.0).bind(now.0).execute(c).await.map(drop))?;
        Ok(device)
    }
}
