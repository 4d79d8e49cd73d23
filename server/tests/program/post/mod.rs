//! The built program with mail coming in, and real mail servers beside it.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub(crate) mod dovecot;
pub(crate) mod postfix;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use sqlx::{Connection, SqliteConnection};

/// What takes longer than this does not happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A message whose sender and content nobody else has.
pub(crate) fn message(number: usize) -> String {
    message_of(number, &format!("The printer of floor {number} makes a noise."))
}

/// The same with a text of one's own.
pub(crate) fn message_of(number: usize, text: &str) -> String {
    format!(
        "Message-ID: <{number}@mail.example.net>\r\nDate: Thu, 01 Oct 2026 08:00:00 +0000\r\n\
         From: Customer {number} <customer{number}@example.net>\r\nTo: support@example.com\r\n\
         Subject: Question {number}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
}

/// A folder with a data folder and settings in it, for one test.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the settings for the next start.
    pub(crate) fn set(&self, settings: &str) {
        // The port is asked for again at each start: nothing here speaks HTTP.
        let text = format!("mail_from = 'support@example.com'\n{settings}");
        fs::write(self.path().join("tresen.toml"), text).unwrap();
    }

    fn tresen(&self) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_tresen"));
        program
            .current_dir(self.path())
            .env("TRESEN_CONFIG", self.path().join("tresen.toml"))
            .env("TRESEN_LOG", "info");
        program
    }

    /// Serves until the answer is dropped, which ends it like a failing power supply.
    pub(crate) fn serve(&self) -> Serving {
        let port = free_port();
        let log = File::options().create(true).append(true).open(self.log_path()).unwrap();
        let program = self
            .tresen()
            .arg("serve")
            .env("TRESEN_LISTEN", format!("127.0.0.1:{port}"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Serving { program, port }
    }

    /// Runs a command with something on its standard input.
    pub(crate) fn run(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut program = self.tresen();
        program.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut program = program.spawn().unwrap();
        // Whoever refuses may not read to the end.
        drop(program.stdin.take().unwrap().write_all(input));
        program.wait_with_output().unwrap()
    }

    fn log_path(&self) -> PathBuf {
        self.path().join("log")
    }

    /// What the program has logged so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// Counts rows; 0 as long as there is no database.
    pub(crate) async fn count(&self, what: &str) -> usize {
        let file = self.path().join("data/tresen.db");
        if !file.exists() {
            return 0;
        }
        let url = format!("sqlite:{}", file.display());
        let Ok(mut connection) = SqliteConnection::connect(&url).await else { return 0 };
        let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {what}"));
        let counted: Result<(i64,), _> = sqlx::query_as(sql).fetch_one(&mut connection).await;
        connection.close().await.ok();
        counted.map_or(0, |(count,)| usize::try_from(count).unwrap())
    }

    /// Requests.
    pub(crate) async fn requests(&self) -> usize {
        self.count("request").await
    }

    /// Waits until there are so many requests.
    pub(crate) async fn wait_for_requests(&self, count: usize) {
        let begun = Instant::now();
        loop {
            let there = self.requests().await;
            if there == count {
                return;
            }
            assert!(there < count, "{there} requests, {count} at most\n{}", self.log());
            assert!(begun.elapsed() < PATIENCE, "{there} of {count} requests\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the log has a text.
    pub(crate) async fn wait_for_log(&self, text: &str) {
        let begun = Instant::now();
        while !self.log().contains(text) {
            assert!(begun.elapsed() < PATIENCE, "`{text}` was not logged\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The program.
pub(crate) struct Serving {
    program: Child,
    pub(crate) port: u16,
}

impl Serving {
    /// Waits until it listens.
    pub(crate) async fn listens(&self) {
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            assert!(begun.elapsed() < PATIENCE, "it does not listen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.program.kill().unwrap();
        self.program.wait().unwrap();
    }

    /// The polite way (SIGTERM), which must end it in time.
    pub(crate) async fn end(mut self) {
        let asked = Command::new("kill").arg(self.program.id().to_string()).status().unwrap();
        assert!(asked.success());
        let begun = Instant::now();
        while self.program.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < Duration::from_secs(20), "it does not end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Fails when it has ended.
        self.program.kill().ok();
        self.program.wait().ok();
    }
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Whether this runs as root, where servers need users without rights.
fn is_root() -> bool {
    id("-u") == "0"
}

fn id(of: &str) -> String {
    String::from_utf8(Command::new("id").arg(of).output().unwrap().stdout).unwrap().trim().to_owned()
}

/// Lets everybody into a folder: servers of the tests run as users without rights.
pub(crate) fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}
