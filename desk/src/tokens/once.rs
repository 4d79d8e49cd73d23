//! A call that is sent twice is done once (draft-ietf-httpapi-idempotency-key-header).
//!
//! An answer is kept as public ids: a request's number, a comment's id, a receipt. The caller's words are not kept, and
//! the answer is written again from what is stored.

use async_recursion::async_recursion as boxed;
use tresen_model::Timestamp;
use tresen_store::{is_duplicate, on};

use super::caller::Caller;
use crate::error::{Broken, Error};
use crate::tokens::Tokens;

/// How long an answer is kept, in seconds.
const KEPT: i64 = 24 * 3600;

/// A call that did not end within this was cut off, in seconds. It is done again by its repetition; whatever it
/// stored is found by its key.
const CUT_OFF: i64 = 120;

/// Whether a call is the first with its key.
pub enum First {
    /// It is: do it, then say what came of it with [`Tokens::end_call`].
    Yes,
    /// It was done, and came to this.
    Done(String),
    /// The first one is still running.
    Running,
    /// The key was used for another call.
    Other,
}

impl Tokens {
    /// Notes that a call begins. `call` is everything that makes it the same: method, address and body.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn begin_call(&self, caller: &Caller, key: &str, call: &[&[u8]]) -> Result<First, Error> {
        const INSERT: &str =
            "INSERT INTO api_call (token_hash, key_hash, call_hash, started_at) VALUES ($1, $2, $3, $4)";
        const FIND: &str = "SELECT call_hash, started_at, answer FROM api_call
            WHERE token_hash = $1 AND key_hash = $2";
        const AGAIN: &str = "UPDATE api_call SET call_hash = $3, started_at = $4, answer = NULL
            WHERE token_hash = $1 AND key_hash = $2";
        let (key, now) = (self.call_key(key), self.clock.now());
        let call = self.keys.master().fingerprint("api call", call);
        let mut tx = self.store.write().await?;
        let found: Option<(Vec<u8>, i64, Option<String>)> = on!(tx.conn(), c => sqlx::query_as(FIND)
            .bind(caller.hash().as_slice())
            .bind(key.as_slice())
            .fetch_optional(c)
            .await)?;
        let sql = match found {
            None => INSERT,
            Some((_, started, _)) if now.seconds_since(Timestamp(started)) >= KEPT => AGAIN,
            Some((other, ..)) if other != call => {
                tx.rollback().await?;
                return Ok(First::Other);
            }
            Some((_, _, Some(answer))) => {
                tx.rollback().await?;
                return Ok(First::Done(answer));
            }
            Some((_, started, None)) if now.seconds_since(Timestamp(started)) < CUT_OFF => {
                tx.rollback().await?;
                return Ok(First::Running);
            }
            Some(_) => AGAIN,
        };
        let begun = on!(tx.conn(), c => sqlx::query(sql)
            .bind(caller.hash().as_slice())
            .bind(key.as_slice())
            .bind(call.as_slice())
            .bind(now.0)
            .execute(c)
            .await
            .map(drop));
        match begun {
            Ok(()) => tx.commit().await?,
            // Another one was quicker by a moment.
            Err(error) if is_duplicate(&error) => {
                tx.rollback().await?;
                return Ok(First::Running);
            }
            Err(error) => return Err(error.into()),
        }
        Ok(First::Yes)
    }

    /// Notes what came of a call; `None` when it was refused, so that a repetition is tried again.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn end_call(&self, caller: &Caller, key: &str, answer: Option<&str>) -> Result<(), Error> {
        const DONE: &str = "UPDATE api_call SET answer = $3 WHERE token_hash = $1 AND key_hash = $2";
        const FORGET: &str =
            "DELETE FROM api_call WHERE token_hash = $1 AND key_hash = $2 AND answer IS NULL AND $3 = ''";
        let key = self.call_key(key);
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(if answer.is_some() { DONE } else { FORGET })
            .bind(caller.hash().as_slice())
            .bind(key.as_slice())
            .bind(answer.unwrap_or_default())
            .execute(c)
            .await
            .map(drop))?;
        tx.commit().await?;
        Ok(())
    }

    /// Forgets answers that are older than they are kept.
    pub(crate) async fn forget_calls(&self) -> Result<(), Broken> {
        const SQL: &str = "DELETE FROM api_call WHERE started_at < $1";
        let before = self.clock.now().plus_seconds(-KEPT);
        let mut tx = self.store.write().await?;
        on!(tx.conn(), c => sqlx::query(SQL).bind(before.0).execute(c).await.map(drop))?;
        Ok(tx.commit().await?)
    }

    /// A word for what a call writes, by which the desk finds it again when the call was cut off.
    pub fn word_of_call(&self, caller: &Caller, key: &str) -> String {
        let word = self.keys.master().fingerprint("api once", &[caller.hash(), key.as_bytes()]);
        data_encoding::HEXLOWER.encode(&word)
    }

    fn call_key(&self, key: &str) -> [u8; 32] {
        self.keys.master().fingerprint("idempotency", &[key.as_bytes()])
    }
}
