//! Packages from npm, as a lock file pins them by their hashes.

use std::path::Path;
use std::process::Command;

use crate::{Result, folders, install, shell};

/// Runs `npm ci` for the lock file in `from`, into `to`, unless that was done for the same lock file.
///
/// # Errors
/// When Node is missing or npm fails.
pub fn ci(from: &Path, to: &Path) -> Result {
    let lock = folders::read(&from.join("package-lock.json"))?;
    let stamp = to.join("node_modules/.tresen-installed");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    if from != to {
        folders::write(&to.join("package-lock.json"), &lock)?;
        folders::write(&to.join("package.json"), &folders::read(&from.join("package.json"))?)?;
    }
    install::node()?;
    // Scripts of packages stay off: nothing of these needs one, and they run with our rights.
    let quiet = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    shell::output(Command::new("npm").args(quiet).current_dir(to))?;
    folders::write(&stamp, &lock)
}
