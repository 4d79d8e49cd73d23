//! One request, with all that was said in it.

use std::collections::HashMap;

use sqlx::types::Uuid;
use tresen_model::views::{
    AgentName, Attachment, Comment, Conversation, HistoryEntry, HistoryEvent, PersonView, StaffView,
};
use tresen_model::{
    AuthorKind, CommentId, PersonId, Priority, RequestId, RequestNumber, Status, Timestamp, Visibility,
};

use super::access::{self, Access, RequestHead};
use super::change;
use super::files::AttachmentRow;
use crate::Desk;
use crate::error::{Broken, Error};
use crate::keys::PersonKey;
use crate::people::{Agent, person};
use crate::store::{Conn, on};

#[derive(sqlx::FromRow)]
struct RequestRow {
    kind: String,
    subject_sealed: Vec<u8>,
    created_at: i64,
    customer_news_at: i64,
    updated_at: i64,
}

#[derive(sqlx::FromRow)]
struct CommentRow {
    id: Uuid,
    author_id: Option<Uuid>,
    author_kind: String,
    visibility: String,
    body_sealed: Vec<u8>,
    created_at: i64,
}

#[derive(sqlx::FromRow)]
struct HistoryRow {
    id: Uuid,
    actor_id: Option<Uuid>,
    actor_kind: Option<String>,
    event: String,
    before: Option<String>,
    after: Option<String>,
    at: i64,
}

impl Desk {
    /// What the customer sees of their own request. Notes that they have seen it.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for somebody else's.
    pub async fn conversation(&self, access: &Access, number: RequestNumber) -> Result<Conversation, Error> {
        let mut reader = self.store.read().await?;
        let head = access.find(reader.conn(), number).await?;
        let conversation =
            self.read_conversation(reader.conn(), &head, number, access.person(), false).await?;
        drop(reader);
        if head.unread_by_customer() {
            self.note_read(head.request(), false, Timestamp(head.agent_wrote_at)).await?;
        }
        Ok(conversation)
    }

    /// What an agent sees of any request. Notes that an agent has seen it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Restricted`].
    pub async fn conversation_for_agent(
        &self,
        agent: &Agent,
        number: RequestNumber,
    ) -> Result<Conversation, Error> {
        let mut reader = self.store.read().await?;
        let head = access::find_for_agent(reader.conn(), number).await?;
        let mut conversation =
            self.read_conversation(reader.conn(), &head, number, agent.person(), true).await?;
        let staff = self.staff_view(reader.conn(), &head).await?;
        conversation.staff = Some(staff);
        drop(reader);
        if head.unread_by_agents() {
            self.note_read(head.request(), true, Timestamp(head.customer_wrote_at)).await?;
        }
        Ok(conversation)
    }

    async fn read_conversation(
        &self,
        mut conn: Conn<'_>,
        head: &RequestHead,
        number: RequestNumber,
        reader: PersonId,
        for_agent: bool,
    ) -> Result<Conversation, Error> {
        const REQUEST: &str = "SELECT kind, subject_sealed, created_at, customer_news_at, updated_at
            FROM request WHERE id = $1";
        let key = self.keys.get(head.customer()).await?.ok_or(Error::NotFound)?;
        let row: RequestRow =
            on!(conn.again(), c => sqlx::query_as(REQUEST).bind(head.id).fetch_one(c).await)?;
        let comments = self.read_comments(conn.again(), head.request(), &key, reader, for_agent).await?;
        Ok(Conversation {
            id: head.request(),
            number,
            subject: key.open_text("request.subject", head.id, &row.subject_sealed)?,
            status: head.status()?,
            priority: head.priority()?,
            kind: row.kind,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(if for_agent { row.updated_at } else { row.customer_news_at }),
            comments,
            restricted: head.is_restricted(),
            staff: None,
        })
    }

    pub(crate) async fn read_comments(
        &self,
        mut conn: Conn<'_>,
        request: RequestId,
        key: &PersonKey,
        reader: PersonId,
        for_agent: bool,
    ) -> Result<Vec<Comment>, Broken> {
        const COMMENTS: &str = "SELECT id, author_id, author_kind, visibility, body_sealed, created_at
            FROM comment WHERE request_id = $1 AND (visibility = 'public' OR $2) ORDER BY id";
        const FILES: &str = "SELECT id, comment_id, name_sealed, media_type, size
            FROM attachment WHERE request_id = $1 ORDER BY id";
        let rows: Vec<CommentRow> = on!(conn.again(), c => sqlx::query_as(COMMENTS)
            .bind(request.0)
            .bind(for_agent)
            .fetch_all(c)
            .await)?;
        let files: Vec<AttachmentRow> =
            on!(conn.again(), c => sqlx::query_as(FILES).bind(request.0).fetch_all(c).await)?;
        let mut attachments: HashMap<Uuid, Vec<Attachment>> = HashMap::new();
        for file in files {
            attachments.entry(file.comment_id).or_default().push(file.view(key)?);
        }
        let mut authors: Vec<PersonId> = rows.iter().filter_map(|row| row.author_id).map(PersonId).collect();
        authors.sort_unstable();
        authors.dedup();
        let names = self.names(conn, &authors).await?;
        rows.into_iter()
            .map(|row| {
                let broken = || Broken::Inconsistent("comment", row.id);
                let author = row.author_id.map(PersonId);
                Ok(Comment {
                    id: CommentId(row.id),
                    author_kind: AuthorKind::parse(&row.author_kind).ok_or_else(broken)?,
                    author: author.and_then(|author| names.get(&author).cloned()),
                    own: author == Some(reader),
                    visibility: Visibility::parse(&row.visibility).ok_or_else(broken)?,
                    body: key.open_text("comment.body", row.id, &row.body_sealed)?,
                    attachments: attachments.remove(&row.id).unwrap_or_default(),
                    created_at: Timestamp(row.created_at),
                })
            })
            .collect()
    }

    async fn staff_view(&self, mut conn: Conn<'_>, head: &RequestHead) -> Result<StaffView, Error> {
        const PARKED: &str = "SELECT COUNT(*) FROM outbox WHERE request_id = $1 AND state = 'parked'";
        const OTHERS: &str = "SELECT COUNT(*) FROM request WHERE person_id = $1 AND id <> $2";
        let (customer, key) = self.require_person(head.customer()).await.map_err(|_| Error::NotFound)?;
        let (parked,): (i64,) =
            on!(conn.again(), c => sqlx::query_as(PARKED).bind(head.id).fetch_one(c).await)?;
        let (others,): (i64,) = on!(conn.again(), c => sqlx::query_as(OTHERS)
            .bind(head.person_id)
            .bind(head.id)
            .fetch_one(c)
            .await)?;
        Ok(StaffView {
            customer: PersonView {
                id: head.customer(),
                name: customer.name(&key)?.map(Into::into),
                email: customer.email(&key)?.into(),
                proven: customer.proven_at.is_some(),
                registered: customer.is_registered(),
                language: customer.language(),
            },
            assignee: head.assignee_id.map(PersonId),
            agents: self.agent_names(conn.again()).await?,
            history: self.read_history(conn, head.request()).await?,
            parked_mails: u32::try_from(parked).unwrap_or(u32::MAX),
            other_requests: u32::try_from(others).unwrap_or(u32::MAX),
        })
    }

    /// Everyone who can be given a request, by name.
    pub(crate) async fn agent_names(&self, conn: Conn<'_>) -> Result<Vec<AgentName>, Broken> {
        let staff = person::find_staff(conn).await?;
        let keys = self.keys.get_many(staff.iter().map(|row| PersonId(row.id))).await?;
        let mut names = Vec::new();
        for row in staff.iter().filter(|row| row.is_active()) {
            let id = PersonId(row.id);
            if let Some(key) = keys.get(&id)
                && let Some(name) = row.name(key)?
            {
                names.push(AgentName { id, name: name.into() });
            }
        }
        names.sort_by_key(|agent| agent.name.to_lowercase());
        Ok(names)
    }

    /// Everyone who can be given a request, for a form.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    pub async fn agents(&self, _: &Agent) -> Result<Vec<AgentName>, Error> {
        let mut reader = self.store.read().await?;
        Ok(self.agent_names(reader.conn()).await?)
    }

    pub(crate) async fn read_history(
        &self,
        mut conn: Conn<'_>,
        request: RequestId,
    ) -> Result<Vec<HistoryEntry>, Broken> {
        const SQL: &str = "SELECT id, actor_id, actor_kind, event, before, after, at
            FROM history WHERE request_id = $1 ORDER BY id";
        let rows: Vec<HistoryRow> =
            on!(conn.again(), c => sqlx::query_as(SQL).bind(request.0).fetch_all(c).await)?;
        let assigned = |row: &HistoryRow| {
            let after = row.after.as_deref().filter(|_| row.event == change::ASSIGNED);
            after.and_then(PersonId::parse)
        };
        let mut persons: Vec<PersonId> = rows.iter().filter_map(|row| row.actor_id).map(PersonId).collect();
        persons.extend(rows.iter().filter_map(assigned));
        persons.sort_unstable();
        persons.dedup();
        let names = self.names(conn, &persons).await?;
        rows.into_iter()
            .map(|row| {
                let broken = || Broken::Inconsistent("history", row.id);
                let (before, after) = (row.before.as_deref(), row.after.as_deref());
                let event = match row.event.as_str() {
                    change::CREATED => HistoryEvent::Created,
                    change::STATUS => HistoryEvent::Status {
                        from: before.and_then(Status::parse).ok_or_else(broken)?,
                        to: after.and_then(Status::parse).ok_or_else(broken)?,
                    },
                    change::PRIORITY => HistoryEvent::Priority {
                        from: before.and_then(Priority::parse).ok_or_else(broken)?,
                        to: after.and_then(Priority::parse).ok_or_else(broken)?,
                    },
                    change::ASSIGNED => HistoryEvent::Assigned {
                        to: assigned(&row).and_then(|person| names.get(&person).cloned()),
                    },
                    _ => return Err(broken()),
                };
                Ok(HistoryEntry {
                    at: Timestamp(row.at),
                    actor: row.actor_id.and_then(|actor| names.get(&PersonId(actor)).cloned()),
                    actor_kind: row.actor_kind.as_deref().and_then(AuthorKind::parse),
                    event,
                })
            })
            .collect()
    }

    /// The request's id behind a number, for live events.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for somebody else's.
    pub async fn request_id(&self, access: &Access, number: RequestNumber) -> Result<RequestId, Error> {
        Ok(access.find(self.store.read().await?.conn(), number).await?.request())
    }

    /// The same for an agent.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Restricted`].
    pub async fn request_id_for_agent(&self, _: &Agent, number: RequestNumber) -> Result<RequestId, Error> {
        Ok(access::find_for_agent(self.store.read().await?.conn(), number).await?.request())
    }
}
