//! `cargo xtask dist`: the finished program, everything embedded.

use std::path::PathBuf;

use xtask::{Result, folders, shell};

use crate::frontend::{self, Kind};

/// Builds the front end, then the server around it. Answers where the program is.
pub(crate) fn dist() -> Result<PathBuf> {
    frontend::build(Kind::Small)?;
    shell::run(&mut shell::cargo(["build", "--release", "--package", "tresen-server"])?)?;
    let program = folders::tresen("release")?;
    let size = std::fs::metadata(&program)
        .map_err(|e| format!("Cargo left no program at {}: {e}.", program.display()))?
        .len();
    println!("The program is at target/release/tresen ({:.1} MB).", size as f64 / 1e6);
    Ok(program)
}
