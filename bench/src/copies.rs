//! Desks that were filled, kept between runs of the same program: filling takes minutes, copying seconds.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, UNIX_EPOCH};

use crate::Result;
use crate::arguments::Arguments;
use crate::server::Tresen;

/// The folder with the copies, in that of `--folder`.
const FOLDER: &str = "bench-copies";

/// Copies that are kept. A million requests have gigabytes.
const KEPT: usize = 2;

/// How a desk was filled.
pub(crate) struct Filled {
    pub(crate) took: Duration,
    /// Whether it is a copy of one that an earlier run has filled.
    pub(crate) copied: bool,
}

/// Has a desk filled by `fill`, or copies the data folder of an earlier run that filled it in the same way, by the
/// same program. PostgreSQL's databases are filled each time.
pub(crate) async fn filled(
    arguments: &Arguments,
    tresen: &Tresen,
    way: &str,
    fill: impl AsyncFnOnce() -> Result,
) -> Result<Filled> {
    let start = Instant::now();
    if tresen.databases.is_some() {
        fill().await?;
        return Ok(Filled { took: start.elapsed(), copied: false });
    }
    let failed = |error: io::Error| format!("the copy of a filled desk cannot be used: {error}");
    let folder = arguments.folder.join(FOLDER);
    let copy = folder.join(name(&tresen.program, way, arguments.requests).map_err(failed)?);
    let copied = copy.is_dir();
    if copied {
        remove(&tresen.data()).and_then(|()| copy_all(&copy, &tresen.data())).map_err(failed)?;
    } else {
        fill().await?;
        keep(&tresen.data(), &folder, &copy).map_err(failed)?;
    }
    Ok(Filled { took: start.elapsed(), copied })
}

/// Tells a program, and how it filled a desk, from others.
fn name(program: &Path, way: &str, requests: u64) -> io::Result<String> {
    let about = fs::metadata(program)?;
    let written = about.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
    Ok(format!("{way}-{requests}-{}-{written}", about.len()))
}

/// Keeps a copy, in the place of the oldest where there are enough.
fn keep(data: &Path, folder: &Path, copy: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut others = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        others.push((entry.metadata()?.modified()?, entry.path()));
    }
    others.sort();
    let too_many = (others.len() + 1).saturating_sub(KEPT);
    others.into_iter().take(too_many).try_for_each(|(_, path)| remove(&path))?;
    // Whole, or not there at all.
    let unfinished = copy.with_extension("part");
    remove(&unfinished)?;
    copy_all(data, &unfinished)?;
    fs::rename(unfinished, copy)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Copies a folder. An attachment is never changed once it is there, so both may share one file.
fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    copy_folder(from, to, false)
}

fn copy_folder(from: &Path, to: &Path, shared: bool) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        let place: PathBuf = to.join(entry.file_name());
        if kind.is_dir() {
            copy_folder(&path, &place, shared || entry.file_name() == "objects")?;
        } else if kind.is_file() && !(shared && fs::hard_link(&path, &place).is_ok()) {
            fs::copy(&path, &place)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_whole_and_the_oldest_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("data/objects/0a")).expect("a folder");
        fs::write(at("data/tresen.db"), "rows").expect("written");
        fs::write(at("data/objects/0a/file"), "contents").expect("written");

        for number in 0..4 {
            keep(&at("data"), &at("copies"), &at(&format!("copies/{number}"))).expect("kept");
        }
        assert_eq!(fs::read_dir(at("copies")).expect("a folder").count(), KEPT);
        assert!(at("copies/3").is_dir() && at("copies/2").is_dir());

        remove(&at("data")).expect("gone");
        copy_all(&at("copies/3"), &at("data")).expect("copied");
        assert_eq!(fs::read_to_string(at("data/tresen.db")).expect("there"), "rows");
        assert_eq!(fs::read_to_string(at("data/objects/0a/file")).expect("there"), "contents");
        // What changes in a run is not in the copy.
        fs::write(at("data/tresen.db"), "more").expect("written");
        fs::remove_file(at("data/objects/0a/file")).expect("gone");
        assert_eq!(fs::read_to_string(at("copies/3/tresen.db")).expect("there"), "rows");
        assert!(at("copies/3/objects/0a/file").is_file());
    }

    #[test]
    fn another_program_and_another_way_have_a_copy_of_their_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("tresen");
        fs::write(&program, "one").expect("written");
        let first = name(&program, "company", 10).expect("there");
        assert_eq!(name(&program, "company", 10).expect("there"), first);
        assert_ne!(name(&program, "much", 10).expect("there"), first);
        assert_ne!(name(&program, "company", 11).expect("there"), first);
        fs::write(&program, "another").expect("written");
        assert_ne!(name(&program, "company", 10).expect("there"), first);
    }
}
