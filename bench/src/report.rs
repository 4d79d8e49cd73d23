//! The figures, as a table and as JSON.

use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::cases::Row;
use crate::load::Measured;
use crate::wire::Wire;

/// What is measured once.
pub(crate) struct Once {
    pub(crate) cores: usize,
    pub(crate) fill_seconds: f64,
    /// Whether it is a copy of what an earlier run has filled.
    pub(crate) copied: bool,
    pub(crate) mails_seconds: f64,
    pub(crate) first_start_ms: f64,
    pub(crate) start_ms: f64,
    pub(crate) idle_mib: f64,
    pub(crate) busy_mib: f64,
    pub(crate) program_mib: f64,
    pub(crate) data_mib: f64,
    pub(crate) sync_ms: f64,
    pub(crate) wire: Wire,
}

pub(crate) fn table(arguments: &Arguments, once: &Once, rows: &[Row]) -> String {
    let engine = if arguments.postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    let mut text = format!(
        "{} requests, {engine}, {} cores shared by server and load, {} rounds of {} s, medians\n\n\
         {:<13}{:>3}{:>9}{:>9}{:>9}{:>9}  {:<27}{:>9}{:>9}{:>7}\n",
        arguments.requests,
        once.cores,
        arguments.rounds,
        arguments.time.as_secs(),
        "case",
        "c",
        "req/s",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "beside it",
        "req/s",
        "CPU ms",
        "share",
    );
    for row in rows {
        let desk = Measured::median(&row.desk);
        let Measured { rate, p50, p99, cpu } = &desk;
        let start =
            format!("{:<13}{:>3}{rate:>9.0}{p50:>9.2}{p99:>9.2}{cpu:>9.3}", row.name, row.concurrency);
        let limits = limits(row);
        if limits.is_empty() {
            text += &format!("{start}\n");
        }
        for (number, (name, limit)) in limits.iter().enumerate() {
            let start = if number == 0 { start.as_str() } else { "" };
            let share = desk.rate / limit.rate * 100.0;
            text += &format!("{start:<52}  {name:<27}{:>9.0}{:>9.3}{share:>5.0} %\n", limit.rate, limit.cpu);
        }
    }
    let Once { fill_seconds, mails_seconds, first_start_ms, start_ms, idle_mib, busy_mib, .. } = once;
    text += &format!(
        "\nstart until /readyz       {start_ms:.0} ms with the requests, {first_start_ms:.0} ms on an empty folder\n\
         memory (PSS)              {idle_mib:.1} MiB idle, {busy_mib:.1} MiB after the load\n\
         program                   {:.1} MiB; data folder after the load {:.1} MiB\n\
         {:<26}{fill_seconds:.1} s; sending {} mails {mails_seconds:.1} s\n\
         one fdatasync of 4 KiB    {:.2} ms\n\
         /requests/new on the wire {:.1} KiB in {} requests ({})\n",
        once.program_mib,
        once.data_mib,
        if once.copied { "copying a filled desk" } else { "filling" },
        crate::MAILED,
        once.sync_ms,
        once.wire.bytes() as f64 / 1024.0,
        once.wire.files.len(),
        once.wire
            .files
            .iter()
            .map(|(kind, bytes)| format!("{kind} {:.1}", *bytes as f64 / 1024.0))
            .collect::<Vec<_>>()
            .join(", "),
    );
    text
}

fn limits(row: &Row) -> Vec<(String, Measured)> {
    [
        (format!("bare handler, {} bytes", row.bytes), &row.bare),
        ("bare commits".to_owned(), &row.commits),
        (format!("bare commits, {} in one", row.concurrency), &row.group_commits),
    ]
    .into_iter()
    .filter(|(_, rounds)| !rounds.is_empty())
    .map(|(name, rounds)| (name, Measured::median(rounds)))
    .collect()
}

pub(crate) fn json(arguments: &Arguments, once: &Once, rows: &[Row]) -> Value {
    let figures = |rounds: &[Measured]| {
        let one =
            |m: &Measured| json!({ "per_second": m.rate, "p50_ms": m.p50, "p99_ms": m.p99, "cpu_ms": m.cpu });
        let median = (!rounds.is_empty()).then(|| one(&Measured::median(rounds)));
        json!({ "median": median, "rounds": rounds.iter().map(one).collect::<Vec<_>>() })
    };
    let cases = rows.iter().map(|row| {
        json!({
            "case": row.name,
            "concurrency": row.concurrency,
            "bytes": row.bytes,
            "desk": figures(&row.desk),
            "bare_handler": figures(&row.bare),
            "bare_commits": figures(&row.commits),
            "bare_group_commits": figures(&row.group_commits),
        })
    });
    json!({
        "requests": arguments.requests,
        "engine": if arguments.postgres.is_some() { "postgresql" } else { "sqlite" },
        "seconds": arguments.time.as_secs(),
        "cores": once.cores,
        "cases": cases.collect::<Vec<_>>(),
        "start_ms": once.start_ms,
        "first_start_ms": once.first_start_ms,
        "idle_pss_mib": once.idle_mib,
        "busy_pss_mib": once.busy_mib,
        "program_mib": once.program_mib,
        "data_mib": once.data_mib,
        "fill_seconds": once.fill_seconds,
        "mails_seconds": once.mails_seconds,
        "fdatasync_ms": once.sync_ms,
        "submit_page": once.wire.files.iter().map(|(kind, bytes)| json!({ "kind": kind, "bytes": bytes })).collect::<Vec<_>>(),
    })
}
