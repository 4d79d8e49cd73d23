//! The button that asks for a passkey, wherever it stands.

use std::collections::BTreeMap;

use leptos::prelude::*;
use tresen_model::Language;

use crate::api::PasskeyFor;
use crate::components::{Button, ButtonKind};
use crate::form::{Form, Forms};
use crate::language::shared::passkeys as text;
use crate::live::PasskeyForm;

/// What `by` says in the form of a button.
const BY_PASSKEY: &str = "passkey";

/// What a button for a passkey needs to know.
pub(crate) struct Ask {
    /// What it is for.
    pub(crate) purpose: PasskeyFor,
    /// The address of the form's server function.
    pub(crate) to: &'static str,
    /// Where the form goes.
    pub(crate) action: &'static str,
    /// Its state.
    pub(crate) form: Form,
    /// Where to go afterwards.
    pub(crate) next: String,
}

/// The two forms of a page on which a passkey is one way among others, and all post to the same path: that of the
/// button, and the other.
pub(crate) fn forms(forms: &Forms, action: &str) -> (Form, Form) {
    let is_button = |values: &BTreeMap<String, String>| values.get("by").is_some_and(|by| by == BY_PASSKEY);
    (forms.one_at(action, is_button), forms.one_at(action, |values| !is_button(values)))
}

/// The button. Shown by scripts only: without them there is no passkey.
pub(crate) fn button(language: Language, ask: Ask) -> AnyView {
    let Ask { purpose, to, action, form, next } = ask;
    let label = match purpose {
        PasskeyFor::Confirm => text::confirm(language),
        _ => text::log_in(language),
    };
    let next = form.value_or("next", &next);
    view! {
        <PasskeyForm language purpose to action form class="card stack tight">
            <input type="hidden" name="by" value=BY_PASSKEY/>
            <input type="hidden" name="passkey" value=""/>
            <input type="hidden" name="next" value=next/>
            <div class="form-actions"><Button label kind=ButtonKind::Secondary/></div>
        </PasskeyForm>
    }
    .into_any()
}
