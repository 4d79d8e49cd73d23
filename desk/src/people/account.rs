//! The account: what a person sees and changes of themselves.

use tresen_model::views::Account;
use tresen_model::{Language, PersonName};

use super::history::{self, PersonEvent};
use super::person::{self, Presence};
use super::sessions::Session;
use crate::Desk;
use crate::error::Error;
use crate::store::on;

impl Desk {
    /// What the person sees of their account.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when they are being erased.
    #[crate::boxed]
    pub async fn account(&self, session: &Session) -> Result<Account, Error> {
        let (row, key) = self.require_person(session.person()).await?;
        Ok(Account {
            name: row.name(&key)?.map(Into::into),
            email: row.email(&key)?.into(),
            language: row.language(),
            role: row.role()?,
            mail_news: self.mail_news(session).await?,
            sessions: self.sessions_of(session).await?,
        })
    }

    /// Changes the name; an empty one takes it away. That it was changed is kept, the old one is
    /// not (Art. 16 GDPR).
    ///
    /// # Errors
    /// A refusal on the field `name`.
    #[crate::boxed]
    pub async fn change_name(&self, session: &Session, name: &str) -> Result<(), Error> {
        const SQL: &str = "UPDATE person SET name_sealed = $2 WHERE id = $1 AND state = 'active'";
        let name = if session.role().is_staff() {
            PersonName::parse(name).map(Some)
        } else {
            PersonName::optional(name)
        };
        let name = name.map_err(|problem| Error::refused("name", problem))?;
        let (row, key) = self.require_person(session.person()).await?;
        let changed =
            row.name(&key)?.as_ref().map(PersonName::as_str) != name.as_ref().map(PersonName::as_str);
        let sealed = match &name {
            Some(name) => Some(key.seal("person.name", row.id, name.as_str().as_bytes())?),
            None => None,
        };
        let now = self.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, session.person(), now).await? else {
            return Err(Error::Forbidden);
        };
        on!(tx.conn(), c => sqlx::query(SQL).bind(row.id).bind(sealed).execute(c).await.map(drop))?;
        if changed {
            history::note(&mut tx, session.person(), PersonEvent::Name, now).await?;
        }
        tx.commit().await?;
        self.make_searchable_again(session.person()).await?;
        Ok(())
    }

    /// Whether the agent gets a mail when a customer writes; `None` for customers.
    async fn mail_news(&self, session: &Session) -> Result<Option<bool>, Error> {
        const SQL: &str = "SELECT mail_news FROM person WHERE id = $1";
        if !session.role().is_staff() {
            return Ok(None);
        }
        let mut reader = self.store.read().await?;
        let (wanted,): (bool,) =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(session.person().0).fetch_one(c).await)?;
        Ok(Some(wanted))
    }

    /// Turns mails on and off that tell an agent when a customer writes in a request of theirs.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for customers.
    #[crate::boxed]
    pub async fn change_mail_news(&self, session: &Session, wanted: bool) -> Result<(), Error> {
        const SQL: &str = "UPDATE person SET mail_news = $2 WHERE id = $1 AND state = 'active'";
        if !session.role().is_staff() {
            return Err(Error::Forbidden);
        }
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(session.person().0)
            .bind(wanted)
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await?;
        Ok(())
    }

    /// Changes the language of pages and mails.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[crate::boxed]
    pub async fn change_language(&self, session: &Session, language: Language) -> Result<(), Error> {
        const SQL: &str = "UPDATE person SET language = $2 WHERE id = $1 AND state = 'active'";
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL)
            .bind(session.person().0)
            .bind(language.tag())
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await?;
        Ok(())
    }
}
