//! Proving again who one is, before what cannot be taken back or opens the account to others: a copy of
//! everything, an erasure, factors. A session that somebody left open, or lost, is good for none of that.
//!
//! Whoever has just logged in, or has shown their password or a code in
//! [`confirm_with_password`](crate::accounts::Accounts::confirm_with_password) and its kin, is trusted for ten minutes. A form
//! that asks for the password itself needs no more.

use tresen_model::Timestamp;
use tresen_store::{StoreError, Tx, on};

use super::sessions::Session;
use crate::error::Error;
use crate::people::People;

/// Seconds that a proof is fresh.
pub const FRESH: i64 = 600;

impl Session {
    /// Whether whoever has this session has proven within the last ten minutes who they are.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.seconds_since(self.proved_at()) < FRESH
    }
}

/// Notes that the person behind a session has just proven who they are.
pub(crate) async fn note(tx: &mut Tx, session: &Session, now: Timestamp) -> Result<(), StoreError> {
    const SQL: &str = "UPDATE session SET proved_at = $2 WHERE token_hash = $1";
    let hash = session.token_hash();
    on!(tx.conn(), c => sqlx::query(SQL).bind(hash).bind(now.0).execute(c).await.map(drop))
}

impl People {
    /// Refuses whoever has not proven lately who they are.
    pub(crate) fn require_fresh(&self, session: &Session) -> Result<(), Error> {
        if session.is_fresh(self.clock.now()) { Ok(()) } else { Err(Error::ProofNeeded) }
    }
}
