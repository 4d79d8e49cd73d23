//! The second factor: what somebody proves beside their password, so that a password that was
//! guessed, found or fished is not enough.
//!
//! - [`app`]: codes of an authenticator app (TOTP, RFC 6238)
//! - [`passkeys`]: keys in somebody's telephone or computer (WebAuthn)
//! - [`recovery`]: codes on paper for whoever has lost everything else
//! - [`second_step`]: the second step of a login
//! - [`guesses`]: how many wrong codes are too many
//!
//! Whoever works at the desk has to have one, unless the operator says otherwise
//! ([`SecondFactor`](crate::settings::SecondFactor)): without it [`Session::agent`] makes no proof.

mod app;
mod guesses;
pub(crate) mod passkeys;
mod questions;
mod recovery;
mod second_step;

use async_recursion::async_recursion as boxed;
use tresen_model::{EmailAddress, PersonId, Problem, Timestamp};

pub use app::{AppSetup, FactorAdded};
pub use passkeys::PasskeyLine;
pub use second_step::SecondProof;

use crate::accounts::Accounts;
use crate::error::Error;
use crate::outbox::kinds::MailKind;
use crate::people::person::{self, Presence};
use crate::people::sessions::{self, Session};
use tresen_keys::PersonKey;
use tresen_store::{Conn, StoreError, Tx, on};

/// The second factors of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factors {
    /// Since when an authenticator app is set up.
    pub app: Option<Timestamp>,
    /// How many passkeys there are.
    pub passkeys: u32,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
    /// Whether the last factor may not be removed.
    pub required: bool,
}

impl Factors {
    /// Whether there is one. Recovery codes alone are none: they stand in for another.
    pub fn any(&self) -> bool {
        self.app.is_some() || self.passkeys > 0
    }

    /// Whether there is one only, which may not be removed.
    pub fn is_last_required(&self) -> bool {
        self.required && u32::from(self.app.is_some()) + self.passkeys == 1
    }
}

/// Whether a second factor is to be asked for.
pub(crate) async fn any(mut conn: Conn<'_>, person: PersonId) -> Result<bool, StoreError> {
    let app = app::since(conn.again(), person).await?;
    Ok(app.is_some() || passkeys::count(conn, person).await? > 0)
}

/// What is there, whether it has to be or not.
pub(crate) async fn read(mut conn: Conn<'_>, person: PersonId) -> Result<Factors, StoreError> {
    Ok(Factors {
        app: app::since(conn.again(), person).await?,
        passkeys: passkeys::count(conn.again(), person).await?,
        recovery_codes: recovery::left(conn, person).await?,
        required: false,
    })
}

/// Removes all of a person's factors, and answers how many there were.
async fn remove_all(tx: &mut Tx, person: PersonId) -> Result<u64, StoreError> {
    let removed = app::remove(tx, person).await? + passkeys::remove_all(tx, person).await?;
    recovery::remove(tx, person).await?;
    guesses::forget_all(tx, person).await?;
    Ok(removed)
}

/// Forgets what is over: wrong codes of long ago, and apps whose setting up was not finished.
pub(crate) async fn tidy_up(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    const GUESSES: &str = "DELETE FROM factor_guess WHERE last_at < $1";
    const PENDING: &str = "DELETE FROM totp WHERE confirmed_at IS NULL AND created_at < $1";
    for (sql, seconds) in [(GUESSES, guesses::REMEMBERED), (PENDING, app::SETUP)] {
        let before = now.plus_seconds(-seconds);
        on!(tx.conn(), c => sqlx::query(sql).bind(before.0).execute(c).await.map(drop))?;
    }
    questions::tidy_up(tx, now).await
}

impl Accounts {
    /// The second factors of whoever is logged in.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn factors(&self, session: &Session) -> Result<Factors, Error> {
        let mut reader = self.store.read().await?;
        let factors = read(reader.conn(), session.person()).await?;
        Ok(Factors { required: self.people.requires_factor(session), ..factors })
    }

    /// Takes the authenticator app away, and with the last factor the recovery codes. Ends all other
    /// sessions, and tells the person by mail.
    ///
    /// # Errors
    /// [`Error::ProofNeeded`]; [`Error::NotFound`] when there is none;
    /// [`Problem::FactorRequired`] on the field `factor` for the last one of somebody who has to have one.
    #[boxed]
    pub async fn remove_app(&self, session: &Session) -> Result<(), Error> {
        self.people.require_fresh(session)?;
        let (_, key) = self.people.require_person(session.person()).await?;
        let (person, now) = (session.person(), self.clock.now());
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::Forbidden) };
        if app::remove(&mut tx, person).await? == 0 {
            return Err(Error::NotFound);
        }
        self.after_removal(&mut tx, session, &key, now).await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(())
    }

    /// After a factor was removed, within the transaction that did it: refuses when it was the last one
    /// of somebody who has to have one, ends all other sessions, and tells the person.
    pub(crate) async fn after_removal(
        &self,
        tx: &mut Tx,
        session: &Session,
        key: &PersonKey,
        now: Timestamp,
    ) -> Result<(), Error> {
        let person = session.person();
        if !any(tx.conn(), person).await? {
            if self.people.requires_factor(session) {
                return Err(Error::refused("factor", Problem::FactorRequired));
            }
            recovery::remove(tx, person).await?;
        }
        self.after_change(tx, session, now).await?;
        self.outbox.tell(tx, person, key, MailKind::FactorRemoved, now).await?;
        Ok(())
    }

    /// After factors were changed: everything but this session is signed out, and no other browser is
    /// known any more.
    async fn after_change(&self, tx: &mut Tx, session: &Session, now: Timestamp) -> Result<(), StoreError> {
        sessions::sign_out_but(tx, session.person(), session.token_hash(), now).await
    }

    /// Makes ten new recovery codes; the old ones are void from now on. They are shown here and never
    /// again. Ends all other sessions, and tells the person by mail.
    ///
    /// # Errors
    /// [`Error::ProofNeeded`]; [`Error::NotFound`] for somebody who has no second factor.
    #[boxed]
    pub async fn new_recovery_codes(&self, session: &Session) -> Result<Vec<String>, Error> {
        self.people.require_fresh(session)?;
        let (_, key) = self.people.require_person(session.person()).await?;
        let (person, now) = (session.person(), self.clock.now());
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::Forbidden) };
        if !any(tx.conn(), person).await? {
            return Err(Error::NotFound);
        }
        let codes = self.make_recovery_codes(&mut tx, person, now).await?;
        self.after_change(&mut tx, session, now).await?;
        self.outbox.tell(&mut tx, person, &key, MailKind::RecoveryCodes, now).await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(codes)
    }

    /// Takes all second factors away from somebody who has lost them, at the operator's command: ends
    /// their sessions, tells them by mail, and keeps that it was done. Answers how many there were;
    /// `None` when nobody has the address.
    ///
    /// # Errors
    /// A refusal of the address's form.
    #[boxed]
    pub async fn reset_factors_by_operator(&self, email: &str) -> Result<Option<u64>, Error> {
        let email = EmailAddress::parse(email).map_err(|problem| Error::refused("email", problem))?;
        let Some((row, key)) = self.people.find_by_address(&email).await? else { return Ok(None) };
        let (person, now) = (PersonId(row.id), self.clock.now());
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else {
            tx.rollback().await?;
            return Ok(None);
        };
        let removed = remove_all(&mut tx, person).await?;
        sessions::sign_out(&mut tx, person, now).await?;
        crate::tokens::end_all_of(&mut tx, person).await?;
        crate::people::audit::audit(
            &mut tx,
            "factors-reset",
            &serde_json::json!({ "factors": removed }),
            now,
        )
        .await?;
        self.outbox.tell(&mut tx, person, &key, MailKind::FactorsReset, now).await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        tracing::info!(%person, removed, "the operator has taken all second factors from a person");
        Ok(Some(removed))
    }
}
