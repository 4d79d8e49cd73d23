//! Proving again who one is, before what cannot be taken back or opens the account to others: a copy of
//! everything, an erasure, factors. A session that somebody left open, or lost, is good for none of that.
//!
//! Whoever has just logged in, or has shown their password or a code in
//! [`confirm_with_password`](Desk::confirm_with_password) and its kin, is trusted for ten minutes. A form
//! that asks for the password itself needs no more.

use tresen_model::Timestamp;

use super::factors::SecondProof;
use super::person::{self, Presence};
use super::sessions::{Secret, Session};
use crate::Desk;
use crate::error::Error;
use crate::store::{StoreError, Tx, on};

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

impl Desk {
    /// Refuses whoever has not proven lately who they are.
    pub(crate) fn require_fresh(&self, session: &Session) -> Result<(), Error> {
        if session.is_fresh(self.now()) { Ok(()) } else { Err(Error::ProofNeeded) }
    }

    /// Proves by the password who one is; good for ten minutes in this session, which is given back as it
    /// is now.
    ///
    /// # Errors
    /// [`Problem::PasswordWrong`](tresen_model::Problem::PasswordWrong) on the field `password`.
    #[crate::boxed]
    pub async fn confirm_with_password(&self, session: &Session, password: &str) -> Result<Session, Error> {
        let (row, key) = self.require_person(session.person()).await?;
        self.require_password(&row, &key, "password", password).await?;
        let now = self.now();
        let mut tx = self.store.write().await?;
        note(&mut tx, session, now).await?;
        tx.commit().await?;
        Ok(session.proven_at(now))
    }

    /// The same by a code of the authenticator app, or by a recovery code.
    ///
    /// # Errors
    /// As [`second_step`](Self::second_step).
    pub async fn confirm_with_code(
        &self,
        session: &Session,
        proof: SecondProof<'_>,
        device: Option<&Secret>,
    ) -> Result<Session, Error> {
        let (_, key) = self.require_person(session.person()).await?;
        let (person, now) = (session.person(), self.now());
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::Forbidden) };
        let proven = self.prove(&mut tx, person, &key, proof, device, now).await?;
        if proven.is_ok() {
            note(&mut tx, session, now).await?;
        }
        // A wrong code is counted.
        tx.commit().await?;
        self.mail_wakeup.notify_one();
        proven.map(|_| session.proven_at(now)).map_err(|problem| Error::refused(proof.field(), problem))
    }
}
