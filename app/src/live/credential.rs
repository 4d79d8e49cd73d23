//! Asking the browser for what a passkey has signed (Web Authentication 3).

use js_sys::{Function, JSON, Object, Promise, Reflect};
use leptos::wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::call;
use crate::api::{PasskeyFor, PasskeyQuestion};

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
pub(super) async fn signed(purpose: PasskeyFor) -> Option<String> {
    let question = call::<PasskeyQuestion>(&[("purpose", purpose.word())]).await?;
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
