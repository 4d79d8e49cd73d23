//! `xtask/tools`: those parts of the tasks that take crates of their own.

use std::process::Command;

use xtask::{Result, folders, shell};

use crate::test::Done;

/// Builds them. As one of the whole workspace, so that features agree and nothing is built twice.
pub(crate) fn build() -> Result {
    let tools = ["build", "--workspace", "--exclude", "tresen-frontend", "--bin", "tresen-tools"];
    shell::run(&mut shell::cargo(tools)?)
}

/// Builds them with what cuts the front end into chunks.
pub(crate) fn build_with_chunks() -> Result {
    let tools = ["build", "--workspace", "--exclude", "tresen-frontend", "--bin", "tresen-tools"];
    shell::run(shell::cargo(tools)?.args(["--features", "tresen-tools/chunks"]))
}

/// One of them, to be started.
pub(crate) fn command(name: &str) -> Result<Command> {
    let mut command = Command::new(folders::built("debug")?.join("tresen-tools"));
    command.arg(name);
    Ok(command)
}

/// Runs a check: exit status 3 says that it could not be made, and the last line why.
pub(crate) fn check(name: &str) -> Result<Done> {
    build()?;
    let checked = command(name)?.output().map_err(|e| format!("tresen-tools cannot be started: {e}."))?;
    let said = String::from_utf8_lossy(&checked.stdout);
    let complaint = String::from_utf8_lossy(&checked.stderr);
    print!("{said}");
    eprint!("{complaint}");
    match checked.status.code() {
        Some(0) => Ok(Done::Passed),
        Some(3) => Ok(Done::NotChecked(said.trim().lines().last().unwrap_or_default().to_owned())),
        _ => Err(complaint.trim().lines().last().unwrap_or("It failed.").to_owned()),
    }
}
