//! A form that a passkey fills in: the desk asks, the browser has it signed, the form is sent.

use leptos::prelude::*;
use tresen_model::Language;

use crate::api::PasskeyFor;

/// Around a form with a field `passkey`. Not shown where the browser knows no passkeys, or runs no
/// scripts: there are other ways everywhere.
#[island]
pub fn PasskeyForm(
    /// The language to speak.
    language: Language,
    /// What the passkey is for.
    purpose: PasskeyFor,
    /// The form.
    children: Children,
) -> impl IntoView {
    let able = RwSignal::new(false);
    let said = RwSignal::new(None::<&'static str>);
    #[cfg(feature = "hydrate")]
    let on_submit = {
        Effect::new(move |_| able.set(browser::can()));
        move |event: leptos::ev::SubmitEvent| browser::submit(language, purpose, &event, said)
    };
    #[cfg(not(feature = "hydrate"))]
    let on_submit = move |_: leptos::ev::SubmitEvent| {
        let _ = (language, purpose);
    };
    view! {
        <div class="stack tight" hidden=move || !able.get() on:submit=on_submit>
            {children()}
            <p class="small" role="status">{said}</p>
        </div>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use js_sys::{Function, JSON, Object, Promise, Reflect};
    use leptos::ev::SubmitEvent;
    use leptos::prelude::*;
    use leptos::wasm_bindgen::{JsCast, JsValue};
    use tresen_model::Language;
    use wasm_bindgen_futures::{JsFuture, spawn_local};
    use web_sys::{HtmlFormElement, HtmlInputElement};

    use crate::api::{self, PasskeyFor};
    use crate::language::islands as text;

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

    pub(super) fn submit(
        language: Language,
        purpose: PasskeyFor,
        event: &SubmitEvent,
        said: RwSignal<Option<&'static str>>,
    ) {
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = form else { return };
        event.prevent_default();
        if form.has_attribute("aria-busy") {
            return;
        }
        drop(form.set_attribute("aria-busy", "true"));
        said.set(None);
        spawn_local(async move {
            let signed = signed(purpose).await;
            drop(form.remove_attribute("aria-busy"));
            let field = form.query_selector("[name=passkey]").ok().flatten();
            match (signed, field.and_then(|field| field.dyn_into::<HtmlInputElement>().ok())) {
                (Some(answer), Some(field)) => {
                    field.set_value(&answer);
                    drop(form.submit());
                }
                // Cancelled, or none of theirs was there.
                _ => said.set(Some(text::no_passkey(language))),
            }
        });
    }

    async fn signed(purpose: PasskeyFor) -> Option<String> {
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
