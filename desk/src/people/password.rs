//! Asking for the password of an account; a wrong one is counted.

use tresen_keys::PersonKey;
use tresen_model::{PersonId, Problem};

use super::passwords::MAX_PASSWORD;
use super::person::PersonRow;
use crate::abuse::Guess;
use crate::error::Error;
use crate::people::People;

impl People {
    /// Hashes a new password.
    pub(crate) async fn hash_password(&self, password: &str) -> Result<String, Error> {
        self.passwords.hash(password).await
    }

    /// Asks for the account's password again.
    pub(crate) async fn require_password(
        &self,
        row: &PersonRow,
        key: &PersonKey,
        field: &'static str,
        password: &str,
    ) -> Result<(), Error> {
        let guess = self.limits.begin_guess_of(PersonId(row.id), field).await?;
        let right = self.try_password(guess, password, row.password_hash(key)?).await?;
        if right { Ok(()) } else { Err(Error::refused(field, Problem::PasswordWrong)) }
    }

    /// Whether what was typed is the password with this hash. If not, it was a guess.
    pub(crate) async fn try_password(
        &self,
        guess: Guess,
        typed: &str,
        hash: Option<String>,
    ) -> Result<bool, Error> {
        let typed = if typed.chars().count() <= MAX_PASSWORD { typed } else { "" };
        let right = self.passwords.verify(typed, hash).await;
        // Whoever could not be looked at has not guessed.
        if !matches!(right, Ok(false)) {
            self.limits.end_guess(guess).await?;
        }
        right
    }
}
