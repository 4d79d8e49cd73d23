//! Logging in with a passkey, and the button that asks for one, wherever it stands.

use axum::response::Response;
use leptos::prelude::*;
use tresen_model::Language;

use super::{login, mailed_link};
use crate::api::PasskeyFor;
use crate::components::{Button, ButtonKind, Notice, NoticeKind};
use crate::islands::PasskeyForm;
use crate::language::passkeys as text;
use crate::web::{Answer, Context, Form, Stop, Submitted};

/// `/login/passkey`: the answer is the whole login.
pub(super) async fn log_in(context: Context, form: Submitted) -> Response {
    let done = act(&context, &form).await;
    context.finish_form(done, form, |shown| login::page(context.clone(), shown)).await
}

async fn act(context: &Context, form: &Submitted) -> Result<Answer, Stop> {
    let entry = context.app.desk.sign_in_with_passkey(form.get("passkey"), context.device()).await?;
    mailed_link::let_in(context, &entry, form.get("next")).await
}

/// What a button for a passkey needs to know.
pub(super) struct Ask {
    purpose: PasskeyFor,
    /// Where the form goes.
    action: &'static str,
    next: String,
    refused: Option<String>,
}

impl Ask {
    /// With what is known of the form that is shown.
    pub(super) fn new(purpose: PasskeyFor, action: &'static str, form: &Form) -> Self {
        Self { purpose, action, next: form.value("next"), refused: form.error("passkey") }
    }
}

/// The button. Shown by scripts only: without them there is no passkey. Call it while the page is rendered,
/// as every island wants it.
pub(super) fn button(language: Language, ask: Ask) -> AnyView {
    let Ask { purpose, action, next, refused } = ask;
    let label = match purpose {
        PasskeyFor::Confirm => text::confirm(language),
        _ => text::log_in(language),
    };
    view! {
        <PasskeyForm language purpose>
            <form class="card stack tight" method="post" action=action>
                {refused.map(|sentence| view! { <Notice kind=NoticeKind::Error>{sentence}</Notice> })}
                <input type="hidden" name="by" value="passkey"/>
                <input type="hidden" name="passkey" value=""/>
                <input type="hidden" name="next" value=next/>
                <div class="form-actions"><Button label kind=ButtonKind::Secondary/></div>
            </form>
        </PasskeyForm>
    }
    .into_any()
}
