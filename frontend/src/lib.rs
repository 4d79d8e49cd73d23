//! The WASM entry point: goes on with the page that the server has rendered.

use wasm_bindgen::prelude::wasm_bindgen;

/// Makes the page live. The script in the document calls it.
#[wasm_bindgen]
pub fn hydrate() {
    tresen_app::hydrate();
}
