//! The pages of this part, above each of them.

use leptos::prelude::*;
use tresen_model::{Address, Language};

use crate::components::{FilterTabs, NavLink};
use crate::language::settings::{people as text, services, webhooks};
use crate::language::shared::mail;

/// Links to the pages. `here` is the one that is shown.
pub(super) fn tabs(language: Language, here: &Address) -> AnyView {
    let link = |label: &str, address: Address| {
        let current = address == *here;
        NavLink::new(label, address).current(current)
    };
    let links = vec![
        link(text::link(language), Address::People { done: String::new() }),
        link(mail::trouble_link(language), Address::Mail { done: String::new() }),
        link(services::link(language), Address::ServiceTokens { done: String::new() }),
        link(webhooks::link(language), Address::Webhooks { done: String::new() }),
    ];
    view! { <div class="toolbar"><FilterTabs label=text::settings(language) links/></div> }.into_any()
}
