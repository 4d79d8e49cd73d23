//! The page that shows a secret, once.

use leptos::prelude::*;
use tresen_model::Address;

use crate::components::{ButtonLink, Icon, PageHead};
use crate::page::{Page, Place, Width};

/// What the page says.
pub(crate) struct Said {
    pub(crate) title: &'static str,
    pub(crate) lede: &'static str,
    /// What the secret is for.
    pub(crate) usage: &'static str,
    /// The link to go on.
    pub(crate) kept: &'static str,
    /// Where it leads.
    pub(crate) on: Address,
}

/// The page.
pub(crate) fn page(said: Said, secret: String, place: Place) -> Page {
    let Said { title, lede, usage, kept, on } = said;
    let page = Page::new(title, place, move || {
        view! {
            <PageHead title lede/>
            <div class="stack loose">
                <p class="card"><code id="token">{secret}</code></p>
                <p>{usage}</p>
                <p class="cluster">
                    <ButtonLink href=on label=kept icon=Some(Icon::Check)/>
                </p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
