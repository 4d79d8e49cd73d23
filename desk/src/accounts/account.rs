//! The account: what a person sees and changes of themselves.

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_model::views::Account;
use tresen_model::{EmailAddress, Language, PersonName};
use tresen_store::on;

use crate::accounts::Accounts;
use crate::error::Error;
use crate::people::history::PersonEvent;
use crate::people::person::Presence;
use crate::people::sessions::Session;
use crate::people::{history, person};
use crate::search::mark_stale;
use crate::secret::Secret;

impl Accounts {
    /// What the person sees of their account.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when they are being erased.
    #[boxed]
    pub async fn account(&self, session: &Session) -> Result<Account, Error> {
        let (row, key) = self.people.require_person(session.person()).await?;
        Ok(Account {
            name: row.name(&key)?.map(Into::into),
            email: row.email(&key)?.into(),
            language: row.language(),
            role: row.role()?,
            mail_news: self.mail_news(session).await?,
            sessions: self.people.sessions_of(session).await?,
        })
    }

    /// Changes the name; an empty one takes it away. That it was changed is kept, the old one is
    /// not (Art. 16 GDPR).
    ///
    /// # Errors
    /// A refusal on the field `name`.
    #[boxed]
    pub async fn change_name(&self, session: &Session, name: &str) -> Result<(), Error> {
        const SQL: &str = "UPDATE person SET name_sealed = $2 WHERE id = $1 AND state = 'active'";
        let name = if session.role().is_staff() {
            PersonName::parse(name).map(Some)
        } else {
            PersonName::optional(name)
        };
        let name = name.map_err(|problem| Error::refused("name", problem))?;
        let (row, key) = self.people.require_person(session.person()).await?;
        let changed =
            row.name(&key)?.as_ref().map(PersonName::as_str) != name.as_ref().map(PersonName::as_str);
        let sealed = match &name {
            Some(name) => Some(key.seal("person.name", row.id, name.as_str().as_bytes())?),
            None => None,
        };
        let now = self.clock.now();
        let _indexing = self.search.before_renaming(session.person()).await?;
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, session.person(), now).await? else {
            return Err(Error::Forbidden);
        };
        on!(tx.conn(), c => sqlx::query(SQL).bind(row.id).bind(sealed).execute(c).await.map(drop))?;
        if changed {
            history::note(&mut tx, session.person(), PersonEvent::Name, now).await?;
        }
        mark_stale(&mut tx, session.person()).await?;
        tx.commit().await?;
        self.wakeups.search.notify_one();
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
    #[boxed]
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
    #[boxed]
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

    /// Stores the language of the browser at the first sign-in of somebody for whom no language was chosen yet,
    /// such as an agent whom the operator added. Otherwise it changes nothing.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn adopt_language(&self, session: &Secret, language: Language) -> Result<(), Error> {
        const UNCHOSEN: &str = "SELECT person.id FROM person JOIN session ON session.person_id = person.id
            WHERE session.token_hash = $1 AND person.language = ''";
        const SQL: &str = "UPDATE person SET language = $2 WHERE id = $1 AND language = ''";
        let token_hash = self.people.session_hash(session);
        let mut reader = self.store.read().await?;
        let person: Option<(Uuid,)> = on!(reader.conn(), c => sqlx::query_as(UNCHOSEN)
            .bind(token_hash.as_slice())
            .fetch_optional(c)
            .await)?;
        drop(reader);
        let Some((person,)) = person else { return Ok(()) };
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL).bind(person).bind(language.tag()).execute(c).await.map(drop))?;
        tx.commit().await?;
        Ok(())
    }

    /// Sets the language of a person, for the operator.
    ///
    /// # Errors
    /// A refusal of the address's form; [`Error::NotFound`].
    #[boxed]
    pub async fn set_language(&self, email: &str, language: Language) -> Result<(), Error> {
        let email = EmailAddress::parse(email).map_err(|problem| Error::refused("email", problem))?;
        let (row, _) = self.people.find_by_address(&email).await?.ok_or(Error::NotFound)?;
        let mut tx = self.store.write().await?;
        person::set_language(&mut tx, row.id, Some(language)).await?;
        tx.commit().await?;
        Ok(())
    }
}
