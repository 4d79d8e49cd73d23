//! What customers and agents have seen of a request.
//!
//! No page waits for a mark to be on disk: marks are gathered for a moment and written together.

use std::collections::BTreeMap;

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_model::views::Conversation;
use tresen_model::{CommentId, RequestNumber, Timestamp};
use tresen_store::{Conn, Tx, on};

use super::access::{self, Access, RequestHead};
use crate::error::{Broken, Error};
use crate::outage;
use crate::people::Agent;
use crate::requests::Requests;

/// One side has seen a request with what was written until then.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    request: Uuid,
    by_agent: bool,
    until: Timestamp,
}

/// When a comment of a request was written.
async fn written_at(mut conn: Conn<'_>, head: &RequestHead, comment: CommentId) -> Result<Timestamp, Error> {
    const COMMENT: &str = "SELECT created_at FROM comment WHERE id = $1 AND request_id = $2";
    let at: Option<i64> = on!(conn.again(), c => {
        sqlx::query_scalar(COMMENT).bind(comment.0).bind(head.id).fetch_optional(c).await
    })?;
    Ok(Timestamp(at.ok_or(Error::NotFound)?))
}

impl Requests {
    /// Notes that the customer has seen a request, with everything up to the comment `last`.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for somebody else's request, and for a comment that is in another one.
    #[boxed]
    pub async fn note_seen(
        &self,
        access: &Access,
        number: RequestNumber,
        last: CommentId,
    ) -> Result<(), Error> {
        let mut reader = self.store.read().await?;
        let head = access.find(reader.conn(), number).await?;
        if !head.unread_by_customer() {
            return Ok(());
        }
        let until = written_at(reader.conn(), &head, last).await?;
        drop(reader);
        self.note_now(Seen { request: head.id, by_agent: false, until }).await
    }

    /// Notes that an agent has seen a request, with everything up to the comment `last`.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for a comment that is in another request.
    #[boxed]
    pub async fn note_seen_by_agent(
        &self,
        agent: &Agent,
        number: RequestNumber,
        last: CommentId,
    ) -> Result<(), Error> {
        let mut reader = self.store.read().await?;
        let head = access::find_for_agent(reader.conn(), agent, number).await?;
        if !head.unread_by_agents() {
            return Ok(());
        }
        let until = written_at(reader.conn(), &head, last).await?;
        drop(reader);
        self.note_now(Seen { request: head.id, by_agent: true, until }).await
    }

    /// Notes that somebody has seen a conversation as it was loaded just now.
    pub fn note_shown(&self, conversation: &Conversation) {
        if let (true, Some(last)) = (conversation.unread, conversation.comments.last()) {
            let by_agent = conversation.staff.is_some();
            self.note(Seen { request: conversation.id.0, by_agent, until: last.created_at });
        }
    }

    /// For the app, which says what was seen when nobody waits for it, and may ask for the list next.
    async fn note_now(&self, seen: Seen) -> Result<(), Error> {
        // Whoever is to write what was gathered finds that done.
        let _ = self.seen.add(seen);
        Ok(outage::passed_over(self.write_seen().await)?)
    }

    fn note(&self, seen: Seen) {
        if self.seen.add(seen) {
            let this = self.clone();
            self.background.soon(async move {
                let written = this.write_seen().await;
                // A mark that is lost makes nothing wrong that is not right at the next look.
                Ok(outage::passed_over(written)?)
            });
        }
    }

    async fn write_seen(&self) -> Result<(), Broken> {
        let mut latest = BTreeMap::new();
        for Seen { request, by_agent, until } in self.seen.take() {
            let kept = latest.entry((request, by_agent)).or_insert(until);
            *kept = until.max(*kept);
        }
        // On PostgreSQL one at a time: somebody else may hold one of them and wait for another.
        let at_once = if self.store.is_postgres() { 1 } else { latest.len() };
        let latest: Vec<_> = latest.into_iter().collect();
        for some in latest.chunks(at_once.max(1)) {
            let mut tx = self.store.write().await?;
            for ((request, by_agent), until) in some {
                mark(&mut tx, *request, *by_agent, *until).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }
}

/// That is no change of the request, so it neither moves it in lists nor tells anybody.
async fn mark(tx: &mut Tx, request: Uuid, by_agent: bool, until: Timestamp) -> Result<(), Broken> {
    const AGENT: &str = "UPDATE request SET agent_read_at = $2 WHERE id = $1 AND agent_read_at < $2";
    const CUSTOMER: &str = "UPDATE request SET customer_read_at = $2 WHERE id = $1 AND customer_read_at < $2";
    let sql = if by_agent { AGENT } else { CUSTOMER };
    Ok(on!(tx.conn(), c => sqlx::query(sql).bind(request).bind(until.0).execute(c).await.map(drop))?)
}
