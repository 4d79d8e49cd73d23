//! Status, priority and assignment, each with an entry in the history.

use async_recursion::async_recursion as boxed;
use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_model::{AuthorKind, PersonId, Priority, Problem, RequestId, RequestNumber, Status, Timestamp};
use tresen_store::{StoreError, Tx, on};

use super::about::About;
use super::access::{self, Access, RequestHead};
use super::history::{ASSIGNED, Actor, PRIORITY, STATUS, note};
use super::{held, statistics};
use crate::error::{Broken, Error};
use crate::events::Event;
use crate::outbox::kinds::MailKind;
use crate::people::person::{self, Presence};
use crate::people::{Agent, kinds};
use crate::requests::Requests;
use crate::requests::statistics::Tally;

/// What an agent changes; `None` leaves as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Change {
    /// Where it stands.
    pub status: Option<Status>,
    /// How soon.
    pub priority: Option<Priority>,
    /// Who works on it; `Some(None)` is nobody.
    pub assignee: Option<Option<PersonId>>,
    /// Change nothing unless this is when something happened last.
    pub only_at: Option<Timestamp>,
}

pub(crate) async fn set_status(
    tx: &mut Tx,
    head: &RequestHead,
    to: Status,
    actor: Actor,
    now: Timestamp,
) -> Result<(), Broken> {
    const SQL: &str = "UPDATE request SET status = $2, closed_at = $3, updated_at = $4, customer_news_at = $4
        WHERE id = $1";
    let from = head.status()?;
    let closed_at = (!to.is_active()).then_some(now.0);
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(head.id)
        .bind(to.as_str())
        .bind(closed_at)
        .bind(now.0)
        .execute(c)
        .await
        .map(drop))?;
    count_status(tx, head, from, to, actor, now).await?;
    note(tx, head.request(), Some(actor), STATUS, Some(from.as_str()), Some(to.as_str()), now).await
}

/// Before the change stands in the history.
async fn count_status(
    tx: &mut Tx,
    head: &RequestHead,
    from: Status,
    to: Status,
    (person, part): Actor,
    now: Timestamp,
) -> Result<(), Broken> {
    const SETTLED: &str = "SELECT id FROM history WHERE request_id = $1 AND event = 'status'
        AND after IN ('resolved', 'closed') LIMIT 1";
    let mut tally = Tally {
        resolved: u64::from(to == Status::Resolved),
        closed: u64::from(to == Status::Closed),
        reopened: u64::from(!from.is_active() && to.is_active()),
        ..Tally::default()
    };
    if from.is_active() && !to.is_active() {
        let before: Option<(Uuid,)> =
            on!(tx.conn(), c => sqlx::query_as(SETTLED).bind(head.id).fetch_optional(c).await)?;
        if before.is_none() {
            tally.settled = 1;
            tally.settle_seconds = statistics::seconds(head.created_at(), now);
        }
    }
    if tally == Tally::default() {
        return Ok(());
    }
    let agent = (part == AuthorKind::Agent).then_some(person);
    statistics::count(tx, &head.kind, agent, &tally, now).await
}

pub(super) async fn set_assignee(
    tx: &mut Tx,
    head: &RequestHead,
    to: Option<PersonId>,
    actor: Actor,
    now: Timestamp,
) -> Result<(), Broken> {
    const SQL: &str = "UPDATE request SET assignee_id = $2, updated_at = $3 WHERE id = $1";
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(head.id)
        .bind(to.map(|person| person.0))
        .bind(now.0)
        .execute(c)
        .await
        .map(drop))?;
    let before = head.assignee_id.map(|id| id.to_string());
    let after = to.map(|person| person.to_string());
    note(tx, head.request(), Some(actor), ASSIGNED, before.as_deref(), after.as_deref(), now).await
}

/// Unassigns what somebody worked on and can no longer see, since their role or request types are others
/// now. Settled requests too: they may be opened again. Those stay where they are in the queue, and as old as
/// they are for retention.
pub(crate) async fn release_unseen(tx: &mut Tx, person: PersonId, now: Timestamp) -> Result<(), Broken> {
    let sql = format!(
        "UPDATE request SET assignee_id = NULL,
         updated_at = CASE WHEN status NOT IN ('open', 'waiting') THEN updated_at
         WHEN updated_at > $2 THEN updated_at + 1 ELSE $2 END
         WHERE assignee_id = $1 AND NOT (EXISTS (SELECT 1 FROM person WHERE id = $1 AND role <> 'customer')
         AND {}) RETURNING id, updated_at",
        kinds::seen_by("$1", "request.kind")
    );
    // The clock may have been set back, see `RequestHead::moment`.
    let released: Vec<(Uuid, i64)> = on!(tx.conn(), c => sqlx::query_as(AssertSqlSafe(sql))
        .bind(person.0)
        .bind(now.0)
        .fetch_all(c)
        .await)?;
    let before = person.to_string();
    for (request, at) in released {
        note(tx, RequestId(request), None, ASSIGNED, Some(&before), None, now.max(Timestamp(at))).await?;
    }
    Ok(())
}

async fn set_priority(
    tx: &mut Tx,
    head: &RequestHead,
    to: Priority,
    actor: Actor,
    now: Timestamp,
) -> Result<(), Broken> {
    const SQL: &str = "UPDATE request SET priority = $2, updated_at = $3 WHERE id = $1";
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(head.id)
        .bind(to.as_str())
        .bind(now.0)
        .execute(c)
        .await
        .map(drop))?;
    let before = head.priority()?;
    note(tx, head.request(), Some(actor), PRIORITY, Some(before.as_str()), Some(to.as_str()), now).await
}

/// Whether a request can be given to somebody: not to customers, and not to services.
pub(super) async fn is_staff(tx: &mut Tx, person: PersonId) -> Result<bool, StoreError> {
    const SQL: &str =
        "SELECT id FROM person WHERE id = $1 AND role <> 'customer' AND NOT service AND state = 'active'";
    let row: Option<(Uuid,)> =
        on!(tx.conn(), c => sqlx::query_as(SQL).bind(person.0).fetch_optional(c).await)?;
    Ok(row.is_some())
}

impl Requests {
    /// The customer closes their request, or opens it again. What it is already, it stays.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Restricted`].
    #[boxed]
    pub async fn close_or_reopen(
        &self,
        access: &Access,
        number: RequestNumber,
        close: bool,
    ) -> Result<(), Error> {
        let head = access.find(self.store.read().await?.conn(), number).await?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, head.customer(), now).await? else {
            return Err(Error::NotFound);
        };
        let head = access.find(tx.conn(), number).await?;
        if head.is_restricted() {
            return Err(Error::Restricted);
        }
        let to = if close { Status::Closed } else { Status::Open };
        let from = head.status()?;
        if from == to || (!close && from.is_active()) {
            return Ok(tx.rollback().await?);
        }
        let at = head.moment(now);
        set_status(&mut tx, &head, to, (access.person(), AuthorKind::Customer), at).await?;
        let event = Event { request: head.request(), customer: head.customer(), public: true };
        tx.commit().await?;
        self.events.committed(event);
        Ok(())
    }

    /// An agent changes where a request stands. The customer gets a mail when it is resolved.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Restricted`]; a refusal on `assignee` when that is no agent, or one
    /// who does not work on this request type; [`Error::Changed`].
    #[boxed]
    pub async fn change(&self, agent: &Agent, number: RequestNumber, change: Change) -> Result<(), Error> {
        let head = access::find_for_agent(self.store.read().await?.conn(), agent, number).await?;
        let key = self.keys.get(head.customer()).await?.ok_or(Error::NotFound)?;
        let now = self.clock.now();
        let actor = (agent.person(), AuthorKind::Agent);
        let mut tx = self.store.write().await?;
        let no_agent = || Error::refused("assignee", Problem::ChoiceUnknown);
        let customer = head.customer();
        let next =
            change.assignee.flatten().filter(|next| Some(next.0) != head.assignee_id && *next != customer);
        // Always in the same order, so that nobody waits for each other. Whoever is given the request keeps
        // role and request types meanwhile.
        for person in
            [next.filter(|next| *next < customer), Some(customer), next.filter(|next| *next > customer)]
        {
            match person {
                Some(person) if person == customer => {
                    let Presence::Here = person::touch(&mut tx, customer, now).await? else {
                        return Err(Error::NotFound);
                    };
                }
                Some(next) => {
                    let Presence::Here = person::hold(&mut tx, next).await? else { return Err(no_agent()) };
                }
                None => {}
            }
        }
        let head = access::find_for_agent(tx.conn(), agent, number).await?;
        if change.only_at.is_some_and(|at| at.0 != head.updated_at) {
            tx.rollback().await?;
            return Err(Error::Changed);
        }
        let status = change.status.filter(|to| head.status().is_ok_and(|from| from != *to));
        let priority = change.priority.filter(|to| head.priority().is_ok_and(|from| from != *to));
        let assignee = change.assignee.filter(|to| to.map(|person| person.0) != head.assignee_id);
        let at = head.moment(now);
        if let Some(to) = priority {
            set_priority(&mut tx, &head, to, actor, at).await?;
        }
        if let Some(to) = assignee {
            if let Some(person) = to
                && !(is_staff(&mut tx, person).await?
                    && kinds::includes(tx.conn(), person, &head.kind).await?)
            {
                return Err(no_agent());
            }
            set_assignee(&mut tx, &head, to, actor, at).await?;
        }
        if let Some(to) = status {
            set_status(&mut tx, &head, to, actor, at).await?;
            if to == Status::Resolved {
                let receiver = person::find(tx.conn(), head.customer()).await?.ok_or(Error::NotFound)?;
                let about = About {
                    receiver: &receiver,
                    key: &key,
                    request: head.request(),
                    kind: MailKind::Resolved,
                    offer_registration: false,
                    by_stranger: false,
                    answers: None,
                };
                self.mail_about(&mut tx, about, now).await?;
            }
        }
        if status.is_none() && priority.is_none() && assignee.is_none() {
            return Ok(tx.rollback().await?);
        }
        held::clear(&mut tx, &head, actor, now).await?;
        let public = status.is_some();
        let event = Event { request: head.request(), customer: head.customer(), public };
        tx.commit().await?;
        self.events.committed(event);
        Ok(())
    }
}
