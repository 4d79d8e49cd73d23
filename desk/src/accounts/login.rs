//! Logging in, and passwords that were forgotten or are changed.
//!
//! No answer tells whether an address is known: a wrong address takes as long as a wrong
//! password, and what is mailed is found out after the answer was given.

use async_recursion::async_recursion as boxed;
use tresen_keys::PersonKey;
use tresen_model::{EmailAddress, Language, PersonId, Problem, Timestamp};
use tresen_store::{Tx, on};

use super::devices::Greeting;
use super::factors;
use crate::abuse::{Limited, Visitor};
use crate::accounts::Accounts;
use crate::error::{Broken, Error};
use crate::outbox::kinds::MailKind;
use crate::people::links::Purpose;
use crate::people::person::{PersonRow, Presence};
use crate::people::sessions::{self, Entry, Opening, Session};
use crate::people::{passwords, person};
use crate::secret::Secret;

/// What a right password comes to.
pub enum Login {
    /// In.
    In(Entry),
    /// Half way: a second factor is asked for. What is here is good for
    /// [`second_step`](Accounts::second_step) alone.
    Second(Secret),
}

impl Accounts {
    /// Logs in with address and password, from nowhere in particular. `device` is what the browser
    /// keeps from earlier.
    ///
    /// # Errors
    /// As [`login_from`](Self::login_from).
    #[boxed]
    pub async fn login(&self, email: &str, password: &str, device: Option<&Secret>) -> Result<Login, Error> {
        self.login_from(email, password, Visitor { network: None, device }).await
    }

    /// Logs in with address and password. Whoever comes with a device that knows the account is
    /// not kept out by strangers who guess.
    ///
    /// # Errors
    /// [`Problem::LoginFailed`] on the field `password`, whichever of the two was wrong;
    /// [`Problem::TooManyGuesses`] when wrong ones came too often, whether there is an account
    /// or not; [`Error::Busy`] when too many try at once.
    pub async fn login_from(
        &self,
        email: &str,
        password: &str,
        visitor: Visitor<'_>,
    ) -> Result<Login, Error> {
        let failed = || Error::refused("password", Problem::LoginFailed);
        let email = EmailAddress::parse(email).map_err(|problem| Error::refused("email", problem))?;
        let found = self.people.find_by_address(&email).await?;
        let known = match (visitor.device, &found) {
            (Some(device), Some((row, _))) => {
                let mut reader = self.store.read().await?;
                self.knows(reader.conn(), PersonId(row.id), device, self.clock.now()).await?
            }
            _ => false,
        };
        let guess = self.limits.begin_guess(&email, visitor, known).await?;
        let hash = match &found {
            Some((row, key)) => row.password_hash(key)?,
            None => None,
        };
        if !self.people.try_password(guess, password, hash).await? {
            return Err(failed());
        }
        let Some((row, key)) = found else { return Err(failed()) };
        let now = self.clock.now();
        let person = PersonId(row.id);
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(failed()) };
        // While we compared, the password may have been changed, and all sessions ended.
        let current = person::find(tx.conn(), person).await?;
        if !current.is_some_and(|current| current.has_password_of(&row)) {
            return Err(failed());
        }
        self.people.may_enter_here(row.role()?)?;
        let greeting = Greeting { device: visitor.device, tell: Some(&key) };
        let login = self.first_step(&mut tx, &row, greeting, now).await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(login)
    }

    /// After the password, or a link that stands in for it: in, or half way.
    async fn first_step(
        &self,
        tx: &mut Tx,
        row: &PersonRow,
        greeting: Greeting<'_>,
        now: Timestamp,
    ) -> Result<Login, Broken> {
        let person = PersonId(row.id);
        if factors::any(tx.conn(), person).await? {
            return Ok(Login::Second(
                self.people.mint(tx, Purpose::SecondStep, person, None, None, now).await?,
            ));
        }
        Ok(Login::In(self.let_in(tx, Opening::of(row, None)?, greeting, now).await?))
    }

    /// Mails a link that sets another password, if there is an account. The answer comes at
    /// once and is the same for every address.
    ///
    /// # Errors
    /// A refusal of the address: its form, or too many mails to it.
    #[boxed]
    pub async fn forgot_password(&self, email: &str, language: Language) -> Result<(), Error> {
        let email = EmailAddress::parse(email).map_err(|problem| Error::refused("email", problem))?;
        self.limits.limit_address(Limited::Link(MailKind::PasswordReset.as_str()), &email).await?;
        let this = self.clone();
        self.background
            .run(async move {
                let Some((row, key)) = this.people.find_by_address(&email).await? else { return Ok(()) };
                if row.is_registered() {
                    this.outbox.mail_link(&row, &key, Purpose::Password, MailKind::PasswordReset).await
                } else {
                    this.offer_registration(&email, language).await
                }
            })
            .await;
        Ok(())
    }

    /// Sets another password by a mailed link, ends all sessions and begins one. A mailbox is no second
    /// factor: whoever has one is asked for it.
    ///
    /// # Errors
    /// [`Error::Gone`], or a refusal on the field `password`.
    #[boxed]
    pub async fn reset_password(&self, link: &Secret, password: &str) -> Result<Login, Error> {
        let opened = self.people.peek(Purpose::Password, link).await?;
        let (row, key) = self
            .people
            .require_person(opened.person)
            .await
            .map_err(|error| error.unless_broken(Error::Gone))?;
        self.people.may_enter_here(row.role()?)?;
        let hash = self.new_password(&row, &key, password).await?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, opened.person, now).await? else {
            return Err(Error::Gone);
        };
        self.people.redeem(&mut tx, Purpose::Password, link).await?;
        store_password(&mut tx, opened.person, &key, &hash, now).await?;
        // The mail about the password says enough about the browser.
        let greeting = Greeting { device: None, tell: None };
        let login = self.first_step(&mut tx, &row, greeting, now).await?;
        self.outbox.tell(&mut tx, opened.person, &key, MailKind::PasswordChanged, now).await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(login)
    }

    /// Changes the password of somebody who is logged in, and ends their other sessions.
    /// What comes back takes the place of what the browser keeps.
    ///
    /// # Errors
    /// Refusals on `current_password` and `password`.
    #[boxed]
    pub async fn change_password(
        &self,
        session: &Session,
        current: &str,
        password: &str,
    ) -> Result<Entry, Error> {
        let (row, key) = self.people.require_person(session.person()).await?;
        self.people.may_enter_here(row.role()?)?;
        self.people.require_password(&row, &key, "current_password", current).await?;
        let hash = self.new_password(&row, &key, password).await?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, session.person(), now).await? else {
            return Err(Error::Forbidden);
        };
        store_password(&mut tx, session.person(), &key, &hash, now).await?;
        let greeting = Greeting { device: None, tell: None };
        let entry = self.let_in(&mut tx, session.again(), greeting, now).await?;
        self.outbox.tell(&mut tx, session.person(), &key, MailKind::PasswordChanged, now).await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(entry)
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
        self.people.hash_password(password).await
    }
}

/// Sets a password. Signs out whoever was in by the old one, and ends the API tokens that they may have made.
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
    sessions::sign_out(tx, person, now).await?;
    crate::tokens::end_all_of(tx, person).await?;
    Ok(())
}
