//! The page that shows a new token, once.

use leptos::prelude::*;
use tresen_model::Address;

use crate::components::{ButtonLink, Icon, PageHead};
use crate::language::account::tokens as text;
use crate::page::{Page, Place, Width};
use crate::visit::Visit;

/// The page.
pub(in crate::account) fn page(visit: &Visit, secret: String) -> Page {
    let language = visit.language;
    let page = Page::new(text::made_title(language), Place::Account, move || {
        let on = Address::Tokens { done: String::new() };
        view! {
            <PageHead title=text::made_title(language) lede=text::made_lede(language)/>
            <div class="stack loose">
                <p class="card"><code id="token">{secret}</code></p>
                <p>{text::made_use(language)}</p>
                <p class="cluster">
                    <ButtonLink href=on label=text::kept(language) icon=Some(Icon::Check)/>
                </p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
