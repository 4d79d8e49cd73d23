//! Packages from PyPI, as a list pins them by their hashes.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, folders, install, shell};

/// Installs what `requirements` lists into a virtual environment at `to`, unless that was done for the same list and the
/// same Python. Returns the folder of its programs.
///
/// # Errors
/// When Python is missing or pip fails.
pub fn install(requirements: &Path, to: &Path) -> Result<PathBuf> {
    let python = install::python()?;
    let version = shell::output(Command::new(&python).arg("--version"))?;
    let list = folders::read_text(requirements)?;
    let (stamp, programs) = (to.join("tresen-installed"), to.join("bin"));
    let wanted = format!("{version}\n{list}");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    folders::remove(to)?;
    shell::output(Command::new(python).args(["-m", "venv"]).arg(to))?;
    // Wheels only: a source package runs code of its own while it is built.
    let quiet = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
    let mut pip = Command::new(programs.join("python"));
    pip.args(quiet).args(["--require-hashes", "--only-binary", ":all:", "--requirement"]);
    shell::output(pip.arg(requirements))?;
    folders::write(&stamp, wanted.as_bytes())?;
    Ok(programs)
}
