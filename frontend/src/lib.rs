//! The WASM entry point: makes the islands of `tresen_app` live.

// Nothing else refers to the crate, and without this its islands would not be linked.
extern crate tresen_app;

use wasm_bindgen::prelude::wasm_bindgen;

/// Sets up the browser's side. The script in the page calls it, then one export for each island.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
