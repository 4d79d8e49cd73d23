//! What happened to a request, kept with it.

use crate::error::Broken;
use crate::webhook_event::{self, WebhookEvent};
use tresen_keys::random;
use tresen_model::{AuthorKind, PersonId, RequestId, Timestamp};
use tresen_store::{Tx, on};

pub(super) const CREATED: &str = "created";
pub(super) const STATUS: &str = "status";
pub(super) const PRIORITY: &str = "priority";
pub(super) const ASSIGNED: &str = "assigned";
pub(super) const ADMITTED: &str = "admitted";
pub(super) const SPLIT_OFF: &str = "split_off";
pub(super) const RELEASED: &str = "released";

/// Who does something, and in what part.
pub(crate) type Actor = (PersonId, AuthorKind);

/// Writes an entry of the history.
pub(crate) async fn note(
    tx: &mut Tx,
    request: RequestId,
    actor: Option<Actor>,
    event: &str,
    before: Option<&str>,
    after: Option<&str>,
    now: Timestamp,
) -> Result<(), Broken> {
    const SQL: &str = "INSERT INTO history (id, request_id, actor_id, actor_kind, event, before, after, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let id = random::id(now)?;
    on!(tx.conn(), c => sqlx::query(SQL)
        .bind(id)
        .bind(request.0)
        .bind(actor.map(|(person, _)| person.0))
        .bind(actor.map(|(_, kind)| kind.as_str()))
        .bind(event)
        .bind(before)
        .bind(after)
        .bind(now.0)
        .execute(c)
        .await
        .map(drop))?;
    let told = match (event, after) {
        (CREATED, _) => WebhookEvent::RequestCreated,
        (STATUS, Some("resolved")) => WebhookEvent::RequestResolved,
        (STATUS | PRIORITY | ASSIGNED, _) => WebhookEvent::RequestChanged,
        _ => return Ok(()),
    };
    webhook_event::note_request(tx, told, request, now).await
}
