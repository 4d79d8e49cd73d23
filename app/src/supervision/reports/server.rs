//! What the server does for `/agent/reports`.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use tresen_desk::Settings;
use tresen_desk::requests::{Day, Statistic, Tally};
use tresen_model::Language;

use super::{Reports, Tables};
use crate::components::ReportRow;
use crate::language::agent::requests as agents;
use crate::language::shared::dates;
use crate::language::supervision::reports as text;
use crate::web::{Context, Stop};

/// Days that are shown, today among them.
const DAYS: i64 = 30;

/// Asks the desk for what the page shows.
pub(in crate::supervision) async fn load(context: &Context) -> Result<Reports, Stop> {
    let agent = context.require_agent()?;
    let today = Day::of(context.now);
    let first = Day(today.0 - DAYS + 1);
    let desk = &context.app.desk;
    let statistics = desk.requests.statistics(&agent, first, today).await?;
    let language = context.language;
    let tables = (!statistics.is_empty()).then(|| {
        let (by_kind, total) = by_kind(language, desk.settings(), &statistics);
        Tables {
            by_kind,
            total,
            by_agent: by_agent(language, &statistics),
            by_day: by_day(language, &statistics, first, today),
        }
    });
    Ok(Reports { tables })
}

/// The sums of all that have something in common, by what they have in common.
fn sums<K: Ord>(statistics: &[Statistic], key: impl Fn(&Statistic) -> K) -> BTreeMap<K, Tally> {
    let mut sums: BTreeMap<K, Tally> = BTreeMap::new();
    for statistic in statistics {
        sums.entry(key(statistic)).or_default().add(&statistic.tally);
    }
    sums
}

/// A row a type, and the row for all together.
fn by_kind(language: Language, settings: &Settings, statistics: &[Statistic]) -> (Vec<ReportRow>, ReportRow) {
    let mut sums = sums(statistics, |statistic| statistic.kind.clone());
    let mut total = Tally::default();
    sums.values().for_each(|tally| total.add(tally));
    let mut rows = Vec::new();
    for kind in &settings.request_types {
        if let Some(tally) = sums.remove(&kind.id) {
            rows.push(row(language, kind.name.get(language), &tally));
        }
    }
    // Types that the operator has removed since still have their word.
    rows.extend(sums.iter().map(|(kind, tally)| row(language, kind, tally)));
    (rows, row(language, text::total(language), &total))
}

fn by_agent(language: Language, statistics: &[Statistic]) -> Vec<ReportRow> {
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
    rows.collect()
}

fn by_day(language: Language, statistics: &[Statistic], first: Day, today: Day) -> Vec<ReportRow> {
    let sums = sums(statistics, |statistic| statistic.day);
    let day = |day: i64| {
        let tally = sums.get(&Day(day)).copied().unwrap_or_default();
        row(language, &dates::day(language, Day(day).start(), &TimeZone::UTC), &tally)
    };
    (first.0..=today.0).rev().map(day).collect()
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
