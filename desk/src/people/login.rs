//! Logging in, and passwords that were forgotten or are changed.
//!
//! No answer tells whether an address is known: a wrong address takes as long as a wrong
//! password, and what is mailed is found out after the answer was given.

use tresen_model::{EmailAddress, Language, PersonId, Problem, Timestamp};

use super::passwords::{self, MAX_PASSWORD};
use super::person::{self, PersonRow, Presence};
use super::sessions::{self, Secret, Session};
use super::tokens::{self, Purpose};
use crate::Desk;
use crate::error::{Broken, Error};
use crate::keys::PersonKey;
use crate::mail::{Mail, MailKind, Payload};
use crate::store::{Tx, on};

impl Desk {
    /// Logs in with address and password.
    ///
    /// # Errors
    /// [`Problem::LoginFailed`] on the field `password`, whichever of the two was wrong;
    /// [`Error::Busy`] when too many try at once.
    pub async fn login(&self, email: &str, password: &str) -> Result<Secret, Error> {
        let failed = || Error::refused("password", Problem::LoginFailed);
        let email = EmailAddress::parse(email).map_err(|problem| Error::refused("email", problem))?;
        let password = if password.chars().count() <= MAX_PASSWORD { password } else { "" };
        let found = self.find_by_address(&email).await?;
        let hash = match &found {
            Some((row, key)) => row.password_hash(key)?,
            None => None,
        };
        if !self.passwords.verify(password, hash).await? {
            return Err(failed());
        }
        let Some((row, _)) = found else { return Err(failed()) };
        let now = self.now();
        let person = PersonId(row.id);
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(failed()) };
        // While we compared, the password may have been changed, and all sessions ended.
        let current = person::find(tx.conn(), person).await?;
        if !current.is_some_and(|current| current.has_password_of(&row)) {
            return Err(failed());
        }
        let secret = self.begin_session(&mut tx, person, row.role()?, now).await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// Mails a link that sets another password, if there is an account. The answer comes at
    /// once and is the same for every address.
    ///
    /// # Errors
    /// A refusal of the address's form.
    pub async fn forgot_password(&self, email: &str, language: Language) -> Result<(), Error> {
        let email = EmailAddress::parse(email).map_err(|problem| Error::refused("email", problem))?;
        let desk = self.clone();
        self.in_background(async move {
            let Some((row, key)) = desk.find_by_address(&email).await? else { return Ok(()) };
            if row.is_registered() {
                desk.mail_link(&row, &key, Purpose::Password, MailKind::PasswordReset).await
            } else {
                desk.offer_registration(&email, language).await
            }
        })
        .await;
        Ok(())
    }

    /// Mails a person a link.
    pub(crate) async fn mail_link(
        &self,
        row: &PersonRow,
        key: &PersonKey,
        purpose: Purpose,
        kind: MailKind,
    ) -> Result<(), Error> {
        let now = self.now();
        let person = PersonId(row.id);
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Ok(()) };
        if self.had_enough_mail(&mut tx, person, now).await? {
            return Ok(());
        }
        let secret = self.mint(&mut tx, purpose, person, None, None, now).await?;
        let payload = Payload { action: Some(secret.reveal().to_owned()), ..Payload::default() };
        self.enqueue(&mut tx, Mail { person, key, kind, request: None, comment: None, payload }, now).await?;
        tx.commit().await?;
        self.mail_wakeup.notify_one();
        Ok(())
    }

    /// Sets another password by a mailed link, ends all sessions and begins one.
    ///
    /// # Errors
    /// [`Error::Gone`], or a refusal on the field `password`.
    pub async fn reset_password(&self, link: &Secret, password: &str) -> Result<Secret, Error> {
        let opened = self.peek(Purpose::Password, link).await?;
        let (row, key) = self.require_person(opened.person).await.map_err(|_| Error::Gone)?;
        let hash = self.new_password(&row, &key, password).await?;
        let now = self.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, opened.person, now).await? else {
            return Err(Error::Gone);
        };
        self.redeem(&mut tx, Purpose::Password, link).await?;
        store_password(&mut tx, opened.person, &key, &hash, now).await?;
        sessions::end_others(&mut tx, opened.person, &[]).await?;
        let secret = self.begin_session(&mut tx, opened.person, row.role()?, now).await?;
        self.tell_of_new_password(&mut tx, opened.person, &key, now).await?;
        tx.commit().await?;
        self.mail_wakeup.notify_one();
        Ok(secret)
    }

    /// Changes the password of somebody who is logged in, and ends their other sessions.
    /// What comes back takes the place of the session's secret.
    ///
    /// # Errors
    /// Refusals on `current_password` and `password`.
    pub async fn change_password(
        &self,
        session: &Session,
        current: &str,
        password: &str,
    ) -> Result<Secret, Error> {
        let (row, key) = self.require_person(session.person()).await?;
        self.require_password(&row, &key, "current_password", current).await?;
        let hash = self.new_password(&row, &key, password).await?;
        let now = self.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, session.person(), now).await? else {
            return Err(Error::Forbidden);
        };
        store_password(&mut tx, session.person(), &key, &hash, now).await?;
        sessions::end_others(&mut tx, session.person(), &[]).await?;
        let secret = self.begin_session(&mut tx, session.person(), row.role()?, now).await?;
        self.tell_of_new_password(&mut tx, session.person(), &key, now).await?;
        tx.commit().await?;
        self.mail_wakeup.notify_one();
        Ok(secret)
    }

    async fn tell_of_new_password(
        &self,
        tx: &mut Tx,
        person: PersonId,
        key: &PersonKey,
        now: Timestamp,
    ) -> Result<(), Broken> {
        let mail = Mail {
            person,
            key,
            kind: MailKind::PasswordChanged,
            request: None,
            comment: None,
            payload: Payload::default(),
        };
        self.enqueue(tx, mail, now).await
    }

    /// Asks for the account's password again.
    pub(crate) async fn require_password(
        &self,
        row: &PersonRow,
        key: &PersonKey,
        field: &'static str,
        password: &str,
    ) -> Result<(), Error> {
        let password = if password.chars().count() <= MAX_PASSWORD { password } else { "" };
        if self.passwords.verify(password, row.password_hash(key)?).await? {
            Ok(())
        } else {
            Err(Error::refused(field, Problem::PasswordWrong))
        }
    }

    /// Judges a new password and hashes it.
    pub(crate) async fn new_password(
        &self,
        row: &PersonRow,
        key: &PersonKey,
        password: &str,
    ) -> Result<String, Error> {
        let email = row.email(key)?;
        let name = row.name(key)?;
        let mut hints = vec![self.settings.name.as_str(), email.as_str(), email.local_part()];
        hints.extend(name.as_ref().map(|name| name.as_str()));
        passwords::check(password, &hints).map_err(|problem| Error::refused("password", problem))?;
        self.passwords.hash(password).await
    }
}

pub(crate) async fn store_password(
    tx: &mut Tx,
    person: PersonId,
    key: &PersonKey,
    hash: &str,
    now: Timestamp,
) -> Result<(), Broken> {
    const SQL: &str =
        "UPDATE person SET password_sealed = $2, proven_at = COALESCE(proven_at, $3) WHERE id = $1";
    let sealed = key.seal("person.password", person.0, hash.as_bytes())?;
    on!(tx.conn(), c => sqlx::query(SQL).bind(person.0).bind(sealed).bind(now.0).execute(c).await.map(drop))?;
    tokens::revoke(tx, person, now).await?;
    Ok(())
}
