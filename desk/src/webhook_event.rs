//! What programs are told of.

use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_keys::random;
use tresen_model::{PersonId, RequestId, Timestamp};
use tresen_store::{Tx, on};

use crate::error::Broken;
use crate::people::restriction::NOT_RESTRICTED;

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WebhookEvent {
    /// A request was created.
    RequestCreated,
    /// Somebody wrote in a request.
    RequestCommented,
    /// Status, priority or assignee of a request changed.
    RequestChanged,
    /// A request was resolved.
    RequestResolved,
    /// A person was erased.
    PersonErased,
    /// The processing of a person's data was restricted.
    PersonRestricted,
}

impl WebhookEvent {
    /// All events.
    pub const ALL: [Self; 6] = [
        Self::RequestCreated,
        Self::RequestCommented,
        Self::RequestChanged,
        Self::RequestResolved,
        Self::PersonErased,
        Self::PersonRestricted,
    ];

    /// The word that is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RequestCreated => "request.created",
            Self::RequestCommented => "request.commented",
            Self::RequestChanged => "request.changed",
            Self::RequestResolved => "request.resolved",
            Self::PersonErased => "person.erased",
            Self::PersonRestricted => "person.restricted",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == word)
    }
}

/// Those who want to hear of an event.
async fn listeners(tx: &mut Tx, event: WebhookEvent) -> Result<Vec<Uuid>, Broken> {
    const SQL: &str = "SELECT id, events FROM webhook WHERE disabled_at IS NULL";
    let rows: Vec<(Uuid, String)> = on!(tx.conn(), c => sqlx::query_as(SQL).fetch_all(c).await)?;
    let wants = |events: &str| events.is_empty() || events.split(' ').any(|word| word == event.as_str());
    Ok(rows.into_iter().filter(|(_, events)| wants(events)).map(|(id, _)| id).collect())
}

/// Notes that something happened to a request, within the transaction that does it. Nothing is told of restricted
/// customers' requests, or of suspected spam.
pub(crate) async fn note_request(
    tx: &mut Tx,
    event: WebhookEvent,
    request: RequestId,
    now: Timestamp,
) -> Result<(), Broken> {
    let listeners = listeners(tx, event).await?;
    if listeners.is_empty() {
        return Ok(());
    }
    let sql = format!("SELECT number FROM request WHERE id = $1 AND held_at IS NULL AND {NOT_RESTRICTED}");
    let row: Option<(i64,)> =
        on!(tx.conn(), c => sqlx::query_as(AssertSqlSafe(sql)).bind(request.0).fetch_optional(c).await)?;
    let Some((number,)) = row else { return Ok(()) };
    let comment = match event {
        WebhookEvent::RequestCommented => newest_comment(tx, request).await?,
        _ => None,
    };
    for webhook in listeners {
        insert(tx, webhook, event, (Some(number), None, comment), now).await?;
    }
    Ok(())
}

/// The comment that was just written.
async fn newest_comment(tx: &mut Tx, request: RequestId) -> Result<Option<Uuid>, Broken> {
    const SQL: &str =
        "SELECT id FROM comment WHERE request_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1";
    let row: Option<(Uuid,)> =
        on!(tx.conn(), c => sqlx::query_as(SQL).bind(request.0).fetch_optional(c).await)?;
    Ok(row.map(|(id,)| id))
}

/// Notes that something happened to a person.
pub(crate) async fn note_person(
    tx: &mut Tx,
    event: WebhookEvent,
    person: PersonId,
    now: Timestamp,
) -> Result<(), Broken> {
    for webhook in listeners(tx, event).await? {
        insert(tx, webhook, event, (None, Some(person.0), None), now).await?;
    }
    Ok(())
}

async fn insert(
    tx: &mut Tx,
    webhook: Uuid,
    event: WebhookEvent,
    (number, person, comment): (Option<i64>, Option<Uuid>, Option<Uuid>),
    now: Timestamp,
) -> Result<(), Broken> {
    const SQL: &str = "INSERT INTO webhook_delivery
        (id, webhook_id, event, number, person_id, at, state, next_attempt_at, attempts, comment_id)
        VALUES ($1, $2, $3, $4, $5, $6, 'queued', $6, 0, $7)";
    let id = random::id(now)?;
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(id)
        .bind(webhook)
        .bind(event.as_str())
        .bind(number)
        .bind(person)
        .bind(now.0)
        .bind(comment)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
