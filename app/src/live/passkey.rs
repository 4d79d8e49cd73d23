//! A form that a passkey fills in: the desk asks, the browser has it signed, the form is sent.

use leptos::prelude::*;
use tresen_model::Language;

use super::LiveForm;
#[cfg(feature = "hydrate")]
use super::credential;
use crate::api::PasskeyFor;
use crate::form::{Form, Said};

/// A form with a field `passkey`, which is asked for when it is sent. Not shown where the browser knows no
/// passkeys, or runs no scripts: there are other ways everywhere.
#[component]
pub fn PasskeyForm(
    /// The language to speak.
    language: Language,
    /// What the passkey is for.
    purpose: PasskeyFor,
    /// The address of the server function.
    to: &'static str,
    /// The path of the form.
    action: &'static str,
    /// Its state.
    form: Form,
    /// The class of the form.
    class: &'static str,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let able = RwSignal::new(false);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| able.set(credential::can()));
    let state = form.state().clone();
    let unsent = move || match &state.read().notice {
        Some(Said::Unsent(sentence)) => Some(sentence.clone()),
        _ => None,
    };
    view! {
        <div class="stack tight" hidden=move || !able.get()>
            <LiveForm language to action form class passkey=purpose>
                {children()}
            </LiveForm>
            <p class="small" role="status">{unsent}</p>
        </div>
    }
    .into_any()
}
