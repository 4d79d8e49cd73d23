//! The page that says what went wrong.

use leptos::prelude::*;
use tresen_model::{Address, Language};

use crate::components::{ButtonKind, ButtonLink, Icon, PageHead};
use crate::language::shared::{common, mailed_link};
use crate::language::sign_in::login;
use crate::page::{Page, Place, Width};
use crate::trouble::Trouble;

/// The page that says it.
pub fn trouble_page(language: Language, status: u16, trouble: Trouble) -> Page {
    let (title, text) = trouble.texts(language);
    let place = if trouble == Trouble::SecondStepOver { Place::Login } else { Place::Elsewhere };
    let mut page = Page::new(title, place, move || {
        let word = if let Trouble::Broken(word) = &trouble { Some(word.clone()) } else { None };
        view! {
            <PageHead title lede=text.into_owned()/>
            {word.map(|word| view! { <p><code>{word}</code></p> })}
            <p class="cluster">{ways_on(language, trouble)}</p>
        }
        .into_any()
    });
    page.status = status;
    page.width(Width::Narrow)
}

fn ways_on(language: Language, trouble: Trouble) -> AnyView {
    match trouble {
        Trouble::GoneLink { again, also } => view! {
            <ButtonLink href=again label=mailed_link::ask_again(language) icon=Some(Icon::Mail)/>
            {also.map(|(href, label)| view! { <ButtonLink href label kind=ButtonKind::Secondary/> })}
        }
        .into_any(),
        Trouble::SecondStepOver => {
            let next = String::new();
            view! { <ButtonLink href=Address::SignIn { next } label=common::log_in(language)/> }.into_any()
        }
        Trouble::NotSignedIn => {
            let next = String::new();
            view! { <ButtonLink href=Address::SignIn { next } label=login::to_login(language)/> }.into_any()
        }
        _ => view! { <ButtonLink href=Address::Home label=common::back_to_start(language)/> }.into_any(),
    }
}
