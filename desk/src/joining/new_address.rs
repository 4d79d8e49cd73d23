//! Another mail address: the new one is proven first, the old one is told.

use async_recursion::async_recursion as boxed;
use tresen_model::{EmailAddress, Problem};
use tresen_store::on;

use super::join::{self, Known};
use crate::abuse::Limited;
use crate::address::blind_index;
use crate::address::normalise;
use crate::error::{Broken, Error};
use crate::joining::Joining;
use crate::outbox::enqueue::{Mail, Payload};
use crate::outbox::kinds::MailKind;
use crate::people::history;
use crate::people::history::PersonEvent;
use crate::people::links::{self, Purpose};
use crate::people::person::{self, Presence, Writer};
use crate::people::sessions::Session;
use crate::search::mark_stale;
use crate::secret::Secret;

/// How often it is tried again when somebody writes from the address at the same moment.
const TRIES: usize = 3;

impl Joining {
    /// Mails a link to the new address. Whether that one belongs to somebody else already
    /// is told to nobody but its owner.
    ///
    /// # Errors
    /// Refusals on `email` and `password`.
    #[boxed]
    pub async fn ask_new_address(&self, session: &Session, email: &str, password: &str) -> Result<(), Error> {
        let (row, key) = self.people.require_person(session.person()).await?;
        let new = EmailAddress::parse(email).map_err(|problem| Error::refused("email", problem))?;
        if normalise(&new) == normalise(&row.email(&key)?) {
            return Err(Error::refused("email", Problem::EmailUnchanged));
        }
        self.people.require_password(&row, &key, "password", password).await?;
        self.limits.limit_address(Limited::Link(MailKind::AddressProve.as_str()), &new).await?;
        let this = self.clone();
        let person = session.person();
        self.background
            .run(async move {
                if this.people.find_by_address(&new).await?.is_some_and(|(row, _)| row.is_registered()) {
                    return this.accounts.offer_registration(&new, row.language()).await;
                }
                let now = this.clock.now();
                let mut tx = this.store.write().await?;
                let Presence::Here = person::touch(&mut tx, person, now).await? else {
                    tx.rollback().await?;
                    return Ok(());
                };
                if this.outbox.proved_enough_addresses(&mut tx, person, &new, now).await? {
                    tx.rollback().await?;
                    return Ok(());
                }
                let sealed = Some((&key, new.as_str()));
                let link = this.people.mint(&mut tx, Purpose::Address, person, None, sealed, now).await?;
                let payload = Payload {
                    action: Some(link.reveal().to_owned()),
                    to: Some(new.as_str().to_owned()),
                    ..Payload::default()
                };
                let kind = MailKind::AddressProve;
                let mail =
                    Mail { person, key: &key, kind, request: None, comment: None, payload, receiver: None };
                this.outbox.enqueue(&mut tx, mail, now).await?;
                tx.commit().await?;
                this.wakeups.mail.notify_one();
                Ok(())
            })
            .await;
        Ok(())
    }

    /// Takes the new address by its link, and tells the old one. That it was changed is kept, the
    /// old one is not (Art. 16 GDPR). Whatever somebody wrote from the new address as a guest belongs to the
    /// account from then on.
    ///
    /// # Errors
    /// [`Error::Gone`] when the link is no longer good; a refusal of `token` when the address belongs to
    /// somebody else with an account or a role, or to a guest whose data is restricted;
    /// [`Error::Busy`] while the guest is being erased.
    #[boxed]
    pub async fn confirm_new_address(&self, link: &Secret) -> Result<(), Error> {
        let (this, link) = (self.clone(), link.clone());
        // To its end, also when whoever asked has left.
        let taking = tokio::spawn(async move {
            for _ in 0..TRIES {
                if let Some(done) = this.take_address(&link).await? {
                    return Ok(done);
                }
            }
            Err(Error::Busy { wait: 5 })
        });
        taking.await.map_err(|_| Broken::Task)?
    }

    /// `None` when somebody wrote from the address at the same moment: there is a guest now.
    async fn take_address(&self, link: &Secret) -> Result<Option<()>, Error> {
        const SQL: &str = "UPDATE person SET email_sealed = $2, proven_at = $3 WHERE id = $1";
        let opened = self.people.peek(Purpose::Address, link).await?;
        let person = opened.person;
        let (row, key) =
            self.people.require_person(person).await.map_err(|error| error.unless_broken(Error::Gone))?;
        let broken = || Broken::Inconsistent("token.payload", person.0);
        let new = opened.payload(&key)?.ok_or_else(broken)?;
        let new = EmailAddress::parse(&new).map_err(|_| broken())?;
        let old = row.email(&key)?;
        let index = blind_index(&self.keys, &new);
        let guest = self.keys.find(&index).await?.filter(|(found, _)| *found != person);
        let now = self.clock.now();
        // Nor is anything of the guest indexed as the account's before the guest's own entries are gone.
        let indexing = self.search.before_renaming(person).await?;
        let mut tx = self.store.write().await?;
        // From here on both persons are ours: of two links that are opened at once, the second finds
        // itself used up, and address and blind index never come from different links.
        let mut both = vec![person];
        both.extend(guest.as_ref().map(|(guest, _)| *guest));
        both.sort_unstable();
        for one in both {
            match &guest {
                Some((guest, guest_key)) if *guest == one => {
                    // A key whose person was never stored is a guest without anything.
                    let writer =
                        Writer { id: one, key: guest_key, email: &new, name: None, language: row.language() };
                    if person::ensure(&mut tx, &writer, now).await?.is_none() {
                        return Err(Error::Busy { wait: 5 });
                    }
                }
                _ => {
                    let Presence::Here = person::touch(&mut tx, one, now).await? else {
                        return Err(Error::Gone);
                    };
                }
            }
        }
        self.people.redeem(&mut tx, Purpose::Address, link).await?;
        match &guest {
            Some((guest, guest_key)) => {
                let guest = Known { id: *guest, key: guest_key };
                join::join(&mut tx, guest, Known { id: person, key: &key }, now).await?;
            }
            // The key store before the commit: should we crash in between, the link is still good, and
            // taking the same address again does no harm.
            None => {
                if self.keys.change_address(person, &index).await?.is_err() {
                    tx.rollback().await?;
                    return Ok(None);
                }
            }
        }
        let sealed = key.seal("person.email", person.0, new.as_str().as_bytes())?;
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(person.0)
            .bind(sealed)
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
        links::revoke(&mut tx, person, now).await?;
        history::note(&mut tx, person, PersonEvent::Address, now).await?;
        let payload = Payload { to: Some(old.into()), ..Payload::default() };
        let kind = MailKind::AddressChanged;
        let mail = Mail { person, key: &key, kind, request: None, comment: None, payload, receiver: None };
        self.outbox.enqueue(&mut tx, mail, now).await?;
        mark_stale(&mut tx, person).await?;
        tx.commit().await?;
        if let Some((guest, _)) = guest {
            self.privacy.end_guest(guest).await;
        }
        drop(indexing);
        self.wakeups.mail.notify_one();
        self.wakeups.search.notify_one();
        Ok(Some(()))
    }
}
