//! Making a colleague of somebody by their mail address.
//!
//! Whoever has an account here is given the role at once, and told so by mail. Everybody else is sent a link
//! with which they choose a password; the role comes with it, and until then they are what they were. So
//! nobody has a role whose address is not proven, and a slip of the pen in an address is withdrawn before
//! it does harm. However they come to their account meanwhile, with this link or by registering, they have
//! shown that the address is theirs, and the invitation holds.

use async_recursion::async_recursion as boxed;
use serde::{Deserialize, Serialize};
use tresen_keys::PersonKey;
use tresen_model::{EmailAddress, Language, PersonId, PersonName, Problem, Role, Timestamp};
use tresen_store::{Conn, StoreError, Tx, on};

use crate::address::blind_index;
use crate::error::{Broken, Error};
use crate::outbox::enqueue::{Mail, Payload};
use crate::outbox::kinds::MailKind;
use crate::people::audit::audit;
use crate::people::links::{self, Opened, Purpose};
use crate::people::person;
use crate::people::person::PersonRow;
use crate::people::sessions::Agent;
use crate::search::mark_stale;
use crate::staff::Staff;
use crate::staff::members::Duty;

/// What an admin types of a new colleague.
pub struct NewColleague<'a> {
    /// Their mail address.
    pub email: &'a str,
    /// What customers are to read as their name. Whoever has an account with a name keeps that one.
    pub name: &'a str,
    /// What they are to do.
    pub duty: Duty,
    /// The language of the invitation.
    pub language: Language,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// They had an account, and have the role.
    Now,
    /// A mail is on its way to them.
    Invited,
}

/// An invitation that nobody has taken up yet.
#[derive(Clone)]
pub struct Invitation {
    /// Whose.
    pub id: PersonId,
    /// The name that they are to have.
    pub name: String,
    /// Where it was sent.
    pub email: String,
    /// The role that waits for them.
    pub role: Role,
    /// Until when the link is good.
    pub until: Timestamp,
}

/// What is sealed with an invitation.
#[derive(Serialize, Deserialize)]
pub(crate) struct Offer {
    /// The name for whoever has no account.
    pub(crate) name: String,
    pub(crate) duty: Duty,
}

impl Offer {
    fn read(opened: &Opened, key: &PersonKey) -> Result<Self, Broken> {
        let read = opened.payload(key)?.and_then(|payload| serde_json::from_str(&payload).ok());
        read.ok_or(Broken::Inconsistent("token.payload", opened.person.0))
    }
}

impl Staff {
    /// Makes a colleague of somebody: at once whoever has an account, by a mailed link whoever has none.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin, or not any more; [`Error::ProofNeeded`]; refusals of
    /// `email`, `name` and `role`: whoever works here already, or whose data is restricted, is not asked.
    #[boxed]
    pub async fn add_colleague(&self, admin: &Agent, new: &NewColleague<'_>) -> Result<Added, Error> {
        admin.require_admin()?;
        self.people.require_fresh(admin.session())?;
        let email = EmailAddress::parse(new.email).map_err(|problem| Error::refused("email", problem))?;
        let name = PersonName::parse(new.name).map_err(|problem| Error::refused("name", problem))?;
        if new.duty == Duty::Nothing {
            return Err(Error::refused("role", Problem::ChoiceUnknown));
        }
        let now = self.clock.now();
        let (person, key) = self.keys.find_or_create(&blind_index(&self.keys, &email), now).await?;
        let _indexing = self.search.before_renaming(person).await?;
        let mut tx = self.store.write().await?;
        self.hold_admins(&mut tx, admin, now).await?;
        let language = new.language;
        let writer = person::Writer { id: person, key: &key, email: &email, name: Some(&name), language };
        let Some(row) = person::ensure(&mut tx, &writer, now).await? else {
            return Err(Error::refused("email", Problem::EmailInvalid));
        };
        if row.role()?.is_staff() {
            return Err(Error::refused("email", Problem::WorksHere));
        }
        if row.is_restricted() {
            return Err(Error::refused("email", Problem::CustomerRestricted));
        }
        let added = if row.is_registered() {
            self.name_and_put_on_duty(&mut tx, (&row, &key), name.as_str(), &new.duty, now).await?;
            self.outbox.tell(&mut tx, person, &key, MailKind::RoleChanged, now).await?;
            mark_stale(&mut tx, person).await?;
            Added::Now
        } else {
            person::set_language(&mut tx, row.id, Some(language)).await?;
            self.invite(&mut tx, (&row, &key), name.as_str(), &new.duty, now).await?;
            Added::Invited
        };
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        self.wakeups.search.notify_one();
        Ok(added)
    }

    async fn invite(
        &self,
        tx: &mut Tx,
        (row, key): (&PersonRow, &PersonKey),
        name: &str,
        duty: &Duty,
        now: Timestamp,
    ) -> Result<(), Error> {
        // With a password of their own they would not get in.
        self.people
            .may_enter_here(duty.role())
            .map_err(|_| Error::refused("email", Problem::OnlyWithProvider))?;
        let person = PersonId(row.id);
        if self.outbox.had_enough_mail(tx, (row, key), MailKind::Invitation, now).await? {
            return Err(Error::refused("email", Problem::TooManyAttempts { wait: 3600 }));
        }
        // The last word holds.
        void(tx, person, now).await?;
        let offer = Offer { name: name.to_owned(), duty: duty.clone() };
        let Ok(offer) = serde_json::to_string(&offer) else { unreachable!("strings are JSON") };
        let link = self.people.mint(tx, Purpose::Join, person, None, Some((key, &offer)), now).await?;
        let payload = Payload { action: Some(link.reveal().to_owned()), ..Payload::default() };
        let kind = MailKind::Invitation;
        self.outbox
            .enqueue(
                tx,
                Mail { person, key, kind, request: None, comment: None, payload, receiver: Some(row) },
                now,
            )
            .await?;
        audit(tx, "colleague-invited", &serde_json::json!({ "role": duty.role().as_str() }), now).await?;
        tracing::info!(%person, role = duty.role().as_str(), "an admin has invited somebody");
        Ok(())
    }

    /// Gives a role to somebody who had none, and the name that an admin has typed to whoever has no account:
    /// what forms were given before, anybody may have typed. Nothing of theirs is restricted any more: it is
    /// no customer's.
    pub(crate) async fn name_and_put_on_duty(
        &self,
        tx: &mut Tx,
        (row, key): (&PersonRow, &PersonKey),
        name: &str,
        duty: &Duty,
        now: Timestamp,
    ) -> Result<(), Broken> {
        const NAME: &str = "UPDATE person SET name_sealed = $2 WHERE id = $1";
        const LIFT: &str = "UPDATE person SET restricted_at = NULL, restricted_by = NULL WHERE id = $1";
        if !row.is_registered() || row.name(key)?.is_none() {
            let sealed = key.seal("person.name", row.id, name.as_bytes())?;
            on!(tx.conn(), c => sqlx::query(NAME).bind(row.id).bind(sealed).execute(c).await.map(drop))?;
        }
        on!(tx.conn(), c => sqlx::query(LIFT).bind(row.id).execute(c).await.map(drop))?;
        self.put_on_duty(tx, row, duty, now).await
    }

    /// The invitations that wait, the newest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin.
    #[boxed]
    pub async fn invitations(&self, admin: &Agent) -> Result<Vec<Invitation>, Error> {
        admin.require_admin()?;
        let now = self.clock.now();
        let mut reader = self.store.read().await?;
        let mut invitations = Vec::new();
        for (opened, until) in links::good(reader.conn(), Purpose::Join, now).await? {
            let person = opened.person;
            let row = person::find(reader.conn(), person).await?.filter(PersonRow::is_active);
            let (Some(row), Some(key)) = (row, self.keys.get(person).await?) else { continue };
            let offer = Offer::read(&opened, &key)?;
            invitations.push(Invitation {
                id: person,
                name: offer.name,
                email: row.email(&key)?.into(),
                role: offer.duty.role(),
                until,
            });
        }
        Ok(invitations)
    }

    /// Takes an invitation back. One that is gone already is fine.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for whoever is no admin, or not any more; [`Error::ProofNeeded`].
    #[boxed]
    pub async fn withdraw_invitation(&self, admin: &Agent, person: PersonId) -> Result<(), Error> {
        admin.require_admin()?;
        self.people.require_fresh(admin.session())?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        self.hold_admins(&mut tx, admin, now).await?;
        void(&mut tx, person, now).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn void(tx: &mut Tx, person: PersonId, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str =
        "UPDATE token SET used_at = $3 WHERE person_id = $1 AND purpose = $2 AND used_at IS NULL";
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(person.0)
        .bind(Purpose::Join.as_str())
        .bind(now.0)
        .execute(c)
        .await
        .map(drop))
}

/// What waits for somebody who has just shown that the address is theirs.
pub(crate) async fn waiting(
    conn: Conn<'_>,
    person: PersonId,
    key: &PersonKey,
    now: Timestamp,
) -> Result<Option<Offer>, Broken> {
    let opened = links::good_of(conn, Purpose::Join, person, now).await?;
    opened.map(|opened| Offer::read(&opened, key)).transpose()
}
