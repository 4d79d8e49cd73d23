//! `cargo xtask test`: everything that CI runs. Nothing is skipped silently.

use std::time::{Duration, Instant};

use xtask::{Result, shell};

use crate::frontend::{self, Kind};
use crate::rust::{self, Asked};
use crate::{browser, description, tools};

/// How a part ended that did not fail.
pub(crate) enum Done {
    /// All is well.
    Passed,
    /// All is well, with so many tests.
    Tests(usize),
    /// What it needs cannot be had on this machine. It is said in the summary, never passed over.
    NotChecked(String),
}

/// The parts in the order in which they run: quick ones first, and the front end before the browser.
const PARTS: &[&str] = &["format", "deny", "advisories", "frontend", "clippy", "rust", "api", "browser"];

/// One thing to be run: a part, or some of its tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step<'a> {
    part: &'static str,
    /// A crate, for the part `rust`.
    krate: Option<&'a str>,
    /// A journey, or a text in the names of tests.
    name: Option<&'a str>,
}

impl Step<'_> {
    fn run(self, thorough: bool) -> Result<Done> {
        match self.part {
            "format" => format().map(|()| Done::Passed),
            "deny" | "advisories" => tools::check(self.part),
            "frontend" => frontend::build(Kind::Small).map(|()| Done::Passed),
            "clippy" => clippy().map(|()| Done::Passed),
            "rust" => rust::test(Asked { krate: self.krate, name: self.name, thorough }).map(Done::Tests),
            "api" => description::test(thorough).map(Done::Tests),
            _ => browser::test(self.name, thorough).map(Done::Tests),
        }
    }

    fn title(self) -> String {
        let words = [Some(self.krate.unwrap_or(self.part)), self.name];
        words.into_iter().flatten().collect::<Vec<_>>().join(":")
    }
}

/// Runs the steps that `--only` names, or all. One that fails does not keep the others from running.
pub(crate) fn test(arguments: &[&str]) -> Result {
    let (steps, thorough) = choose(arguments)?;
    let mut outcomes: Vec<(Step<'_>, Duration, Result<Done>)> = Vec::new();
    for step in steps {
        println!("\n== {}", step.title());
        let start = Instant::now();
        let front_end_failed =
            outcomes.iter().any(|(step, _, done)| step.part == "frontend" && done.is_err());
        let done = match step.part {
            "browser" if front_end_failed => Err("The front end was not built.".to_owned()),
            _ => step.run(thorough),
        };
        outcomes.push((step, start.elapsed(), done));
    }
    summary(&outcomes)
}

/// Prints the table: step, seconds, tests.
fn summary(outcomes: &[(Step<'_>, Duration, Result<Done>)]) -> Result {
    println!("\n{:<18}{:>8}{:>8}", "step", "seconds", "tests");
    let mut tests = 0;
    for (step, time, done) in outcomes {
        let (count, outcome) = match done {
            Ok(Done::Passed) => (String::new(), "passed".to_owned()),
            Ok(Done::Tests(count)) => {
                tests += count;
                (count.to_string(), "passed".to_owned())
            }
            Ok(Done::NotChecked(sentence)) => (String::new(), format!("NOT CHECKED: {sentence}")),
            Err(sentence) => (String::new(), format!("failed: {sentence}")),
        };
        println!("{:<18}{:>8.1}{count:>8}  {outcome}", step.title(), time.as_secs_f64());
    }
    let total: Duration = outcomes.iter().map(|(_, time, _)| *time).sum();
    println!("{:<18}{:>8.1}{tests:>8}", "all", total.as_secs_f64());
    let failed = outcomes.iter().filter(|(_, _, done)| done.is_err()).count();
    let unchecked = outcomes.iter().filter(|(_, _, done)| matches!(done, Ok(Done::NotChecked(_)))).count();
    println!("{} passed, {unchecked} not checked, {failed} failed", outcomes.len() - unchecked - failed);
    if failed == 0 { Ok(()) } else { Err("The tests failed.".to_owned()) }
}

/// Reads `--only a --only b,c:name --thorough`. The browser tests bring the front end along.
fn choose<'a>(arguments: &[&'a str]) -> Result<(Vec<Step<'a>>, bool)> {
    let mut chosen = Vec::new();
    let mut thorough = false;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if *argument == "--thorough" {
            thorough = true;
            continue;
        }
        let names = match argument.strip_prefix("--only") {
            Some("") => rest.next().copied(),
            Some(attached) => attached.strip_prefix('='),
            None => None,
        };
        let names = names.ok_or_else(|| format!("`{argument}` is not understood; write `--only rust`."))?;
        for name in names.split(',') {
            chosen.push(step(name)?);
        }
    }
    if chosen.is_empty() {
        chosen.extend(PARTS.iter().map(|part| Step { part, krate: None, name: None }));
    }
    if let Some(first) = chosen.iter().position(|step| step.part == "browser")
        && !chosen.iter().any(|step| step.part == "frontend")
    {
        chosen.insert(first, Step { part: "frontend", krate: None, name: None });
    }
    Ok((chosen, thorough))
}

/// Reads `rust`, `desk`, `desk:erasure`, `browser:passkeys`.
fn step(written: &str) -> Result<Step<'_>> {
    let (word, name) = written.split_once(':').map_or((written, None), |(word, name)| (word, Some(name)));
    let krate = rust::CRATES.iter().any(|(folder, _)| *folder == word).then_some(word);
    let part = if krate.is_some() { Some("rust") } else { PARTS.iter().copied().find(|part| *part == word) };
    match (part, name) {
        (Some(part), None) => Ok(Step { part, krate, name }),
        (Some(part @ ("rust" | "browser")), Some(_)) => Ok(Step { part, krate, name }),
        (Some(_), Some(_)) => Err(format!("`{word}` has no single tests; write `--only {word}`.")),
        (None, _) => {
            let crates: Vec<&str> = rust::CRATES.iter().map(|(folder, _)| *folder).collect();
            Err(format!(
                "There is no part `{word}`; the parts are {}, and the crates {}.",
                PARTS.join(", "),
                crates.join(", ")
            ))
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(arguments: &[&str]) -> Result<Vec<String>> {
        choose(arguments).map(|(steps, _)| steps.into_iter().map(Step::title).collect())
    }

    #[test]
    fn all_parts_by_default() {
        assert_eq!(choose(&[]).map(|(steps, thorough)| (steps.len(), thorough)), Ok((PARTS.len(), false)));
        assert_eq!(
            choose(&["--thorough"]).map(|(steps, thorough)| (steps.len(), thorough)),
            Ok((PARTS.len(), true))
        );
    }

    #[test]
    fn chooses_parts_crates_and_journeys() {
        let titles = |arguments| titles(arguments).map(|titles| titles.join(" "));
        assert_eq!(titles(&["--only", "rust"]), Ok("rust".to_owned()));
        assert_eq!(titles(&["--only=format,clippy"]), Ok("format clippy".to_owned()));
        assert_eq!(titles(&["--only", "browser"]), Ok("frontend browser".to_owned()));
        assert_eq!(titles(&["--only", "browser:passkeys"]), Ok("frontend browser:passkeys".to_owned()));
        assert_eq!(titles(&["--only", "desk,mail:fold"]), Ok("desk mail:fold".to_owned()));
    }

    #[test]
    fn a_wrong_part_is_an_error() {
        for wrong in
            [&["--only", "rusty"][..], &["--only"], &["rust"], &["--onlyrust"], &["--only", "clippy:x"]]
        {
            assert!(choose(wrong).is_err(), "{wrong:?}");
        }
    }
}
