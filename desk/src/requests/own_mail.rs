//! What an agent has answered by mail, where the desk could not tell that it was theirs.

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_model::{CommentId, PersonId, RequestId, RequestNumber, Timestamp};
use tresen_store::{Tx, on};

use super::access;
use super::holdings::HOLDING;
use super::sealed::seal_anew;
use crate::error::{Broken, Error};
use crate::outbox::enqueue::{Mail, Payload};
use crate::outbox::kinds::MailKind;
use crate::people::Agent;
use crate::people::person::{self, Presence};
use crate::requests::Requests;

impl Requests {
    /// Sends what an agent has mailed to the customer, as an answer: whoever is signed in has shown who
    /// they are, which their mail could not. It stays where it is in the conversation.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is no mail of this agent that waits; [`Error::Restricted`].
    #[boxed]
    pub async fn send_as_answer(
        &self,
        agent: &Agent,
        number: RequestNumber,
        comment: CommentId,
    ) -> Result<(), Error> {
        const FIND: &str = "SELECT id FROM comment
            WHERE id = $1 AND request_id = $2 AND author_id = $3 AND standing = 'outsider'";
        const COMMENT: &str = "UPDATE comment SET author_kind = 'agent', standing = 'participant',
            subject_sealed = NULL, signed_sealed = NULL, via_sealed = NULL, reply_to_sealed = NULL
            WHERE id = $1";
        const REQUEST: &str = "UPDATE request SET notes = notes - 1 WHERE id = $1";
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let head = access::find_for_agent(tx.conn(), agent, number).await?;
        let Presence::Here = person::touch(&mut tx, head.customer(), now).await? else {
            return Err(Error::NotFound);
        };
        let head = access::find_for_agent(tx.conn(), agent, number).await?;
        let row: Option<(Uuid,)> = on!(tx.conn(), c => sqlx::query_as(FIND)
            .bind(comment.0)
            .bind(head.id)
            .bind(agent.person().0)
            .fetch_optional(c)
            .await)?;
        row.ok_or(Error::NotFound)?;
        let from = self.keys.get(agent.person()).await?.ok_or(Error::NotFound)?;
        let to = self.keys.get(head.customer()).await?.ok_or(Error::NotFound)?;
        on!(tx.conn(), c => sqlx::query(COMMENT).bind(comment.0).execute(c).await.map(drop))?;
        on!(tx.conn(), c => sqlx::query(REQUEST).bind(head.id).execute(c).await.map(drop))?;
        for column in HOLDING.sealed {
            let theirs = match column.table {
                "comment" => "id = $1",
                "attachment" => "comment_id = $1",
                // Of the request and of mails nothing is this agent's.
                _ => continue,
            };
            seal_anew(&mut tx, column, (theirs, comment.0), &from, &to).await?;
        }
        let event = self.after_reply(&mut tx, &head, agent.person(), comment, (&to, true), None, now).await?;
        tx.commit().await?;
        self.events.committed(event);
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
        self.outbox.enqueue(tx, mail, now).await
    }
}
