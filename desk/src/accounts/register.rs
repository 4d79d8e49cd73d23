//! Registration by double opt-in: an address is asked for, its owner clicks, sets a
//! password, and is in. Everything they sent before is there.

use async_recursion::async_recursion as boxed;
use tresen_model::{EmailAddress, Language, PersonName, Problem, Role};
use tresen_store::on;

use super::devices::Greeting;
use super::login::store_password;
use crate::abuse::Limited;
use crate::accounts::Accounts;
use crate::address::blind_index;
use crate::error::Error;
use crate::outbox::enqueue::{Mail, Payload};
use crate::outbox::kinds::MailKind;
use crate::people::links::Purpose;
use crate::people::person;
use crate::people::person::Presence;
use crate::people::sessions::{Entry, Opening};
use crate::search::mark_stale;
use crate::secret::Secret;
use crate::staff::{invitations, roles};

impl Accounts {
    /// Mails a link that registers. Who has an account already is told so, in the mail
    /// alone. The answer comes at once and is the same for every address.
    ///
    /// # Errors
    /// A refusal of the address: its form, or too many mails to it.
    #[boxed]
    pub async fn register(&self, email: &str, language: Language) -> Result<(), Error> {
        let email = EmailAddress::parse(email).map_err(|problem| Error::refused("email", problem))?;
        self.limits.limit_address(Limited::Link(MailKind::Register.as_str()), &email).await?;
        let this = self.clone();
        self.background.run(async move { this.offer_registration(&email, language).await }).await;
        Ok(())
    }

    pub(crate) async fn offer_registration(
        &self,
        email: &EmailAddress,
        language: Language,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let (person, key) = self.keys.find_or_create(&blind_index(&self.keys, email), now).await?;
        let mut tx = self.store.write().await?;
        let writer = person::Writer { id: person, key: &key, email, name: None, language };
        let Some(row) = person::ensure(&mut tx, &writer, now).await? else {
            tx.rollback().await?;
            return Ok(());
        };
        if self.outbox.had_enough_mail(&mut tx, (&row, &key), MailKind::Register, now).await? {
            tx.rollback().await?;
            return Ok(());
        }
        let (kind, payload) = if row.is_registered() {
            (MailKind::AlreadyRegistered, Payload::default())
        } else {
            let link = self.people.mint(&mut tx, Purpose::Register, person, None, None, now).await?;
            (MailKind::Register, Payload { action: Some(link.reveal().to_owned()), ..Payload::default() })
        };
        let mail =
            Mail { person, key: &key, kind, request: None, comment: None, payload, receiver: Some(&row) };
        self.outbox.enqueue(&mut tx, mail, now).await?;
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(())
    }

    /// Sets the first password by a mailed link, and logs in. The mail address is proven. Whoever was
    /// [invited](crate::staff::invitations) has their role now.
    ///
    /// # Errors
    /// [`Error::Gone`] when the link is no longer good or there is a password already, or a
    /// refusal on the field `password`.
    #[boxed]
    pub async fn complete_registration(&self, link: &Secret, password: &str) -> Result<Entry, Error> {
        let (purpose, opened) = match self.people.peek(Purpose::Register, link).await {
            Err(Error::Gone) => (Purpose::Join, self.people.peek(Purpose::Join, link).await?),
            opened => (Purpose::Register, opened?),
        };
        let (row, key) = self
            .people
            .require_person(opened.person)
            .await
            .map_err(|error| error.unless_broken(Error::Gone))?;
        if row.is_registered() {
            return Err(Error::Gone);
        }
        self.people.may_enter_here(row.role()?)?;
        let hash = self.new_password(&row, &key, password).await?;
        let now = self.clock.now();
        let _indexing = self.search.before_renaming(opened.person).await?;
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, opened.person, now).await? else {
            return Err(Error::Gone);
        };
        let offer = invitations::waiting(tx.conn(), opened.person, &key, now).await?;
        self.people.redeem(&mut tx, purpose, link).await?;
        store_password(&mut tx, opened.person, &key, &hash, now).await?;
        let mut opening = Opening::of(&row, None)?;
        if let Some(offer) = &offer
            && !opening.role.is_staff()
        {
            opening.role = offer.duty.role();
            self.staff.name_and_put_on_duty(&mut tx, (&row, &key), &offer.name, &offer.duty, now).await?;
            // An admin has chosen the one of the mail; from now on it is the one in which they came.
            person::set_language(&mut tx, row.id, None).await?;
        }
        let greeting = Greeting { device: None, tell: None };
        let entry = self.let_in(&mut tx, opening, greeting, now).await?;
        if offer.is_some() {
            mark_stale(&mut tx, opened.person).await?;
        }
        tx.commit().await?;
        self.wakeups.search.notify_one();
        Ok(entry)
    }

    /// Adds an agent or an admin, or makes one of a person who is there. For the operator's
    /// command line: the address counts as proven. Somebody new has no language before they
    /// [sign in](Self::adopt_language), or before one is [set](Self::set_language).
    ///
    /// # Errors
    /// Refusals of `email`, `name` and `password`.
    #[boxed]
    pub async fn add_person(&self, email: &str, name: &str, role: Role, password: &str) -> Result<(), Error> {
        const SQL: &str = "UPDATE person SET name_sealed = $2, password_sealed = $3,
            proven_at = COALESCE(proven_at, $4), restricted_at = NULL, restricted_by = NULL WHERE id = $1";
        let email = EmailAddress::parse(email).map_err(|problem| Error::refused("email", problem))?;
        let name = PersonName::parse(name).map_err(|problem| Error::refused("name", problem))?;
        crate::people::passwords::check(password, &[email.as_str(), name.as_str(), &self.settings.name])
            .map_err(|problem| Error::refused("password", problem))?;
        let hash = self.people.hash_password(password).await?;
        let now = self.clock.now();
        let (person, key) = self.keys.find_or_create(&blind_index(&self.keys, &email), now).await?;
        let mut tx = self.store.write().await?;
        let known = person::find(tx.conn(), person).await?.is_some();
        let language = Language::default();
        let writer = person::Writer { id: person, key: &key, email: &email, name: Some(&name), language };
        if person::ensure(&mut tx, &writer, now).await?.is_none() {
            return Err(Error::refused("email", Problem::EmailInvalid));
        }
        if !known {
            person::set_language(&mut tx, person.0, None).await?;
        }
        let sealed_name = key.seal("person.name", person.0, name.as_str().as_bytes())?;
        let sealed_password = key.seal("person.password", person.0, hash.as_bytes())?;
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(person.0)
            .bind(sealed_name)
            .bind(sealed_password)
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
        roles::change(&mut tx, person, role, now).await?;
        tx.commit().await?;
        Ok(())
    }
}
