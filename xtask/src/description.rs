//! The API held to its description: `schemathesis` calls the built program with what the description allows and with what
//! it forbids, and checks each answer. What it checks, and which refusals it expects, stands in `xtask/schemathesis`.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use xtask::{Result, folders, pip, shell};

/// Time budget, in seconds.
const BUDGET: &str = "60";

/// Time budget with `--thorough`, in seconds.
const LONG_BUDGET: &str = "600";

/// The same calls in each run, so that a green one stays green. `--thorough` makes up others.
const SEED: &str = "16";

/// Every scope, so that each operation is reached.
const SCOPES: &[&str] = &[
    "requests:read",
    "requests:write",
    "comments:write",
    "people:read",
    "people:write",
    "people:restrict",
    "people:export",
    "people:erase",
    "statistics:read",
    "audit:read",
    "mail",
];

/// The rate limits are other tests' subject.
const SETTINGS: &str = "mail_from = 'support@example.com'
[limits]
token = { at_once = 1000000, an_hour = 1000000 }
api = { at_once = 1000000, an_hour = 1000000 }
[privacy]
";

/// Runs it. Returns how many calls were made.
pub(crate) fn test(thorough: bool) -> Result<usize> {
    let rules = folders::root()?.join("xtask/schemathesis");
    let programs = pip::install(&rules.join("requirements.txt"), &folders::target()?.join("schemathesis"))?;
    // The same packages as `cargo test`, so that the features agree and nothing is compiled twice.
    let server = ["build", "--workspace", "--exclude", "tresen-frontend", "--bin", "tresen"];
    shell::run(&mut shell::cargo(server)?)?;

    let desk = Desk::start()?;
    let mut command = Command::new(programs.join("schemathesis"));
    command.arg("--config-file").arg(rules.join("schemathesis.toml")).arg("run");
    command.arg(format!("{}/api/openapi.json", desk.url)).args(["--url", &format!("{}/api/v1", desk.url)]);
    command.args(["--max-time", if thorough { LONG_BUDGET } else { BUDGET }, "--no-color"]);
    if !thorough {
        command.args(["--seed", SEED]);
    }
    // It leaves files where it is started.
    command.current_dir(&desk.folder).env("PYTHONPATH", &rules).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("TRESEN_TOKEN", &desk.token);
    run(&mut command)
}

/// Runs it with its output shown. Returns how many calls it made.
fn run(command: &mut Command) -> Result<usize> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("schemathesis cannot be started: {e}."))?;
    let mut calls = 0;
    if let Some(said) = child.stdout.take() {
        for line in BufReader::new(said).lines().map_while(std::result::Result::ok) {
            println!("{line}");
            calls = calls.max(generated(&line));
        }
    }
    let status = child.wait().map_err(|e| format!("schemathesis was lost: {e}."))?;
    if status.success() {
        Ok(calls)
    } else {
        Err(format!("the API is not as its description says ({status})."))
    }
}

/// Reads `  6118 generated, 12 found 12 unique failures, 42 skipped`.
fn generated(line: &str) -> usize {
    let count = line.trim().split_once(" generated");
    count.and_then(|(count, _)| count.parse().ok()).unwrap_or(0)
}

/// A desk that is served, and ends when this is dropped.
struct Desk {
    folder: PathBuf,
    url: String,
    token: String,
    serving: Child,
}

impl Desk {
    fn start() -> Result<Self> {
        let folder = folders::target()?.join("schemathesis-desk");
        folders::remove(&folder)?;
        folders::write(&folder.join("tresen.toml"), SETTINGS.as_bytes())?;
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let address = port.map_err(|e| format!("No port is free: {e}."))?.to_string();
        shell::output(tresen(&folder, &address)?.arg("init"))?;
        let scopes = SCOPES.iter().flat_map(|scope| ["--scope", scope]);
        let mut add = tresen(&folder, &address)?;
        let token = shell::output(add.args(["token", "add", "--name", "Schemathesis"]).args(scopes))?;
        let log = std::fs::File::create(folder.join("log")).map_err(|e| format!("No log: {e}."))?;
        let serving = tresen(&folder, &address)?
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .map_err(|e| format!("tresen cannot be started: {e}."))?;
        let desk = Self { folder, url: format!("http://{address}"), token, serving };
        let start = Instant::now();
        while TcpStream::connect(&address).is_err() {
            if start.elapsed() > Duration::from_secs(30) {
                let log = folders::read_text(&desk.folder.join("log"))?;
                return Err(format!("tresen does not serve: {}", log.trim()));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(desk)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // Fails when it has ended.
        let _ = self.serving.kill();
        let _ = self.serving.wait();
    }
}

fn tresen(folder: &Path, address: &str) -> Result<Command> {
    let mut tresen = Command::new(folders::tresen("debug")?);
    tresen.current_dir(folder).env("TRESEN_CONFIG", folder.join("tresen.toml"));
    tresen.env("TRESEN_LISTEN", address).env("TRESEN_LOG", "warn");
    Ok(tresen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_how_many_calls_were_made() {
        assert_eq!(generated("  6118 generated, 12 found 12 unique failures, 42 skipped"), 6118);
        assert_eq!(generated("Test cases:"), 0);
    }
}
