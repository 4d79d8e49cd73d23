//! What stands in the place of a form that needs a fresh proof of who one is.

use leptos::prelude::*;
use tresen_model::address::Proof;
use tresen_model::{Address, Language};

use crate::components::{ButtonLink, Icon};
use crate::language::shared::factors as text;

/// Instead of a form that would lead to the question anyway. `next` is the page of the form.
pub(crate) fn locked(language: Language, words: &'static str, next: &Address) -> AnyView {
    let confirm = Address::Confirm(Proof { next: next.to_string(), by: String::new() });
    let way = view! {
        <p class="cluster">
            <ButtonLink href=confirm label=text::unlock(language) icon=Some(Icon::Lock)/>
        </p>
    };
    locked_with(words, way.into_any())
}

/// The same with another way out.
pub(crate) fn locked_with(words: &'static str, way: AnyView) -> AnyView {
    view! { <div class="card sunken stack"><p>{words}</p>{way}</div> }.into_any()
}
