//! One request, with all that was said in it.

use std::collections::HashMap;

use async_recursion::async_recursion as boxed;
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_model::views::{
    AgentName, Attachment, Comment, Conversation, HistoryEntry, HistoryEvent, PersonView, StaffView,
};
use tresen_model::{
    AuthorKind, Channel, CommentId, HeldWhy, MailRemark, MailVerdict, PersonId, PersonName, Priority,
    RequestId, RequestNumber, Standing, Status, Timestamp, Visibility,
};
use tresen_store::{Conn, from_row, on};

use super::access::{self, Access, RequestHead};
use super::files::AttachmentRow;
use super::history as steps;
use super::quotes;
use super::readable::{FOR_CUSTOMERS, author_may_be_read, sealed_for};
use crate::error::{Broken, Error};
use crate::people::{Agent, PersonEvent, history, kinds, person};
use crate::requests::Requests;

struct CommentRow {
    id: Uuid,
    author_id: Option<Uuid>,
    author_name: Option<Vec<u8>>,
    author_kind: String,
    visibility: String,
    body_sealed: Vec<u8>,
    created_at: i64,
    channel: String,
    automatic: bool,
    standing: String,
    rest_sealed: Option<Vec<u8>>,
    signed_sealed: Option<Vec<u8>>,
    formatted: bool,
    remarks: Option<String>,
    verdict: Option<String>,
    via_sealed: Option<Vec<u8>>,
    reply_to_sealed: Option<Vec<u8>>,
}

from_row!(CommentRow {
    id,
    author_id,
    author_name,
    author_kind,
    visibility,
    body_sealed,
    created_at,
    channel,
    automatic,
    standing,
    rest_sealed,
    signed_sealed,
    formatted,
    remarks,
    verdict,
    via_sealed,
    reply_to_sealed
});

/// What stands in a comment, as it is stored: its text, and what was folded away.
fn open_texts(row: &CommentRow, key: &PersonKey) -> Result<(String, Option<String>), Broken> {
    if row.standing == Standing::Erased.as_str() {
        return Ok((String::new(), None));
    }
    let rest = row.rest_sealed.as_ref().map(|rest| key.open_text("comment.rest", row.id, rest));
    Ok((key.open_text("comment.body", row.id, &row.body_sealed)?, rest.transpose()?))
}

/// What reads the comments of a request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// The customer: neither notes nor outsiders.
    Customer,
    /// An agent: everything.
    Agent,
    /// The index: everything, but what is quoted only where it was written.
    Index,
    /// The customer's copy of their data: notes, but no outsiders.
    Copy,
}

/// Whose request it is, and who reads.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) customer: PersonId,
    pub(crate) key: &'a PersonKey,
    pub(crate) person: PersonId,
    pub(crate) reading: Reading,
}

struct HistoryRow {
    id: Uuid,
    actor_id: Option<Uuid>,
    actor_kind: Option<String>,
    event: String,
    before: Option<String>,
    after: Option<String>,
    at: i64,
}

from_row!(HistoryRow { id, actor_id, actor_kind, event, before, after, at });

impl Requests {
    /// What the customer sees of their own request. That they have seen it is noted by [`note_seen`](Self::note_seen).
    ///
    /// # Errors
    /// [`Error::NotFound`] also for somebody else's.
    #[boxed]
    pub async fn conversation(&self, access: &Access, number: RequestNumber) -> Result<Conversation, Error> {
        let mut reader = self.store.read().await?;
        let head = access.find(reader.conn(), number).await?;
        self.read_conversation(reader.conn(), &head, number, access.person(), false).await
    }

    /// What an agent sees of any request. That an agent has seen it is noted by
    /// [`note_seen_by_agent`](Self::note_seen_by_agent).
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Restricted`].
    #[boxed]
    pub async fn conversation_for_agent(
        &self,
        agent: &Agent,
        number: RequestNumber,
    ) -> Result<Conversation, Error> {
        let mut reader = self.store.read().await?;
        let head = access::find_for_agent(reader.conn(), agent, number).await?;
        let mut conversation =
            self.read_conversation(reader.conn(), &head, number, agent.person(), true).await?;
        let staff = self.staff_view(reader.conn(), agent, &head).await?;
        conversation.staff = Some(staff);
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
        let key = self.keys.get(head.customer()).await?.ok_or(Error::NotFound)?;
        let reading = if for_agent { Reading::Agent } else { Reading::Customer };
        let reader = Reader { customer: head.customer(), key: &key, person: reader, reading };
        let comments = self.read_comments(conn.again(), head.request(), reader).await?;
        let unread = if for_agent { head.unread_by_agents() } else { head.unread_by_customer() };
        Ok(Conversation {
            id: head.request(),
            number,
            subject: self.people.shown(key.open_text("request.subject", head.id, &head.subject_sealed)?),
            status: head.status()?,
            priority: head.priority()?,
            kind: head.kind.clone(),
            created_at: head.created_at(),
            updated_at: Timestamp(if for_agent { head.updated_at } else { head.customer_news_at }),
            comments,
            restricted: head.is_restricted(),
            unconfirmed: head.held() == Some(HeldWhy::Unconfirmed),
            unread,
            staff: None,
        })
    }

    pub(crate) async fn read_comments(
        &self,
        mut conn: Conn<'_>,
        request: RequestId,
        reader: Reader<'_>,
    ) -> Result<Vec<Comment>, Broken> {
        const FILES: &str = "SELECT id, comment_id, name_sealed, media_type, size, checked, finding,
            preview_width, preview_height, work_at FROM attachment WHERE request_id = $1 ORDER BY id";
        let Reader { customer, key, person, reading } = reader;
        let for_staff = matches!(reading, Reading::Agent | Reading::Index);
        let comments = format!(
            "SELECT comment.id, author_id, author.name_sealed AS author_name, author_kind, visibility,
             body_sealed, comment.created_at, channel, automatic, standing, rest_sealed, signed_sealed,
             html_sealed IS NOT NULL AS formatted, remarks, verdict, via_sealed, reply_to_sealed
             FROM comment LEFT JOIN person AS author ON author.id = author_id AND author.state = 'active'
             WHERE request_id = $1 AND ({FOR_CUSTOMERS} OR $2)
             AND (standing <> 'outsider' OR $3) AND {} ORDER BY comment.created_at, comment.id",
            author_may_be_read(4)
        );
        let rows: Vec<CommentRow> = on!(conn.again(), c => sqlx::query_as(AssertSqlSafe(comments))
            .bind(request.0)
            .bind(reading != Reading::Customer)
            .bind(for_staff)
            .bind(customer.0)
            .fetch_all(c)
            .await)?;
        let files: Vec<AttachmentRow> =
            on!(conn.again(), c => sqlx::query_as(FILES).bind(request.0).fetch_all(c).await)?;
        let mut attachments: HashMap<Uuid, Vec<AttachmentRow>> = HashMap::new();
        for file in files {
            attachments.entry(file.comment_id).or_default().push(file);
        }
        let owner = |row: &CommentRow| sealed_for(row.author_id, &row.author_kind, customer);
        let others: Vec<PersonId> = rows.iter().map(owner).filter(|owner| *owner != customer).collect();
        let authors = rows.iter().filter_map(|row| row.author_id).map(PersonId);
        let keys = self.keys.get_many(others.iter().copied().chain(authors)).await?;
        let addresses = match reading {
            Reading::Agent => addresses(conn.again(), &others, &keys).await?,
            Reading::Customer | Reading::Copy | Reading::Index => HashMap::new(),
        };
        let for_agent = reading == Reading::Agent;
        let mut deliveries =
            if for_agent { self.outbox.deliveries(conn.again(), request).await? } else { HashMap::new() };
        let mut opened = Vec::with_capacity(rows.len());
        for row in rows {
            let owner = owner(&row);
            // Without a key they are being erased at this moment.
            let Some(key) = (if owner == customer { Some(key) } else { keys.get(&owner) }) else { continue };
            let texts = open_texts(&row, key)?;
            opened.push((row, owner, key, texts));
        }
        let quoted = match reading {
            Reading::Index => None,
            Reading::Agent | Reading::Customer | Reading::Copy => {
                let mut texts: Vec<&str> = Vec::with_capacity(2 * opened.len());
                for (.., (body, rest)) in &opened {
                    texts.push(body);
                    texts.extend(rest.as_deref());
                }
                Some(self.quoted(conn, request, customer, &texts).await?)
            }
        };
        let shown = |text: String| {
            let filled = quoted.as_ref().map(|quoted| quoted.fill_in(&text));
            self.people.shown(filled.unwrap_or_else(|| quotes::without_quotes(&text)))
        };
        let mut comments = Vec::with_capacity(opened.len());
        for (row, owner, key, (body, rest)) in opened {
            let broken = || Broken::Inconsistent("comment", row.id);
            let author = row.author_id.map(PersonId);
            let standing = Standing::parse(&row.standing).ok_or_else(broken)?;
            let files = attachments.remove(&row.id).unwrap_or_default();
            let (body, rest) = (shown(body), rest.map(shown));
            let signed = row.signed_sealed.as_ref();
            let signed = signed.map(|name| key.open_text("comment.signed", row.id, name)).transpose()?;
            let called = match (row.author_id, &row.author_name) {
                (Some(author), Some(sealed)) => match keys.get(&PersonId(author)) {
                    Some(key) => person::open_name(author, sealed, key)?.map(String::from),
                    None => None,
                },
                _ => None,
            };
            // The person may have taken that name since.
            let signed = signed.filter(|name| called.as_ref() != Some(name));
            let opened = |column: &'static str, sealed: &Option<Vec<u8>>| {
                let sealed = sealed.as_ref().filter(|_| for_agent);
                sealed.map(|sealed| key.open_text(column, row.id, sealed)).transpose()
            };
            let remarks = row.remarks.as_deref().filter(|_| for_agent).unwrap_or_default();
            comments.push(Comment {
                id: CommentId(row.id),
                author_kind: AuthorKind::parse(&row.author_kind).ok_or_else(broken)?,
                signed: signed.is_some(),
                author: signed.or(called),
                own: author == Some(person),
                by_staff: addresses.get(&owner).is_some_and(|(_, staff)| *staff),
                visibility: Visibility::parse(&row.visibility).ok_or_else(broken)?,
                body,
                rest,
                formatted: row.formatted,
                by_mail: row.channel == Channel::Mail.as_str(),
                automatic: row.automatic,
                standing,
                address: addresses.get(&owner).map(|(address, _)| address.clone()),
                remarks: remarks.split(' ').filter_map(MailRemark::parse).collect(),
                verdict: row.verdict.as_deref().filter(|_| for_agent).and_then(MailVerdict::parse),
                via: opened("comment.via", &row.via_sealed)?,
                reply_to: opened("comment.reply_to", &row.reply_to_sealed)?,
                attachments: files
                    .iter()
                    .map(|file| {
                        let view = file.view(key, &self.settings.uploads, for_agent)?;
                        Ok::<_, Broken>(Attachment { name: self.people.shown(view.name), ..view })
                    })
                    .collect::<Result<_, _>>()?,
                created_at: Timestamp(row.created_at),
                delivery: deliveries.remove(&CommentId(row.id)),
            });
        }
        Ok(comments)
    }

    async fn staff_view(
        &self,
        mut conn: Conn<'_>,
        agent: &Agent,
        head: &RequestHead,
    ) -> Result<StaffView, Error> {
        let counts = format!(
            "SELECT (SELECT COUNT(*) FROM outbox WHERE request_id = $1 AND state = 'parked'),
             (SELECT COUNT(*) FROM request WHERE person_id = $2 AND id <> $1 AND {}),
             (SELECT COUNT(*) FROM agent_kind WHERE person_id = $3)",
            kinds::seen_by("$3", "request.kind")
        );
        let customer = self.people.require_person_on(conn.again(), head.customer()).await;
        let (customer, key) = customer.map_err(|error| error.unless_broken(Error::NotFound))?;
        let email = customer.email(&key)?;
        let (parked, others, kinds): (i64, i64, i64) = on!(conn.again(), c => sqlx::query_as(AssertSqlSafe(counts))
            .bind(head.id)
            .bind(head.person_id)
            .bind(agent.person().0)
            .fetch_one(c)
            .await)?;
        let assignee = head.assignee_id.map(PersonId);
        let assignee_name = self.people.names(conn.again(), assignee.as_slice()).await?.into_values().next();
        Ok(StaffView {
            customer: PersonView {
                id: head.customer(),
                name: customer.name(&key)?.map(Into::into),
                unanswerable: !email.can_be_answered(),
                email: email.into(),
                proven: customer.proven_at.is_some(),
                registered: customer.is_registered(),
                language: customer.language(),
                undeliverable: customer.undeliverable_at.is_some(),
            },
            assignee,
            assignee_name,
            agents: self.agent_names(conn.again(), Some(&head.kind)).await?,
            all_kinds: kinds == 0,
            history: self.history_for_agents(conn, head, customer.name(&key)?).await?,
            held: head.held(),
            parked_mails: u32::try_from(parked).unwrap_or(u32::MAX),
            other_requests: u32::try_from(others).unwrap_or(u32::MAX),
        })
    }

    /// The history of a request, with what was done to its customer's data since it is here.
    async fn history_for_agents(
        &self,
        mut conn: Conn<'_>,
        head: &RequestHead,
        customer: Option<PersonName>,
    ) -> Result<Vec<HistoryEntry>, Broken> {
        let mut entries = self.read_history(conn.again(), head.request()).await?;
        let begun = entries.first().map_or(Timestamp(i64::MAX), |first| first.at);
        let steps = history::steps(conn, head.customer()).await?;
        entries.extend(steps.into_iter().filter(|step| step.at >= begun).map(|step| {
            let (event, own) = match step.event {
                PersonEvent::Name => (HistoryEvent::NameChanged, true),
                PersonEvent::Address => (HistoryEvent::AddressChanged, true),
                PersonEvent::Imported => (HistoryEvent::Imported, false),
            };
            HistoryEntry {
                at: step.at,
                actor: customer.clone().filter(|_| own).map(Into::into),
                actor_kind: own.then_some(AuthorKind::Customer),
                event,
            }
        }));
        // Stable: what happened at one moment stays in its order.
        entries.sort_by_key(|entry| entry.at);
        Ok(entries)
    }

    /// Everyone who can be given a request of a type, or of any, by name.
    async fn agent_names(&self, conn: Conn<'_>, kind: Option<&str>) -> Result<Vec<AgentName>, Broken> {
        let staff = person::find_staff(conn, kind).await?;
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
    #[boxed]
    pub async fn agents(&self, _: &Agent) -> Result<Vec<AgentName>, Error> {
        let mut reader = self.store.read().await?;
        Ok(self.agent_names(reader.conn(), None).await?)
    }

    pub(crate) async fn read_history(
        &self,
        mut conn: Conn<'_>,
        request: RequestId,
    ) -> Result<Vec<HistoryEntry>, Broken> {
        const SQL: &str = "SELECT id, actor_id, actor_kind, event, before, after, at
            FROM history WHERE request_id = $1 ORDER BY at, id";
        let rows: Vec<HistoryRow> =
            on!(conn.again(), c => sqlx::query_as(SQL).bind(request.0).fetch_all(c).await)?;
        let assigned = |row: &HistoryRow| {
            let after = row.after.as_deref().filter(|_| row.event == steps::ASSIGNED);
            after.and_then(PersonId::parse)
        };
        let mut persons: Vec<PersonId> = rows.iter().filter_map(|row| row.actor_id).map(PersonId).collect();
        persons.extend(rows.iter().filter_map(assigned));
        persons.sort_unstable();
        persons.dedup();
        let names = self.people.names(conn, &persons).await?;
        rows.into_iter()
            .map(|row| {
                let broken = || Broken::Inconsistent("history", row.id);
                let (before, after) = (row.before.as_deref(), row.after.as_deref());
                let event = match row.event.as_str() {
                    steps::CREATED => HistoryEvent::Created,
                    steps::STATUS => HistoryEvent::Status {
                        from: before.and_then(Status::parse).ok_or_else(broken)?,
                        to: after.and_then(Status::parse).ok_or_else(broken)?,
                    },
                    steps::PRIORITY => HistoryEvent::Priority {
                        from: before.and_then(Priority::parse).ok_or_else(broken)?,
                        to: after.and_then(Priority::parse).ok_or_else(broken)?,
                    },
                    steps::ASSIGNED => HistoryEvent::Assigned {
                        to: assigned(&row).and_then(|person| names.get(&person).cloned()),
                    },
                    steps::ADMITTED => HistoryEvent::Admitted,
                    steps::SPLIT_OFF => HistoryEvent::SplitOff,
                    steps::RELEASED => HistoryEvent::Released,
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
    #[boxed]
    pub async fn request_id(&self, access: &Access, number: RequestNumber) -> Result<RequestId, Error> {
        Ok(access.find(self.store.read().await?.conn(), number).await?.request())
    }

    /// The same for an agent.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Restricted`].
    #[boxed]
    pub async fn request_id_for_agent(
        &self,
        agent: &Agent,
        number: RequestNumber,
    ) -> Result<RequestId, Error> {
        Ok(access::find_for_agent(self.store.read().await?.conn(), agent, number).await?.request())
    }
}

/// The addresses of those who wrote in somebody else's request.
async fn addresses(
    conn: Conn<'_>,
    persons: &[PersonId],
    keys: &HashMap<PersonId, PersonKey>,
) -> Result<HashMap<PersonId, (String, bool)>, Broken> {
    let mut addresses = HashMap::new();
    for row in person::find_many(conn, persons).await? {
        if let Some(key) = keys.get(&PersonId(row.id)) {
            let staff = row.role()?.is_staff();
            addresses.insert(PersonId(row.id), (row.email(key)?.into(), staff));
        }
    }
    Ok(addresses)
}
