//! The server functions that neither a form nor a page calls: what is asked while one types or looks for a passkey.

// The macro makes a struct of each function's arguments; what they mean stands with the function.
#![allow(missing_docs)]

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::Language;

use crate::trouble::Unavailable;

/// What a passkey is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PasskeyFor {
    /// To be made.
    New,
    /// To log in.
    Login,
    /// To take the second step of a login.
    SecondStep,
    /// To show again who one is.
    Confirm,
}

impl PasskeyFor {
    /// The word that is sent.
    #[cfg(feature = "hydrate")]
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Login => "Login",
            Self::SecondStep => "SecondStep",
            Self::Confirm => "Confirm",
        }
    }
}

/// How good a password is.
#[derive(Clone, Serialize, Deserialize)]
pub struct Judgement {
    /// From 0 (too short) to 4 (very good); 3 and more can be set.
    pub score: u8,
    /// The same in words.
    pub sentence: String,
}

/// Judges a password while it is typed. It is judged and forgotten.
///
/// # Errors
/// [`Unavailable`] when it is not understood.
#[server(prefix = "/api/ui", endpoint = "judge")]
pub async fn judge(password: String, language: Language) -> Result<Judgement, Unavailable> {
    Ok(server::judge(&password, language))
}

/// What the browser is to have a passkey sign, as JSON.
///
/// # Errors
/// [`Unavailable`], whatever the reason is.
#[server(prefix = "/api/ui", endpoint = "passkey")]
pub async fn passkey_question(purpose: PasskeyFor) -> Result<String, Unavailable> {
    Ok(server::passkey_question(purpose).await?)
}

#[cfg(feature = "ssr")]
mod server {
    use tresen_desk::Error;
    use tresen_desk::people::{Strength, strength};
    use tresen_model::Language;

    use super::{Judgement, PasskeyFor};
    use crate::language::shared::strength as text;
    use crate::web::{Stop, asked};

    pub(super) async fn passkey_question(purpose: PasskeyFor) -> Result<String, Stop> {
        let context = asked()?;
        let desk = &context.app.desk;
        let question = match purpose {
            PasskeyFor::New => desk.accounts.ask_for_new_passkey(context.require_session()?).await,
            PasskeyFor::Login => desk.accounts.ask_for_passkey().await,
            PasskeyFor::SecondStep => {
                desk.accounts.ask_for_passkey_in_second_step(context.second_step().ok_or(Error::Gone)?).await
            }
            PasskeyFor::Confirm => desk.accounts.ask_for_passkey_to_confirm(context.require_session()?).await,
        };
        Ok(question?)
    }

    pub(super) fn judge(password: &str, language: Language) -> Judgement {
        let (score, sentence) = match strength(password, &[]) {
            Strength::Short => (0, text::short(language)),
            Strength::Weak => (1, text::weak(language)),
            Strength::Fair => (2, text::fair(language)),
            Strength::Good => (3, text::good(language)),
            Strength::Strong => (4, text::strong(language)),
        };
        Judgement { score, sentence: sentence.to_owned() }
    }
}
