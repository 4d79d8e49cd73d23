//! The browser tests: the journeys in `end2end/` against the real program, in a real Chromium, and a short one in Firefox
//! and WebKit.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use xtask::{Result, folders, install, npm, shell};

use crate::frontend::Kind;
use crate::rust::THOROUGH;

/// Files that run at the same time. Each has desks of its own, and waits more than it works.
const AT_ONCE: &str = "--test-concurrency=3";

/// The only tests that need Firefox and WebKit.
const OTHERS: &str = "other-browsers.test.mjs";

/// Runs `end2end/tests/*.test.mjs`, or those whose names begin with a text. The front end must be built. Returns how
/// many tests passed.
pub(crate) fn test(name: Option<&str>, thorough: bool) -> Result<usize> {
    let (node, chromium) = (install::node()?, install::chromium()?);
    // The same packages as `cargo test`, so that the features agree and nothing is compiled twice.
    let server = ["build", "--workspace", "--exclude", "tresen-frontend", "--bin", "tresen"];
    shell::run(&mut shell::cargo(server)?)?;

    let folder = folders::root()?.join("end2end");
    npm::ci(&folder, &folder)?;
    let wanted = |file: &str| file.ends_with(".test.mjs") && name.is_none_or(|name| file.starts_with(name));
    let tests: Vec<_> = folders::files(&folder.join("tests"))?
        .into_iter()
        .filter(|file| wanted(folders::name(file)))
        .collect();
    if tests.is_empty() {
        return Err("There are no such tests in end2end/tests/.".to_owned());
    }
    let others = tests.iter().any(|file| folders::name(file) == OTHERS);
    // Named one by one: what `node --test` makes of a folder differs between its versions.
    let mut command = Command::new(node);
    // A test that fails half-way may leave a browser behind, and Node would wait for it for ever.
    command
        .args(["--test", "--test-force-exit", "--test-reporter=spec", AT_ONCE])
        .args(tests)
        .current_dir(&folder);
    command.env("TRESEN_BINARY", folders::tresen("debug")?).env("TRESEN_SITE", Kind::Small.site()?);
    command.env("TRESEN_CHROMIUM", chromium);
    if others {
        command
            .env("TRESEN_FIREFOX", install::firefox()?)
            .env("TRESEN_WEBKIT_DRIVER", install::webkit_driver()?);
    }
    if thorough {
        command.env(THOROUGH, "1");
    }
    run(&mut command)
}

/// Runs Node's test runner with its output shown. Returns how many tests passed.
fn run(command: &mut Command) -> Result<usize> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|e| format!("Node cannot be started: {e}."))?;
    let mut passed = 0;
    if let Some(said) = child.stdout.take() {
        for line in BufReader::new(said).lines().map_while(std::result::Result::ok) {
            println!("{line}");
            passed = line.strip_prefix("ℹ pass ").and_then(|count| count.parse().ok()).unwrap_or(passed);
        }
    }
    let status = child.wait().map_err(|e| format!("Node was lost: {e}."))?;
    if status.success() { Ok(passed) } else { Err(format!("browser tests failed ({status}).")) }
}
