//! `cargo xtask bench backup`: what others wait for while a backup is made. A backup reads one state of the database for
//! as long as it takes; submits and erasures go on meanwhile.

use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use crate::Result;
use crate::arguments::Arguments;
use crate::client::{Client, Request};
use crate::copies;
use crate::cpu::Meter;
use crate::people;
use crate::server::{self, Tresen};

/// Requests that are submitted, and customers that are erased meanwhile.
const SUBMITS: u64 = 1000;
const ERASURES: u64 = 10;

/// No submit may take longer.
const LIMIT: Duration = Duration::from_secs(1);

/// What was erased is gone from every file so long after the backup at the latest.
const GONE: Duration = Duration::from_secs(60);

/// A backup that is being made.
struct Backup {
    process: Child,
    begun: Instant,
    took: Option<Duration>,
}

impl Backup {
    /// Whether it is still being made.
    fn is_running(&mut self) -> Result<bool> {
        let ended: Option<ExitStatus> =
            self.process.try_wait().map_err(|e| format!("the backup is lost: {e}"))?;
        match ended {
            Some(status) if !status.success() => Err(format!("the backup failed ({status})")),
            Some(_) => {
                self.took.get_or_insert(self.begun.elapsed());
                Ok(false)
            }
            None => Ok(true),
        }
    }
}

/// Measures it, and fails if a submit took too long or something of the erased is left.
pub(crate) async fn run(arguments: &Arguments, tresen: &Tresen) -> Result {
    if arguments.postgres.is_some() {
        return Err("PostgreSQL is backed up by its own tools".to_owned());
    }
    eprintln!("storing {} requests", arguments.requests);
    let filled = copies::filled(arguments, tresen, "much-with-agent", async || {
        people::add_agent(tresen)?;
        let (serving, _) = tresen.serve().await?;
        people::register(&mut Client::connect(tresen.listen).await?, &tresen.data()).await?;
        drop(serving);
        let number = arguments.requests.to_string();
        tresen.run(&["bench-data", "--requests", &number, "--many-for", people::CUSTOMER], "")
    });
    filled.await?;
    let (serving, _) = tresen.serve().await?;
    let meter = Meter::new([serving.id()]);
    meter.settle(Duration::from_secs(600)).await?;
    let mut client = Client::connect(tresen.listen).await?;
    let agent = people::log_in(&mut client, people::AGENT).await?;
    let mut customers = Vec::new();
    for number in 0..ERASURES {
        let answer =
            client.send(&people::submission(&customer(number), "", &format!("erased-{number}"))).await?;
        let location = answer.expect(303, "a request")?.header("location").unwrap_or_default().to_owned();
        let start = location.find("T-").ok_or_else(|| format!("{location} names no request"))?;
        customers.push(location.get(start..start + 11).unwrap_or_default().to_owned());
    }

    let process = tresen.start(&["backup", "copy"])?;
    let mut backup = Backup { process, begun: Instant::now(), took: None };
    let (mut submits, mut erasures, mut postponed, mut during) = (Vec::new(), Vec::new(), 0, 0);
    for number in 0..SUBMITS {
        let begun = Instant::now();
        let submit =
            people::submission(&format!("visitor{number}@example.net"), "", &format!("new-{number}"));
        client.send(&submit).await?.expect(303, "a submit")?;
        submits.push(begun.elapsed());
        during += u64::from(backup.is_running()?);
        if number % (SUBMITS / ERASURES) == 0
            && let Some(number) = customers.pop()
        {
            erasures.push(tokio::task::spawn_local(erase(tresen.clone(), agent.clone(), number)));
        }
    }
    let mut slowest_erasure = Duration::ZERO;
    for erasure in erasures {
        let (took, finished) = erasure.await.map_err(|_| "an erasure was lost".to_owned())??;
        slowest_erasure = slowest_erasure.max(took);
        postponed += u64::from(!finished);
    }
    while backup.is_running()? {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let ended = Instant::now();
    let erased: Vec<String> = (0..ERASURES).map(customer).collect();
    while tresen.run(&["verify-erasure"], &erased.join("\n")).is_err() {
        if ended.elapsed() > GONE {
            return Err("something of the erased is still there".to_owned());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    submits.sort_unstable();
    let ms = |time: &Duration| time.as_secs_f64() * 1000.0;
    let slowest = submits.last().copied().unwrap_or_default();
    println!(
        "A backup of {} requests ({:.0} MiB) took {:.1} s; meanwhile {during} of {SUBMITS} submits: p50 {:.1} ms, p99 \
         {:.1} ms, slowest {:.1} ms\n{ERASURES} erasures: slowest {:.1} ms, {postponed} of them finished by themselves \
         afterwards; nothing of them was found {:.1} s after the backup",
        arguments.requests,
        server::size_mib(&tresen.data()),
        backup.took.unwrap_or_default().as_secs_f64(),
        ms(&submits[submits.len() / 2]),
        ms(&submits[submits.len() * 99 / 100]),
        ms(&slowest),
        ms(&slowest_erasure),
        ended.elapsed().as_secs_f64(),
    );
    if slowest > LIMIT {
        Err(format!("a submit took longer than {} second", LIMIT.as_secs()))
    } else {
        Ok(())
    }
}

fn customer(number: u64) -> String {
    format!("to.be.erased.{number}@example.org")
}

/// How long the answer took, and whether the erasure was finished by then.
async fn erase(tresen: Tresen, agent: String, number: String) -> Result<(Duration, bool)> {
    let mut client = Client::connect(tresen.listen).await?;
    let begun = Instant::now();
    let path = format!("/agent/requests/{number}/erase");
    let asked = Request::form(&path, &agent, &[("number", &number), ("asked", "phone")]);
    let answer = client.send(&asked).await?;
    match answer.status {
        200 => Ok((begun.elapsed(), true)),
        503 => Ok((begun.elapsed(), false)),
        _ => Err(format!("an erasure was answered with {}", answer.status)),
    }
}
