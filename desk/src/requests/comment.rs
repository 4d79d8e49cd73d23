//! Comments: what customers and agents write in a request.

use tresen_model::{
    AuthorKind, Body, CommentId, PersonId, Problem, RequestId, RequestNumber, Status, Timestamp, Visibility,
};

use super::access::{self, Access, RequestHead};
use super::change;
use super::files::{self, File};
use super::submit::About;
use crate::error::{Broken, Error};
use crate::events::Event;
use crate::keys::PersonKey;
use crate::mail::{Mail, MailKind, Payload};
use crate::people::person::{self, Presence};
use crate::people::{Agent, Purpose};
use crate::store::{Tx, is_duplicate, on};
use crate::{Desk, random};

/// A comment's row before it is one.
pub(super) struct NewComment<'a> {
    pub(super) request: RequestId,
    pub(super) author: Option<PersonId>,
    pub(super) author_kind: AuthorKind,
    pub(super) visibility: Visibility,
    pub(super) body: &'a Body,
    /// The key of the person whose request it is.
    pub(super) key: &'a PersonKey,
    pub(super) once_hash: Option<[u8; 32]>,
}

pub(super) async fn insert(
    tx: &mut Tx,
    comment: &NewComment<'_>,
    now: Timestamp,
) -> Result<CommentId, Broken> {
    const SQL: &str = "INSERT INTO comment
        (id, request_id, author_id, author_kind, visibility, body_sealed, once_hash, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let id = random::id(now)?;
    let body = comment.key.seal("comment.body", id, comment.body.as_str().as_bytes())?;
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(id)
        .bind(comment.request.0)
        .bind(comment.author.map(|author| author.0))
        .bind(comment.author_kind.as_str())
        .bind(comment.visibility.as_str())
        .bind(body)
        .bind(comment.once_hash.map(|hash| hash.to_vec()))
        .bind(now.0)
        .execute(c)
        .await
        .map(drop))?;
    Ok(CommentId(id))
}

/// What an agent answers.
pub struct Reply<'a> {
    /// The text, as typed.
    pub body: &'a str,
    /// A random word of the page, so that the same form sent twice is one answer.
    pub once: &'a str,
    /// For the customer, or among agents.
    pub visibility: Visibility,
    /// Where the request stands afterwards; a note leaves it where it is.
    pub status: Option<Status>,
}

impl Desk {
    /// The customer writes. A request that was waiting or at an end is open again.
    ///
    /// # Errors
    /// A refusal on `body`, also while the customer's data is restricted; [`Error::NotFound`].
    pub async fn comment(
        &self,
        access: &Access,
        number: RequestNumber,
        body: &str,
        once: &str,
        files: Vec<File>,
    ) -> Result<(), Error> {
        let body = Body::parse(body).map_err(|problem| Error::refused("body", problem))?;
        let head = access.find(self.store.read().await?.conn(), number).await?;
        let key = self.keys.get(head.customer()).await?.ok_or(Error::NotFound)?;
        let now = self.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, head.customer(), now).await? else {
            return Err(Error::NotFound);
        };
        // Read again, now that nobody else can change it.
        let head = access.find(tx.conn(), number).await?;
        if head.is_restricted() {
            return Err(Error::refused("body", Problem::DataRestricted));
        }
        if let Access::Link(holder) = access {
            // Whoever answers by the mailed link has the mailbox.
            person::mark_proven(&mut tx, holder.person, now).await?;
        }
        let comment = NewComment {
            request: head.request(),
            author: Some(access.person()),
            author_kind: AuthorKind::Customer,
            visibility: Visibility::Public,
            body: &body,
            key: &key,
            once_hash: Some(self.comment_hash(&head, access.person(), once, &body)),
        };
        let Some(comment) = insert_once(&mut tx, &comment, now).await? else { return Ok(()) };
        files::attach(&mut tx, &files, head.request(), comment, &key, now).await?;
        let actor = (access.person(), AuthorKind::Customer);
        if head.status()? != Status::Open {
            change::set_status(&mut tx, &head, Status::Open, actor, now).await?;
        }
        count_customer_comment(&mut tx, head.request(), now).await?;
        let event = Event { request: head.request(), customer: head.customer(), public: true };
        self.events.announce(&mut tx, event).await?;
        files::keep(&files);
        tx.commit().await?;
        self.committed(event);
        Ok(())
    }

    /// An agent answers the customer, or writes an internal note.
    ///
    /// # Errors
    /// A refusal on `body`; [`Error::NotFound`], [`Error::Restricted`].
    pub async fn reply(
        &self,
        agent: &Agent,
        number: RequestNumber,
        reply: &Reply<'_>,
        files: Vec<File>,
    ) -> Result<(), Error> {
        let body = Body::parse(reply.body).map_err(|problem| Error::refused("body", problem))?;
        let head = access::find_for_agent(self.store.read().await?.conn(), number).await?;
        let key = self.keys.get(head.customer()).await?.ok_or(Error::NotFound)?;
        let now = self.now();
        let public = reply.visibility == Visibility::Public;
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, head.customer(), now).await? else {
            return Err(Error::NotFound);
        };
        let head = access::find_for_agent(tx.conn(), number).await?;
        let comment = NewComment {
            request: head.request(),
            author: Some(agent.person()),
            author_kind: AuthorKind::Agent,
            visibility: reply.visibility,
            body: &body,
            key: &key,
            once_hash: Some(self.comment_hash(&head, agent.person(), reply.once, &body)),
        };
        let Some(comment) = insert_once(&mut tx, &comment, now).await? else { return Ok(()) };
        files::attach(&mut tx, &files, head.request(), comment, &key, now).await?;
        let actor = (agent.person(), AuthorKind::Agent);
        let status = head.status()?;
        let then = reply.status.filter(|then| public && *then != status);
        if let Some(then) = then {
            change::set_status(&mut tx, &head, then, actor, now).await?;
        }
        if public && head.assignee_id.is_none() {
            change::set_assignee(&mut tx, &head, Some(agent.person()), actor, now).await?;
        }
        count_agent_comment(&mut tx, head.request(), public, now).await?;
        if public {
            let link = self
                .mint(&mut tx, Purpose::Request, head.customer(), Some(head.request()), None, now)
                .await?;
            let payload = Payload { request: Some(link.reveal().to_owned()), ..Payload::default() };
            let mail = Mail {
                person: head.customer(),
                key: &key,
                kind: MailKind::Reply,
                request: Some(head.request()),
                comment: Some(comment),
                payload,
            };
            self.enqueue(&mut tx, mail, now).await?;
            if then == Some(Status::Resolved) {
                let kind = MailKind::Resolved;
                let (person, request) = (head.customer(), head.request());
                let about =
                    About { person, key: &key, request, kind, offer_registration: false, by_stranger: false };
                self.mail_about(&mut tx, about, now).await?;
            }
        }
        let event = Event { request: head.request(), customer: head.customer(), public };
        self.events.announce(&mut tx, event).await?;
        files::keep(&files);
        tx.commit().await?;
        self.committed(event);
        Ok(())
    }

    fn comment_hash(&self, head: &RequestHead, author: PersonId, once: &str, body: &Body) -> [u8; 32] {
        self.keys.master().fingerprint(
            "comment",
            &[head.id.as_bytes(), author.0.as_bytes(), once.as_bytes(), body.as_str().as_bytes()],
        )
    }
}

/// `None` when the same form was sent before; the transaction is of no use then.
async fn insert_once(
    tx: &mut Tx,
    comment: &NewComment<'_>,
    now: Timestamp,
) -> Result<Option<CommentId>, Broken> {
    match insert(tx, comment, now).await {
        Ok(id) => Ok(Some(id)),
        Err(Broken::Store(error)) if is_duplicate(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn count_customer_comment(tx: &mut Tx, request: RequestId, now: Timestamp) -> Result<(), Broken> {
    const SQL: &str = "UPDATE request SET comments = comments + 1, updated_at = $2, customer_news_at = $2,
        customer_wrote_at = $2, customer_read_at = $2, search_stale = $3 WHERE id = $1";
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(request.0)
        .bind(now.0)
        .bind(true)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

async fn count_agent_comment(
    tx: &mut Tx,
    request: RequestId,
    public: bool,
    now: Timestamp,
) -> Result<(), Broken> {
    const REPLY: &str = "UPDATE request SET comments = comments + 1, updated_at = $2, customer_news_at = $2,
        agent_wrote_at = $2, agent_read_at = $2, search_stale = $3 WHERE id = $1";
    const NOTE: &str = "UPDATE request SET notes = notes + 1, updated_at = $2, agent_read_at = $2,
        search_stale = $3 WHERE id = $1";
    let sql = if public { REPLY } else { NOTE };
    on!(tx.conn(), c => sqlx::query(sql)
        .bind(request.0)
        .bind(now.0)
        .bind(true)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
