//! Unit, contract and program tests, on SQLite and on PostgreSQL, and mail from real servers.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use xtask::{Result, folders, install, shell};

use crate::postgres::Postgres;

/// The crates with tests that run on this machine, and which of them need servers.
pub(crate) const CRATES: &[(&str, bool)] = &[
    ("model", false),
    ("mail", false),
    ("store", false),
    ("keys", false),
    ("xtask", false),
    ("tools", false),
    ("app", false),
    ("bench", false),
    ("desk", true),
    ("server", true),
];

/// Which tests are asked for: all, or those of one crate, or those of them whose names hold a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked<'a> {
    pub(crate) krate: Option<&'a str>,
    pub(crate) name: Option<&'a str>,
    pub(crate) thorough: bool,
}

/// The variable that asks tests of races, kills and timing for many rounds.
pub(crate) const THOROUGH: &str = "TRESEN_TEST_THOROUGH";

/// Runs them. Returns how many passed.
pub(crate) fn test(asked: Asked<'_>) -> Result<usize> {
    let wanted = |folder: &str| asked.krate.is_none_or(|krate| krate == folder);
    let programs: Vec<Program> = build()?.into_iter().filter(|program| wanted(&program.folder)).collect();
    let servers = CRATES.iter().any(|(folder, servers)| *servers && wanted(folder));
    let postgres = if servers { Some(Postgres::start()?) } else { None };
    if wanted("server") || wanted("desk") {
        install::pebble()?;
        install::mail_servers()?;
        install::clamd()?;
    }
    let (mut passed, mut failed) = (0, Vec::new());
    for program in programs {
        let mut command = program.command();
        command.args(asked.name);
        if let Some(postgres) = &postgres {
            command.env("TRESEN_TEST_POSTGRES", postgres.url());
        }
        if asked.thorough {
            command.env(THOROUGH, "1");
        }
        command.args(program.threads());
        let (some, fine) = run(&mut command)?;
        passed += some;
        if !fine {
            failed.push(program.name());
        }
    }
    match (failed.is_empty(), passed) {
        (false, _) => Err(format!("tests failed in {}.", failed.join(", "))),
        (true, 0) => Err("no test has such a name.".to_owned()),
        (true, passed) => Ok(passed),
    }
}

/// A test program that Cargo has built.
struct Program {
    executable: PathBuf,
    /// The folder of its crate, inside the workspace.
    folder: String,
    manifest_dir: PathBuf,
}

impl Program {
    /// Tests that wait for servers and disks more than they work run side by side beyond the cores.
    fn threads(&self) -> Option<&'static str> {
        match self.name().as_str() {
            "desk (contract)" => Some("--test-threads=6"),
            "server (program)" => Some("--test-threads=4"),
            _ => None,
        }
    }

    fn name(&self) -> String {
        let file = folders::name(&self.executable);
        format!("{} ({})", self.folder, file.rsplit_once('-').map_or(file, |(name, _)| name))
    }

    /// Starts as `cargo test` would start it.
    fn command(&self) -> Command {
        println!("\n-- {}", self.name());
        let mut command = Command::new(&self.executable);
        command.current_dir(&self.manifest_dir).env("CARGO_MANIFEST_DIR", &self.manifest_dir);
        command
    }
}

/// Builds every test program, and the program that some of them start.
fn build() -> Result<Vec<Program>> {
    let arguments = [
        "test",
        "--workspace",
        "--exclude",
        "tresen-frontend",
        "--no-run",
        "--message-format=json-render-diagnostics",
    ];
    let mut child = shell::cargo(arguments)?
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("Cargo cannot be started: {e}."))?;
    let mut programs = Vec::new();
    if let Some(messages) = child.stdout.take() {
        for message in BufReader::new(messages).lines() {
            let message = message.map_err(|e| format!("Cargo's messages cannot be read: {e}."))?;
            programs.extend(program(&message));
        }
    }
    let status = child.wait().map_err(|e| format!("Cargo was lost: {e}."))?;
    if !status.success() {
        return Err("the tests do not compile.".to_owned());
    }
    // Quick ones first.
    let place = |program: &Program| CRATES.iter().position(|(folder, _)| *folder == program.folder);
    if let Some(unknown) = programs.iter().find(|program| place(program).is_none()) {
        return Err(format!("the crate in {} is missing in xtask/src/rust.rs.", unknown.folder));
    }
    programs.sort_by_key(|program| (place(program), program.executable.clone()));
    Ok(programs)
}

/// Reads one of Cargo's messages: the test program that was built, if it tells of one.
fn program(message: &str) -> Option<Program> {
    let text = |key: &str| {
        let (_, rest) = message.split_once(&format!("\"{key}\":\""))?;
        rest.split_once('"').map(|(value, _)| value)
    };
    // The target has a field of that name too.
    let (_, profile) = message.split_once("\"profile\":{")?;
    let (profile, _) = profile.split_once('}')?;
    let tests = message.starts_with("{\"reason\":\"compiler-artifact\"") && profile.contains("\"test\":true");
    let manifest_dir = PathBuf::from(text("manifest_path").filter(|_| tests)?).parent()?.to_owned();
    let folder = folders::name(&manifest_dir).to_owned();
    Some(Program { executable: text("executable")?.into(), folder, manifest_dir })
}

/// Runs one test program. Returns how many tests passed, and whether all did.
fn run(command: &mut Command) -> Result<(usize, bool)> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("`{}` cannot be started: {e}.", command.get_program().display()))?;
    let mut passed = 0;
    if let Some(said) = child.stdout.take() {
        for line in BufReader::new(said).lines().map_while(std::result::Result::ok) {
            println!("{line}");
            passed += passes(&line);
        }
    }
    let status = child.wait().map_err(|e| format!("The tests were lost: {e}."))?;
    Ok((passed, status.success()))
}

/// Reads `test result: ok. 12 passed; 0 failed; …`.
fn passes(line: &str) -> usize {
    let count = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "));
    count.and_then(|(_, rest)| rest.split(' ').next()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_cargo_and_the_tests_say() {
        let built = r#"{"reason":"compiler-artifact","package_id":"path+file:///x/desk#0.1.0","manifest_path":"/x/desk/Cargo.toml","target":{"kind":["test"],"name":"contract","test":true},"profile":{"opt_level":"0","test":true},"features":[],"executable":"/x/target/debug/deps/contract-0a1b","fresh":true}"#;
        let program = program(built).expect("a program");
        assert_eq!((program.folder.as_str(), program.name()), ("desk", "desk (contract)".to_owned()));
        assert!(super::program(&built.replace("\"0\",\"test\":true", "\"0\",\"test\":false")).is_none());
        assert!(super::program(r#"{"reason":"build-finished","success":true}"#).is_none());
        assert_eq!(passes("test result: ok. 12 passed; 0 failed; 0 ignored"), 12);
        assert_eq!(passes("test result: FAILED. 3 passed; 1 failed"), 3);
        assert_eq!(passes("test erasure::result: ok"), 0);
    }
}
