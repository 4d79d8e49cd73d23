//! Forms in which somebody shows who they are.

use leptos::prelude::*;
use tresen_model::{Address, Language};

use super::fields;
use crate::components::{Button, ButtonKind};
use crate::form::Form;
use crate::language::shared::factors as text;
use crate::live::LiveForm;

/// The form of a page that asks for one of several proofs.
pub(crate) struct Card {
    /// The address of its server function.
    pub(crate) to: &'static str,
    /// Where a browser without scripts sends it.
    pub(crate) action: &'static str,
    /// Its state.
    pub(crate) form: Form,
    /// What to say when it was refused.
    pub(crate) failed: &'static str,
    /// What to fill in.
    pub(crate) field: AnyView,
    /// Which proof that is.
    pub(crate) by: String,
    /// Where to go afterwards.
    pub(crate) next: String,
    /// What the button says.
    pub(crate) button: &'static str,
    /// Where another proof is asked for, and what to call that.
    pub(crate) other: Option<(Address, &'static str)>,
}

/// That form.
pub(crate) fn card(language: Language, card: Card) -> AnyView {
    let Card { to, action, form, failed, field, by, next, button, other } = card;
    view! {
        <LiveForm language to action form class="form card" failed=failed>
                {field}
                <input type="hidden" name="by" value=by/>
                <input type="hidden" name="next" value=next/>
                <div class="form-actions">
                    <Button label=button kind=ButtonKind::Primary/>
                    {other.map(|(address, label)| view! { <a href=address.to_string()>{label}</a> })}
                </div>
        </LiveForm>
    }
    .into_any()
}

/// A field for the password, where a form is about to do what cannot be taken back and it is too long ago (`stale`)
/// that somebody has shown who they are.
pub(crate) fn again_field(language: Language, stale: bool, form: &Form) -> Option<AnyView> {
    let hint = Some(text::password_hint(language));
    stale.then(|| fields::password_field(text::password(language), hint, form))
}
