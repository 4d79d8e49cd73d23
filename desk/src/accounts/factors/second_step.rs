//! The second step of a login: whoever has shown the password of somebody with a second factor is not
//! in yet. They hold a secret that is good for ten minutes, for this step and for nothing else.

use async_recursion::async_recursion as boxed;
use tresen_keys::PersonKey;
use tresen_model::{PersonId, Problem, Timestamp};
use tresen_store::Tx;

use super::guesses::Guesser;
use super::{Factors, app};
use crate::accounts::Accounts;
use crate::accounts::devices::Greeting;
use crate::error::{Broken, Error};
use crate::outbox::kinds::MailKind;
use crate::people::factor::Factor;
use crate::people::links::Purpose;
use crate::people::person::{self, Presence};
use crate::people::sessions::{Entry, Opening};
use crate::secret::Secret;

/// What somebody shows in the second step.
#[derive(Clone, Copy)]
pub enum SecondProof<'a> {
    /// A code of their authenticator app.
    Code(&'a str),
    /// One of their recovery codes.
    Recovery(&'a str),
}

impl SecondProof<'_> {
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::Code(_) => "code",
            Self::Recovery(_) => "recovery",
        }
    }
}

impl Accounts {
    /// Whether the first step of a login is still good for the second.
    ///
    /// # Errors
    /// [`Error::Gone`] when it is over, or never was.
    #[boxed]
    pub async fn check_second_step(&self, half: &Secret) -> Result<(), Error> {
        self.people.peek(Purpose::SecondStep, half).await.map(drop)
    }

    /// What whoever has taken the first step of a login has for the second.
    ///
    /// # Errors
    /// [`Error::Gone`] when the first step is over.
    #[boxed]
    pub async fn second_step_factors(&self, half: &Secret) -> Result<Factors, Error> {
        let person = self.people.peek(Purpose::SecondStep, half).await?.person;
        let mut reader = self.store.read().await?;
        Ok(super::read(reader.conn(), person).await?)
    }

    /// Takes the second step of a login. `device` is what the browser keeps from earlier.
    ///
    /// # Errors
    /// [`Error::Gone`] when the first step is over; [`Problem::CodeWrong`] or
    /// [`Problem::TooManyAttempts`] on the field `code` or `recovery`.
    pub async fn second_step(
        &self,
        half: &Secret,
        proof: SecondProof<'_>,
        device: Option<&Secret>,
    ) -> Result<Entry, Error> {
        let opened = self.people.peek(Purpose::SecondStep, half).await?;
        let person = opened.person;
        let (row, key) =
            self.people.require_person(person).await.map_err(|error| error.unless_broken(Error::Gone))?;
        let now = self.clock.now();
        let mut tx = self.store.write().await?;
        let Presence::Here = person::touch(&mut tx, person, now).await? else { return Err(Error::Gone) };
        match self.prove(&mut tx, person, &key, proof, device, now).await? {
            Ok(factor) => {
                self.people.redeem(&mut tx, Purpose::SecondStep, half).await?;
                let greeting = Greeting { device, tell: Some(&key) };
                let entry = self.let_in(&mut tx, Opening::of(&row, Some(factor))?, greeting, now).await?;
                tx.commit().await?;
                self.wakeups.mail.notify_one();
                Ok(entry)
            }
            Err(problem) => {
                // The wrong code is counted.
                tx.commit().await?;
                Err(Error::refused(proof.field(), problem))
            }
        }
    }

    /// Uses a code up. Hold the person locked, and commit also when it was wrong.
    pub(crate) async fn prove(
        &self,
        tx: &mut Tx,
        person: PersonId,
        key: &PersonKey,
        proof: SecondProof<'_>,
        device: Option<&Secret>,
        now: Timestamp,
    ) -> Result<Result<Factor, Problem>, Broken> {
        match proof {
            SecondProof::Code(code) => {
                let known = match device {
                    Some(device) => self.knows(tx.conn(), person, device, now).await?,
                    None => false,
                };
                let guesser = Guesser { person, known };
                if let Some(wait) = guesser.wait(tx, now).await? {
                    return Ok(Err(Problem::TooManyAttempts { wait }));
                }
                if app::redeem(tx, person, key, code, now).await? {
                    guesser.forget(tx).await?;
                    return Ok(Ok(Factor::App));
                }
                guesser.note(tx, now).await?;
                Ok(Err(Problem::CodeWrong))
            }
            SecondProof::Recovery(code) => {
                if !self.redeem_recovery_code(tx, person, code).await? {
                    return Ok(Err(Problem::CodeWrong));
                }
                self.outbox.tell(tx, person, key, MailKind::RecoveryUsed, now).await?;
                Ok(Ok(Factor::Recovery))
            }
        }
    }
}
