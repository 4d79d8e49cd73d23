//! The browser tests: the journeys in `end2end/`, in a real Chromium against the real program.

use std::process::Command;

use crate::{Result, folders, install, shell, wasm_opt};

/// Runs every `end2end/tests/*.test.mjs`. The front end must be built.
pub(crate) fn test() -> Result {
    let (node, chromium) = (install::node()?, install::chromium()?);
    // The same packages as `cargo test`, so that the features agree and nothing is compiled twice.
    let server = ["build", "--workspace", "--exclude", "tresen-frontend", "--bin", "tresen"];
    shell::run(&mut shell::cargo(server)?)?;

    let folder = folders::root()?.join("end2end");
    wasm_opt::npm_ci(&folder, &folder)?;
    let tests: Vec<_> = folders::files(&folder.join("tests"))?
        .into_iter()
        .filter(|file| folders::name(file).ends_with(".test.mjs"))
        .collect();
    if tests.is_empty() {
        return Err("There are no tests in end2end/tests/.".to_owned());
    }
    // Named one by one: what `node --test` makes of a folder differs between its versions.
    let mut command = Command::new(node);
    // A test that fails half-way may leave a browser behind, and Node would wait for it for ever.
    command.args(["--test", "--test-force-exit", "--test-reporter=spec"]).args(tests).current_dir(&folder);
    command.env("TRESEN_BINARY", folders::tresen("debug")?).env("TRESEN_CHROMIUM", chromium);
    shell::run(&mut command)
}
