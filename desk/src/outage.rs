//! Storage that cannot be used for the time being: a full disk, a database that is away.
//!
//! Unlike other errors it passes without a change of the program, so forms keep what was typed and say
//! when to try again, and `/readyz` takes the desk out of service meanwhile.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tresen_store::Location;

use crate::error::Broken;
pub use tresen_store::outage::Outage;
use tresen_store::outage::{of_file, of_store};

/// Bytes of the file that is written to try whether a disk has room.
const TRIAL: usize = 64 * 1024;

/// How long the outcome of a trial counts. Probes ask every few seconds, and each trial waits for the disk.
const COUNTS_FOR: Duration = Duration::from_secs(5);

/// The name of that file. It is there for milliseconds only.
const TRIAL_FILE: &str = ".write-test";

impl Broken {
    /// Returns why nothing can be stored at the moment; `None` for an error that does not pass by itself.
    pub fn outage(&self) -> Option<Outage> {
        match self {
            Self::Store(error) => of_store(error),
            Self::File(error) => of_file(error),
            _ => None,
        }
    }
}

/// Passes over an outage while something is noted that reading a page does not depend on.
pub(crate) fn passed_over(noted: Result<(), Broken>) -> Result<(), Broken> {
    match noted {
        Err(error) if error.outage().is_some() => {
            tracing::warn!(%error, "a look at a page could not be noted");
            Ok(())
        }
        noted => noted,
    }
}

/// The folders on whose disks the desk writes, and whether the last trial could.
pub(crate) struct Room {
    folders: Vec<PathBuf>,
    last: Mutex<Option<(Instant, Option<Outage>)>>,
}

impl Room {
    pub(crate) fn of<'a>(databases: impl IntoIterator<Item = &'a Location>, objects: &Path) -> Self {
        let files = databases.into_iter().filter_map(|location| match location {
            Location::File(path) => path.parent(),
            Location::Server(_) => None,
        });
        let mut folders: Vec<_> = files.chain([objects]).map(Path::to_owned).collect();
        folders.sort();
        folders.dedup();
        Self { folders, last: Mutex::new(None) }
    }

    /// Writes a small file in each folder and removes it, at most every [`COUNTS_FOR`]. A transaction would make
    /// the write-ahead log grow, which nothing empties while the disk is full.
    pub(crate) async fn check(&self) -> Option<Outage> {
        let mut last = self.last.lock().await;
        if let Some((at, outage)) = *last
            && at.elapsed() < COUNTS_FOR
        {
            return outage;
        }
        let mut outage = None;
        for folder in &self.folders {
            if let Err(error) = try_folder(folder).await {
                tracing::error!(%error, folder = %folder.display(), "nothing can be written here");
                outage = Some(of_file(&error).unwrap_or(Outage::Disk));
                break;
            }
        }
        *last = Some((Instant::now(), outage));
        outage
    }
}

async fn try_folder(folder: &Path) -> io::Result<()> {
    let path = folder.join(TRIAL_FILE);
    let written = tokio::task::spawn_blocking(move || {
        let written = write(&path);
        let removed = std::fs::remove_file(&path);
        written.and(removed)
    });
    written.await.map_err(io::Error::other)?
}

/// Only when it is on disk is it known that there was room.
fn write(path: &Path) -> io::Result<()> {
    use std::io::Write;
    let mut file = std::fs::File::create(path)?;
    file.write_all(&[0x5a; TRIAL])?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tresen_store::{Store, on};

    /// SQLite itself says that it is full, and the transaction says so to whoever holds it.
    #[tokio::test]
    async fn a_full_database_is_a_full_disk() {
        let folder = tempfile::tempdir().unwrap();
        let file = Location::File(folder.path().join("keys.db"));
        let store = Store::open(&file, &tresen_keys::MIGRATIONS, tresen_store::Pool::of(1)).await.unwrap();
        let mut tx = store.write().await.unwrap();
        let outcome = on!(tx.conn(), c => {
            let room = "CREATE TABLE filled (bytes BLOB); PRAGMA max_page_count = 60";
            sqlx::raw_sql(room).execute(&mut *c).await.unwrap();
            sqlx::query("INSERT INTO filled VALUES (zeroblob(1000000))").execute(c).await.map(drop)
        });
        let error = outcome.unwrap_err();
        assert_eq!(of_store(&error), Some(Outage::DiskFull), "{error}");
        assert_eq!(Broken::from(error).outage(), Some(Outage::DiskFull));
        drop(tx);
        store.ping().await.unwrap();
        store.close().await;
        let closed = store.ping().await.unwrap_err();
        assert_eq!(of_store(&closed), Some(Outage::Database), "{closed}");
    }

    #[tokio::test]
    async fn a_trial_leaves_nothing_and_counts_for_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("data");
        std::fs::create_dir(&place).unwrap();
        let room = Room::of([&Location::File(place.join("tresen.db"))], &place);
        assert_eq!(room.check().await, None);
        assert_eq!(std::fs::read_dir(&place).unwrap().count(), 0);

        std::fs::remove_dir(&place).unwrap();
        assert_eq!(room.check().await, None, "asked again at once");
        assert!(Room::of([], &place).check().await.is_some());
    }

    /// Linux' `/dev/full` is a disk without room. Access rights are left out: root passes them.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn each_way_a_folder_refuses_is_an_outage() {
        use std::os::unix::fs::symlink;
        type Make = fn(&Path);
        for (way, outage, make) in [
            ("no room", Outage::DiskFull, (|at| symlink("/dev/full", at.join(TRIAL_FILE)).unwrap()) as Make),
            ("folder removed", Outage::Disk, |at| std::fs::remove_dir(at).unwrap()),
            ("folder renamed", Outage::Disk, |at| std::fs::rename(at, at.with_extension("old")).unwrap()),
            ("a file in its place", Outage::Disk, |at| {
                std::fs::remove_dir(at).unwrap();
                std::fs::write(at, "x").unwrap();
            }),
            ("a link to nowhere in its place", Outage::Disk, |at| {
                std::fs::remove_dir(at).unwrap();
                symlink("nowhere", at).unwrap();
            }),
            ("a link to itself in its place", Outage::Disk, |at| {
                std::fs::remove_dir(at).unwrap();
                symlink(at, at).unwrap();
            }),
            ("a folder that is only read", Outage::Disk, |at| {
                std::fs::remove_dir(at).unwrap();
                symlink("/proc", at).unwrap();
            }),
            ("a folder as the file", Outage::Disk, |at| std::fs::create_dir(at.join(TRIAL_FILE)).unwrap()),
            ("the file in a folder that is gone", Outage::Disk, |at| {
                symlink("gone/file", at.join(TRIAL_FILE)).unwrap();
            }),
            ("the file below a file", Outage::Disk, |at| {
                std::fs::write(at.join("file"), "x").unwrap();
                symlink("file/x", at.join(TRIAL_FILE)).unwrap();
            }),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let place = folder.path().join("data");
            std::fs::create_dir(&place).unwrap();
            make(&place);
            assert_eq!(Room::of([], &place).check().await, Some(outage), "{way}");
        }
    }
}
