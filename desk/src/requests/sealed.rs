//! Sealing what somebody wrote or was sent with the key of another person.

use sqlx::AssertSqlSafe;
use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_store::{Tx, on};

use crate::error::Broken;
use crate::people::holding::Sealed;

/// Values that are sealed anew at a time.
const BATCH: i64 = 200;

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
