//! Those who answer by mail in a request that is not theirs: an agent admits them, or makes what
//! they wrote a request of their own.
//!
//! An outsider's words are sealed with the outsider's key, so they go when the outsider is erased,
//! wherever they stand, and nothing has to be sealed anew when they move.

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_model::{AuthorKind, Channel, CommentId, PersonId, RequestId, RequestNumber, Subject, Timestamp};
use tresen_store::{Conn, StoreError, Tx, from_row, on};

use super::about::Cause;
use super::access::{self, RequestHead};
use super::history;
use super::submit::NewRequest;
use crate::error::{Broken, Error};
use crate::events::Event;
use crate::people::Agent;
use crate::people::person::{self, Presence};
use crate::requests::Requests;

/// What an outsider wrote, where it can be decided about.
struct Row {
    author_id: Uuid,
    subject_sealed: Option<Vec<u8>>,
    automatic: bool,
}

from_row!(Row { author_id, subject_sealed, automatic });

impl Row {
    fn author(&self) -> PersonId {
        PersonId(self.author_id)
    }
}

async fn find(conn: Conn<'_>, request: RequestId, comment: CommentId) -> Result<Row, Error> {
    const SQL: &str = "SELECT author_id, subject_sealed, automatic FROM comment
        JOIN person ON person.id = comment.author_id
        WHERE comment.id = $2 AND request_id = $1 AND standing = 'outsider'
        AND person.state = 'active' AND person.restricted_at IS NULL";
    let row: Option<Row> =
        on!(conn, c => sqlx::query_as(SQL).bind(request.0).bind(comment.0).fetch_optional(c).await)?;
    row.ok_or(Error::NotFound)
}

/// Whether an agent has admitted somebody to a request.
pub(crate) async fn is_admitted(
    conn: Conn<'_>,
    request: RequestId,
    person: PersonId,
) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT person_id FROM participant WHERE request_id = $1 AND person_id = $2";
    let row: Option<(Uuid,)> =
        on!(conn, c => sqlx::query_as(SQL).bind(request.0).bind(person.0).fetch_optional(c).await)?;
    Ok(row.is_some())
}

/// Locks two persons, always in the same order, so that nobody waits for each other.
pub(crate) async fn touch_both(
    tx: &mut Tx,
    one: PersonId,
    other: PersonId,
    now: Timestamp,
) -> Result<Presence, StoreError> {
    for person in [one.min(other), one.max(other)] {
        if let Presence::Erased = person::touch(tx, person, now).await? {
            return Ok(Presence::Erased);
        }
    }
    Ok(Presence::Here)
}

/// The same without noting that anything was done for them.
pub(crate) async fn hold_both(tx: &mut Tx, one: PersonId, other: PersonId) -> Result<Presence, StoreError> {
    for person in [one.min(other), one.max(other)] {
        if let Presence::Erased = person::hold(tx, person).await? {
            return Ok(Presence::Erased);
        }
    }
    Ok(Presence::Here)
}

impl Requests {
    /// Both persons of a decision, locked, with what it is about.
    async fn outsider(
        &self,
        tx: &mut Tx,
        agent: &Agent,
        number: RequestNumber,
        comment: CommentId,
        now: Timestamp,
    ) -> Result<(RequestHead, Row), Error> {
        let head = access::find_for_agent(tx.conn(), agent, number).await?;
        let row = find(tx.conn(), head.request(), comment).await?;
        let Presence::Here = touch_both(tx, head.customer(), row.author(), now).await? else {
            return Err(Error::NotFound);
        };
        let head = access::find_for_agent(tx.conn(), agent, number).await?;
        let row = find(tx.conn(), head.request(), comment).await?;
        Ok((head, row))
    }

    /// Whoever wrote a comment belongs to the request from now on: the customer reads what they
    /// wrote and will write.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is no outsider's comment; [`Error::Restricted`];
    /// [`Error::Forbidden`] for somebody of the desk: they answer as agents.
    #[boxed]
    pub async fn admit(&self, agent: &Agent, number: RequestNumber, comment: CommentId) -> Result<(), Error> {
        const ADMIT: &str = "INSERT INTO participant (request_id, person_id, admitted_by, at)
            VALUES ($1, $2, $3, $4) ON CONFLICT (request_id, person_id) DO NOTHING";
        const COMMENTS: &str = "UPDATE comment SET standing = 'participant', subject_sealed = NULL
            WHERE request_id = $1 AND author_id = $2 AND standing = 'outsider'";
        const REQUEST: &str =
            "UPDATE request SET comments = comments + $2, notes = notes - $2, updated_at = $3,
            customer_news_at = $3, search_stale = $4 WHERE id = $1";
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let (head, row) = self.outsider(&mut tx, agent, number, comment, now).await?;
        let at = head.moment(now);
        let author = person::find(tx.conn(), row.author()).await?.ok_or(Error::NotFound)?;
        if author.role()?.is_staff() {
            return Err(Error::Forbidden);
        }
        on!(tx.conn(), c => sqlx::query(ADMIT)
            .bind(head.id)
            .bind(row.author_id)
            .bind(agent.person().0)
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
        let admitted = on!(tx.conn(), c => sqlx::query(COMMENTS)
            .bind(head.id)
            .bind(row.author_id)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        on!(tx.conn(), c => sqlx::query(REQUEST)
            .bind(head.id)
            .bind(i64::try_from(admitted).unwrap_or(i64::MAX))
            .bind(at.0)
            .bind(true)
            .execute(c)
            .await
            .map(drop))?;
        let actor = (agent.person(), AuthorKind::Agent);
        history::note(&mut tx, head.request(), Some(actor), history::ADMITTED, None, None, at).await?;
        let event = Event { request: head.request(), customer: head.customer(), public: true };
        tx.commit().await?;
        self.events.committed(event);
        Ok(())
    }

    /// Makes what an outsider wrote a request of their own, and tells them that it came in.
    ///
    /// # Errors
    /// As [`admit`](Self::admit), but for the last.
    #[boxed]
    pub async fn split_off(
        &self,
        agent: &Agent,
        number: RequestNumber,
        comment: CommentId,
    ) -> Result<RequestNumber, Error> {
        const COMMENT: &str =
            "UPDATE comment SET request_id = $2, standing = 'participant', subject_sealed = NULL
            WHERE id = $1";
        const MOVES: [&str; 2] = [
            "UPDATE attachment SET request_id = $2 WHERE comment_id = $1",
            "UPDATE mail_in SET request_id = $2 WHERE comment_id = $1",
        ];
        const LEFT: &str =
            "UPDATE request SET notes = notes - 1, updated_at = $2, search_stale = $3 WHERE id = $1";
        const KIND: &str = "SELECT kind FROM request WHERE id = $1";
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let (head, row) = self.outsider(&mut tx, agent, number, comment, now).await?;
        let key = self.keys.get(row.author()).await?.ok_or(Error::NotFound)?;
        let person = person::find(tx.conn(), row.author()).await?.ok_or(Error::NotFound)?;
        let subject = match &row.subject_sealed {
            Some(sealed) => {
                Subject::parse(&self.people.shown(key.open_text("comment.subject", comment.0, sealed)?)).ok()
            }
            None => None,
        };
        let (kind,): (String,) = on!(tx.conn(), c => sqlx::query_as(KIND).bind(head.id).fetch_one(c).await)?;
        let new = NewRequest {
            person: row.author(),
            key: &key,
            kind: &kind,
            channel: Channel::Mail,
            subject: &subject.unwrap_or_else(|| crate::requests::submit::no_subject(person.language())),
            body: "",
            once_hash: None,
            captured_by: None,
            mail: None,
            held: None,
        };
        let stored = self.insert_empty_request(&mut tx, &new, now).await?;
        let (request, new) = stored.ok_or(Broken::Inconsistent("request.once_hash", comment.0))?;
        for sql in std::iter::once(COMMENT).chain(MOVES) {
            on!(tx.conn(), c => sqlx::query(sql).bind(comment.0).bind(request.0).execute(c).await.map(drop))?;
        }
        on!(tx.conn(), c => sqlx::query(LEFT)
            .bind(head.id)
            .bind(head.moment(now).0)
            .bind(true)
            .execute(c)
            .await
            .map(drop))?;
        let actor = (agent.person(), AuthorKind::Agent);
        for (request, at) in [(head.request(), head.moment(now)), (request, now)] {
            history::note(&mut tx, request, Some(actor), history::SPLIT_OFF, None, None, at).await?;
        }
        if !row.automatic {
            self.confirm(&mut tx, (&person, &key), request, Cause::BY_STRANGER, now).await?;
        }
        let events = [
            Event { request: head.request(), customer: head.customer(), public: false },
            Event { request, customer: row.author(), public: true },
        ];
        tx.commit().await?;
        for event in events {
            self.events.committed(event);
        }
        Ok(new)
    }
}
