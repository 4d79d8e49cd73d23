//! Requests that are held back as suspected spam: stored, answered by nobody, in no list but the
//! one here, until an agent has looked. Nothing is dropped silently.

use async_recursion::async_recursion as boxed;
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_model::views::{HeldLine, Page};
use tresen_model::{AuthorKind, HeldWhy, PersonId, RequestId, RequestNumber, Timestamp};
use tresen_store::{Conn, StoreError, Tx, from_row, on};

use super::about::Cause;
use super::access::{self, Access, RequestHead};
use super::history::{self, Actor};
use super::list::{read_cursor, write_cursor};
use super::statistics;
use crate::error::{Broken, Error};
use crate::events::Event;
use crate::people::Agent;
use crate::people::kinds::seen_by;
use crate::people::person::{self, Presence};
use crate::requests::Requests;
use crate::requests::statistics::Tally;

/// Rows of a page.
const PAGE: usize = 50;

struct Row {
    id: Uuid,
    number: i64,
    person_id: Uuid,
    subject_sealed: Vec<u8>,
    created_at: i64,
    updated_at: i64,
    held_why: Option<String>,
}

from_row!(Row { id, number, person_id, subject_sealed, created_at, updated_at, held_why });

/// An agent works on it, so it is no spam. `false` when it was not held.
pub(super) async fn clear(
    tx: &mut Tx,
    head: &RequestHead,
    actor: Actor,
    now: Timestamp,
) -> Result<bool, Broken> {
    const SQL: &str = "UPDATE request SET held_at = NULL, held_why = NULL, search_stale = $2, updated_at = $3
        WHERE id = $1 AND held_at IS NOT NULL";
    if head.held().is_none() {
        return Ok(false);
    }
    let now = head.moment(now);
    on!(tx.conn(), c => sqlx::query(SQL).bind(head.id).bind(true).bind(now.0).execute(c).await.map(drop))?;
    // Spam is nothing that came in. This did, on its day.
    statistics::count(tx, &head.kind, None, &Tally::received(), head.created_at()).await?;
    history::note(tx, head.request(), Some(actor), history::RELEASED, None, None, now).await?;
    Ok(true)
}

/// Whoever has the mailbox did something in it, so it is theirs. `false` when it does not wait for
/// that: what a filter holds only an agent releases.
pub(super) async fn confirmed(
    tx: &mut Tx,
    head: &RequestHead,
    access: &Access,
    now: Timestamp,
) -> Result<bool, Broken> {
    if head.held() != Some(HeldWhy::Unconfirmed) {
        return Ok(false);
    }
    if let Access::Link(holder) = access {
        person::mark_proven(tx, holder.person, now).await?;
    }
    clear(tx, head, (access.person(), AuthorKind::Customer), now).await
}

impl Requests {
    /// The customer says that a request which may be a program's is theirs: it goes where all are.
    /// One that does not wait for this stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] while the customer's data is restricted.
    #[boxed]
    pub async fn confirm_request(&self, access: &Access, number: RequestNumber) -> Result<(), Error> {
        let head = access.find(self.store.read().await?.conn(), number).await?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, head.customer(), now).await? else {
            return Err(Error::NotFound);
        };
        let head = access.find(tx.conn(), number).await?;
        if head.is_restricted() {
            return Err(Error::Forbidden);
        }
        if !confirmed(&mut tx, &head, access, now).await? {
            return Ok(tx.rollback().await?);
        }
        let event = Event { request: head.request(), customer: head.customer(), public: true };
        tx.commit().await?;
        self.events.committed(event);
        Ok(())
    }

    /// A page of what is held back, the newest first.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn held_requests(&self, agent: &Agent, after: Option<&str>) -> Result<Page<HeldLine>, Error> {
        let sql = format!(
            "SELECT request.id, number, person_id, subject_sealed, request.created_at,
            request.updated_at, held_why FROM request JOIN person ON person.id = request.person_id
            WHERE held_at IS NOT NULL AND (request.updated_at, request.id) < ($1, $2)
            AND person.state = 'active' AND person.restricted_at IS NULL AND {}
            ORDER BY request.updated_at DESC, request.id DESC LIMIT $3",
            seen_by("$4", "request.kind")
        );
        let (time, id) = after.and_then(read_cursor).unwrap_or((i64::MAX, Uuid::max()));
        let mut reader = self.store.read().await?;
        let rows: Vec<Row> = on!(reader.conn(), c => sqlx::query_as(AssertSqlSafe(sql))
            .bind(time)
            .bind(id)
            .bind(PAGE as i64 + 1)
            .bind(agent.person().0)
            .fetch_all(c)
            .await)?;
        let next = rows.get(PAGE).and(rows.get(PAGE - 1)).map(|row| write_cursor(row.updated_at, row.id));
        let persons: Vec<PersonId> = rows.iter().take(PAGE).map(|row| PersonId(row.person_id)).collect();
        let keys = self.keys.get_many(persons.iter().copied()).await?;
        let senders = person::find_many(reader.conn(), &persons).await?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows.iter().take(PAGE) {
            let sender = senders.iter().find(|sender| sender.id == row.person_id);
            // Without a key the person is being erased at this moment.
            let (Some(sender), Some(key)) = (sender, keys.get(&PersonId(row.person_id))) else { continue };
            lines.push(HeldLine {
                number: RequestNumber::from_bits(row.number.cast_unsigned()),
                subject: self.people.shown(key.open_text("request.subject", row.id, &row.subject_sealed)?),
                name: sender.name(key)?.map(Into::into),
                email: sender.email(key)?.into(),
                created_at: Timestamp(row.created_at),
                why: row
                    .held_why
                    .as_deref()
                    .and_then(HeldWhy::parse)
                    .ok_or(Broken::Inconsistent("request.held_why", row.id))?,
            });
        }
        Ok(Page { rows: lines, next })
    }

    /// It is no spam: the request goes where all are, and its sender hears that it came in.
    ///
    /// # Errors
    /// [`Error::NotFound`] also when it is not held; [`Error::Restricted`].
    #[boxed]
    pub async fn release_held(&self, agent: &Agent, number: RequestNumber) -> Result<(), Error> {
        let head = access::find_for_agent(self.store.read().await?.conn(), agent, number).await?;
        let key = self.keys.get(head.customer()).await?.ok_or(Error::NotFound)?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, head.customer(), now).await? else {
            return Err(Error::NotFound);
        };
        let head = access::find_for_agent(tx.conn(), agent, number).await?;
        let (customer, request) = (head.customer(), head.request());
        if !clear(&mut tx, &head, (agent.person(), AuthorKind::Agent), now).await? {
            return Err(Error::NotFound);
        }
        if !is_automatic(tx.conn(), request).await? {
            let receiver = person::find(tx.conn(), customer).await?.ok_or(Error::NotFound)?;
            self.confirm(&mut tx, (&receiver, &key), request, Cause::BY_STRANGER, now).await?;
        }
        let event = Event { request, customer, public: true };
        tx.commit().await?;
        self.events.committed(event);
        Ok(())
    }
}

/// Whether a machine sent what the request begins with.
async fn is_automatic(conn: Conn<'_>, request: RequestId) -> Result<bool, StoreError> {
    const SQL: &str = "SELECT automatic FROM comment WHERE request_id = $1 ORDER BY created_at, id LIMIT 1";
    let row: Option<(bool,)> = on!(conn, c => sqlx::query_as(SQL).bind(request.0).fetch_optional(c).await)?;
    Ok(row.is_some_and(|(automatic,)| automatic))
}
