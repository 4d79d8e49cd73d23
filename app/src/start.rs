//! How the browser goes on with the page that the server has rendered.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::app::{Outlet, app};
use crate::chunks::{self, Given};
use crate::first::{FIRST, First, FirstShown};
use crate::form::Forms;
use crate::live::drafts;
use crate::nav::{Router, mark_live};
use crate::navigate::Navigator;
use crate::trouble_page::trouble_page;

/// Makes the page live.
pub fn hydrate() {
    spawn_local(go_on());
}

async fn go_on() {
    let first = document().get_element_by_id(FIRST).and_then(|element| element.text_content());
    // A document without it is no page of the app, and stays as it is.
    let Some(First { build, visit, shown, refused }) =
        first.and_then(|text| serde_json::from_str(&text).ok())
    else {
        return;
    };
    drafts::guard(&visit);
    let forms = refused.map_or_else(Forms::untouched, Forms::refused);
    let page = match shown {
        FirstShown::Page(part, shown) => {
            if chunks::load(part).await.is_err() {
                // Without its code the page works as it does without scripts.
                return;
            }
            chunks::page(part, Given { visit: visit.clone(), shown: shown.get().into(), forms })
        }
        FirstShown::Trouble(status, trouble) => Some(trouble_page(visit.language, status, trouble)),
    };
    let Some(page) = page else { return };
    let location = window().location();
    let address = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
    leptos::mount::hydrate_body(move || {
        let outlet = Outlet::new(page, &address, &visit);
        provide_context(Navigator::new(Router::start(outlet, &build)));
        app(&visit, outlet)
    });
    let _ = set_timeout(|| mark_live(true), Duration::ZERO);
}
