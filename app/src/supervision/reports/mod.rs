//! `/agent/reports`: what the last 30 days brought, in numbers.

#[cfg(feature = "ssr")]
mod server;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tresen_model::Language;

#[cfg(feature = "ssr")]
pub(super) use self::server::load;
use crate::components::{EmptyState, Icon, PageHead, ReportRow, ReportTable};
use crate::language::supervision::reports as text;
use crate::page::{Page, Place, Width};
use crate::visit::Visit;

/// What the page shows.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reports {
    /// The tables; `None` while there is nothing to report.
    pub tables: Option<Tables>,
}

/// What happened, in numbers.
#[derive(Clone, Serialize, Deserialize)]
pub struct Tables {
    /// A row a request type.
    pub by_kind: Vec<ReportRow>,
    /// All of them together.
    pub total: ReportRow,
    /// A row an agent.
    pub by_agent: Vec<ReportRow>,
    /// A row a day, the latest first.
    pub by_day: Vec<ReportRow>,
}

/// The page.
pub(super) fn page(visit: &Visit, reports: Reports) -> Page {
    let language = visit.language;
    let page = Page::new(text::title(language), Place::Reports, move || {
        let contents = match reports.tables {
            Some(shown) => tables(language, shown),
            None => view! {
                <EmptyState
                    title=text::empty_title(language)
                    text=text::empty_text(language)
                    icon=Icon::StatusResolved
                />
            }
            .into_any(),
        };
        view! {
            <PageHead title=text::title(language) lede=text::lede(language)/>
            {contents}
        }
        .into_any()
    });
    page.width(Width::Wide)
}

fn tables(language: Language, tables: Tables) -> AnyView {
    let Tables { by_kind, total, by_agent, by_day } = tables;
    let heads = |first| heads(language, first);
    view! {
        <div class="stack loose">
            <section class="stack">
                <h2 id="by-kind">{text::by_kind(language)}</h2>
                <ReportTable
                    titled_by="by-kind"
                    heads=heads(text::kind(language))
                    rows=by_kind
                    total=Some(total)
                />
            </section>
            <section class="stack">
                <h2 id="by-agent">{text::by_agent(language)}</h2>
                <p class="muted">{text::by_agent_note(language)}</p>
                <ReportTable titled_by="by-agent" heads=heads(text::agent(language)) rows=by_agent total=None/>
            </section>
            <section class="stack">
                <h2 id="by-day">{text::by_day(language)}</h2>
                <ReportTable titled_by="by-day" heads=heads(text::day(language)) rows=by_day total=None/>
            </section>
            <section class="prose">
                <h2>{text::notes_title(language)}</h2>
                <ul>
                    <li>{text::note_times(language)}</li>
                    <li>{text::note_days(language)}</li>
                    <li>{text::note_privacy(language)}</li>
                </ul>
            </section>
        </div>
    }
    .into_any()
}

fn heads(language: Language, first: &str) -> Vec<String> {
    [
        first,
        text::created(language),
        text::answered(language),
        text::answer_time(language),
        text::resolved(language),
        text::closed(language),
        text::reopened(language),
        text::settle_time(language),
    ]
    .map(str::to_owned)
    .into()
}
