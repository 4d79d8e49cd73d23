//! `/privacy` and `/imprint`: the texts that the desk makes from its settings.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::address::Mailed;
use tresen_model::document::Document;
use tresen_model::{Address, Language};

use super::document::{contents, prose};
use crate::components::{ButtonKind, ButtonLink, Icon, Notice, NoticeKind, PageHead};
use crate::language::legal::{privacy as text, receipt};
use crate::page::{Page, Place, Width};
use crate::visit::Visit;

/// What the page with the privacy statement shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Statement {
    /// The number of the version.
    pub version: i64,
    /// The day since which it is in force.
    pub since: String,
    /// Whether another version is in force now.
    pub earlier: bool,
    /// The text.
    pub document: Document,
    /// The public key for receipts of erasures, in PEM.
    pub key: String,
}

/// The page with the privacy statement.
pub(super) fn statement(visit: &Visit, statement: Statement) -> Page {
    let language = visit.language;
    let Statement { version, since, earlier, document, key } = statement;
    let title = document.title.clone();
    let page = Page::new(title.clone(), Place::Elsewhere, move || {
        view! {
            <PageHead title lede=text::version(language, version, &since)>
                <ButtonLink
                    href=Address::Delete(Mailed::default())
                    label=text::delete(language)
                    kind=ButtonKind::Secondary
                    icon=Some(Icon::Trash)
                />
            </PageHead>
            <div class="stack loose">
                {earlier.then(|| not_in_force(language))} {body(language, document)}
                <section class="prose" aria-labelledby="receipts">
                    <h2 id="receipts">{receipt::key_title(language)}</h2>
                    <p>
                        {receipt::lede(language)} " "
                        <a href=Address::Receipt.to_string()>{receipt::check_link(language)}</a>
                    </p>
                    <pre class="receipt" tabindex="0">{key}</pre>
                </section>
            </div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

fn not_in_force(language: Language) -> AnyView {
    view! {
        <Notice kind=NoticeKind::Info title=text::earlier_title(language)>
            {text::earlier(language)} " " <a href=Address::Privacy.to_string()>{text::in_force(language)}</a>
        </Notice>
    }
    .into_any()
}

/// The page with the imprint.
pub(super) fn imprint(visit: &Visit, document: Document) -> Page {
    let language = visit.language;
    let title = document.title.clone();
    let page = Page::new(title.clone(), Place::Elsewhere, move || {
        view! {
            <PageHead title/>
            <div class="stack loose">{body(language, document)}</div>
        }
        .into_any()
    });
    page.width(Width::Narrow)
}

/// Contents where it is long, and the text.
fn body(language: Language, document: Document) -> AnyView {
    let draft = document.draft.then(|| {
        view! {
            <Notice kind=NoticeKind::Warning title=text::draft_title(language)>{text::draft(language)}</Notice>
        }
        .into_any()
    });
    let contents = contents(text::contents(language), &document.sections);
    view! { {draft} {contents} {prose(document.sections)} }.into_any()
}
