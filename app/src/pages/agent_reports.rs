//! `/agent/reports`: what the last 30 days brought, in numbers.

use std::collections::BTreeMap;

use axum::response::Response;
use jiff::tz::TimeZone;
use leptos::prelude::*;
use tresen_desk::privacy::{Day, Statistic, Tally};
use tresen_model::Language;

use crate::components::{EmptyState, Icon, PageHead, ReportRow, ReportTable};
use crate::language::{agent as agents, dates, reports as text};
use crate::web::{Answer, Context, Page, Place, Stop, Width};

/// Days that are shown, today among them.
const DAYS: i64 = 30;

pub(super) async fn show(context: Context) -> Response {
    let answer = page(&context).await;
    context.finish(answer.map(|page| Answer::Page(Box::new(page))))
}

async fn page(context: &Context) -> Result<Page, Stop> {
    let agent = context.require_agent()?;
    let today = Day::of(context.now);
    let first = Day(today.0 - DAYS + 1);
    let statistics = context.app.desk.statistics(&agent, first, today).await?;
    let language = context.language;
    let context = context.clone();
    let page = Page::new(text::title(language), Place::Reports, move || {
        let contents = if statistics.is_empty() {
            view! {
                <EmptyState
                    title=text::empty_title(language)
                    text=text::empty_text(language)
                    icon=Icon::StatusResolved
                />
            }
            .into_any()
        } else {
            tables(&context, &statistics, first, today)
        };
        view! {
            <PageHead title=text::title(language) lede=text::lede(language)/>
            {contents}
        }
        .into_any()
    });
    Ok(page.width(Width::Wide))
}

fn tables(context: &Context, statistics: &[Statistic], first: Day, today: Day) -> AnyView {
    let language = context.language;
    view! {
        <div class="stack loose">
            <section class="stack">
                <h2 id="by-kind">{text::by_kind(language)}</h2>
                {by_kind(context, statistics)}
            </section>
            <section class="stack">
                <h2 id="by-agent">{text::by_agent(language)}</h2>
                <p class="muted">{text::by_agent_note(language)}</p>
                {by_agent(language, statistics)}
            </section>
            <section class="stack">
                <h2 id="by-day">{text::by_day(language)}</h2>
                {by_day(language, statistics, first, today)}
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

/// The sums of all that have something in common, by what they have in common.
fn sums<K: Ord>(statistics: &[Statistic], key: impl Fn(&Statistic) -> K) -> BTreeMap<K, Tally> {
    let mut sums: BTreeMap<K, Tally> = BTreeMap::new();
    for statistic in statistics {
        sums.entry(key(statistic)).or_default().add(&statistic.tally);
    }
    sums
}

fn by_kind(context: &Context, statistics: &[Statistic]) -> AnyView {
    let language = context.language;
    let mut sums = sums(statistics, |statistic| statistic.kind.clone());
    let mut total = Tally::default();
    sums.values().for_each(|tally| total.add(tally));
    let mut rows = Vec::new();
    for kind in &context.app.desk.settings().request_types {
        if let Some(tally) = sums.remove(&kind.id) {
            rows.push(row(language, kind.name.get(language), &tally));
        }
    }
    // Types that the operator has removed since still have their word.
    rows.extend(sums.iter().map(|(kind, tally)| row(language, kind, tally)));
    let total = Some(row(language, text::total(language), &total));
    view! { <ReportTable titled_by="by-kind" heads=heads(language, text::kind(language)) rows total/> }
        .into_any()
}

fn by_agent(language: Language, statistics: &[Statistic]) -> AnyView {
    let sums = sums(statistics, |statistic| {
        let name = statistic.agent.map(|_| statistic.agent_name.clone().unwrap_or_default());
        // Those of the desk by name, then everybody else.
        (statistic.agent.is_none(), name, statistic.agent)
    });
    let rows = sums.iter().map(|((_, name, _), tally)| {
        let name = match name.as_deref() {
            None => text::nobody(language),
            Some("") => agents::no_name(language),
            Some(name) => name,
        };
        row(language, name, tally)
    });
    let rows = rows.collect::<Vec<_>>();
    view! { <ReportTable titled_by="by-agent" heads=heads(language, text::agent(language)) rows total=None/> }
        .into_any()
}

fn by_day(language: Language, statistics: &[Statistic], first: Day, today: Day) -> AnyView {
    let sums = sums(statistics, |statistic| statistic.day);
    let day = |day: i64| {
        let tally = sums.get(&Day(day)).copied().unwrap_or_default();
        row(language, &dates::day(language, Day(day).start(), &TimeZone::UTC), &tally)
    };
    let rows = (first.0..=today.0).rev().map(day).collect::<Vec<_>>();
    view! { <ReportTable titled_by="by-day" heads=heads(language, text::day(language)) rows total=None/> }
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

fn row(language: Language, name: &str, tally: &Tally) -> ReportRow {
    let number = |count| text::number(language, count);
    let time =
        |mean: Option<u64>| mean.map_or_else(|| "–".to_owned(), |seconds| text::duration(language, seconds));
    let figures = vec![
        number(tally.created),
        number(tally.answered),
        time(tally.mean_answer()),
        number(tally.resolved),
        number(tally.closed),
        number(tally.reopened),
        time(tally.mean_settlement()),
    ];
    ReportRow { name: name.to_owned(), figures }
}
