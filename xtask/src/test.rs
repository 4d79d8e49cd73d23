//! `cargo xtask test`: everything that CI runs. Nothing is skipped silently.

use std::time::{Duration, Instant};

use crate::postgres::Postgres;
use crate::{Result, browser, deny, frontend, install, shell};

type Part = fn() -> Result<Done>;

/// How a part ended that did not fail.
pub(crate) enum Done {
    /// All is well.
    Passed,
    /// What it needs cannot be had on this machine. It is said in the summary, never passed over.
    NotChecked(String),
}

impl From<()> for Done {
    fn from((): ()) -> Self {
        Self::Passed
    }
}

/// The parts in the order in which they run: quick ones first, and the front end before whatever
/// compiles the server, which embeds it.
const PARTS: &[(&str, Part)] = &[
    ("format", || format().map(Into::into)),
    ("deny", || deny::check().map(Into::into)),
    ("advisories", deny::advisories),
    ("frontend", || frontend::build().map(Into::into)),
    ("clippy", || clippy().map(Into::into)),
    ("rust", || rust().map(Into::into)),
    ("browser", || browser::test().map(Into::into)),
];

/// Runs the parts that `--only` names, or all. One that fails does not keep the others from running.
pub(crate) fn test(arguments: &[&str]) -> Result {
    let chosen = choose(arguments)?;
    let mut outcomes: Vec<(&str, Duration, Result<Done>)> = Vec::new();
    for &(name, part) in PARTS.iter().filter(|(name, _)| chosen.contains(name)) {
        println!("\n== {name}");
        let start = Instant::now();
        let front_end_failed = outcomes.iter().any(|(name, _, done)| *name == "frontend" && done.is_err());
        let done = match name {
            "browser" if front_end_failed => Err("The front end was not built.".to_owned()),
            _ => part(),
        };
        outcomes.push((name, start.elapsed(), done));
    }

    println!();
    for (name, time, done) in &outcomes {
        let seconds = time.as_secs_f64();
        match done {
            Ok(Done::Passed) => println!("{name:<10}{seconds:>8.1} s  passed"),
            Ok(Done::NotChecked(sentence)) => println!("{name:<10}{seconds:>8.1} s  NOT CHECKED: {sentence}"),
            Err(sentence) => println!("{name:<10}{seconds:>8.1} s  failed: {sentence}"),
        }
    }
    let failed = outcomes.iter().filter(|(_, _, done)| done.is_err()).count();
    let unchecked = outcomes.iter().filter(|(_, _, done)| matches!(done, Ok(Done::NotChecked(_)))).count();
    println!("{} passed, {unchecked} not checked, {failed} failed", outcomes.len() - unchecked - failed);
    if failed == 0 { Ok(()) } else { Err("The tests failed.".to_owned()) }
}

/// Reads `--only a --only b,c`. The browser tests bring the front end along.
fn choose<'a>(arguments: &[&'a str]) -> Result<Vec<&'a str>> {
    let mut chosen = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let names = match argument.strip_prefix("--only") {
            Some("") => rest.next().copied(),
            Some(attached) => attached.strip_prefix('='),
            None => None,
        };
        let names = names.ok_or_else(|| format!("`{argument}` is not understood; write `--only rust`."))?;
        for name in names.split(',') {
            if !PARTS.iter().any(|(part, _)| *part == name) {
                let parts: Vec<&str> = PARTS.iter().map(|(part, _)| *part).collect();
                return Err(format!("There is no part `{name}`; the parts are {}.", parts.join(", ")));
            }
            chosen.push(name);
        }
    }
    if chosen.is_empty() {
        chosen = PARTS.iter().map(|(name, _)| *name).collect();
    } else if chosen.contains(&"browser") && !chosen.contains(&"frontend") {
        chosen.push("frontend");
    }
    Ok(chosen)
}

fn format() -> Result {
    shell::run(&mut shell::cargo(["fmt", "--all", "--check"])?)
}

/// Both sides: the program, and the front end as the browser's compiler sees it.
fn clippy() -> Result {
    let native =
        ["clippy", "--workspace", "--exclude", "tresen-frontend", "--all-targets", "--", "-D", "warnings"];
    let native = shell::run(&mut shell::cargo(native)?);
    frontend::ensure_target()?;
    let wasm = ["clippy", "--package", "tresen-frontend", "--target", "wasm32-unknown-unknown"];
    native.and(shell::run(shell::cargo(wasm)?.args(["--", "-D", "warnings"])))
}

/// Unit, contract and HTTP tests, on SQLite and on PostgreSQL, and mail from real servers.
fn rust() -> Result {
    install::pebble()?;
    install::mail_servers()?;
    install::clamd()?;
    let postgres = Postgres::start()?;
    let mut tests = shell::cargo(["test", "--workspace", "--exclude", "tresen-frontend", "--no-fail-fast"])?;
    shell::run(tests.env("TRESEN_TEST_POSTGRES", postgres.url()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_parts_by_default() {
        assert_eq!(choose(&[]).map(|parts| parts.len()), Ok(PARTS.len()));
    }

    #[test]
    fn chooses_parts() {
        assert_eq!(choose(&["--only", "rust"]), Ok(vec!["rust"]));
        assert_eq!(choose(&["--only=format,clippy"]), Ok(vec!["format", "clippy"]));
        assert_eq!(choose(&["--only", "browser"]), Ok(vec!["browser", "frontend"]));
    }

    #[test]
    fn a_wrong_part_is_an_error() {
        for wrong in [&["--only", "rusty"][..], &["--only"], &["rust"], &["--onlyrust"]] {
            assert!(choose(wrong).is_err(), "{wrong:?}");
        }
    }
}
