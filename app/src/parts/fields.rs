//! Fields of forms, and what forms begin with.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::Language;

use crate::components::{Field, FileField};
use crate::form::{FieldError, Form};
use crate::language::customer::new_request as text;
use crate::language::shared::{common, factors};
use crate::language::sign_in::password;
use crate::live::{FilePicker, PasswordStrength};
use crate::visit::Visit;

/// The word by which a form is known again that must not be taken twice. `once` is the word of one that was not
/// sent yet.
pub(crate) fn once(form: &Form, once: &str) -> AnyView {
    view! { <input type="hidden" name="once" value=form.value_or("once", once)/> }.into_any()
}

/// A stamp of the desk, and how much work a proof for it takes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// The stamp.
    pub stamp: String,
    /// The zero bits that a proof must have.
    pub bits: u8,
}

#[cfg(feature = "ssr")]
impl From<tresen_desk::Challenge> for Stamp {
    fn from(challenge: tresen_desk::Challenge) -> Self {
        Self { stamp: challenge.stamp, bits: challenge.bits }
    }
}

/// What a form holds that anybody may send: its stamp, a place for a proof of work, and a field that nobody sees.
/// Programs fill that one in; for browsers without style sheets it says what to do.
pub(crate) fn shield(visit: &Visit, form: &Form, fresh: Stamp) -> AnyView {
    let language = visit.language;
    // When a form is shown again, the page is still the same.
    let kept = form.value("stamp");
    let (stamp, bits) = if kept.is_empty() { (fresh.stamp, fresh.bits) } else { (kept, 0) };
    view! {
        <input
            type="hidden"
            name="stamp"
            value=stamp
            data-bits=bits.to_string()
            data-worker=visit.proof.clone()
        />
        <input type="hidden" name="proof" value=""/>
        <div class="visually-hidden" aria-hidden="true">
            <label for="url">{text::trap(language)}</label>
            <input
                id="url"
                name="url"
                type="text"
                tabindex="-1"
                autocomplete="off"
                data-bwignore=""
                data-lpignore="true"
            />
        </div>
    }
    .into_any()
}

/// The field for files, with the limits in words.
pub(crate) fn attachments(visit: &Visit, form: &Form) -> AnyView {
    let (language, limits) = (visit.language, visit.files);
    let error = form.error("attachments");
    view! {
        <FilePicker language max_files=limits.count max_bytes=limits.bytes>
            <FileField
                name="attachments"
                label=text::attachments(language)
                marker=common::optional(language)
                hint=text::attachments_hint(language, limits.count, limits.bytes)
                error
            />
        </FilePicker>
    }
    .into_any()
}

/// The field for a password that is chosen. Its id is its name where `id` is empty.
pub(crate) fn new_password(
    language: Language,
    label: &'static str,
    id: &'static str,
    form: &Form,
) -> AnyView {
    let error = form.error("password");
    view! {
        <PasswordStrength language>
            <Field
                name="password"
                id
                kind="password"
                label
                hint=password::hint(language, MIN_PASSWORD)
                error
                autocomplete="new-password"
                required=true
            />
        </PasswordStrength>
    }
    .into_any()
}

/// A password has at least so many characters.
const MIN_PASSWORD: usize = 10;

#[cfg(feature = "ssr")]
const _: () = assert!(MIN_PASSWORD == tresen_desk::people::MIN_PASSWORD);

/// The field for a code of the app.
pub(crate) fn code_field(language: Language, hint: &'static str, error: FieldError) -> AnyView {
    view! {
        <Field
            name="code"
            label=factors::code(language)
            hint
            error
            autocomplete="one-time-code"
            inputmode="numeric"
            maxlength=Some(12)
            required=true
        />
    }
    .into_any()
}

/// The field for a recovery code.
pub(crate) fn recovery_field(language: Language, error: FieldError) -> AnyView {
    view! {
        <Field
            name="recovery"
            label=factors::recovery(language)
            hint=factors::recovery_hint(language)
            error
            autocomplete="off"
            maxlength=Some(40)
            required=true
        />
    }
    .into_any()
}

/// The field for the password that somebody has.
pub(crate) fn password_field(label: &'static str, hint: Option<&'static str>, form: &Form) -> AnyView {
    view! {
        <Field
            name="password"
            kind="password"
            label
            hint
            error=form.error("password")
            autocomplete="current-password"
            required=true
        />
    }
    .into_any()
}

/// The address that a password belongs to, which nobody sees: for programs that keep passwords.
pub(crate) fn username(email: String) -> AnyView {
    view! { <input type="email" value=email autocomplete="username" readonly=true hidden=true/> }.into_any()
}
