//! Keeps what the program stores from other users of the machine: folders are 0700, files 0600.
//!
//! [`restrict_new`] sets the umask, which covers all that the program creates, the files and sockets
//! of libraries included. [`tighten`] mends what an earlier version, or a copy, has left open. It
//! touches only what the program itself writes, never what the operator keeps beside it.

use std::path::{Path, PathBuf};

use tresen_desk::Location;

use crate::config::Config;

/// Closes all files, folders and sockets that this process creates from now on to other users.
pub(crate) fn restrict_new() {
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// Closes what the desk has stored to other users, and logs what was open.
///
/// Cheap where nothing is open: it looks at a dozen paths, and into open folders only.
pub(crate) fn tighten(config: &Config) {
    #[cfg(unix)]
    unix::tighten(&config.data, &stored(config), &config.master_key_file);
    #[cfg(not(unix))]
    drop(stored(config));
}

/// Returns the files of the databases, wherever the settings put them.
pub(crate) fn database_files(config: &Config) -> Vec<PathBuf> {
    let search = Location::File(config.data.join("search.db"));
    let locations = [&config.database, &config.keys, &search];
    let files = locations.into_iter().filter_map(|location| match location {
        Location::File(path) => Some(path),
        Location::Server(_) => None,
    });
    files.flat_map(|path| ["", "-wal", "-shm", "-journal"].map(|ending| beside(path, ending))).collect()
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.to_owned().into_os_string();
    path.push(ending);
    path.into()
}

/// What the program writes. The data folder itself is not here: it may hold files of the operator.
fn stored(config: &Config) -> Vec<PathBuf> {
    let mut stored = database_files(config);
    stored.push(config.master_key_file.clone());
    stored.push(config.objects.clone());
    stored.extend(["mail", "acme", "erasures.txt"].map(|name| config.data.join(name)));
    stored
}

#[cfg(unix)]
mod unix {
    use std::collections::BTreeSet;
    use std::fs::{self, Permissions};
    use std::io;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};

    /// The rights of group and others.
    const OTHERS: u32 = 0o077;

    /// A folder with this bit belongs to many, such as `/tmp`.
    const STICKY: u32 = 0o1000;

    pub(super) fn tighten(data: &Path, stored: &[PathBuf], master_key: &Path) {
        let mut found = Found::default();
        found.close_data_folder(data);
        for path in stored {
            let before = found.count();
            found.close(path);
            if found.count() > before {
                found.master_key |= path == master_key;
                found.note(if path.starts_with(data) { data } else { path });
            }
        }
        found.report();
    }

    /// What was open to other users.
    #[derive(Default)]
    struct Found {
        files: u64,
        folders: u64,
        /// The data folder, and what the settings put elsewhere.
        places: BTreeSet<PathBuf>,
        master_key: bool,
        /// The first that could not be closed.
        failed: Option<(PathBuf, io::Error)>,
    }

    impl Found {
        /// Closes the data folder, but not what the operator keeps in it.
        fn close_data_folder(&mut self, data: &Path) {
            let shared = fs::metadata(data).is_ok_and(|folder| folder.permissions().mode() & STICKY != 0);
            if !shared && self.close_one(data) {
                self.note(data);
            }
        }

        fn count(&self) -> u64 {
            self.files + self.folders
        }

        fn note(&mut self, place: &Path) {
            self.places.insert(place.to_owned());
        }

        /// Closes a file, or a folder and what is in it. Contents of a closed folder are out of
        /// reach for others, so they are not looked at.
        fn close(&mut self, path: &Path) {
            // Closed first: from then on nobody else can put a link in the place of a file.
            if !self.close_one(path) {
                return;
            }
            let entries = match fs::read_dir(path) {
                Ok(entries) => entries,
                Err(error) => return self.fail(path, error),
            };
            for entry in entries {
                match entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))) {
                    Ok((path, kind)) if kind.is_dir() || kind.is_file() => self.close(&path),
                    // A link leads to what is not ours, a socket has a mode of its own.
                    Ok(_) => {}
                    Err(error) => self.fail(path, error),
                }
            }
        }

        /// Closes one path. Returns whether it was an open folder.
        fn close_one(&mut self, path: &Path) -> bool {
            let about = match fs::metadata(path) {
                Ok(about) => about,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return false,
                Err(error) => {
                    self.fail(path, error);
                    return false;
                }
            };
            let mode = about.permissions().mode();
            if mode & OTHERS == 0 || !(about.is_dir() || about.is_file()) {
                return false;
            }
            let kept = if about.is_dir() { 0o700 } else { 0o600 };
            match fs::set_permissions(path, Permissions::from_mode(mode & kept)) {
                Ok(()) if about.is_dir() => self.folders += 1,
                Ok(()) => self.files += 1,
                Err(error) => self.fail(path, error),
            }
            about.is_dir()
        }

        fn fail(&mut self, path: &Path, error: io::Error) {
            self.failed.get_or_insert_with(|| (path.to_owned(), error));
        }

        fn report(&self) {
            if self.count() > 0 {
                let places: Vec<String> =
                    self.places.iter().map(|place| place.display().to_string()).collect();
                tracing::warn!(
                    files = self.files,
                    folders = self.folders,
                    places = places.join(", "),
                    master_key = self.master_key,
                    "other users of this machine had access to stored data; it is closed to them now"
                );
            }
            if let Some((path, error)) = &self.failed {
                let path = path.display();
                tracing::error!(
                    %error,
                    "other users of this machine may have access to {path}; as the owner of it, run: chmod -R go= {path}"
                );
            }
        }
    }
}
