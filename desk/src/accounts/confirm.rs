//! Proving again who one is, by the password or by a code; see [`fresh`](crate::people::fresh).

use async_recursion::async_recursion as boxed;

use super::factors::SecondProof;
use crate::accounts::Accounts;
use crate::error::Error;
use crate::people::fresh;
use crate::people::person;
use crate::people::person::Presence;
use crate::people::sessions::Session;
use crate::secret::Secret;

impl Accounts {
    /// Proves by the password who one is; good for ten minutes in this session, which is given back as it
    /// is now.
    ///
    /// # Errors
    /// [`Problem::PasswordWrong`](tresen_model::Problem::PasswordWrong) on the field `password`.
    #[boxed]
    pub async fn confirm_with_password(&self, session: &Session, password: &str) -> Result<Session, Error> {
        let (row, key) = self.people.require_person(session.person()).await?;
        self.people.require_password(&row, &key, "password", password).await?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        fresh::note(&mut tx, session, now).await?;
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
        let (_, key) = self.people.require_person(session.person()).await?;
        let (person, now) = (session.person(), self.clock.now());
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::Forbidden) };
        let proven = self.prove(&mut tx, person, &key, proof, device, now).await?;
        if proven.is_ok() {
            fresh::note(&mut tx, session, now).await?;
        }
        // A wrong code is counted.
        tx.commit().await?;
        self.wakeups.mail.notify_one();
        proven.map(|_| session.proven_at(now)).map_err(|problem| Error::refused(proof.field(), problem))
    }
}
