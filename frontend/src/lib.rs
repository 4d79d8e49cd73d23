//! The WASM entry point: makes the islands of `tresen_app` live.

// Nothing else refers to the crate, and without this its islands would not be linked.
extern crate tresen_app;

use std::time::Duration;

use leptos::prelude::{document, set_timeout};
use wasm_bindgen::prelude::wasm_bindgen;

/// Sets up the browser's side. The script in the page calls it, then one export for each island.
///
/// When all of them are live, `<html>` gets the attribute `data-live`. The browser tests wait for
/// it: an open event stream keeps the network busy for ever, so that says nothing.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
    // The script makes the islands live before it lets go of the thread. Only tests miss the mark.
    let _ = set_timeout(mark_live, Duration::ZERO);
}

fn mark_live() {
    if let Some(html) = document().document_element() {
        // It can only fail on a name that is no name.
        let _ = html.set_attribute("data-live", "");
    }
}
