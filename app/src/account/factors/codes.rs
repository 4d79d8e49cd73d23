//! The recovery codes on `/account/factors`, and the page that shows new ones, once.

// The macro makes a struct of each function's arguments; they are fields of its form.
#![allow(missing_docs)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::{Json, PostUrl};
use tresen_model::{Address, Language};

use super::Factors;
use crate::account::Shown;
use crate::components::{Button, ButtonKind, ButtonLink, Icon, PageHead};
use crate::form::{Done, Forms, Unmet};
use crate::language::shared::factors as text;
use crate::live::LiveForm;
use crate::page::{Page, Place, Width};
use crate::parts::section;
use crate::visit::Visit;

/// Makes new recovery codes. Its answer is the page that shows them.
///
/// # Errors
/// [`Unmet`]: somebody has to show first who they are.
#[server(prefix = "/api/ui", endpoint = "account/factors/codes", input = PostUrl, output = Json)]
pub async fn new_codes() -> Result<Done<Shown>, Unmet> {
    Ok(super::server::new_codes().await?)
}

/// The section on the page of all factors.
pub(super) fn section_of(language: Language, factors: &Factors, forms: &Forms) -> AnyView {
    const ACTION: &str = "/account/factors/codes";
    let words = match factors.recovery_codes {
        _ if !factors.any => text::codes_later(language).to_owned(),
        0 => text::codes_none(language).to_owned(),
        left => text::codes_left(language, left),
    };
    let button = (factors.fresh && factors.any).then(|| {
        view! {
            <LiveForm language to=NewCodes::PATH action=ACTION form=forms.at(ACTION) class="stack tight">
                <p class="muted small">{text::new_codes_hint(language)}</p>
                <div><Button label=text::new_codes(language) kind=ButtonKind::Secondary/></div>
            </LiveForm>
        }
    });
    let content = view! { <div class="stack"><p>{words}</p>{button}</div> };
    section("codes-title", text::codes_title(language), text::codes_text(language), content.into_any())
}

/// The page that shows recovery codes.
pub(in crate::account) fn page(visit: &Visit, codes: Vec<String>) -> Page {
    let language = visit.language;
    let on = if visit.staff() { Address::Queue(Default::default()) } else { super::address() };
    let page = Page::new(text::kept_title(language), Place::Account, move || {
        let codes = codes
            .into_iter()
            .map(|code| view! { <li><code>{code}</code></li> }.into_any())
            .collect::<Vec<_>>();
        view! {
            <PageHead title=text::kept_title(language) lede=text::kept_lede(language)/>
            <div class="stack loose">
                <ol class="codes card" aria-label=text::codes_label(language)>{codes}</ol>
                <p class="cluster">
                    <ButtonLink href=on label=text::kept(language) icon=Some(Icon::Check)/>
                </p>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}
