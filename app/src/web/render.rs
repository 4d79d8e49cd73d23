//! From a view to HTML.

use std::sync::Arc;

use hydration_context::SsrSharedContext;
use leptos::nonce::Nonce;
use leptos::prelude::*;

/// Renders a view in one go. Pages have their data before they are rendered, so nothing is
/// streamed and nothing waits.
pub fn render(nonce: &str, view: impl FnOnce() -> AnyView) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| {
        provide_context(Nonce::from_value(nonce));
        view().to_html()
    });
    owner.unset_with_forced_cleanup();
    html
}
