//! What an agent has answered by mail, where the desk could not tell that it was theirs.

use sqlx::types::Uuid;
use tresen_model::{CommentId, PersonId, RequestId, RequestNumber, Timestamp};

use super::access;
use crate::Desk;
use crate::error::{Broken, Error};
use crate::keys::PersonKey;
use crate::mail::{Mail, MailKind, Payload};
use crate::people::Agent;
use crate::people::person::{self, Presence};
use crate::store::{Tx, from_row, on};

struct Row {
    body_sealed: Vec<u8>,
    rest_sealed: Option<Vec<u8>>,
    html_sealed: Option<Vec<u8>>,
}

from_row!(Row { body_sealed, rest_sealed, html_sealed });

struct FileRow {
    id: Uuid,
    name_sealed: Vec<u8>,
    key_sealed: Vec<u8>,
    content_id_sealed: Option<Vec<u8>>,
    preview_key_sealed: Option<Vec<u8>>,
}

from_row!(FileRow { id, name_sealed, key_sealed, content_id_sealed, preview_key_sealed });

/// Seals values anew, with another person's key.
struct Keys<'a> {
    from: &'a PersonKey,
    to: &'a PersonKey,
}

impl Keys<'_> {
    fn seal(&self, column: &'static str, id: Uuid, sealed: &[u8]) -> Result<Vec<u8>, Broken> {
        Ok(self.to.seal(column, id, &self.from.open(column, id, sealed)?)?)
    }

    fn seal_some(
        &self,
        column: &'static str,
        id: Uuid,
        sealed: Option<&Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, Broken> {
        sealed.map(|sealed| self.seal(column, id, sealed)).transpose()
    }
}

impl Desk {
    /// Sends what an agent has mailed to the customer, as an answer: whoever is signed in has shown who
    /// they are, which their mail could not. It stays where it is in the conversation.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is no mail of this agent that waits; [`Error::Restricted`].
    #[crate::boxed]
    pub async fn send_as_answer(
        &self,
        agent: &Agent,
        number: RequestNumber,
        comment: CommentId,
    ) -> Result<(), Error> {
        const FIND: &str = "SELECT body_sealed, rest_sealed, html_sealed FROM comment
            WHERE id = $1 AND request_id = $2 AND author_id = $3 AND standing = 'outsider'";
        const COMMENT: &str = "UPDATE comment SET author_kind = 'agent', standing = 'participant',
            subject_sealed = NULL, signed_sealed = NULL, via_sealed = NULL,
            reply_to_sealed = NULL, body_sealed = $2, rest_sealed = $3, html_sealed = $4 WHERE id = $1";
        const REQUEST: &str = "UPDATE request SET notes = notes - 1 WHERE id = $1";
        let now = self.now();
        let mut tx = self.store.write().await?;
        let head = access::find_for_agent(tx.conn(), agent, number).await?;
        let Presence::Here = person::touch(&mut tx, head.customer(), now).await? else {
            return Err(Error::NotFound);
        };
        let head = access::find_for_agent(tx.conn(), agent, number).await?;
        let row: Option<Row> = on!(tx.conn(), c => sqlx::query_as(FIND)
            .bind(comment.0)
            .bind(head.id)
            .bind(agent.person().0)
            .fetch_optional(c)
            .await)?;
        let row = row.ok_or(Error::NotFound)?;
        let from = self.keys.get(agent.person()).await?.ok_or(Error::NotFound)?;
        let to = self.keys.get(head.customer()).await?.ok_or(Error::NotFound)?;
        let keys = Keys { from: &from, to: &to };
        let body = keys.seal("comment.body", comment.0, &row.body_sealed)?;
        let rest = keys.seal_some("comment.rest", comment.0, row.rest_sealed.as_ref())?;
        let html = keys.seal_some("comment.html", comment.0, row.html_sealed.as_ref())?;
        on!(tx.conn(), c => sqlx::query(COMMENT)
            .bind(comment.0)
            .bind(body)
            .bind(rest)
            .bind(html)
            .execute(c)
            .await
            .map(drop))?;
        on!(tx.conn(), c => sqlx::query(REQUEST).bind(head.id).execute(c).await.map(drop))?;
        seal_files(&mut tx, comment, &keys).await?;
        let event = self.after_reply(&mut tx, &head, agent.person(), comment, (&to, true), None, now).await?;
        tx.commit().await?;
        self.committed(event);
        Ok(())
    }

    /// Tells an agent that what they mailed has not reached the customer, at most once an hour and
    /// request.
    pub(crate) async fn tell_of_unsent(
        &self,
        tx: &mut Tx,
        request: RequestId,
        agent: PersonId,
        key: &PersonKey,
        now: Timestamp,
    ) -> Result<(), Broken> {
        const SQL: &str = "SELECT COUNT(*) FROM outbox WHERE person_id = $1 AND request_id = $2
            AND kind = $3 AND created_at > $4";
        let kind = MailKind::AnswerUnsent;
        let (told,): (i64,) = on!(tx.conn(), c => sqlx::query_as(SQL)
            .bind(agent.0)
            .bind(request.0)
            .bind(kind.as_str())
            .bind(now.plus_seconds(-3600).0)
            .fetch_one(c)
            .await)?;
        if told > 0 {
            return Ok(());
        }
        let payload = Payload::default();
        let mail =
            Mail { person: agent, key, kind, request: Some(request), comment: None, payload, receiver: None };
        self.enqueue(tx, mail, now).await
    }
}

async fn seal_files(tx: &mut Tx, comment: CommentId, keys: &Keys<'_>) -> Result<(), Broken> {
    const FIND: &str = "SELECT id, name_sealed, key_sealed, content_id_sealed, preview_key_sealed
        FROM attachment WHERE comment_id = $1";
    const UPDATE: &str = "UPDATE attachment SET name_sealed = $2, key_sealed = $3, content_id_sealed = $4,
        preview_key_sealed = $5 WHERE id = $1";
    let rows: Vec<FileRow> = on!(tx.conn(), c => sqlx::query_as(FIND).bind(comment.0).fetch_all(c).await)?;
    for row in rows {
        let name = keys.seal("attachment.name", row.id, &row.name_sealed)?;
        let file_key = keys.seal("attachment.key", row.id, &row.key_sealed)?;
        let place = keys.seal_some("attachment.content_id", row.id, row.content_id_sealed.as_ref())?;
        let preview = keys.seal_some("attachment.preview_key", row.id, row.preview_key_sealed.as_ref())?;
        on!(tx.conn(), c => sqlx::query(UPDATE)
            .bind(row.id)
            .bind(name)
            .bind(file_key)
            .bind(place)
            .bind(preview)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}
