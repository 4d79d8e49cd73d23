//! `/`: what this place is for, in one glance.

use axum::response::Response;
use leptos::prelude::*;

use crate::components::{ButtonKind, ButtonLink, Hero, Icon, Way, Ways};
use crate::language::home as text;
use crate::web::{Answer, Context, Page, Place, Width};

pub(super) async fn show(context: Context) -> Response {
    let language = context.language;
    let desk = context.app.desk.settings().name.clone();
    let known = context.session().is_some();
    let page = Page::new(desk.clone(), Place::Elsewhere, move || {
        let way = |href: &str, icon, title: &str, words: &str| Way {
            href: href.to_owned(),
            icon,
            title: title.to_owned(),
            text: words.to_owned(),
        };
        let mine = if known { text::mine_known(language) } else { text::mine_unknown(language) };
        let ways = vec![
            way("/requests/new", Icon::Plus, text::new_title(language), text::new_text(language)),
            way("/requests", Icon::List, text::mine_title(language), mine),
            way("/privacy", Icon::Shield, text::privacy_title(language), text::privacy_text(language)),
        ];
        view! {
            <Hero title=text::title(language, &desk) lede=text::lede(language)>
                <ButtonLink
                    href="/requests/new"
                    label=crate::language::common::new_request(language)
                    kind=ButtonKind::Primary
                    icon=Some(Icon::Plus)
                    large=true
                />
                <ButtonLink
                    href="/requests"
                    label=crate::language::common::my_requests(language)
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
    context.finish(Ok(Answer::Page(Box::new(page.width(Width::Bare)))))
}
