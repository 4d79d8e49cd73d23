//! The last page: everything is deleted.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::{Address, Language};

use crate::components::{ButtonKind, ButtonLink, PageHead, Time};
use crate::language::shared::{common, erase as text};
use crate::page::{Page, Place, Width};
use crate::parts::erasure::{self, Erased};
use crate::parts::receipt;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Farewell {
    /// The erasure.
    pub erased: Erased,
    /// Days for which backups stay readable.
    pub days: u32,
}

/// The page.
pub(super) fn page(language: Language, farewell: Farewell) -> Page {
    let page = Page::new(text::done_title(language), Place::Elsewhere, move || {
        let Farewell { erased: Erased { count, at, receipt }, days } = farewell;
        view! {
            <PageHead title=text::done_title(language) lede=text::done_lede(language)/>
            <div class="stack loose">
                <div class="prose">
                    <p>{text::done_when(language)} " " <Time when=at/></p>
                    <h2>{text::done_what(language)}</h2>
                    {erasure::counted(text::counted(language, &count), text::done_person(language))}
                    <p>{text::backups(language, days)}</p>
                    <p>{text::own_mailbox(language)}</p>
                </div>
                {receipt::given(language, receipt)}
                <p class="cluster">
                    <ButtonLink
                        href=Address::Home
                        label=common::back_to_start(language)
                        kind=ButtonKind::Secondary
                    />
                </p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
