//! `cargo xtask bench flood`: a thousand logins a second are offered, whatever becomes of them, while
//! somebody reads pages. What counts is how much slower those become.
//!
//! Twice: from one network, which is soon told to wait; and each login from another network with
//! another address, so that only the bound on Argon2 is left to hold it back. The networks are what a
//! proxy on this machine would say in `X-Forwarded-For`.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::LocalSet;

use crate::Result;
use crate::arguments::Arguments;
use crate::client::{Client, Request};
use crate::cpu::Meter;
use crate::load::Measured;
use crate::people;
use crate::server::Tresen;

/// Logins a second.
const OFFERED: u64 = 1000;

/// Connections at most: whoever finds none is counted as turned away at the door.
const CONNECTIONS: usize = 1500;

/// Between two pages that somebody reads.
const READS: Duration = Duration::from_millis(20);

/// The pages, with and without a login.
struct Pages {
    agent: String,
}

impl Pages {
    fn request(&self, number: usize) -> Request {
        match number % 4 {
            0 => Request::get("/", ""),
            1 => Request::get("/login", ""),
            2 => Request::get("/requests/new", ""),
            _ => Request::get("/agent", &self.agent),
        }
    }
}

/// What became of the logins.
#[derive(Default)]
struct Flood {
    idle: RefCell<Vec<Client>>,
    open: Cell<usize>,
    offered: Cell<u64>,
    /// How many were answered with a status, and the milliseconds that took together.
    answers: RefCell<BTreeMap<String, (u64, f64)>>,
}

/// Runs it on a desk of its own.
pub(crate) async fn run(arguments: &Arguments, tresen: &Tresen, database: Option<u32>) -> Result {
    people::add_agent(tresen)?;
    tresen.run(&["bench-data", "--requests", &arguments.requests.to_string()], "")?;
    let (serving, _) = tresen.serve().await?;
    let meter = Meter::new([serving.id()].into_iter().chain(database));
    meter.settle(Duration::from_secs(600)).await?;
    let mut client = Client::connect(tresen.listen).await?;
    let pages = Pages { agent: people::log_in(&mut client, people::AGENT).await? };

    let (quiet, cpu) = read(tresen, &pages, arguments.time, &meter).await?;
    println!(
        "pages while it is quiet:        p50 {:>7.2} ms  p99 {:>7.2} ms  CPU {:.2} of a core",
        quiet.p50, quiet.p99, cpu
    );
    for (name, spread) in [("from one network", false), ("from everywhere", true)] {
        let flood = Rc::new(Flood::default());
        let local = LocalSet::new();
        let (flooded, cpu) = local
            .run_until(async {
                let offering = tokio::task::spawn_local(offer(Rc::clone(&flood), tresen.clone(), spread));
                // What stands at the beginning is no flood yet.
                tokio::time::sleep(Duration::from_millis(500)).await;
                let read = read(tresen, &pages, arguments.time, &meter).await;
                offering.abort();
                read
            })
            .await?;
        println!(
            "pages under logins {name}: p50 {:>7.2} ms  p99 {:>7.2} ms  CPU {:.2} of a core: {:.1} times the quiet \
             p50, {:.1} times the p99",
            flooded.p50,
            flooded.p99,
            cpu,
            flooded.p50 / quiet.p50,
            flooded.p99 / quiet.p99
        );
        println!("  {} logins were offered; answered:", flood.offered.get());
        for (status, (count, ms)) in flood.answers.borrow().iter() {
            println!("    {status:<28}{count:>8}  after {:.1} ms", ms / *count as f64);
        }
        drop(local);
        meter.settle(Duration::from_secs(120)).await?;
    }
    Ok(())
}

/// Reads pages one after the other, with a pause. The share of a core that the server used.
async fn read(tresen: &Tresen, pages: &Pages, time: Duration, meter: &Meter) -> Result<(Measured, f64)> {
    let mut client = Client::connect(tresen.listen).await?;
    let (cpu, start) = (meter.ms()?, Instant::now());
    let mut took = Vec::new();
    while start.elapsed() < time {
        let asked = Instant::now();
        client.send(&pages.request(took.len())).await?.expect(200, "a page")?;
        took.push(asked.elapsed());
        tokio::time::sleep(READS).await;
    }
    let cpu = (meter.ms()? - cpu) / start.elapsed().as_secs_f64() / 1000.0;
    Ok((Measured::new(took, start.elapsed(), cpu)?, cpu))
}

/// Offers logins until it is stopped: also while others wait for their answer.
async fn offer(flood: Rc<Flood>, tresen: Tresen, spread: bool) {
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    let start = Instant::now();
    loop {
        ticks.tick().await;
        let due = start.elapsed().as_millis() as u64 * OFFERED / 1000;
        while flood.offered.get() < due {
            let number = flood.offered.get();
            flood.offered.set(number + 1);
            let (flood, tresen) = (Rc::clone(&flood), tresen.clone());
            tokio::task::spawn_local(async move { one(&flood, &tresen, number, spread).await });
        }
    }
}

async fn one(flood: &Flood, tresen: &Tresen, number: u64, spread: bool) {
    let start = Instant::now();
    let status = match knock(flood, tresen, number, spread).await {
        Ok(status) => status,
        Err(sentence) => sentence,
    };
    let mut answers = flood.answers.borrow_mut();
    let counted = answers.entry(status).or_default();
    counted.0 += 1;
    counted.1 += start.elapsed().as_secs_f64() * 1000.0;
}

async fn knock(flood: &Flood, tresen: &Tresen, number: u64, spread: bool) -> Result<String> {
    let idle = flood.idle.borrow_mut().pop();
    let mut client = match idle {
        Some(client) => client,
        None if flood.open.get() >= CONNECTIONS => return Ok("no connection was free".to_owned()),
        None => {
            flood.open.set(flood.open.get() + 1);
            Client::connect(tresen.listen).await?
        }
    };
    let from = Ipv4Addr::from_bits(0x0a00_0000 + if spread { number as u32 } else { 0 });
    let email = if spread { format!("victim{number}@example.net") } else { people::AGENT.to_owned() };
    let login = Request::form("/login", "", &[("email", &email), ("password", "a wrong password")]);
    let answer = client.send(&login.coming_from(from)).await?;
    flood.idle.borrow_mut().push(client);
    Ok(match answer.status {
        422 => "422 a wrong password".to_owned(),
        429 => "429 too often".to_owned(),
        503 => "503 busy".to_owned(),
        status => status.to_string(),
    })
}
