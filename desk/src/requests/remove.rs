//! Removing one request with everything that belongs to it.

use sqlx::types::Uuid;
use tresen_model::RequestId;
use tresen_store::{StoreError, Tx, on};

/// `$1` is the request. That its mails were taken in stays known, so that they are not again.
const DELETIONS: &[&str] = &[
    "DELETE FROM outbox WHERE request_id = $1",
    "DELETE FROM token WHERE request_id = $1",
    "UPDATE mail_in SET request_id = NULL, comment_id = NULL WHERE request_id = $1",
    "DELETE FROM participant WHERE request_id = $1",
    "DELETE FROM attachment WHERE request_id = $1",
    "DELETE FROM comment WHERE request_id = $1",
    "DELETE FROM history WHERE request_id = $1",
    "DELETE FROM request WHERE id = $1",
];

/// Deletes its rows and gives the files, which are removed after the commit.
pub(crate) async fn delete_request(tx: &mut Tx, request: RequestId) -> Result<Vec<Uuid>, StoreError> {
    const FILES: &str = "SELECT id FROM attachment WHERE request_id = $1";
    let files: Vec<(Uuid,)> = on!(tx.conn(), c => sqlx::query_as(FILES).bind(request.0).fetch_all(c).await)?;
    for sql in DELETIONS {
        on!(tx.conn(), c => sqlx::query(*sql).bind(request.0).execute(c).await.map(drop))?;
    }
    Ok(files.into_iter().map(|(id,)| id).collect())
}
