//! Where the settings put things: each has a place of its own, of the right kind.

use std::path::{Component, Path, PathBuf};

use tresen_desk::Location;

use super::{ConfigError, wrong};

/// The places that the settings name, or that follow from the data folder.
pub(super) struct Places<'a> {
    pub(super) data: &'a Path,
    pub(super) database: &'a Location,
    pub(super) keys: &'a Location,
    pub(super) objects: &'a Path,
    pub(super) master_key: &'a Path,
    pub(super) erasures_copy: Option<&'a Path>,
}

impl Places<'_> {
    /// Refuses a place that is none, one that is of the wrong kind, and one that two things have.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        for (key, folder) in [("data", self.data), ("objects_url", self.objects)] {
            if folder.as_os_str().is_empty() {
                return Err(wrong(key, "", "it is the path of a folder"));
            }
            if folder.is_file() {
                return Err(wrong(key, &shown(folder), "it is a file, and the desk needs a folder"));
            }
        }
        if plain(self.objects) == plain(self.data) {
            let fix = "it is the data folder; name one in it, such as file:data/objects";
            return Err(wrong("objects_url", &shown(self.objects), fix));
        }
        let mut taken: Vec<(String, PathBuf)> = vec![
            ("objects_url".to_owned(), plain(self.objects)),
            ("the search index".to_owned(), plain(&self.data.join("search.db"))),
            ("the list of erasures".to_owned(), plain(&self.data.join("erasures.txt"))),
        ];
        for (key, file) in self.files() {
            if file.as_os_str().is_empty() {
                return Err(wrong(key, "", "it is the path of a file"));
            }
            if file.is_dir() {
                return Err(wrong(key, &shown(file), "it is a folder; name a file in it"));
            }
            let place = plain(file);
            if let Some((other, _)) = taken.iter().find(|(_, other)| *other == place) {
                return Err(wrong(key, &shown(file), &format!("{other} has the same place")));
            }
            taken.push((format!("`{key}`"), place));
        }
        Ok(())
    }

    fn files(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        [
            ("database_url", file(self.database)),
            ("keys_url", file(self.keys)),
            ("master_key_file", Some(self.master_key)),
            ("erasures_copy", self.erasures_copy),
        ]
        .into_iter()
        .filter_map(|(key, path)| Some((key, path?)))
    }
}

fn file(location: &Location) -> Option<&Path> {
    match location {
        Location::File(path) => Some(path),
        Location::Server(_) => None,
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// The absolute path without `.`. What is not there yet cannot be resolved further.
fn plain(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}
