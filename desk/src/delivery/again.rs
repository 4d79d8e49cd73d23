//! What became of mails: at each answer for agents, all in all for admins, and sending again.

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_model::views::{MailTroubles, ParkedMail};
use tresen_model::{CommentId, DeliveryState, MailTrouble, RequestNumber, Role, Timestamp};
use tresen_store::{from_row, on};

use crate::delivery::Delivery;
use crate::error::Error;
use crate::events::Event;
use crate::outbox::enqueue::{Mail, Payload};
use crate::outbox::kinds::MailKind;
use crate::people::person::{self, Presence};
use crate::people::{Agent, Purpose};
use crate::requests::find_for_agent;

/// So many parked mails are named; all of them are counted.
const MOST_NAMED: i64 = 100;

struct ParkedRow {
    id: Uuid,
    kind: String,
    number: Option<i64>,
    last_error: Option<String>,
    status_code: Option<String>,
    created_at: i64,
}

from_row!(ParkedRow { id, kind, number, last_error, status_code, created_at });

impl Delivery {
    /// Sends an answer again that was parked or came back, with a new link. Whoever asks for it has
    /// reason to believe that the address works: it counts as deliverable again. An answer that
    /// waits or was sent is left alone.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for a comment that is no answer; [`Error::Restricted`].
    #[boxed]
    pub async fn send_again(
        &self,
        agent: &Agent,
        number: RequestNumber,
        comment: CommentId,
    ) -> Result<(), Error> {
        const PARKED: &str = "DELETE FROM outbox WHERE comment_id = $1 AND kind = $2 AND state = 'parked'";
        const DELIVERABLE: &str = "UPDATE person SET undeliverable_at = NULL, bounces = 0 WHERE id = $1";
        const RESOLVED: &str = "SELECT status FROM request WHERE id = $1";
        let head = find_for_agent(self.store.read().await?.conn(), agent, number).await?;
        let key = self.keys.get(head.customer()).await?.ok_or(Error::NotFound)?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, head.customer(), now).await? else {
            return Err(Error::NotFound);
        };
        let head = find_for_agent(tx.conn(), agent, number).await?;
        let delivery = self.outbox.deliveries(tx.conn(), head.request()).await?.remove(&comment);
        let delivery = delivery.ok_or(Error::NotFound)?;
        if !matches!(delivery.state, DeliveryState::Parked | DeliveryState::Bounced) {
            return Ok(tx.rollback().await?);
        }
        let (status,): (String,) =
            on!(tx.conn(), c => sqlx::query_as(RESOLVED).bind(head.id).fetch_one(c).await)?;
        on!(tx.conn(), c => sqlx::query(PARKED)
            .bind(comment.0)
            .bind(MailKind::Reply.as_str())
            .execute(c)
            .await
            .map(drop))?;
        on!(tx.conn(), c => sqlx::query(DELIVERABLE).bind(head.person_id).execute(c).await.map(drop))?;
        let link = self
            .people
            .mint(&mut tx, Purpose::Request, head.customer(), Some(head.request()), None, now)
            .await?;
        let payload = Payload {
            request: Some(link.reveal().to_owned()),
            resolved: status == "resolved",
            ..Payload::default()
        };
        let mail = Mail {
            person: head.customer(),
            key: &key,
            kind: MailKind::Reply,
            request: Some(head.request()),
            comment: Some(comment),
            payload,
            receiver: None,
        };
        self.outbox.enqueue(&mut tx, mail, now).await?;
        let event = Event { request: head.request(), customer: head.customer(), public: false };
        tx.commit().await?;
        self.events.committed(event);
        Ok(())
    }

    /// Whether mails leave, and which do not: also those that are about no request.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for those who are no admin.
    #[boxed]
    pub async fn mail_trouble(&self, agent: &Agent) -> Result<MailTroubles, Error> {
        const COUNT: &str = "SELECT COUNT(*), MIN(created_at),
            COUNT(CASE WHEN last_error = $1 THEN 1 END) FROM outbox WHERE state = 'queued'";
        const PARKED: &str = "SELECT COUNT(*) FROM outbox WHERE state = 'parked'";
        // The number of a restricted person's request is not for agents.
        const NEWEST: &str = "SELECT outbox.id, outbox.kind, outbox.last_error, outbox.status_code,
            outbox.created_at, CASE WHEN owner.restricted_at IS NULL THEN request.number END AS number
            FROM outbox LEFT JOIN request ON request.id = outbox.request_id
            LEFT JOIN person owner ON owner.id = request.person_id
            WHERE outbox.state = 'parked' ORDER BY outbox.id DESC LIMIT $1";
        self.require_admin(agent).await?;
        let mut reader = self.store.read().await?;
        let (waiting, since, locked_out): (i64, Option<i64>, i64) = on!(reader.conn(), c =>
            sqlx::query_as(COUNT).bind(MailTrouble::Access.as_str()).fetch_one(c).await)?;
        let (parked,): (i64,) = on!(reader.conn(), c => sqlx::query_as(PARKED).fetch_one(c).await)?;
        let newest: Vec<ParkedRow> =
            on!(reader.conn(), c => sqlx::query_as(NEWEST).bind(MOST_NAMED).fetch_all(c).await)?;
        let count = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
        Ok(MailTroubles {
            waiting: count(waiting),
            waiting_since: since.map(Timestamp),
            locked_out: count(locked_out),
            parked: count(parked),
            newest_parked: newest
                .into_iter()
                .map(|row| ParkedMail {
                    id: row.id.simple().to_string(),
                    kind: row.kind,
                    number: row.number.map(|number| RequestNumber::from_bits(number.cast_unsigned())),
                    trouble: row.last_error.as_deref().and_then(MailTrouble::parse),
                    code: row.status_code,
                    created_at: Timestamp(row.created_at),
                })
                .collect(),
        })
    }

    /// Tries parked mails again: one of them by its id, or all.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for those who are no admin; [`Error::NotFound`] for an id that is none.
    #[boxed]
    pub async fn send_parked_again(&self, agent: &Agent, mail: Option<&str>) -> Result<(), Error> {
        const ONE: &str =
            "UPDATE outbox SET state = 'queued', attempts = 0, next_attempt_at = $1, created_at = $1,
            last_error = NULL, status_code = NULL WHERE state = 'parked' AND id = $2";
        const ALL: &str =
            "UPDATE outbox SET state = 'queued', attempts = 0, next_attempt_at = $1, created_at = $1,
            last_error = NULL, status_code = NULL WHERE state = 'parked'";
        self.require_admin(agent).await?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        match mail {
            Some(id) => {
                let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
                on!(tx.conn(), c => sqlx::query(ONE).bind(now.0).bind(id).execute(c).await.map(drop))?;
            }
            None => on!(tx.conn(), c => sqlx::query(ALL).bind(now.0).execute(c).await.map(drop))?,
        }
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        Ok(())
    }

    async fn require_admin(&self, agent: &Agent) -> Result<(), Error> {
        let (row, _) = self.people.require_person(agent.person()).await?;
        if row.role()? == Role::Admin { Ok(()) } else { Err(Error::Forbidden) }
    }
}
