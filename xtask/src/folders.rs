//! Where things are. Found at run time, so that a moved checkout or target folder is no trouble.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;

/// The root of the workspace.
pub fn root() -> Result<PathBuf> {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").ok_or("Start this as `cargo xtask …`, not by its path.")?;
    let mut above = Path::new(&manifest).ancestors();
    let root = above.find(|folder| folder.join("Cargo.lock").is_file()).map(Path::to_owned);
    root.ok_or_else(|| "Cargo.lock is missing above the folder xtask/.".to_owned())
}

/// Cargo's target folder: of the folders above this program that Cargo marked as one, the outermost. Inside it
/// there is one for each platform.
pub fn target() -> Result<PathBuf> {
    let program = this_program()?;
    let marked = program.ancestors().filter(|folder| folder.join("CACHEDIR.TAG").is_file());
    marked
        .last()
        .map(Path::to_owned)
        .ok_or_else(|| "Start this as `cargo xtask …`, not from a copy.".to_owned())
}

/// What Cargo has built for this machine in a profile (`debug` or `release`).
pub fn built(profile: &str) -> Result<PathBuf> {
    let program = this_program()?;
    let folder = program.ancestors().nth(2).ok_or("Start this as `cargo xtask …`, not from a copy.")?;
    Ok(folder.join(profile))
}

fn this_program() -> Result<PathBuf> {
    std::env::current_exe().map_err(|e| format!("This program cannot find itself: {e}."))
}

/// The `tresen` program of a Cargo profile (`debug` or `release`).
pub fn tresen(profile: &str) -> Result<PathBuf> {
    Ok(built(profile)?.join("tresen"))
}

/// Reads a whole file; the error names it.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|e| format!("{} cannot be read: {e}.", path.display()))
}

/// Reads a text; the error names it.
pub fn read_text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|e| format!("{} cannot be read: {e}.", path.display()))
}

/// Writes a file with its folder, unless it holds the same already: Cargo looks at the times.
pub fn write(path: &Path, content: &[u8]) -> Result {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        create(folder)?;
    }
    fs::write(path, content).map_err(|e| format!("{} cannot be written: {e}.", path.display()))
}

/// Makes a folder and those above it.
pub fn create(folder: &Path) -> Result {
    fs::create_dir_all(folder).map_err(|e| format!("The folder {} cannot be made: {e}.", folder.display()))
}

/// Removes a folder with all that is in it; one that is not there is fine.
pub fn remove(folder: &Path) -> Result {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("The folder {} cannot be removed: {e}.", folder.display()))
        }
        _ => Ok(()),
    }
}

/// The regular files right inside a folder, by name.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).map_err(|e| format!("The folder {} cannot be read: {e}.", folder.display()))?;
    let mut files: Vec<PathBuf> =
        entries.filter_map(|entry| entry.ok().map(|e| e.path())).filter(|path| path.is_file()).collect();
    files.sort();
    Ok(files)
}

/// The name of a file as text; empty if it has none.
pub fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}
