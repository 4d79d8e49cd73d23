//! What the engine can do at most: a loop that commits as many rows of like sizes as one
//! submitted request makes, and does nothing else. In a process of its own, so that its CPU
//! time can be told apart.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, SqliteConnection};
use tokio::process::Command;
use tokio::sync::Mutex;

use crate::Result;
use crate::cpu::Meter;
use crate::load::Measured;
use crate::postgres;

/// Bytes of what one submitted request stores beside its ids, times and words: person, request,
/// comment, history, consent, two links, mail. A customer who is known has no new person, one
/// row less.
const ROWS: [usize; 8] = [160, 190, 330, 40, 40, 60, 40, 230];

const TABLE: &str = "CREATE TABLE bare (id BIGINT NOT NULL PRIMARY KEY, word TEXT NOT NULL, at BIGINT NOT NULL, value BYTEA NOT NULL)";
const INSERT: &str = "INSERT INTO bare (id, word, at, value) VALUES ($1, 'open', $2, $3)";

/// What is committed where.
pub(crate) struct Bare<'a> {
    /// A PostgreSQL URL, or the path of a SQLite file that is not there yet.
    pub(crate) database: &'a str,
    pub(crate) concurrency: usize,
    /// So many share a commit.
    pub(crate) group: usize,
    pub(crate) time: Duration,
}

impl Bare<'_> {
    /// Measures in a process of its own.
    pub(crate) async fn measure(&self) -> Result<Measured> {
        let failed = |e: std::io::Error| format!("the bare commits cannot be started: {e}");
        let mut command = Command::new(std::env::current_exe().map_err(failed)?);
        let numbers = [self.concurrency, self.group, self.time.as_millis() as usize].map(|n| n.to_string());
        command.arg("commits").arg(self.database).args(numbers).stdin(Stdio::null()).kill_on_drop(true);
        command.stderr(Stdio::inherit());
        let output = command.output().await.map_err(failed)?;
        let told: Value = serde_json::from_slice(&output.stdout)
            .map_err(|_| format!("the bare commits failed ({})", output.status))?;
        let figure =
            |name: &str| told[name].as_f64().ok_or_else(|| format!("the bare commits told no {name}"));
        Ok(Measured { rate: figure("rate")?, p50: figure("p50")?, p99: figure("p99")?, cpu: figure("cpu")? })
    }

    /// `tresen-bench commits DATABASE CONCURRENCY GROUP MILLISECONDS`.
    pub(crate) async fn run(arguments: &[String]) -> Result {
        let [database, rest @ ..] = arguments else { return Err("commits on what?".to_owned()) };
        let number = |at: usize| rest.get(at).and_then(|n| n.parse::<usize>().ok()).ok_or("commits how?");
        let time = Duration::from_millis(number(2)? as u64);
        let bare = Bare { database, concurrency: number(0)?, group: number(1)?, time };
        let measured =
            if database.starts_with("postgres") { bare.postgres().await } else { bare.sqlite().await };
        let Measured { rate, p50, p99, cpu } =
            measured.map_err(|e| format!("the bare commits failed: {e}"))??;
        println!("{}", json!({ "rate": rate, "p50": p50, "p99": p99, "cpu": cpu }));
        Ok(())
    }

    /// As the desk does it: one connection that writes. Whoever waits, waits for the lock.
    async fn sqlite(&self) -> sqlx::Result<Result<Measured>> {
        let options = SqliteConnectOptions::new()
            .filename(self.database)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut connection = options.connect().await?;
        sqlx::raw_sql(AssertSqlSafe(TABLE.replace("BYTEA", "BLOB"))).execute(&mut connection).await?;
        let connection = Arc::new(Mutex::new(connection));
        let number = Arc::new(AtomicU64::new(0));
        let meter = Meter::new([std::process::id()]);
        let (before, start) = (meter.ms().unwrap_or_default(), Instant::now());
        let lanes = (0..self.concurrency / self.group).map(|_| {
            let (connection, number) = (Arc::clone(&connection), Arc::clone(&number));
            let (group, time) = (self.group, self.time);
            tokio::spawn(async move {
                let mut took = Vec::new();
                while start.elapsed() < time {
                    let begun = Instant::now();
                    let mut connection = connection.lock().await;
                    sqlite_commit(&mut connection, &number, group).await?;
                    took.extend(vec![begun.elapsed(); group]);
                }
                sqlx::Result::Ok(took)
            })
        });
        finish(lanes.collect(), start, &meter, before).await
    }

    /// A connection each, as a pool would.
    async fn postgres(&self) -> sqlx::Result<Result<Measured>> {
        let mut first = PgConnection::connect(self.database).await?;
        sqlx::raw_sql("DROP TABLE IF EXISTS bare").execute(&mut first).await?;
        sqlx::raw_sql(TABLE).execute(&mut first).await?;
        let server = postgres::server(&mut first).await?;
        let mut connections = vec![first];
        while connections.len() < self.concurrency {
            connections.push(PgConnection::connect(self.database).await?);
        }
        let number = Arc::new(AtomicU64::new(0));
        let meter = Meter::new([std::process::id()].into_iter().chain(server));
        let (before, start) = (meter.ms().unwrap_or_default(), Instant::now());
        let lanes = connections.into_iter().map(|mut connection| {
            let (number, time) = (Arc::clone(&number), self.time);
            tokio::spawn(async move {
                let mut took = Vec::new();
                while start.elapsed() < time {
                    let begun = Instant::now();
                    let mut tx = connection.begin().await?;
                    for size in ROWS {
                        let id = number.fetch_add(1, Ordering::Relaxed).cast_signed();
                        sqlx::query(INSERT)
                            .bind(id)
                            .bind(id)
                            .bind(vec![7_u8; size])
                            .execute(&mut *tx)
                            .await?;
                    }
                    tx.commit().await?;
                    took.push(begun.elapsed());
                }
                sqlx::Result::Ok(took)
            })
        });
        finish(lanes.collect(), start, &meter, before).await
    }
}

async fn sqlite_commit(
    connection: &mut SqliteConnection,
    number: &AtomicU64,
    group: usize,
) -> sqlx::Result<()> {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    for _ in 0..group {
        for size in ROWS {
            let id = number.fetch_add(1, Ordering::Relaxed).cast_signed();
            sqlx::query(INSERT).bind(id).bind(id).bind(vec![7_u8; size]).execute(&mut *connection).await?;
        }
    }
    sqlx::query("COMMIT").execute(connection).await.map(drop)
}

async fn finish(
    lanes: Vec<tokio::task::JoinHandle<sqlx::Result<Vec<Duration>>>>,
    start: Instant,
    meter: &Meter,
    before: f64,
) -> sqlx::Result<Result<Measured>> {
    let mut took = Vec::new();
    for lane in lanes {
        took.extend(lane.await.map_err(|_| sqlx::Error::WorkerCrashed)??);
    }
    let elapsed = start.elapsed();
    Ok(meter.ms().and_then(|after| Measured::new(took, elapsed, after - before)))
}
