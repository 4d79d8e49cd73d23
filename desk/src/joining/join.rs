//! Joining two records of one person: somebody with an account takes an address under which they once wrote
//! as a guest.
//!
//! All that the guest wrote and was sent is sealed anew with the key of the account, in the transaction in
//! which the account takes the address. It leaves the guest's record empty, with a row in `erasure`, as an
//! erasure that has begun: so the record, its search entries and its key are deleted whatever happens
//! (`privacy::erase`). docs/decisions/0019-two-records-of-one-person.md says what becomes of what.

use sqlx::types::Uuid;
use tresen_keys::PersonKey;
use tresen_model::views::ErasureCount;
use tresen_model::{PersonId, Problem, Role, Timestamp};
use tresen_store::{Tx, on};

use crate::error::{Broken, Error};
use crate::people::person;
use crate::people::person::PersonRow;
use crate::privacy::erase::JOIN;
use crate::privacy::holdings;
use crate::requests::seal_anew;
use crate::search::mark_stale;
use crate::staff::invitations;

/// Comments that are sealed with the key of the person `$1`; see `sealed_for`.
const COMMENTS: &str = "((comment.author_id = $1 AND comment.author_kind = 'customer')
    OR ((comment.author_id IS NULL OR comment.author_kind <> 'customer')
    AND comment.request_id IN (SELECT id FROM request WHERE person_id = $1)))";

/// Makes rows of the guest `$1` those of the account `$2`. Links to requests stay good; all others could
/// take over or end what the account has now. A mail with one of those that has not left goes with it.
const MOVES: &[&str] = &[
    "DELETE FROM outbox WHERE person_id = $1 AND person_id <> $2 AND request_id IS NULL AND state <> 'sent'",
    "UPDATE outbox SET person_id = $2 WHERE person_id = $1",
    "UPDATE token SET person_id = $2 WHERE person_id = $1 AND purpose = 'request'",
    "UPDATE participant SET person_id = $2 WHERE person_id = $1
     AND request_id NOT IN (SELECT request_id FROM participant WHERE person_id = $2)",
    "UPDATE comment SET author_id = $2 WHERE author_id = $1",
    "UPDATE history SET actor_id = $2 WHERE actor_id = $1",
    "UPDATE mail_in SET person_id = $2 WHERE person_id = $1",
    "UPDATE consent SET person_id = $2 WHERE person_id = $1",
    "UPDATE person_history SET person_id = $2 WHERE person_id = $1",
    "UPDATE request SET person_id = $2 WHERE person_id = $1",
    "UPDATE person SET created_at = (SELECT MIN(created_at) FROM person WHERE id IN ($1, $2)) WHERE id = $2",
];

/// The account `$1` belongs to its own requests: it takes part in them as nobody else does, and what it
/// wrote there from its other address is no outsider's.
const SETTLE: &[&str] = &[
    "DELETE FROM participant WHERE person_id = $1
     AND request_id IN (SELECT id FROM request WHERE request.person_id = $1)",
    "UPDATE request SET
     comments = comments + (SELECT COUNT(*) FROM comment WHERE comment.request_id = request.id
        AND comment.author_id = $1 AND comment.standing = 'outsider'),
     notes = notes - (SELECT COUNT(*) FROM comment WHERE comment.request_id = request.id
        AND comment.author_id = $1 AND comment.standing = 'outsider')
     WHERE person_id = $1",
    "UPDATE comment SET standing = 'participant', subject_sealed = NULL WHERE author_id = $1
     AND standing = 'outsider' AND request_id IN (SELECT id FROM request WHERE person_id = $1)",
];

/// Somebody, as both stores know them.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) id: PersonId,
    pub(super) key: &'a PersonKey,
}

/// Makes all that is a guest's the account's, within a transaction that holds both.
///
/// # Errors
/// A refusal of `token` for whoever is no guest, works here, is invited to, or is restricted.
pub(super) async fn join(
    tx: &mut Tx,
    guest: Known<'_>,
    account: Known<'_>,
    now: Timestamp,
) -> Result<(), Error> {
    // The row stays until this is committed: a mail of the guest that waits for us would make it anew otherwise,
    // with the old key. It is deleted as an erasure's is.
    const END: &str =
        "UPDATE person SET state = 'erasing', restricted_at = $2, restricted_by = 'agent' WHERE id = $1";
    const RECORD: &str = "INSERT INTO erasure (person_id, started_at, wish, counts, joined_to)
        VALUES ($1, $2, $3, $4, $5)";
    may_join(tx, guest, account.id, now).await?;
    tx.expect_much().await?;
    for column in holdings::sealed() {
        let theirs = match column.table {
            "comment" => COMMENTS.to_owned(),
            "attachment" => format!("comment_id IN (SELECT id FROM comment WHERE {COMMENTS})"),
            _ => "person_id = $1".to_owned(),
        };
        seal_anew(tx, column, (&theirs, guest.id.0), guest.key, account.key).await?;
    }
    sign(tx, guest, account).await?;
    for sql in MOVES {
        on!(tx.conn(), c => sqlx::query(*sql)
            .bind(guest.id.0)
            .bind(account.id.0)
            .execute(c)
            .await
            .map(drop))?;
    }
    for sql in SETTLE {
        on!(tx.conn(), c => sqlx::query(*sql).bind(account.id.0).execute(c).await.map(drop))?;
    }
    mark_stale(tx, account.id).await?;
    on!(tx.conn(), c => sqlx::query(END).bind(guest.id.0).bind(now.0).execute(c).await.map(drop))?;
    let Ok(counts) = serde_json::to_string(&ErasureCount::default()) else {
        unreachable!("numbers are JSON")
    };
    on!(tx.conn(), c => sqlx::query(RECORD)
        .bind(guest.id.0)
        .bind(now.0)
        .bind(JOIN)
        .bind(counts)
        .bind(account.id.0)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

async fn may_join(tx: &mut Tx, guest: Known<'_>, account: PersonId, now: Timestamp) -> Result<(), Error> {
    let refused = |problem| Err(Error::refused("token", problem));
    let found = |row: Option<PersonRow>| row.ok_or(Error::Gone);
    let own = found(person::find(tx.conn(), account).await?)?;
    let other = found(person::find(tx.conn(), guest.id).await?)?;
    let invited = invitations::waiting(tx.conn(), guest.id, guest.key, now).await?.is_some();
    if other.is_registered()
        || invited
        || [other.role()?, own.role()?].iter().any(|role| *role != Role::Customer)
    {
        return refused(Problem::AddressInUse);
    }
    if other.is_restricted() {
        return refused(Problem::AddressRestricted);
    }
    if own.is_restricted() {
        return refused(Problem::DataRestricted);
    }
    Ok(())
}

/// What the guest wrote by mail was shown under the guest's name, which goes: it stays the name of those mails
/// where the account has another one.
async fn sign(tx: &mut Tx, guest: Known<'_>, account: Known<'_>) -> Result<(), Broken> {
    const UNSIGNED: &str = "SELECT id FROM comment WHERE author_id = $1 AND author_kind = 'customer'
        AND channel = 'mail' AND signed_sealed IS NULL";
    const SIGN: &str = "UPDATE comment SET signed_sealed = $2 WHERE id = $1";
    let mut names = [None, None];
    for (name, known) in names.iter_mut().zip([guest, account]) {
        let row = person::find(tx.conn(), known.id).await?;
        *name = row.map(|row| row.name(known.key)).transpose()?.flatten().map(String::from);
    }
    let [Some(name), called] = names else { return Ok(()) };
    if called.as_ref() == Some(&name) {
        return Ok(());
    }
    let unsigned: Vec<(Uuid,)> =
        on!(tx.conn(), c => sqlx::query_as(UNSIGNED).bind(guest.id.0).fetch_all(c).await)?;
    for (id,) in unsigned {
        let sealed = account.key.seal("comment.signed", id, name.as_bytes())?;
        on!(tx.conn(), c => sqlx::query(SIGN).bind(id).bind(sealed).execute(c).await.map(drop))?;
    }
    Ok(())
}
