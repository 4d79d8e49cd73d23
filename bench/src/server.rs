//! The program under test: `tresen serve` on a folder of its own.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Result;
use crate::client::{Client, Request};

/// A desk that is not ready by then never is.
const READY: Duration = Duration::from_secs(60);

/// The program with its settings.
#[derive(Clone)]
pub(crate) struct Tresen {
    pub(crate) program: PathBuf,
    /// Holds `data` and the log.
    pub(crate) folder: PathBuf,
    pub(crate) listen: SocketAddr,
    /// Database and key store, when they are PostgreSQL's.
    pub(crate) databases: Option<(String, String)>,
}

/// A desk that serves. Dropping it ends it.
pub(crate) struct Serving {
    process: Child,
}

impl Tresen {
    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("TRESEN_")) {
                command.env_remove(name);
            }
        }
        command
            .current_dir(&self.folder)
            .env("TRESEN_DATA", self.data())
            .env("TRESEN_LISTEN", self.listen.to_string())
            .env("TRESEN_LOG", "warn")
            // Its agent logs in as a script does.
            .env("TRESEN_SECOND_FACTOR", "offered")
            // What fills in its forms is a program.
            .env("TRESEN_SCREEN_FORMS", "false");
        if let Some((data, keys)) = &self.databases {
            command.env("TRESEN_DATABASE_URL", data).env("TRESEN_KEYS_URL", keys);
        }
        command
    }

    /// Runs a command of the program to its end, with a line of input.
    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> Result {
        let failed = |e: std::io::Error| format!("`tresen {}` failed: {e}", arguments.join(" "));
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().map_err(failed)?;
        // Not every command reads it.
        let _ = child.stdin.take().map(|mut stdin| writeln!(stdin, "{input}"));
        let status = child.wait().map_err(failed)?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("`tresen {}` failed ({status})", arguments.join(" ")))
        }
    }

    /// Starts a command of the program, and does not wait for it.
    pub(crate) fn start(&self, arguments: &[&str]) -> Result<Child> {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null());
        command.spawn().map_err(|e| format!("`tresen {}` failed: {e}", arguments.join(" ")))
    }

    /// Starts the server, and says how long it took until it was ready.
    pub(crate) async fn serve(&self) -> Result<(Serving, Duration)> {
        let log = self.folder.join("log");
        let log =
            std::fs::File::create(&log).map_err(|e| format!("{} cannot be written: {e}", log.display()))?;
        let start = Instant::now();
        let process = self
            .command()
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|e| format!("{} cannot be started: {e}", self.program.display()))?;
        let mut serving = Serving { process };
        loop {
            if let Ok(mut client) = Client::connect(self.listen).await
                && client.send(&Request::get("/readyz", "")).await.is_ok_and(|answer| answer.status == 200)
            {
                return Ok((serving, start.elapsed()));
            }
            let ended = serving.process.try_wait().map_err(|e| format!("the server is lost: {e}"))?;
            if ended.is_some() || start.elapsed() > READY {
                return Err(format!("the server did not get ready; it said: {}", self.log()));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// What the server said: at its level `warn`, nothing, if all is well.
    pub(crate) fn log(&self) -> String {
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        let from = log.char_indices().rev().nth(2000).map_or(0, |(at, _)| at);
        log[from..].trim().to_owned()
    }
}

impl Serving {
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Either fails only when it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_address() -> Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map_err(|e| format!("no port of the loopback device is free: {e}"))
}

/// MiB of a folder with all that is in it, or of one file.
pub(crate) fn size_mib(path: &Path) -> f64 {
    let Ok(about) = std::fs::symlink_metadata(path) else { return 0.0 };
    if about.is_file() {
        return about.len() as f64 / 1024.0 / 1024.0;
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| size_mib(&entry.path())).sum()
}
