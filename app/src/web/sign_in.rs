//! Asking providers of sign-ins (OpenID Connect). The pages know when, the program knows how.

use std::pin::Pin;

use tresen_desk::accounts::{Attempt, Vouched};
use tresen_model::Language;

/// An answer that a provider will have given.
pub type Asking<'a, T> = Pin<Box<dyn Future<Output = Result<T, NoSignIn>> + Send + 'a>>;

/// Why a provider does not vouch for somebody: for the log, and without who it is about.
#[derive(Debug, PartialEq, Eq)]
pub struct NoSignIn(pub String);

/// Whoever can ask providers.
pub trait SignIn: Send + Sync {
    /// Where the browser is to go.
    fn leave<'a>(&'a self, provider: &'a str, attempt: &'a Attempt, language: Language)
    -> Asking<'a, String>;

    /// Whom the provider vouches for, by the code with which the browser came back.
    fn come_back<'a>(
        &'a self,
        provider: &'a str,
        attempt: &'a Attempt,
        code: &'a str,
        language: Language,
    ) -> Asking<'a, Vouched>;
}
