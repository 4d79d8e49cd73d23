//! A PostgreSQL for one test alone, which may stop it, kill it and start it again.

use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::served::free_port;

/// The server, killed when this is dropped.
pub(crate) struct OwnServer {
    folder: tempfile::TempDir,
    port: u16,
    running: Option<Child>,
    settings: Vec<String>,
}

impl OwnServer {
    /// Starts one with databases for data and keys. `settings` are PostgreSQL's, as `name=value`.
    pub(crate) async fn start(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        if let Some((user, group)) = user() {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let made = command("initdb", folder.path())
            .args(["--username=tresen", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .arg("--pgdata")
            .arg(folder.path().join("data"))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let mut server = Self { folder, port: free_port(), running: None, settings };
        server.run();
        let mut connection = server.connect("postgres").await;
        for name in ["tresen", "tresen_keys"] {
            let sql = AssertSqlSafe(format!("CREATE DATABASE {name}"));
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
        connection.close().await.unwrap();
        server
    }

    /// Starts it, again after [`kill`](Self::kill), and waits until it takes connections.
    pub(crate) fn run(&mut self) {
        let data = self.folder.path().join("data");
        let mut server = command("postgres", self.folder.path());
        server.arg("-D").arg(&data).arg("-p").arg(self.port.to_string());
        for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_wal_size=64MB"] {
            server.args(["-c", setting]);
        }
        for setting in &self.settings {
            server.args(["-c", setting]);
        }
        let log = std::fs::File::create(self.folder.path().join("log")).unwrap();
        self.running = Some(server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap());
        let begun = Instant::now();
        loop {
            let state = std::fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            let ready = state.lines().last().is_some_and(|line| line.trim() == "ready");
            if ready && TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_secs(30), "{log}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it with all that serves a connection. It recovers from its log at the next start.
    pub(crate) fn kill(&mut self) {
        self.signal("KILL");
        self.running.take().unwrap().wait().unwrap();
    }

    /// Has it take connections and say nothing, until [`thaw`](Self::thaw).
    pub(crate) fn freeze(&self) {
        self.signal("STOP");
    }

    pub(crate) fn thaw(&self) {
        self.signal("CONT");
    }

    /// Signals the server first, so that it starts no other process meanwhile.
    fn signal(&self, signal: &str) {
        let server = self.running.as_ref().unwrap().id();
        let send = |ids: &[String]| {
            if !ids.is_empty() {
                // One may be gone already.
                Command::new("kill")
                    .arg(format!("-{signal}"))
                    .args(ids)
                    .stderr(Stdio::null())
                    .status()
                    .unwrap();
            }
        };
        let children = || {
            let listed = std::fs::read_to_string(format!("/proc/{server}/task/{server}/children"));
            listed.unwrap().split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        };
        if signal == "KILL" {
            // A server that is gone has no children to be listed.
            send(&[server.to_string()].into_iter().chain(children()).collect::<Vec<_>>());
            return;
        }
        send(&[server.to_string()]);
        send(&children());
    }

    /// The URL of the data.
    pub(crate) fn data(&self) -> String {
        self.url("tresen")
    }

    /// The URL of the keys.
    pub(crate) fn keys(&self) -> String {
        self.url("tresen_keys")
    }

    /// The lines of `tresen.toml` that name it.
    pub(crate) fn settings(&self) -> String {
        format!("database_url = '{}'\nkeys_url = '{}'\n", self.data(), self.keys())
    }

    /// A connection to one of its databases.
    pub(crate) async fn connect(&self, name: &str) -> PgConnection {
        PgConnection::connect(&self.url(name)).await.unwrap()
    }

    fn url(&self, name: &str) -> String {
        format!("postgres://tresen@127.0.0.1:{}/{name}", self.port)
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.kill();
        }
    }
}

/// One of PostgreSQL's programs, as a user who is not root.
fn command(program: &str, folder: &Path) -> Command {
    let program = programs().join(program);
    let mut command = match user() {
        Some((user, group)) => {
            let mut command = Command::new("setpriv");
            command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
            command.arg(program);
            command
        }
        None => Command::new(program),
    };
    command.current_dir(folder);
    command
}

/// The folder with `initdb` and `postgres`: from `PATH`, or Debian's newest. `cargo xtask test` installs them.
fn programs() -> PathBuf {
    let complete = |folder: &PathBuf| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).find(complete);
    let of_debian = || {
        let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
        versions.flatten().map(|version| version.path().join("bin")).filter(complete).max()
    };
    in_path.or_else(of_debian).expect("PostgreSQL's programs: `cargo xtask test` installs them")
}

/// The user `postgres` and its group where this is run by root, whom PostgreSQL refuses.
fn user() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| {
        let told = Command::new("id").args(arguments).output().unwrap().stdout;
        String::from_utf8(told).unwrap().trim().parse::<u32>().ok()
    };
    match id(&["-u"]) {
        Some(0) => Some((id(&["-u", "postgres"]).unwrap(), id(&["-g", "postgres"]).unwrap())),
        _ => None,
    }
}
