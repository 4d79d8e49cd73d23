//! Load: so many connections that each ask again as soon as they are answered.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use futures_util::stream::FuturesUnordered;

use crate::Result;
use crate::client::{Client, Request};
use crate::cpu::Meter;

/// Before measuring, so that connections stand and caches are warm.
const WARM_UP: Duration = Duration::from_millis(300);

/// What came of one measurement.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    /// Requests, or commits, a second.
    pub(crate) rate: f64,
    /// Half of them took at most so many milliseconds.
    pub(crate) p50: f64,
    /// All but one in a hundred took at most so many milliseconds.
    pub(crate) p99: f64,
    /// Milliseconds of CPU time that the server spent on each.
    pub(crate) cpu: f64,
}

impl Measured {
    /// From the time each took.
    pub(crate) fn new(mut took: Vec<Duration>, time: Duration, cpu_ms: f64) -> Result<Self> {
        took.sort_unstable();
        let last = took.len().checked_sub(1).ok_or("nothing was answered in time; give it more --seconds")?;
        let at = |share: f64| took[(last as f64 * share).round() as usize].as_secs_f64() * 1000.0;
        Ok(Self {
            rate: took.len() as f64 / time.as_secs_f64(),
            p50: at(0.5),
            p99: at(0.99),
            cpu: cpu_ms / took.len() as f64,
        })
    }

    /// The median of each figure.
    pub(crate) fn median(rounds: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(rounds.iter().map(figure).collect());
        Self { rate: of(|m| m.rate), p50: of(|m| m.p50), p99: of(|m| m.p99), cpu: of(|m| m.cpu) }
    }
}

/// The value in the middle; zero for none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// What is asked, and how it must be answered.
pub(crate) struct Asked<'a> {
    pub(crate) name: &'a str,
    /// Makes the request with a number that no other has.
    pub(crate) request: &'a (dyn Fn(u64) -> Request + 'a),
    pub(crate) status: u16,
    /// Whether the server works on after the answer: what that costs is counted too.
    pub(crate) settles: bool,
}

/// Measures a server.
pub(crate) async fn measure(
    server: SocketAddr,
    asked: &Asked<'_>,
    numbers: &AtomicU64,
    concurrency: usize,
    time: Duration,
    meter: &Meter,
) -> Result<Measured> {
    let mut clients = Vec::new();
    for _ in 0..concurrency {
        clients.push(Client::connect(server).await?);
    }
    drop(drive(&mut clients, asked, numbers, WARM_UP).await?);
    if asked.settles {
        meter.settle(Duration::from_secs(60)).await?;
    }
    let (cpu, start) = (meter.ms()?, Instant::now());
    let took = drive(&mut clients, asked, numbers, time).await?;
    let elapsed = start.elapsed();
    if asked.settles {
        meter.settle(Duration::from_secs(120)).await?;
    }
    Measured::new(took, elapsed, meter.ms()? - cpu)
}

async fn drive(
    clients: &mut [Client],
    asked: &Asked<'_>,
    numbers: &AtomicU64,
    time: Duration,
) -> Result<Vec<Duration>> {
    let deadline = Instant::now() + time;
    // All on this one thread, side by side: the server has the other cores to itself.
    let lanes: FuturesUnordered<_> =
        clients.iter_mut().map(|client| lane(client, asked, numbers, deadline)).collect();
    lanes.try_concat().await
}

async fn lane(
    client: &mut Client,
    asked: &Asked<'_>,
    numbers: &AtomicU64,
    deadline: Instant,
) -> Result<Vec<Duration>> {
    let mut took = Vec::new();
    while Instant::now() < deadline {
        let request = (asked.request)(numbers.fetch_add(1, Ordering::Relaxed));
        let start = Instant::now();
        client.send(&request).await?.expect(asked.status, asked.name)?;
        took.push(start.elapsed());
    }
    Ok(took)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_percentiles() {
        let took = (1..=100).map(Duration::from_millis).collect();
        let measured = Measured::new(took, Duration::from_secs(2), 50.0).expect("figures");
        assert_eq!((measured.rate, measured.cpu), (50.0, 0.5));
        assert_eq!((measured.p50, measured.p99), (51.0, 99.0));
        assert!(Measured::new(Vec::new(), Duration::from_secs(1), 0.0).is_err());
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }
}
