//! Small mails that come in by LMTP (RFC 2033), as a mail server beside the desk would hand them
//! over: an answer means that the request is on disk.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

use crate::Result;
use crate::cases::{Place, Row};
use crate::load::Measured;

/// Before measuring, so that caches are warm.
const WARM_UP: Duration = Duration::from_millis(300);

/// Writes the settings for it, before the server starts.
pub(crate) fn prepare(folder: &Path) -> Result {
    // Everybody here is one visitor, who logs in and writes more than any limit allows; `flood` is
    // the case with the limits as they are.
    let settings = format!(
        "[limits]\naccount = {{ at_once = 10000, an_hour = 10000 }}\n[forms]\nscreen = false\n\
         [lmtp]\nlisten = 'unix:{}'\n",
        socket(folder).display()
    );
    let path = folder.join("tresen.toml");
    std::fs::write(&path, settings).map_err(|e| format!("{} cannot be written: {e}", path.display()))
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("lmtp.sock")
}

/// Measures it at each number of connections.
pub(crate) async fn run(place: &Place<'_>) -> Result<Vec<Row>> {
    let numbers = AtomicU64::new(0);
    let mut rows = Vec::new();
    for concurrency in place.arguments.concurrency.iter().copied() {
        let mut desk = Vec::new();
        for _ in 0..place.arguments.rounds {
            desk.push(measure(place, &numbers, concurrency).await.map_err(|e| format!("mail in: {e}"))?);
        }
        let (bare, commits, group_commits) = (Vec::new(), Vec::new(), Vec::new());
        rows.push(Row { name: "mail in", concurrency, bytes: 0, desk, bare, commits, group_commits });
    }
    Ok(rows)
}

async fn measure(place: &Place<'_>, numbers: &AtomicU64, concurrency: usize) -> Result<Measured> {
    let mut lanes = Vec::new();
    for _ in 0..concurrency {
        lanes.push(Lane::connect(&socket(&place.tresen.folder)).await?);
    }
    drop(drive(&mut lanes, numbers, WARM_UP).await?);
    place.meter.settle(Duration::from_secs(60)).await?;
    let (cpu, start) = (place.meter.ms()?, Instant::now());
    let took = drive(&mut lanes, numbers, place.arguments.time).await?;
    let elapsed = start.elapsed();
    place.meter.settle(Duration::from_secs(120)).await?;
    Measured::new(took, elapsed, place.meter.ms()? - cpu)
}

async fn drive(lanes: &mut [Lane], numbers: &AtomicU64, time: Duration) -> Result<Vec<Duration>> {
    let deadline = Instant::now() + time;
    let lanes: FuturesUnordered<_> = lanes.iter_mut().map(|lane| lane.run(numbers, deadline)).collect();
    lanes.try_concat().await
}

/// One connection.
struct Lane {
    stream: BufReader<UnixStream>,
}

impl Lane {
    async fn connect(socket: &Path) -> Result<Self> {
        let stream = UnixStream::connect(socket).await.map_err(|e| format!("no connection: {e}"))?;
        let mut lane = Self { stream: BufReader::new(stream) };
        lane.expect("220").await?;
        lane.say("LHLO bench.example\r\n").await?;
        lane.expect("250").await?;
        Ok(lane)
    }

    async fn run(&mut self, numbers: &AtomicU64, deadline: Instant) -> Result<Vec<Duration>> {
        let mut took = Vec::new();
        while Instant::now() < deadline {
            let number = numbers.fetch_add(1, Ordering::Relaxed);
            let start = Instant::now();
            self.say(&format!(
                "MAIL FROM:<writer{number}@example.net>\r\nRCPT TO:<support@desk.example>\r\nDATA\r\n"
            ))
            .await?;
            for expected in ["250", "250", "354"] {
                self.expect(expected).await?;
            }
            self.say(&message(number)).await?;
            self.expect("250").await?;
            took.push(start.elapsed());
        }
        Ok(took)
    }

    async fn say(&mut self, text: &str) -> Result {
        let said = self.stream.get_mut().write_all(text.as_bytes()).await;
        said.map_err(|e| format!("the connection broke: {e}"))
    }

    /// Reads one answer, of one line or several.
    async fn expect(&mut self, code: &str) -> Result {
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).await.map_err(|e| format!("the connection broke: {e}"))?;
            if !line.starts_with(code) {
                return Err(format!("the answer is `{}`, not {code}", line.trim()));
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(());
            }
        }
    }
}

/// About a kilobyte, from somebody new.
fn message(number: u64) -> String {
    format!(
        "Message-ID: <bench-{number}@example.net>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\n\
         From: Writer {number} <writer{number}@example.net>\r\nTo: support@desk.example\r\n\
         Subject: The heating of room {number}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         Good day,\r\n\r\nsince this morning the heating of room {number} stays cold.\r\n{}\r\nKind regards\r\n.\r\n",
        "I have opened the valve and closed it again, without success.\r\n".repeat(8)
    )
}
