//! A proof of work, found by a worker while the page stays usable. See `tresen_desk::abuse`.

use js_sys::Promise;
use leptos::wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{FormData, HtmlFormElement, HtmlInputElement, MessageEvent, Worker};

/// The field of a form with its stamp. Only forms that anybody may send have one.
fn stamp_of(form: &HtmlFormElement) -> Option<HtmlInputElement> {
    form.query_selector("[name=stamp]").ok()??.dyn_into().ok()
}

/// Whether the form has to show a proof before it is sent.
pub(super) fn is_wanted(form: &HtmlFormElement) -> bool {
    stamp_of(form).and_then(|stamp| stamp.get_attribute("data-bits")).is_some_and(|bits| bits != "0")
}

/// The server wants a proof for another stamp.
pub(super) fn want(form: &HtmlFormElement, stamp: &str, bits: u8) {
    if let Some(field) = stamp_of(form) {
        field.set_value(stamp);
        drop(field.set_attribute("data-bits", &bits.to_string()));
    }
}

/// Finds a proof, and puts it into what is to be sent; `none` where that is not possible.
pub(super) async fn put_into(form: &HtmlFormElement, data: &FormData) {
    let proof = find(form).await.unwrap_or_else(|| "none".to_owned());
    if let Some(field) = stamp_of(form) {
        drop(data.set_with_str("stamp", &field.value()));
    }
    drop(data.set_with_str("proof", &proof));
}

async fn find(form: &HtmlFormElement) -> Option<String> {
    let field = stamp_of(form)?;
    let bits = field.get_attribute("data-bits")?;
    let worker = Worker::new(&field.get_attribute("data-worker")?).ok()?;
    let answer = Promise::new(&mut |done, failed| {
        worker.set_onmessage(Some(&done));
        worker.set_onerror(Some(&failed));
    });
    worker.post_message(&JsValue::from_str(&format!("{bits} {}", field.value()))).ok()?;
    let answer = JsFuture::from(answer).await;
    worker.terminate();
    answer.ok()?.dyn_into::<MessageEvent>().ok()?.data().as_string()
}
