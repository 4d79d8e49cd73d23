//! What became of the mails with answers.

use std::collections::HashMap;

use sqlx::types::Uuid;
use tresen_model::views::Delivery;
use tresen_model::{CommentId, DeliveryState, MailTrouble, RequestId, Timestamp};
use tresen_store::{Conn, from_row, on};

use crate::error::Broken;
use crate::outbox::Outbox;
use crate::outbox::kinds::MailKind;

struct DeliveryRow {
    comment_id: Uuid,
    state: String,
    attempts: i64,
    next_attempt_at: i64,
    created_at: i64,
    sent_at: Option<i64>,
    bounced_at: Option<i64>,
    last_error: Option<String>,
    status_code: Option<String>,
}

from_row!(DeliveryRow {
    comment_id,
    state,
    attempts,
    next_attempt_at,
    created_at,
    sent_at,
    bounced_at,
    last_error,
    status_code
});

impl DeliveryRow {
    fn view(self) -> Delivery {
        let (state, at) = match (self.state.as_str(), self.bounced_at) {
            (_, Some(bounced)) => (DeliveryState::Bounced, bounced),
            ("sent", None) => (DeliveryState::Sent, self.sent_at.unwrap_or(self.created_at)),
            ("parked", None) => (DeliveryState::Parked, self.created_at),
            _ if self.attempts > 0 && self.last_error.is_some() => {
                (DeliveryState::Deferred, self.next_attempt_at)
            }
            _ => (DeliveryState::Queued, self.created_at),
        };
        Delivery {
            state,
            trouble: self.last_error.as_deref().and_then(MailTrouble::parse),
            code: self.status_code,
            at: Timestamp(at),
        }
    }
}

impl Outbox {
    /// What became of each answer of a request: of its latest mail, where it was sent again.
    pub(crate) async fn deliveries(
        &self,
        conn: Conn<'_>,
        request: RequestId,
    ) -> Result<HashMap<CommentId, Delivery>, Broken> {
        const SQL: &str =
            "SELECT comment_id, state, attempts, next_attempt_at, created_at, sent_at, bounced_at,
            last_error, status_code FROM outbox
            WHERE request_id = $1 AND comment_id IS NOT NULL AND kind = $2 ORDER BY id";
        let rows: Vec<DeliveryRow> = on!(conn, c => sqlx::query_as(SQL)
            .bind(request.0)
            .bind(MailKind::Reply.as_str())
            .fetch_all(c)
            .await)?;
        Ok(rows.into_iter().map(|row| (CommentId(row.comment_id), row.view())).collect())
    }
}
