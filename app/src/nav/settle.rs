//! After a page was swapped: the place in it, the focus, and what screen readers say.

use std::time::Duration;

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::wasm_bindgen::prelude::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{FocusOptions, HtmlElement};

use super::Entry;

/// Swaps a page: `show` does it, `settled` is called when it is there. Where browser and reader like it, the one fades
/// into the other (CSS View Transitions 1); the same page with other data does not.
pub(super) fn swap(same: bool, show: impl FnOnce() + 'static, settled: impl FnOnce() + 'static) {
    let document: JsValue = document().into();
    let start = Reflect::get(&document, &"startViewTransition".into()).ok();
    let start = start.and_then(|start| start.dyn_into::<Function>().ok());
    let still = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    match start.filter(|_| !same && still.is_some_and(|still| !still.matches())) {
        None => {
            show();
            let _ = request_animation_frame(settled);
        }
        Some(start) => {
            let swapped = Closure::once_into_js(move || {
                show();
                Promise::new(&mut |done, _| {
                    // Signals reach the page after this task.
                    let _ = set_timeout(move || drop(done.call0(&JsValue::NULL)), Duration::ZERO);
                })
            });
            let begun = start.call1(&document, &swapped);
            let finished =
                begun.and_then(|transition| Reflect::get(&transition, &"updateCallbackDone".into()));
            let finished = finished.ok().and_then(|promise| promise.dyn_into::<Promise>().ok());
            spawn_local(async move {
                if let Some(finished) = finished {
                    drop(JsFuture::from(finished).await);
                }
                settled();
            });
        }
    }
}

/// Finds the place in the page, gives the focus to its heading and has it read out.
pub(super) fn settle(address: &str, entry: Entry, same: bool, heading: &str) {
    let document = document();
    let target = address.split_once('#').and_then(|(_, id)| document.get_element_by_id(id));
    match (&target, entry) {
        (Some(target), Entry::New | Entry::Same | Entry::Answer) => target.scroll_into_view(),
        (_, Entry::Gone) => restore_scroll(),
        // The same page with other data stays where it is, unless it has something to say.
        (None, Entry::Same) if same => {
            let said = document.query_selector("#main .notice").ok().flatten();
            if let Some(said) = said.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
                said.scroll_into_view_with_bool(false);
            }
            return;
        }
        (None, _) => window().scroll_to_with_x_and_y(0.0, 0.0),
    }
    let heading_element = document.query_selector("#main h1").ok().flatten();
    let focus = target.or(heading_element).or_else(|| document.get_element_by_id("main"));
    if let Some(focus) = focus.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        drop(focus.set_attribute("tabindex", "-1"));
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        drop(focus.focus_with_options(&options));
    }
    if let Some(place) = document.get_element_by_id("announced") {
        place.set_text_content(Some(heading));
    }
}

/// Keeps the place in the page with the entry of the history.
pub(super) fn keep_scroll() {
    let place = window().scroll_y().unwrap_or_default();
    if let Ok(history) = window().history() {
        drop(history.replace_state(&JsValue::from_f64(place), ""));
    }
}

pub(super) fn restore_scroll() {
    let kept = window().history().ok().and_then(|history| history.state().ok()?.as_f64());
    if let Some(place) = kept {
        window().scroll_to_with_x_and_y(0.0, place);
    }
}
