//! What is measured, and how the limits are measured beside it.

use std::sync::atomic::AtomicU64;

use crate::Result;
use crate::arguments::Arguments;
use crate::client::{Client, Request};
use crate::commits;
use crate::cpu::Meter;
use crate::limits;
use crate::load::{Asked, Measured, measure};
use crate::people::{self, People};
use crate::server::Tresen;

/// A visitor comes a second time so many submits after the first.
const COMES_AGAIN_AFTER: u64 = 101;

/// A case at one concurrency, with its limits, a figure a round.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) concurrency: usize,
    /// Of the answer, on the wire.
    pub(crate) bytes: usize,
    pub(crate) desk: Vec<Measured>,
    /// A bare handler that answers with as many bytes.
    pub(crate) bare: Vec<Measured>,
    /// Bare commits, one a submit.
    pub(crate) commits: Vec<Measured>,
    /// Bare commits, one for as many submits as there are connections.
    pub(crate) group_commits: Vec<Measured>,
}

struct Case {
    name: &'static str,
    request: Box<dyn Fn(u64) -> Request>,
    status: u16,
    /// Whether it is a page, which a bare handler could answer.
    page: bool,
}

/// Where things are measured.
pub(crate) struct Place<'a> {
    pub(crate) arguments: &'a Arguments,
    pub(crate) tresen: &'a Tresen,
    /// Of the server, and of its database if that is another process.
    pub(crate) meter: &'a Meter,
    pub(crate) bare: &'a limits::Bare,
}

/// Measures everything, round by round: what disturbs the machine for a while then disturbs
/// cases and limits alike.
pub(crate) async fn run(place: &Place<'_>, people: &People) -> Result<Vec<Row>> {
    let cases = cases(people);
    let numbers = AtomicU64::new(0);
    let mut rows = Vec::new();
    for concurrency in place.arguments.concurrency.iter().copied() {
        for case in &cases {
            let bytes = if case.page { bytes(place, case).await? } else { 0 };
            rows.push(Row {
                name: case.name,
                concurrency,
                bytes,
                desk: Vec::new(),
                bare: Vec::new(),
                commits: Vec::new(),
                group_commits: Vec::new(),
            });
        }
    }
    for round in 1..=place.arguments.rounds {
        eprintln!("round {round} of {}", place.arguments.rounds);
        for (row, case) in rows.iter_mut().zip(cases.iter().cycle()) {
            one(place, case, row, &numbers).await.map_err(|e| format!("{}: {e}", case.name))?;
        }
    }
    Ok(rows)
}

fn cases(people: &People) -> Vec<Case> {
    let page = |name, path: &str, cookie: &str| {
        let (path, cookie) = (path.to_owned(), cookie.to_owned());
        Case { name, request: Box::new(move |_| Request::get(&path, &cookie)), status: 200, page: true }
    };
    let form = |name, request: fn(u64) -> Request| Case {
        name,
        request: Box::new(request),
        status: 303,
        page: false,
    };
    vec![
        page("home", "/", ""),
        page("my requests", "/requests", &people.customer),
        page("one request", &people.request, &people.customer),
        page("agent queue", "/agent", &people.agent),
        page("my requests, data", &data("mine", "/requests"), &people.customer),
        page("one request, data", &data("mine", &people.request), &people.customer),
        page("agent queue, data", &data("agent", "/agent"), &people.agent),
        page("agent search", "/agent?q=invoice", &people.agent),
        form("login", |_| people::login(people::CUSTOMER)),
        form("submit", submit),
    ]
}

/// The address of what a page shows, as the app asks for it.
fn data(part: &str, page: &str) -> String {
    format!("/api/ui/page/{part}?address={page}")
}

/// Half of them come from new addresses, half from addresses that wrote once before: each is
/// mailed its confirmation.
fn submit(number: u64) -> Request {
    let visitor = if number % 2 == 1 { number.saturating_sub(COMES_AGAIN_AFTER) } else { number };
    people::submission(&format!("visitor{visitor}@example.net"), "", &format!("bench-{number}"))
}

async fn bytes(place: &Place<'_>, case: &Case) -> Result<usize> {
    let mut client = Client::connect(place.tresen.listen).await?;
    Ok(client.send(&(case.request)(0)).await?.expect(case.status, case.name)?.body.len())
}

async fn one(place: &Place<'_>, case: &Case, row: &mut Row, numbers: &AtomicU64) -> Result {
    let Arguments { time, .. } = *place.arguments;
    if case.page {
        let path = format!("/{}", row.bytes);
        let asked =
            Asked { name: "bare", request: &|_| Request::get(&path, ""), status: 200, settles: false };
        let meter = Meter::new([place.bare.id]);
        row.bare.push(measure(place.bare.address, &asked, numbers, row.concurrency, time, &meter).await?);
    }
    let asked = Asked { name: case.name, request: &case.request, status: case.status, settles: !case.page };
    row.desk.push(measure(place.tresen.listen, &asked, numbers, row.concurrency, time, place.meter).await?);
    if case.name == "submit" {
        row.commits.push(commit(place, row.concurrency, 1, row.commits.len()).await?);
        // PostgreSQL groups commits by itself.
        if row.concurrency > 1 && place.arguments.postgres.is_none() {
            let group = row.concurrency;
            row.group_commits.push(commit(place, group, group, row.group_commits.len()).await?);
        }
    }
    Ok(())
}

async fn commit(place: &Place<'_>, concurrency: usize, group: usize, round: usize) -> Result<Measured> {
    let file = place.tresen.folder.join(format!("bare-{concurrency}-{group}-{round}.db"));
    let database = match &place.tresen.databases {
        Some((data, _)) => data.clone(),
        None => file.display().to_string(),
    };
    commits::Bare { database: &database, concurrency, group, time: place.arguments.time }.measure().await
}
