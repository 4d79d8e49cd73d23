//! `/`: what this place is for, in one glance.

use leptos::prelude::*;
use tresen_model::Address;

use crate::components::{ButtonKind, ButtonLink, Hero, Icon, Way, Ways};
use crate::language::customer::home as text;
use crate::language::shared::common;
use crate::page::{Page, Place, Width};
use crate::visit::Visit;

/// The page.
pub(super) fn page(visit: &Visit) -> Page {
    let language = visit.language;
    let desk = visit.desk.clone();
    let mine = if visit.known() { text::mine_known(language) } else { text::mine_unknown(language) };
    let page = Page::new(desk.clone(), Place::Elsewhere, move || {
        let way = |address: Address, icon, title: &str, words: &str| Way {
            href: address.to_string(),
            icon,
            title: title.to_owned(),
            text: words.to_owned(),
        };
        let requests = Address::Requests(Default::default());
        let ways = vec![
            way(Address::NewRequest, Icon::Plus, text::new_title(language), text::new_text(language)),
            way(requests.clone(), Icon::List, text::mine_title(language), mine),
            way(Address::Privacy, Icon::Shield, text::privacy_title(language), text::privacy_text(language)),
        ];
        view! {
            <Hero title=text::title(language, &desk) lede=text::lede(language)>
                <ButtonLink
                    href=Address::NewRequest
                    label=common::new_request(language)
                    kind=ButtonKind::Primary
                    icon=Some(Icon::Plus)
                    large=true
                />
                <ButtonLink
                    href=requests
                    label=common::my_requests(language)
                    kind=ButtonKind::Secondary
                    large=true
                />
            </Hero>
            <div class="page">
                <Ways ways/>
            </div>
        }
        .into_any()
    });
    page.width(Width::Bare)
}
