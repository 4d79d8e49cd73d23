//! What processes use of the machine, as Linux counts it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::Result;

/// Linux tells times to programs in hundredths of a second, on every architecture Rust's `std`
/// runs on as a server.
const MS_PER_TICK: f64 = 10.0;

/// Under this share of one core a server has nothing left to do.
const IDLE: f64 = 0.02;

/// Counts the CPU time of processes and their children, those that have ended included.
#[derive(Clone)]
pub(crate) struct Meter(Vec<u32>);

struct Stat {
    parent: u32,
    own: f64,
    ended_children: f64,
}

impl Meter {
    pub(crate) fn new(processes: impl IntoIterator<Item = u32>) -> Self {
        Self(processes.into_iter().collect())
    }

    /// Milliseconds since they were started, in user and kernel mode.
    pub(crate) fn ms(&self) -> Result<f64> {
        let entries = std::fs::read_dir("/proc").map_err(|e| format!("/proc cannot be read: {e}"))?;
        let processes: HashMap<u32, Stat> = entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(|process| Some((process, stat(process)?)))
            .collect();
        let mut total = 0.0;
        for (process, stat) in &processes {
            if self.0.contains(process) {
                total += stat.own + stat.ended_children;
            } else if self.0.contains(&stat.parent) {
                total += stat.own;
            }
        }
        match self.0.iter().find(|process| !processes.contains_key(process)) {
            Some(process) => Err(format!("process {process} has ended unexpectedly")),
            None => Ok(total),
        }
    }

    /// Waits until nothing is left to do, such as mails to send: at most `longest`.
    pub(crate) async fn settle(&self, longest: Duration) -> Result<Duration> {
        let start = Instant::now();
        let mut quiet = 0;
        while quiet < 2 {
            if start.elapsed() > longest {
                return Err(format!("the server is still busy after {} seconds", longest.as_secs()));
            }
            let (before, at) = (self.ms()?, Instant::now());
            tokio::time::sleep(Duration::from_millis(300)).await;
            let share = (self.ms()? - before) / at.elapsed().as_secs_f64() / 1000.0;
            quiet = if share < IDLE { quiet + 1 } else { 0 };
        }
        Ok(start.elapsed())
    }
}

/// proc_pid_stat(5). The name in brackets may hold anything, so the fields count from behind it.
fn stat(process: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let ms = |field: usize| Some(fields.get(field)?.parse::<f64>().ok()? * MS_PER_TICK);
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: ms(11)? + ms(12)?,
        ended_children: ms(13)? + ms(14)?,
    })
}

/// Who started a process.
pub(crate) fn parent(process: u32) -> Result<u32> {
    stat(process)
        .map(|stat| stat.parent)
        .ok_or_else(|| format!("there is no process {process} on this machine"))
}

/// Proportional set size in MiB: memory that is its own, and its share of what it shares.
pub(crate) fn pss_mib(process: u32) -> Result<f64> {
    let path = format!("/proc/{process}/smaps_rollup");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{path} cannot be read: {e}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    kib.map(|kib| kib / 1024.0).ok_or_else(|| format!("{path} names no Pss"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_its_own_time() {
        let meter = Meter::new([std::process::id()]);
        let before = meter.ms().expect("this process");
        let start = Instant::now();
        let mut sum = 0_u64;
        while start.elapsed() < Duration::from_millis(300) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(meter.ms().expect("this process") >= before + 20.0);
        assert!(pss_mib(std::process::id()).expect("memory") > 0.1);
        assert!(Meter::new([u32::MAX]).ms().is_err());
    }
}
