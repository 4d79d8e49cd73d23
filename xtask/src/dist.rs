//! `cargo xtask dist`: the finished program, everything embedded.

use std::path::PathBuf;

use xtask::{Result, folders, shell};

use crate::frontend::{self, Kind};

/// Builds the front end, then the server around it. Answers where the program is.
pub(crate) fn dist() -> Result<PathBuf> {
    frontend::build(Kind::Small)?;
    shell::run(&mut shell::cargo(["build", "--release", "--package", "tresen-server"])?)?;
    let built = folders::tresen("release")?;
    // Not in the folder of the platform, which has another name on each machine.
    let program = folders::target()?.join("release/tresen");
    folders::create(&folders::target()?.join("release"))?;
    let size = std::fs::copy(&built, &program)
        .map_err(|e| format!("{} cannot be copied to {}: {e}.", built.display(), program.display()))?;
    println!("The program is at target/release/tresen ({:.1} MB).", size as f64 / 1e6);
    Ok(program)
}
