//! The columns that hold what somebody wrote or was sent, sealed with a person's key, and sealing them with another's.

use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_store::{Tx, on};

use crate::error::Broken;

/// Values that are sealed anew at a time.
const BATCH: i64 = 200;

/// A column, and what its values are sealed for.
pub(crate) struct Sealed {
    pub(crate) table: &'static str,
    column: &'static str,
    place: &'static str,
}

/// All of them, but for what a person is known by.
pub(crate) const SEALED: &[Sealed] = &[
    Sealed { table: "request", column: "subject_sealed", place: "request.subject" },
    Sealed { table: "comment", column: "body_sealed", place: "comment.body" },
    Sealed { table: "comment", column: "subject_sealed", place: "comment.subject" },
    Sealed { table: "comment", column: "rest_sealed", place: "comment.rest" },
    Sealed { table: "comment", column: "html_sealed", place: "comment.html" },
    Sealed { table: "comment", column: "signed_sealed", place: "comment.signed" },
    Sealed { table: "comment", column: "via_sealed", place: "comment.via" },
    Sealed { table: "comment", column: "reply_to_sealed", place: "comment.reply_to" },
    Sealed { table: "attachment", column: "name_sealed", place: "attachment.name" },
    Sealed { table: "attachment", column: "key_sealed", place: "attachment.key" },
    Sealed { table: "attachment", column: "content_id_sealed", place: "attachment.content_id" },
    Sealed { table: "attachment", column: "preview_key_sealed", place: "attachment.preview_key" },
    Sealed { table: "outbox", column: "payload_sealed", place: "outbox.payload" },
];

/// Seals the values of a column in some rows with another key. `theirs` is the condition that says which rows, and
/// its parameter `$1`.
pub(crate) async fn seal_anew(
    tx: &mut Tx,
    Sealed { table, column, place }: &Sealed,
    theirs: (&str, Uuid),
    from: &PersonKey,
    to: &PersonKey,
) -> Result<(), Broken> {
    let (condition, whose) = theirs;
    // What was erased is empty, and sealed with no key.
    let find = format!(
        "SELECT id, {column} FROM {table} WHERE {condition} AND {column} IS NOT NULL AND length({column}) > 0
         AND id > $2 ORDER BY id LIMIT $3"
    );
    let update = format!("UPDATE {table} SET {column} = $2 WHERE id = $1");
    let mut last = Uuid::nil();
    loop {
        let rows: Vec<(Uuid, Vec<u8>)> = on!(tx.conn(), c => sqlx::query_as(AssertSqlSafe(find.clone()))
            .bind(whose)
            .bind(last)
            .bind(BATCH)
            .fetch_all(c)
            .await)?;
        let Some((newest, _)) = rows.last() else { return Ok(()) };
        last = *newest;
        for (id, sealed) in rows {
            let sealed = to.seal(place, id, &from.open(place, id, &sealed)?)?;
            on!(tx.conn(), c => sqlx::query(AssertSqlSafe(update.clone()))
                .bind(id)
                .bind(sealed)
                .execute(c)
                .await
                .map(drop))?;
        }
    }
}
