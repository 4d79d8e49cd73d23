//! Erasure (Art. 17 GDPR): everything a person wrote and is known by goes, for good.
//!
//! One act, in this order: the requests with comments, attachments, history, outbox and
//! search entries; then the account with sessions, links and consents; then the key, which
//! makes it reach every backup. A row in `erasure`, written before the first deletion, has a
//! crash finished at the next start, and anything else that comes between (such as a full
//! disk) within minutes: see [`unfinished`](super::unfinished). Every step may be done twice.

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_model::views::ErasureCount;
use tresen_model::wish::{Asked, Wish};
use tresen_model::{PersonId, RequestNumber, Role, Timestamp};
use tresen_store::{StoreError, from_row, on};

use super::holdings;
use super::owner::DataAccess;
use super::owner::Owner;
use super::retention::Idle;
use crate::abuse::Limited;
use crate::address::blind_index;
use crate::error::{Broken, Error};
use crate::events;
use crate::outbox::kinds::MailKind;
use crate::people::person::Presence;
use crate::people::{Agent, Purpose, Session, kinds, person};
use crate::privacy::Privacy;
use crate::requests::find_of_kind;
use crate::secret::Secret;
use crate::webhook_event::{self, WebhookEvent};

/// The wish of an erasure that ends a join.
pub(crate) const JOIN: &str = "join";

/// What was done.
#[derive(Clone, PartialEq, Eq)]
pub struct Erased {
    /// What was deleted, in numbers.
    pub count: ErasureCount,
    /// When it was finished.
    pub at: Timestamp,
    /// The signed [`Receipt`](super::Receipt), as text.
    pub receipt: String,
}

/// An erasure that will be finished whatever happens.
pub(super) struct Begun {
    pub(super) person_id: Uuid,
    wish: String,
    counts: String,
}

from_row!(Begun { person_id, wish, counts });

impl Begun {
    pub(super) fn person(&self) -> PersonId {
        PersonId(self.person_id)
    }

    /// By whose wish; `None` for what a restore removes, of which nobody gets a receipt.
    pub(super) fn wish(&self) -> Option<Wish> {
        Wish::parse(&self.wish)
    }

    /// Whether it ends a guest who was joined with an account: what they wrote is there still.
    pub(super) fn is_join(&self) -> bool {
        self.wish == JOIN
    }

    pub(super) fn count(&self) -> Result<ErasureCount, Broken> {
        serde_json::from_str(&self.counts).map_err(|_| Broken::Inconsistent("erasure.counts", self.person_id))
    }
}

impl Privacy {
    /// Erases the person whose access it is. The link that it came of is as fresh as one that
    /// erases, and was sent to the same mailbox.
    ///
    /// # Errors
    /// [`Error::Broken`] as in [`erase_self`](Self::erase_self).
    #[boxed]
    pub async fn erase_by_data_access(&self, access: &DataAccess) -> Result<Erased, Error> {
        self.erase(access.person, Wish::Link).await
    }

    /// What an erasure would delete, in numbers.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn erasure_preview(&self, owner: &impl Owner) -> Result<ErasureCount, Error> {
        let mut reader = self.store.read().await?;
        Ok(holdings::count(reader.conn(), owner.person()).await?)
    }

    /// The same for somebody with a mailed link.
    ///
    /// # Errors
    /// [`Error::Gone`].
    #[boxed]
    pub async fn erasure_preview_by_link(&self, link: &Secret) -> Result<ErasureCount, Error> {
        let opened = self.people.peek(Purpose::Erase, link).await?;
        let mut reader = self.store.read().await?;
        Ok(holdings::count(reader.conn(), opened.person).await?)
    }

    /// Erases the person who is logged in. When this returns, it is done.
    ///
    /// # Errors
    /// A refusal on `password`; [`Error::Unfinished`] when it could not be finished now.
    #[boxed]
    pub async fn erase_self(&self, session: &Session, password: &str) -> Result<Erased, Error> {
        let (row, key) = self.people.require_person(session.person()).await?;
        self.people.require_password(&row, &key, "password", password).await?;
        self.erase(session.person(), Wish::Person).await
    }

    /// Mails a link that erases, if there is anything about the address. The answer comes
    /// at once and is the same for every address.
    ///
    /// # Errors
    /// A refusal of the address: its form, or too many mails to it.
    #[boxed]
    pub async fn ask_erasure(&self, email: &str) -> Result<(), Error> {
        let email =
            tresen_model::EmailAddress::parse(email).map_err(|problem| Error::refused("email", problem))?;
        self.limits.limit_address(Limited::Link(MailKind::EraseLink.as_str()), &email).await?;
        let this = self.clone();
        self.background
            .run(async move {
                match this.people.find_by_address(&email).await? {
                    Some((row, key)) => {
                        this.outbox.mail_link(&row, &key, Purpose::Erase, MailKind::EraseLink).await
                    }
                    None => Ok(()),
                }
            })
            .await;
        Ok(())
    }

    /// Erases the person to whom the link was mailed.
    ///
    /// # Errors
    /// [`Error::Gone`], [`Error::Unfinished`].
    #[boxed]
    pub async fn erase_by_link(&self, link: &Secret) -> Result<Erased, Error> {
        let opened = self.people.peek(Purpose::Erase, link).await?;
        self.erase(opened.person, Wish::Link).await
    }

    /// Returns the role of a person, for the operator; `None` when nobody has the address.
    ///
    /// # Errors
    /// A refusal of the address's form, or [`Error::Broken`].
    #[boxed]
    pub async fn role_by_operator(&self, email: &str) -> Result<Option<Role>, Error> {
        let email =
            tresen_model::EmailAddress::parse(email).map_err(|problem| Error::refused("email", problem))?;
        let Some((person, _)) = self.keys.find(&blind_index(&self.keys, &email)).await? else {
            return Ok(None);
        };
        let mut reader = self.store.read().await?;
        // A key without a row: its erasure is under way.
        let row = person::find(reader.conn(), person).await?;
        Ok(Some(row.map_or(Ok(Role::Customer), |row| row.role())?))
    }

    /// Erases a person at the operator's command; `None` when nobody has the address.
    ///
    /// # Errors
    /// A refusal of the address's form, or [`Error::Unfinished`].
    #[boxed]
    pub async fn erase_by_operator(&self, email: &str) -> Result<Option<Erased>, Error> {
        let email =
            tresen_model::EmailAddress::known(email).map_err(|problem| Error::refused("email", problem))?;
        match self.keys.find(&blind_index(&self.keys, &email)).await? {
            Some((person, _)) => self.erase(person, Wish::Operator).await.map(Some),
            None => Ok(None),
        }
    }

    /// What an erasure of a request's customer would delete, for an agent.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] for somebody of the desk, whom only they
    /// themselves and the operator erase, and for an agent who works on some request types only: it
    /// reaches what they cannot see.
    #[boxed]
    pub async fn erasure_preview_for_agent(
        &self,
        agent: &Agent,
        number: RequestNumber,
    ) -> Result<ErasureCount, Error> {
        let customer = self.erasable_customer(agent, number).await?;
        let mut reader = self.store.read().await?;
        Ok(holdings::count(reader.conn(), customer).await?)
    }

    /// Erases a request's customer, who has asked an agent for it.
    ///
    /// # Errors
    /// As [`erasure_preview_for_agent`](Self::erasure_preview_for_agent), [`Error::ProofNeeded`] and
    /// [`Error::Unfinished`].
    #[boxed]
    pub async fn erase_by_agent(
        &self,
        agent: &Agent,
        number: RequestNumber,
        asked: Asked,
    ) -> Result<Erased, Error> {
        self.people.require_fresh(agent.session())?;
        let customer = self.erasable_customer(agent, number).await?;
        let erased = self.erase(customer, Wish::Agent(asked)).await?;
        tracing::info!(agent = %agent.person(), "an agent has erased a customer");
        Ok(erased)
    }

    /// Also while they are restricted: that keeps nobody from being erased.
    async fn erasable_customer(&self, agent: &Agent, number: RequestNumber) -> Result<PersonId, Error> {
        let mut reader = self.store.read().await?;
        let head = find_of_kind(reader.conn(), agent, number).await?;
        if kinds::has_some_only(reader.conn(), agent.person()).await? {
            return Err(Error::Forbidden);
        }
        let row = person::find(reader.conn(), head.customer()).await?.ok_or(Error::NotFound)?;
        if row.role()?.is_staff() { Err(Error::Forbidden) } else { Ok(head.customer()) }
    }

    /// Runs to its end in a task of its own, also when whoever asked has left.
    pub(crate) async fn erase(&self, person: PersonId, wish: Wish) -> Result<Erased, Error> {
        let erased = self.erase_if(person, wish, None).await?;
        Ok(erased.ok_or(Broken::Inconsistent("erasure", person.0))?)
    }

    /// The same for a person who may have become active since it was decided: `None` when they are
    /// no longer idle, or gone.
    pub(super) async fn erase_if(
        &self,
        person: PersonId,
        wish: Wish,
        idle: Option<Idle>,
    ) -> Result<Option<Erased>, Error> {
        let this = self.clone();
        let erased = tokio::spawn(async move { this.erase_or_postpone(person, wish, idle).await });
        erased.await.map_err(|_| Broken::Task)?
    }

    /// From here on the person can do nothing, nobody can do anything for them or find them, and
    /// the erasure will be finished whatever happens.
    /// `None` for a person who is no longer idle, or gone.
    pub(super) async fn begin_erasure(
        &self,
        person: PersonId,
        wish: Wish,
        idle: Option<Idle>,
    ) -> Result<Option<Begun>, Broken> {
        // Hidden from agents as whoever is restricted: it may take until a disk has room again.
        const LOCK: &str = "UPDATE person SET state = 'erasing',
            restricted_at = COALESCE(restricted_at, $2), restricted_by = COALESCE(restricted_by, 'agent')
            WHERE id = $1";
        const INSERT: &str = "INSERT INTO erasure (person_id, started_at, wish, counts, farewell_sealed)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (person_id) DO NOTHING";
        const FIND: &str = "SELECT person_id, wish, counts FROM erasure WHERE person_id = $1";
        let now = self.clock.now();
        let farewell = self.seal_farewell(person).await?;
        let mut tx = self.store.write().await?;
        if let Some(idle) = idle
            && !idle.still(&mut tx, person).await?
        {
            tx.rollback().await?;
            return Ok(None);
        }
        on!(tx.conn(), c => sqlx::query(LOCK).bind(person.0).bind(now.0).execute(c).await.map(drop))?;
        let count = holdings::count(tx.conn(), person).await?;
        let Ok(counts) = serde_json::to_string(&count) else { unreachable!("numbers are JSON") };
        on!(tx.conn(), c => sqlx::query(INSERT)
            .bind(person.0)
            .bind(now.0)
            .bind(wish.as_str())
            .bind(counts)
            .bind(farewell)
            .execute(c)
            .await
            .map(drop))?;
        // Of two who erase at once, both are told what the first has counted.
        let begun: Begun = on!(tx.conn(), c => sqlx::query_as(FIND).bind(person.0).fetch_one(c).await)?;
        tx.commit().await?;
        Ok(Some(begun))
    }

    pub(super) async fn finish_erasure(&self, person: PersonId) -> Result<Timestamp, Broken> {
        {
            // The indexer has ended with what it began before the person was marked.
            let _indexer = self.search.writing.lock().await;
            self.search.forget_words_elsewhere(person).await?;
            self.search.index.forget(person).await?;
        }
        self.finish_without_indexer(person).await
    }

    /// The rest, once the person's words are in no index.
    async fn finish_without_indexer(&self, person: PersonId) -> Result<Timestamp, Broken> {
        const FINISHED: &str = "UPDATE erasure SET finished_at = $2, farewell_sealed = NULL, joined_to = NULL WHERE person_id = $1";
        self.search.index.forget_traces().await?;
        let account = self.joined_to(person).await?;
        if account.is_none() {
            self.forget_messages(person).await?;
        }
        self.delete_files(person).await?;
        // While there still is a key.
        let farewell = self.open_farewell(person).await?;
        let mut tx = self.store.write().await?;
        tx.expect_much().await?;
        holdings::erase(&mut tx, person).await?;
        tx.commit().await?;
        if self.delete_key(person, account).await?
            && let Some(farewell) = farewell
        {
            // Whoever has deleted the key says farewell, and nobody else can.
            self.farewells.keep(person, farewell);
        }
        if self.store.is_postgres() {
            let mut tx = self.store.write().await?;
            events::tell_of_deleted_key(&mut tx, person).await?;
            tx.commit().await?;
        }
        self.keys.forget_deleted().await?;
        self.requests.fold_some_statistics().await?;
        self.store.forget_traces().await?;
        let now = self.clock.now();
        self.note_erasure(person, now).await?;
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(FINISHED).bind(person.0).bind(now.0).execute(c).await.map(drop))?;
        webhook_event::note_person(&mut tx, WebhookEvent::PersonErased, person, now).await?;
        tx.commit().await?;
        tracing::info!(person = %person, "a person was erased");
        Ok(now)
    }

    /// The account with which a guest was joined, until that is finished.
    async fn joined_to(&self, person: PersonId) -> Result<Option<PersonId>, StoreError> {
        const SQL: &str = "SELECT joined_to FROM erasure WHERE person_id = $1";
        let mut reader = self.store.read().await?;
        let row: Option<(Option<Uuid>,)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(person.0).fetch_optional(c).await)?;
        Ok(row.and_then(|(account,)| account).map(PersonId))
    }

    /// Deletes the key. The address of a guest who was joined with an account becomes the account's in the key
    /// store in the same moment.
    async fn delete_key(&self, person: PersonId, account: Option<PersonId>) -> Result<bool, Broken> {
        let Some(account) = account else { return Ok(self.keys.delete(person, None).await?) };
        // While they are held, nobody gives them another address.
        let mut tx = self.store.write().await?;
        let held = person::hold(&mut tx, account).await?;
        let (row, key) = (person::find(tx.conn(), account).await?, self.readable_key(account).await?);
        let email = match (held, row, key) {
            (Presence::Here, Some(row), Some(key)) => Broken::pass_over(row.email(&key))?,
            _ => None,
        };
        let index = email.map(|email| (account, blind_index(&self.keys, &email)));
        let deleted = self.keys.delete(person, index.as_ref()).await?;
        drop(tx);
        Ok(deleted)
    }

    /// Ends a guest who was joined with an account just now. What cannot be done at once is done as that of an
    /// erasure is: by itself, and at the next start. The indexer is kept out by the caller.
    pub(crate) async fn end_guest(&self, guest: PersonId) {
        let ended = async {
            self.search.index.forget(guest).await?;
            self.finish_without_indexer(guest).await
        };
        if let Err(error) = ended.await {
            tracing::error!(%error, "two records were joined, and the rest is done by itself soon");
        }
    }

    /// No mailbox brings them back: their messages stay known, and those that were set aside and
    /// hold their address go.
    async fn forget_messages(&self, person: PersonId) -> Result<(), Broken> {
        const SQL: &str = "SELECT fingerprint FROM mail_in WHERE person_id = $1";
        let mut reader = self.store.read().await?;
        let rows: Vec<(Vec<u8>,)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(person.0).fetch_all(c).await)?;
        let row = person::find(reader.conn(), person).await?;
        drop(reader);
        let fingerprints: Vec<[u8; 32]> =
            rows.into_iter().filter_map(|(fingerprint,)| fingerprint.try_into().ok()).collect();
        self.keys.remember_messages(&fingerprints).await?;
        // Without a key nobody knows the address any more; this was done before the key went.
        let (Some(row), Some(key)) = (row, self.readable_key(person).await?) else { return Ok(()) };
        match Broken::pass_over(row.email(&key))? {
            Some(address) => self.intake.delete_asides_with(&address).await,
            None => Ok(()),
        }
    }

    /// The key of a person; `None` also when it is damaged, which keeps nobody from being erased.
    pub(super) async fn readable_key(&self, person: PersonId) -> Result<Option<PersonKey>, Broken> {
        Ok(Broken::pass_over(self.keys.get(person).await)?.flatten())
    }

    async fn delete_files(&self, person: PersonId) -> Result<(), Broken> {
        const SQL: &str = "SELECT attachment.id FROM attachment
            JOIN request ON request.id = attachment.request_id WHERE request.person_id = $1
            UNION SELECT attachment.id FROM attachment JOIN comment ON comment.id = attachment.comment_id
            WHERE comment.author_id = $1 AND comment.author_kind = 'customer'";
        let mut reader = self.store.read().await?;
        let rows: Vec<(Uuid,)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(person.0).fetch_all(c).await)?;
        drop(reader);
        let ids: Vec<Uuid> = rows.into_iter().map(|(id,)| id).collect();
        self.objects.delete_all(&ids).await
    }
}
