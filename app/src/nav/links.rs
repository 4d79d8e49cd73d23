//! Which clicks lead to a page of the app.

use leptos::prelude::window;
use leptos::wasm_bindgen::JsCast;
use tresen_model::Address;
use web_sys::{Element, EventTarget, HtmlAnchorElement, MouseEvent, Url};

/// The page that a click leads to, if it leads to one in this document.
pub(super) fn followed(event: &MouseEvent) -> Option<String> {
    let plain = event.button() == 0
        && !event.default_prevented()
        && !(event.meta_key() || event.alt_key() || event.ctrl_key() || event.shift_key());
    let link = event.target().filter(|_| plain).and_then(|target| link_of(&target))?;
    let address = page_of(&link)?;
    // Within the page the browser leads.
    let inside = without_hash(&address) == current() && address.contains('#');
    (!inside).then_some(address)
}

/// The link that an element is in.
pub(super) fn link_of(target: &EventTarget) -> Option<HtmlAnchorElement> {
    target.dyn_ref::<Element>()?.closest("a[href]").ok()??.dyn_into().ok()
}

/// The address of a link, if it is a page of the app and to be shown here.
pub(super) fn page_of(link: &HtmlAnchorElement) -> Option<String> {
    if !link.target().is_empty() || link.has_attribute("download") {
        return None;
    }
    let url = Url::new(&link.href()).ok()?;
    if Some(url.origin()) != window().location().origin().ok() {
        return None;
    }
    let address = format!("{}{}{}", url.pathname(), url.search(), url.hash());
    Address::read(&address).map(|_| address)
}

/// An address without what follows the `#`.
pub(super) fn without_hash(address: &str) -> &str {
    address.split('#').next().unwrap_or_default()
}

/// The path of an address.
pub(super) fn path_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

/// The address of the document: path and query.
pub(super) fn current() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}

/// The same with what follows the `#`.
pub(super) fn with_hash() -> String {
    current() + &window().location().hash().unwrap_or_default()
}
