//! What stands in the place of a form while it is too long ago that an admin has shown who they are.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::address::Proof;
use tresen_model::{Address, Language};

use crate::components::{ButtonLink, Icon};
use crate::language::settings::people as text;
use crate::language::shared::factors;

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

/// Instead of a form that would lead to the question anyway. `next` is the page of the form.
pub(super) fn locked(language: Language, lock: Lock, next: &Address) -> AnyView {
    let way = match lock {
        Lock::Provider => view! { <p>{text::locked_provider(language)}</p> }.into_any(),
        Lock::Proof => {
            let href = Address::Confirm(Proof { next: next.to_string(), by: String::new() });
            view! {
                <p class="cluster">
                    <ButtonLink href label=factors::unlock(language) icon=Some(Icon::Lock)/>
                </p>
            }
            .into_any()
        }
    };
    view! { <div class="card sunken stack"><p>{text::locked(language)}</p>{way}</div> }.into_any()
}
