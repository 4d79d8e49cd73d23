//! `/privacy` and `/imprint`: the texts that the desk makes from its settings.

use axum::extract::Query;
use axum::response::Response;
use leptos::prelude::*;
use serde::Deserialize;
use tresen_desk::Error;
use tresen_desk::privacy::statement::{Document, imprint as imprint_text};
use tresen_model::Language;

use super::document::{contents, prose};
use super::mailed_link;
use crate::components::{ButtonKind, ButtonLink, Icon, Notice, NoticeKind, PageHead};
use crate::language::{dates, privacy as text, receipt};
use crate::web::{Context, Page, Place, Stop, Width};

/// What the address of the page says.
#[derive(Deserialize)]
pub(super) struct Which {
    /// An earlier version: a consent refers to the one that was in force.
    version: Option<String>,
}

pub(super) async fn privacy(context: Context, Query(which): Query<Which>) -> Response {
    let page = statement(&context, which.version).await;
    context.finish(page.map(mailed_link::page))
}

async fn statement(context: &Context, version: Option<String>) -> Result<Page, Stop> {
    let language = context.language;
    let desk = &context.app.desk;
    let mut shown = desk.privacy_text(language, None).await?;
    let in_force = shown.0;
    if let Some(version) = version {
        let version = version.parse().map_err(|_| Error::NotFound)?;
        shown = desk.privacy_text(language, Some(version)).await?;
    }
    let (version, since, document) = shown;
    let since = dates::day(language, since, &context.app.time_zone);
    let key = desk.receipt_public_key();
    let page = Page::new(document.title.clone(), Place::Elsewhere, move || {
        let earlier = (version != in_force).then(|| earlier(language));
        view! {
            <PageHead title=document.title.clone() lede=text::version(language, version, &since)>
                <ButtonLink
                    href="/account/delete"
                    label=text::delete(language)
                    kind=ButtonKind::Secondary
                    icon=Some(Icon::Trash)
                />
            </PageHead>
            <div class="stack loose">
                {earlier} {body(language, document)}
                <section class="prose" aria-labelledby="receipts">
                    <h2 id="receipts">{receipt::key_title(language)}</h2>
                    <p>
                        {receipt::lede(language)} " "
                        <a href="/privacy/receipt">{receipt::check_link(language)}</a>
                    </p>
                    <pre class="receipt" tabindex="0">{key}</pre>
                </section>
            </div>
        }
        .into_any()
    });
    Ok(page.width(Width::Narrow))
}

fn earlier(language: Language) -> AnyView {
    view! {
        <Notice kind=NoticeKind::Info title=text::earlier_title(language)>
            {text::earlier(language)} " " <a href="/privacy">{text::in_force(language)}</a>
        </Notice>
    }
    .into_any()
}

pub(super) async fn imprint(context: Context) -> Response {
    let language = context.language;
    let settings = context.app.desk.settings();
    let document = imprint_text(language, &settings.name, &settings.privacy);
    let page = Page::new(document.title.clone(), Place::Elsewhere, move || {
        view! {
            <PageHead title=document.title.clone()/>
            <div class="stack loose">{body(language, document)}</div>
        }
        .into_any()
    });
    context.finish(Ok(mailed_link::page(page.width(Width::Narrow))))
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
