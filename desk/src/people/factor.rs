//! The second factor that a session began with.

/// A second factor, as a session remembers that it began with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// A code of an authenticator app.
    App,
    /// A recovery code.
    Recovery,
    /// A passkey.
    Passkey,
    /// Whatever a provider asked for that vouched for the person.
    Provider,
}

impl Factor {
    /// The word that is stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Recovery => "recovery",
            Self::Passkey => "passkey",
            Self::Provider => "provider",
        }
    }

    /// Reads [`as_str`](Self::as_str) back.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::App, Self::Recovery, Self::Passkey, Self::Provider]
            .into_iter()
            .find(|factor| factor.as_str() == word)
    }
}
