//! A customer who erases themselves with a token of their own.

use async_recursion::async_recursion as boxed;

use crate::error::Error;
use crate::privacy::Privacy;
use crate::privacy::{Erased, Wish};
use crate::tokens::Scope;
use crate::tokens::{Caller, Who};
impl Privacy {
    /// Erases the customer whose token it is, who gave it that scope with a fresh proof.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the scope, and for whoever works at the desk; [`Error::Unfinished`].
    #[boxed]
    pub async fn erase_by_token(&self, caller: &Caller) -> Result<Erased, Error> {
        match caller.who(self.clock.now(), Scope::PeopleErase) {
            Ok(Who::Customer(session)) => self.erase(session.person(), Wish::Person).await,
            Ok(Who::Agent(_)) | Err(_) => Err(Error::Forbidden),
        }
    }
}
