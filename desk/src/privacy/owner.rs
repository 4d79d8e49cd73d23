//! Whose data it is: somebody who is logged in, or somebody without an account who came by a
//! mailed link.
//!
//! The link is good for one hour and once. Opening it changes nothing and shows nothing of the
//! person, since programs open links too; the button of its page exchanges it for an access of
//! half an hour, bound to the browser by a cookie like a session's. So the page can be reloaded,
//! each form on it acts without the secret of the mail standing in any address, and a mail that
//! is found later opens nothing. The access shows, copies, restricts and erases the person's data,
//! and nothing else: it is no login. A new password or address ends it, and so does its button.

use async_recursion::async_recursion as boxed;
use tresen_model::{EmailAddress, PersonId, Timestamp};

use crate::abuse::Limited;
use crate::error::Error;
use crate::outbox::kinds::MailKind;
use crate::people::person::{self, Presence};
use crate::people::{Purpose, Session};
use crate::privacy::Privacy;
use crate::secret::Secret;

mod sealed {
    pub trait Sealed: Send + Sync {}
    impl Sealed for crate::people::Session {}
    impl Sealed for super::DataAccess {}
}

/// The proof that somebody may see, and decide about, their own data. Only the desk makes one.
pub trait Owner: sealed::Sealed {
    /// Whose data.
    fn person(&self) -> PersonId;

    /// Whether they have proven lately who they are.
    fn is_fresh(&self, now: Timestamp) -> bool;
}

impl Owner for Session {
    fn person(&self) -> PersonId {
        Session::person(self)
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        Session::is_fresh(self, now)
    }
}

/// Somebody who came by a mailed link and has exchanged it, in this browser. Made by
/// [`Privacy::data_access`] alone.
#[derive(Clone)]
pub struct DataAccess {
    pub(super) person: PersonId,
}

impl Owner for DataAccess {
    fn person(&self) -> PersonId {
        self.person
    }

    /// The link was mailed, and the access ends before long.
    fn is_fresh(&self, _: Timestamp) -> bool {
        true
    }
}

impl Privacy {
    /// Mails a link that shows what is stored, if there is anything about the address. The answer
    /// comes at once and is the same for every address.
    ///
    /// # Errors
    /// A refusal of the address: its form, or too many mails to it.
    #[boxed]
    pub async fn ask_data_link(&self, email: &str) -> Result<(), Error> {
        let email = EmailAddress::parse(email).map_err(|problem| Error::refused("email", problem))?;
        self.limits.limit_address(Limited::Link(MailKind::DataLink.as_str()), &email).await?;
        let this = self.clone();
        self.background
            .run(async move {
                match this.people.find_by_address(&email).await? {
                    Some((row, key)) => {
                        this.outbox.mail_link(&row, &key, Purpose::Data, MailKind::DataLink).await
                    }
                    None => Ok(()),
                }
            })
            .await;
        Ok(())
    }

    /// Exchanges a mailed link for an access. Of many who try at once, one succeeds. The mail
    /// address is proven.
    ///
    /// # Errors
    /// [`Error::Gone`].
    #[boxed]
    pub async fn exchange_data_link(&self, link: &Secret) -> Result<Secret, Error> {
        let opened = self.people.peek(Purpose::Data, link).await?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, opened.person, now).await? else {
            return Err(Error::Gone);
        };
        self.people.redeem(&mut tx, Purpose::Data, link).await?;
        person::mark_proven(&mut tx, opened.person, now).await?;
        let access = self.people.mint(&mut tx, Purpose::DataAccess, opened.person, None, None, now).await?;
        tx.commit().await?;
        Ok(access)
    }

    /// Whose data an access shows.
    ///
    /// # Errors
    /// [`Error::Gone`] when it has ended or never was.
    #[boxed]
    pub async fn data_access(&self, access: &Secret) -> Result<DataAccess, Error> {
        let opened = self.people.peek(Purpose::DataAccess, access).await?;
        Ok(DataAccess { person: opened.person })
    }

    /// Ends an access. One that has ended already is fine.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn end_data_access(&self, access: &Secret) -> Result<(), Error> {
        let mut tx = self.store.write().await?;
        match self.people.redeem(&mut tx, Purpose::DataAccess, access).await {
            Ok(_) => Ok(tx.commit().await?),
            Err(Error::Gone) => Ok(tx.rollback().await?),
            Err(error) => Err(error),
        }
    }

    /// Mails whoever is logged in a link that erases: the way for those who do not know their
    /// password.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when they are being erased.
    #[boxed]
    pub async fn ask_own_erasure(&self, session: &Session) -> Result<(), Error> {
        let (row, key) = self.people.require_person(session.person()).await?;
        let this = self.clone();
        self.background
            .run(async move { this.outbox.mail_link(&row, &key, Purpose::Erase, MailKind::EraseLink).await })
            .await;
        Ok(())
    }
}
