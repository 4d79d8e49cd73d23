//! Where the settings are from, and errors that say so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::File;

/// The settings that name the place of a desk.
const PLACES: [&str; 3] = ["DATA", "DATABASE_URL", "CONFIG"];

/// The file that was read, and what the environment sets.
#[derive(Clone, Default)]
pub(crate) struct Source {
    file: Option<PathBuf>,
    environment: BTreeSet<String>,
}

impl Source {
    /// `environment` holds names without `TRESEN_`.
    pub(super) fn new(file: Option<&Path>, environment: &BTreeMap<String, String>) -> Self {
        let file = file.map(|path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        Self { file, environment: environment.keys().cloned().collect() }
    }

    /// Whether somebody said where the desk is: by a file with settings, or by the environment.
    pub(crate) fn names_a_place(&self) -> bool {
        self.file.is_some() || PLACES.iter().any(|key| self.environment.contains(*key))
    }

    /// Says which file was read, as a sentence without a full stop.
    pub(crate) fn describe(&self) -> String {
        match &self.file {
            Some(file) => format!("the settings are from {}", file.display()),
            None => {
                let here = std::env::current_dir().unwrap_or_else(|_| ".".into());
                format!("no settings were read, because {} contains no tresen.toml", here.display())
            }
        }
    }
}

/// What cannot be used, and what would be right.
#[derive(Debug, thiserror::Error)]
#[error("{sentence}")]
pub(crate) struct ConfigError {
    /// The setting that it is about, where it is about one.
    key: Option<String>,
    sentence: String,
}

impl ConfigError {
    pub(crate) fn new(sentence: String) -> Self {
        Self { key: None, sentence }
    }

    /// About the text of the file that was read.
    pub(super) fn of_file(source: &Source, reason: &str) -> Self {
        let file = source.file.as_deref().unwrap_or(Path::new("tresen.toml")).display();
        Self::new(format!("{file}: {reason}"))
    }

    /// Names the place where the setting stands: the environment, or the file that was read.
    pub(super) fn seen_in(mut self, source: &Source) -> Self {
        let variable = self.key.as_ref().map(|key| key.to_uppercase().replace('.', "_"));
        match (variable, &source.file) {
            (Some(variable), _) if source.environment.contains(&variable) => {
                self.sentence = format!("TRESEN_{variable}: {}", self.sentence);
            }
            (_, Some(file)) => self.sentence = format!("{}: {}", file.display(), self.sentence),
            (_, None) => {}
        }
        self
    }
}

pub(crate) fn wrong(key: &str, value: &str, fix: &str) -> ConfigError {
    ConfigError {
        key: Some(key.to_owned()),
        sentence: format!("the setting `{key}` is `{value}`, which cannot be used: {fix}"),
    }
}

/// Says what to do where a setting of the file itself stands below the header of a table, which makes it a
/// part of that table.
pub(super) fn misplaced(text: &str, error: &toml::de::Error) -> Option<String> {
    let at = error.span()?.start;
    let before = text.get(..at)?;
    let begin = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[begin..].lines().next()?;
    let (key, _) = line.split_once('=')?;
    let header = text[..begin].lines().rev().map(str::trim).find(|line| line.starts_with('['))?;
    let header = header.split('#').next().unwrap_or_default().trim();
    let key = key.trim();
    let what = format!("`{key}` stands below `{header}`, so it is read as a part of that");
    let fix = "move it up, above the first line that begins with [";
    if error.message().starts_with("unknown field") {
        return is_known(key).then(|| format!("{what}; {fix}"));
    }
    // The table has a setting of this name too, of another kind.
    let fits = toml::from_str::<File>(line).is_ok();
    fits.then(|| format!("{what}. If you mean the setting of the whole desk, {fix}"))
}

/// Whether the file itself has a setting of this name.
fn is_known(key: &str) -> bool {
    match toml::from_str::<File>(&format!("{key} = 0")) {
        Ok(_) => true,
        Err(error) => !error.message().starts_with("unknown field") && !key.contains('.'),
    }
}
