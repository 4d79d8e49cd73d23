//! What customers and agents have seen of a request.

use tresen_model::{CommentId, RequestNumber, Timestamp};

use super::access::{self, Access, RequestHead};
use crate::Desk;
use crate::error::Error;
use crate::outage;
use crate::people::Agent;
use crate::store::{Conn, on};

/// When a comment of a request was written.
async fn written_at(mut conn: Conn<'_>, head: &RequestHead, comment: CommentId) -> Result<Timestamp, Error> {
    const COMMENT: &str = "SELECT created_at FROM comment WHERE id = $1 AND request_id = $2";
    let at: Option<i64> = on!(conn.again(), c => {
        sqlx::query_scalar(COMMENT).bind(comment.0).bind(head.id).fetch_optional(c).await
    })?;
    Ok(Timestamp(at.ok_or(Error::NotFound)?))
}

impl Desk {
    /// Notes that the customer has seen a request, with everything up to the comment `last`.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for somebody else's request, and for a comment that is in another one.
    #[crate::boxed]
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
        Ok(outage::passed_over(self.note_read(head.request(), false, until).await)?)
    }

    /// Notes that an agent has seen a request, with everything up to the comment `last`.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for a comment that is in another request.
    #[crate::boxed]
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
        Ok(outage::passed_over(self.note_read(head.request(), true, until).await)?)
    }
}
