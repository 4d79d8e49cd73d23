//! What stands on several pages.
//!
//! - [`erasure`]: what pages about an erasure share
//! - [`fields`]: fields of forms
//! - [`mailed`]: pages around mailed links
//! - [`proof`], [`passkey`]: showing who one is
//! - [`receipt`]: the receipt of an erasure
//! - [`restricted`]: what people are told whose data is restricted

pub(crate) mod erasure;
pub(crate) mod fields;
pub(crate) mod mailed;
pub(crate) mod passkey;
pub(crate) mod proof;
pub(crate) mod receipt;
pub(crate) mod restricted;

use leptos::prelude::*;

/// A heading beside what belongs to it.
pub(crate) fn section(
    id: &'static str,
    title: &'static str,
    words: &'static str,
    content: AnyView,
) -> AnyView {
    view! {
        <section class="section" aria-labelledby=id>
            <div>
                <h2 id=id>{title}</h2>
                <p class="muted">{words}</p>
            </div>
            {content}
        </section>
    }
    .into_any()
}
