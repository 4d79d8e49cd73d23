//! Comments: what customers and agents write in a request.

use async_recursion::async_recursion as boxed;
use tresen_keys::{PersonKey, random};
use tresen_model::{
    AuthorKind, Body, Channel, CommentId, MailRemark, MailVerdict, PersonId, PersonName, Problem, RequestId,
    RequestNumber, Standing, Status, Timestamp, Visibility,
};
use tresen_store::{Tx, is_duplicate, on};

use super::access::{self, Access, RequestHead};
use super::files::{self, File};
use super::{change, held, statistics};
use crate::error::{Broken, Error};
use crate::events::Event;
use crate::outbox::enqueue::{Mail, Payload};
use crate::outbox::kinds::MailKind;
use crate::people::person::{self, Presence};
use crate::people::{Agent, Purpose};
use crate::requests::Requests;
use crate::requests::statistics::Tally;
use crate::webhook_event::{self, WebhookEvent};

/// A comment's row before it is one.
pub(crate) struct NewComment<'a> {
    pub(crate) request: RequestId,
    pub(crate) author: Option<PersonId>,
    pub(crate) author_kind: AuthorKind,
    pub(crate) visibility: Visibility,
    /// A [`Body`], or nothing for a mail without text.
    pub(crate) body: &'a str,
    /// Of what a customer wrote the author's key; of what an agent wrote the key of the person
    /// whose request it is.
    pub(crate) key: &'a PersonKey,
    pub(crate) once_hash: Option<[u8; 32]>,
    /// What there is beyond the text when it came by mail.
    pub(crate) mail: Option<MailPart<'a>>,
}

/// What a mail has beyond its text.
#[derive(Clone, Copy)]
pub(crate) struct MailPart<'a> {
    pub(crate) automatic: bool,
    pub(crate) standing: Standing,
    /// The name in From, where it is not what the author is called.
    pub(crate) signed: Option<&'a PersonName>,
    /// The subject of an outsider's mail, for a request of their own.
    pub(crate) subject: Option<&'a str>,
    pub(crate) rest: Option<&'a str>,
    pub(crate) html: Option<&'a str>,
    pub(crate) remarks: &'a [MailRemark],
    pub(crate) verdict: Option<MailVerdict>,
    /// The address in From, where the author is another.
    pub(crate) via: Option<&'a str>,
    /// The addresses in Reply-To that are not the author's.
    pub(crate) reply_to: Option<&'a str>,
}

pub(crate) async fn insert(
    tx: &mut Tx,
    comment: &NewComment<'_>,
    now: Timestamp,
) -> Result<CommentId, Broken> {
    const SQL: &str = "INSERT INTO comment
        (id, request_id, author_id, author_kind, visibility, body_sealed, once_hash, created_at, channel,
        automatic, standing, subject_sealed, rest_sealed, html_sealed, remarks, verdict, signed_sealed,
        via_sealed, reply_to_sealed)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
    let id = random::id(now)?;
    let mail = comment.mail;
    let seal = |column, text: Option<&str>| {
        text.map(|text| comment.key.seal(column, id, text.as_bytes())).transpose()
    };
    let body = comment.key.seal("comment.body", id, comment.body.as_bytes())?;
    let subject = seal("comment.subject", mail.and_then(|mail| mail.subject))?;
    let rest = seal("comment.rest", mail.and_then(|mail| mail.rest))?;
    let html = seal("comment.html", mail.and_then(|mail| mail.html))?;
    let signed = seal("comment.signed", mail.and_then(|mail| mail.signed).map(PersonName::as_str))?;
    let via = seal("comment.via", mail.and_then(|mail| mail.via))?;
    let reply_to = seal("comment.reply_to", mail.and_then(|mail| mail.reply_to))?;
    let words =
        |mail: MailPart<'_>| mail.remarks.iter().map(|remark| remark.as_str()).collect::<Vec<_>>().join(" ");
    let channel = if mail.is_some() { Channel::Mail } else { Channel::Web };
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(id)
        .bind(comment.request.0)
        .bind(comment.author.map(|author| author.0))
        .bind(comment.author_kind.as_str())
        .bind(comment.visibility.as_str())
        .bind(body)
        .bind(comment.once_hash.map(|hash| hash.to_vec()))
        .bind(now.0)
        .bind(channel.as_str())
        .bind(mail.is_some_and(|mail| mail.automatic))
        .bind(mail.map_or(Standing::Participant, |mail| mail.standing).as_str())
        .bind(subject)
        .bind(rest)
        .bind(html)
        .bind(mail.map(words).filter(|words| !words.is_empty()))
        .bind(mail.and_then(|mail| mail.verdict).map(MailVerdict::as_str))
        .bind(signed)
        .bind(via)
        .bind(reply_to)
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

impl Requests {
    /// The customer writes. A request that was waiting or at an end is open again. Gives the comment, also when the
    /// same form was sent before.
    ///
    /// # Errors
    /// A refusal on `body`, also while the customer's data is restricted; [`Error::NotFound`].
    #[boxed]
    pub async fn comment(
        &self,
        access: &Access,
        number: RequestNumber,
        body: &str,
        once: &str,
        files: Vec<File>,
    ) -> Result<CommentId, Error> {
        let body = self.people.without_secrets(body).await?;
        let body = Body::parse(&body).map_err(|problem| Error::refused("body", problem))?;
        let head = access.find(self.store.read().await?.conn(), number).await?;
        let key = self.keys.get(head.customer()).await?.ok_or(Error::NotFound)?;
        let now = self.clock.now();
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
            body: body.as_str(),
            key: &key,
            once_hash: Some(self.comment_hash(&head, access.person(), once, &body)),
            mail: None,
        };
        let (at, once_hash) = (head.moment(now), comment.once_hash);
        let Some(comment) = insert_once(&mut tx, &comment, at).await? else {
            tx.rollback().await?;
            return self.written_before(once_hash).await;
        };
        held::confirmed(&mut tx, &head, access, now).await?;
        let attached = files::attach(&mut tx, &files, head.request(), comment, &key, now).await;
        attached.map_err(used_already)?;
        let actor = (access.person(), AuthorKind::Customer);
        if head.status()? != Status::Open {
            change::set_status(&mut tx, &head, Status::Open, actor, at).await?;
        }
        count_customer_comment(&mut tx, head.request(), true, at).await?;
        self.outbox.tell_assignee(&mut tx, head.request(), now).await?;
        let event = Event { request: head.request(), customer: head.customer(), public: true };
        files::keep(&files);
        tx.commit().await?;
        self.events.committed(event);
        Ok(comment)
    }

    /// An agent answers the customer, or writes an internal note. Gives the comment, also when the same form was sent
    /// before.
    ///
    /// # Errors
    /// A refusal on `body`; [`Error::NotFound`], [`Error::Restricted`].
    #[boxed]
    pub async fn reply(
        &self,
        agent: &Agent,
        number: RequestNumber,
        reply: &Reply<'_>,
        files: Vec<File>,
    ) -> Result<CommentId, Error> {
        let body = Body::parse(reply.body).map_err(|problem| Error::refused("body", problem))?;
        let head = access::find_for_agent(self.store.read().await?.conn(), agent, number).await?;
        let key = self.keys.get(head.customer()).await?.ok_or(Error::NotFound)?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, head.customer(), now).await? else {
            return Err(Error::NotFound);
        };
        let head = access::find_for_agent(tx.conn(), agent, number).await?;
        let comment = NewComment {
            request: head.request(),
            author: Some(agent.person()),
            author_kind: AuthorKind::Agent,
            visibility: reply.visibility,
            body: body.as_str(),
            key: &key,
            once_hash: Some(self.comment_hash(&head, agent.person(), reply.once, &body)),
            mail: None,
        };
        let once_hash = comment.once_hash;
        let written =
            self.write_reply(&mut tx, &head, agent.person(), &comment, reply.status, &files, now).await;
        let Some((comment, event)) = written.map_err(used_already)? else {
            tx.rollback().await?;
            return self.written_before(once_hash).await;
        };
        files::keep(&files);
        tx.commit().await?;
        self.events.committed(event);
        Ok(comment)
    }

    async fn written_before(&self, once_hash: Option<[u8; 32]>) -> Result<CommentId, Error> {
        const SQL: &str = "SELECT id FROM comment WHERE once_hash = $1";
        let mut reader = self.store.read().await?;
        let row: Option<(sqlx::types::Uuid,)> = on!(reader.conn(), c => sqlx::query_as(SQL)
            .bind(once_hash.map(|hash| hash.to_vec()))
            .fetch_optional(c)
            .await)?;
        row.map(|(id,)| CommentId(id)).ok_or(Error::NotFound)
    }

    /// What an agent writes, with all that follows from it. `None` when the same was written
    /// before; the transaction is of no use then.
    #[expect(clippy::too_many_arguments, reason = "each is another thing, and there are two callers")]
    pub(crate) async fn write_reply(
        &self,
        tx: &mut Tx,
        head: &RequestHead,
        agent: PersonId,
        comment: &NewComment<'_>,
        then: Option<Status>,
        files: &[File],
        now: Timestamp,
    ) -> Result<Option<(CommentId, Event)>, Broken> {
        let key = comment.key;
        let public = comment.visibility == Visibility::Public;
        let Some(comment) = insert_once(tx, comment, head.moment(now)).await? else { return Ok(None) };
        files::attach(tx, files, head.request(), comment, key, now).await?;
        let event = self.after_reply(tx, head, agent, comment, (key, public), then, now).await?;
        Ok(Some((comment, event)))
    }

    /// What follows from a reply that is stored: status, assignee, counts, and the mail to the customer,
    /// whose key is given.
    #[expect(clippy::too_many_arguments, reason = "as above")]
    pub(super) async fn after_reply(
        &self,
        tx: &mut Tx,
        head: &RequestHead,
        agent: PersonId,
        comment: CommentId,
        (key, public): (&PersonKey, bool),
        then: Option<Status>,
        now: Timestamp,
    ) -> Result<Event, Broken> {
        // Links and mails are due by the clock.
        let at = head.moment(now);
        let actor = (agent, AuthorKind::Agent);
        let status = head.status()?;
        let then = then.filter(|then| public && *then != status);
        if let Some(then) = then {
            change::set_status(tx, head, then, actor, at).await?;
        }
        // What a service answers still waits for a person.
        if public && head.assignee_id.is_none() && change::is_staff(tx, agent).await? {
            change::set_assignee(tx, head, Some(agent), actor, at).await?;
        }
        held::clear(tx, head, actor, now).await?;
        if public && head.agent_wrote_at == 0 {
            count_first_answer(tx, head, agent, at).await?;
        }
        count_agent_comment(tx, head.request(), public, at).await?;
        if public {
            let link = self
                .people
                .mint(tx, Purpose::Request, head.customer(), Some(head.request()), None, now)
                .await?;
            // One mail says both: what the answer is, and that it settles the request.
            let payload = Payload {
                request: Some(link.reveal().to_owned()),
                resolved: then == Some(Status::Resolved),
                ..Payload::default()
            };
            let mail = Mail {
                person: head.customer(),
                key,
                kind: MailKind::Reply,
                request: Some(head.request()),
                comment: Some(comment),
                payload,
                receiver: None,
            };
            self.outbox.enqueue(tx, mail, now).await?;
        }
        Ok(Event { request: head.request(), customer: head.customer(), public })
    }

    fn comment_hash(&self, head: &RequestHead, author: PersonId, once: &str, body: &Body) -> [u8; 32] {
        self.keys.master().fingerprint(
            "comment",
            &[head.id.as_bytes(), author.0.as_bytes(), once.as_bytes(), body.as_str().as_bytes()],
        )
    }
}

/// A file that was handed over and belongs to a comment already.
fn used_already(error: Broken) -> Error {
    match error {
        Broken::Store(error) if is_duplicate(&error) => Error::refused("attachments", Problem::ChoiceUnknown),
        error => error.into(),
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

/// In the statistics.
async fn count_first_answer(
    tx: &mut Tx,
    head: &RequestHead,
    agent: PersonId,
    now: Timestamp,
) -> Result<(), Broken> {
    let answer_seconds = statistics::seconds(head.created_at(), now);
    let tally = Tally { answered: 1, answer_seconds, ..Tally::default() };
    statistics::count(tx, &head.kind, Some(agent), &tally, now).await
}

pub(crate) async fn count_customer_comment(
    tx: &mut Tx,
    request: RequestId,
    by_customer: bool,
    now: Timestamp,
) -> Result<(), Broken> {
    // Whoever answers has read, but somebody who was admitted has read for themselves only.
    const SQL: &str = "UPDATE request SET comments = comments + 1, updated_at = $2, customer_news_at = $2,
        customer_wrote_at = $2, customer_read_at = CASE WHEN $4 THEN $2 ELSE customer_read_at END,
        search_stale = $3 WHERE id = $1";
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(request.0)
        .bind(now.0)
        .bind(true)
        .bind(by_customer)
        .execute(c)
        .await
        .map(drop))?;
    webhook_event::note_request(tx, WebhookEvent::RequestCommented, request, now).await
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
    webhook_event::note_request(tx, WebhookEvent::RequestCommented, request, now).await
}
