//! A form that a passkey fills in: the desk asks, the browser has it signed, the form is sent.

use leptos::prelude::*;
use tresen_model::Language;

use super::LiveForm;
use crate::api::PasskeyFor;
use crate::form::{Form, Said};

#[cfg(feature = "hydrate")]
pub(super) use browser::signed;

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
    Effect::new(move |_| able.set(browser::can()));
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

#[cfg(feature = "hydrate")]
mod browser {
    use js_sys::{Function, JSON, Object, Promise, Reflect};
    use leptos::wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;

    use crate::api::{self, PasskeyFor};

    /// Browsers of before 2025 do without, as do those that are no secure place.
    pub(super) fn can() -> bool {
        class().is_some_and(|class| method(&class, "parseRequestOptionsFromJSON").is_ok())
    }

    fn class() -> Option<JsValue> {
        Reflect::get(&js_sys::global(), &"PublicKeyCredential".into()).ok().filter(JsValue::is_function)
    }

    fn method(of: &JsValue, name: &str) -> Result<Function, JsValue> {
        Reflect::get(of, &name.into())?.dyn_into()
    }

    /// What a passkey has signed, as JSON; nothing when none was used.
    pub(in crate::live) async fn signed(purpose: PasskeyFor) -> Option<String> {
        let question = api::passkey_question(purpose).await.ok()?;
        ask(purpose, &question).await.ok()
    }

    async fn ask(purpose: PasskeyFor, question: &str) -> Result<String, JsValue> {
        let class = class().ok_or(JsValue::NULL)?;
        let (parse, act) = match purpose {
            PasskeyFor::New => ("parseCreationOptionsFromJSON", "create"),
            _ => ("parseRequestOptionsFromJSON", "get"),
        };
        let options = method(&class, parse)?.call1(&class, &JSON::parse(question)?)?;
        let all = Object::new();
        Reflect::set(&all, &"publicKey".into(), &options)?;
        let navigator = Reflect::get(&js_sys::global(), &"navigator".into())?;
        let credentials = Reflect::get(&navigator, &"credentials".into())?;
        let made: Promise = method(&credentials, act)?.call1(&credentials, &all)?.dyn_into()?;
        // By its own `toJSON`.
        Ok(JSON::stringify(&JsFuture::from(made).await?)?.into())
    }
}
