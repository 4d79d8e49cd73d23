//! A mail's HTML, cleaned when it came in, for whoever wants to see it as it was formatted.

use async_recursion::async_recursion as boxed;
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_model::{AttachmentId, CommentId, RequestNumber};
use tresen_store::on;

use super::access::{self, Access, RequestHead};
use super::readable::{self, FOR_CUSTOMERS};
use crate::error::Error;
use crate::people::Agent;
use crate::requests::Requests;

/// A mail's HTML. Holds what somebody wrote.
pub struct Formatted {
    /// Cleaned: no script, no style, no form, nothing remote. Pictures of the mail stand as
    /// `src="cid:…"`.
    pub html: String,
    /// Which attachment each `cid:` is.
    pub pictures: Vec<(String, AttachmentId)>,
}

impl Requests {
    /// The HTML of a comment that came by mail, for the request's customer.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when it has none, and for somebody else's.
    #[boxed]
    pub async fn formatted(
        &self,
        access: &Access,
        number: RequestNumber,
        comment: CommentId,
    ) -> Result<Formatted, Error> {
        let head = access.find(self.store.read().await?.conn(), number).await?;
        self.read_formatted(&head, comment, false).await
    }

    /// The same for an agent.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Restricted`].
    #[boxed]
    pub async fn formatted_for_agent(
        &self,
        agent: &Agent,
        number: RequestNumber,
        comment: CommentId,
    ) -> Result<Formatted, Error> {
        let head = access::find_for_agent(self.store.read().await?.conn(), agent, number).await?;
        self.read_formatted(&head, comment, true).await
    }

    async fn read_formatted(
        &self,
        head: &RequestHead,
        comment: CommentId,
        for_agent: bool,
    ) -> Result<Formatted, Error> {
        const PICTURES: &str = "SELECT id, content_id_sealed FROM attachment
            WHERE comment_id = $1 AND content_id_sealed IS NOT NULL ORDER BY id";
        let sql = format!(
            "SELECT html_sealed, author_id, author_kind FROM comment WHERE id = $1 AND request_id = $2
             AND html_sealed IS NOT NULL AND ({FOR_CUSTOMERS} OR $3) AND {}",
            readable::author_may_be_read(4)
        );
        let mut reader = self.store.read().await?;
        let row: Option<(Vec<u8>, Option<Uuid>, String)> = on!(reader.conn(), c => sqlx::query_as(AssertSqlSafe(sql))
                .bind(comment.0)
                .bind(head.id)
                .bind(for_agent)
                .bind(head.person_id)
                .fetch_optional(c)
                .await)?;
        let (sealed, author, author_kind) = row.ok_or(Error::NotFound)?;
        let rows: Vec<(Uuid, Vec<u8>)> =
            on!(reader.conn(), c => sqlx::query_as(PICTURES).bind(comment.0).fetch_all(c).await)?;
        let owner = readable::sealed_for(author, &author_kind, head.customer());
        let key = self.keys.get(owner).await?.ok_or(Error::NotFound)?;
        let mut pictures = Vec::with_capacity(rows.len());
        for (id, sealed) in rows {
            pictures.push((key.open_text("attachment.content_id", id, &sealed)?, AttachmentId(id)));
        }
        let html = key.open_text("comment.html", comment.0, &sealed)?;
        let quoted = self.quoted(reader.conn(), head.request(), head.customer(), &[&html]).await?;
        let html = self.people.shown(quoted.fill_in_html(&html));
        Ok(Formatted { html, pictures })
    }
}
