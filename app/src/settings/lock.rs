//! What stands in the place of a form while it is too long ago that an admin has shown who they are.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::{Address, Language};

use crate::language::settings::people as text;
use crate::parts::locked;

/// How an admin shows again who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// With a proof of their own.
    Proof,
    /// By signing in again with their provider.
    Provider,
}

/// Whether the forms are locked for whoever asks.
#[cfg(feature = "ssr")]
pub(super) fn load(context: &crate::web::Context) -> Option<Lock> {
    use tresen_desk::people::Factor;
    let session = context.session()?;
    let by_provider = session.factor() == Some(Factor::Provider);
    let lock = if by_provider { Lock::Provider } else { Lock::Proof };
    (!session.is_fresh(context.now)).then_some(lock)
}

/// Instead of a form that would lead to the question anyway. `words` say what for, `next` is the page of the form.
pub(super) fn locked(language: Language, lock: Lock, words: &'static str, next: &Address) -> AnyView {
    match lock {
        Lock::Proof => locked::locked(language, words, next),
        Lock::Provider => {
            let way = view! { <p>{text::locked_provider(language)}</p> };
            locked::locked_with(words, way.into_any())
        }
    }
}
