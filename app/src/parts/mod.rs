//! What stands on several pages.
//!
//! - [`erasure`]: what pages about an erasure share
//! - [`fields`]: fields of forms
//! - [`locked`]: what stands in the place of a form that needs a fresh proof
//! - [`mailed`]: pages around mailed links
//! - [`proof`], [`passkey`]: showing who one is
//! - [`receipt`]: the receipt of an erasure
//! - [`secret`]: the page that shows a secret, once
//! - [`restricted`]: what people are told whose data is restricted

pub(crate) mod erasure;
pub(crate) mod fields;
pub(crate) mod locked;
pub(crate) mod mailed;
pub(crate) mod passkey;
pub(crate) mod proof;
pub(crate) mod receipt;
pub(crate) mod restricted;
pub(crate) mod secret;

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
