//! `tresen mail templates`: the templates that come with the program, as files to be changed.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use tresen_desk::delivery::Templates;

use crate::Failure;

/// Writes every template. Without `force` nothing is written when one of the files is there.
///
/// # Errors
/// Names the file that is there, or that cannot be written.
pub(crate) fn write(folder: &Path, force: bool) -> Result<(), Failure> {
    let files: Vec<_> = Templates::built_in().map(|(name, source)| (folder.join(name), source)).collect();
    if let Some((path, _)) = files.iter().find(|(path, _)| !force && path.symlink_metadata().is_ok()) {
        return Err(format!(
            "{} is there already; nothing was written. To overwrite the files there, add --force",
            path.display()
        )
        .into());
    }
    for (path, source) in &files {
        write_one(path, source, force)
            .map_err(|error| Failure::from(format!("{} cannot be written: {error}", path.display())))?;
    }
    println!("Wrote {} files to {}.", files.len(), folder.display());
    println!("Keep those that you change, and set mail_templates = {:?}.", folder.display().to_string());
    Ok(())
}

fn write_one(path: &Path, source: &str, force: bool) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    if force {
        // Not through a link that somebody put there.
        match fs::remove_file(path) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(source.as_bytes())
}
