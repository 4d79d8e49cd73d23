//! What pages share on which somebody shows who they are: the fields, and the form around them.

use leptos::prelude::*;
use serde::Deserialize;
use tresen_desk::people::{SecondProof, Session};
use tresen_model::Language;

use crate::components::{Button, ButtonKind, Field, Notice, NoticeKind};
use crate::islands::LiveForm;
use crate::language::factors as text;
use crate::web::{Context, Form, Stop, Submitted};

/// What the address of such a page says.
#[derive(Deserialize)]
pub(super) struct Where {
    /// Where to go afterwards.
    #[serde(default)]
    pub(super) next: String,
    /// `recovery` for a recovery code, `code` for a code; otherwise the page has its own way.
    #[serde(default)]
    pub(super) by: String,
}

/// The form of a page that asks for one of several proofs.
pub(super) struct Card {
    /// Where it goes.
    pub(super) action: &'static str,
    /// What to say when it was refused.
    pub(super) failed: Option<&'static str>,
    /// What to fill in.
    pub(super) field: AnyView,
    /// Which proof that is, for [`proof`].
    pub(super) by: String,
    /// Where to go afterwards.
    pub(super) next: String,
    /// What the button says.
    pub(super) button: &'static str,
    /// Where another proof is asked for, and what to call that.
    pub(super) other: Option<(String, &'static str)>,
}

/// That form. Call it while the page is rendered, as every island wants it.
pub(super) fn card(language: Language, card: Card) -> AnyView {
    let Card { action, failed, field, by, next, button, other } = card;
    view! {
        <LiveForm language>
            <form class="form card" method="post" action=action>
                {failed.map(|failed| view! { <Notice kind=NoticeKind::Error>{failed}</Notice> })}
                {field}
                <input type="hidden" name="by" value=by/>
                <input type="hidden" name="next" value=next/>
                <div class="form-actions">
                    <Button label=button kind=ButtonKind::Primary/>
                    {other.map(|(href, label)| view! { <a href=href>{label}</a> })}
                </div>
            </form>
        </LiveForm>
    }
    .into_any()
}

/// What a form shows as a second factor.
pub(super) fn proof(form: &Submitted) -> SecondProof<'_> {
    match form.get("by") {
        "recovery" => SecondProof::Recovery(form.get("recovery")),
        _ => SecondProof::Code(form.get("code")),
    }
}

/// The field for a code of the app.
pub(super) fn code_field(language: Language, hint: &'static str, error: Option<String>) -> AnyView {
    view! {
        <Field
            name="code"
            label=text::code(language)
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
pub(super) fn recovery_field(language: Language, error: Option<String>) -> AnyView {
    view! {
        <Field
            name="recovery"
            label=text::recovery(language)
            hint=text::recovery_hint(language)
            error
            autocomplete="off"
            maxlength=Some(40)
            required=true
        />
    }
    .into_any()
}

/// The field for the password that somebody has.
pub(super) fn password_field(label: &'static str, hint: Option<&'static str>, form: &Form) -> AnyView {
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
pub(super) fn username(email: String) -> AnyView {
    view! { <input type="email" value=email autocomplete="username" readonly=true hidden=true/> }.into_any()
}

/// A field for the password, where a form is about to do what cannot be taken back and it is too long
/// ago that somebody has shown who they are. [`proven`] takes it.
pub(super) fn again_field(context: &Context, form: &Form) -> Option<AnyView> {
    let language = context.language;
    let stale = context.session().is_some_and(|session| !session.is_fresh(context.now));
    stale.then(|| password_field(text::password(language), Some(text::password_hint(language)), form))
}

/// Whoever is logged in, proven again if the form has a [`again_field`].
pub(super) async fn proven(context: &Context, form: &Submitted) -> Result<Session, Stop> {
    let session = context.require_session()?;
    match form.get("password") {
        "" => Ok(session.clone()),
        password => Ok(context.app.desk.confirm_with_password(session, password).await?),
    }
}
