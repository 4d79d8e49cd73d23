//! The list of erasures: a text file that is only ever added to, one line an erasure, small enough to be kept
//! off the machine. With it, copies of data *and* keys from before an erasure bring nobody back.
//!
//! ```text
//! tresen-erasures 1 2026-11-02T09:00:00Z 5f0c9be2a1d47c38
//! 2026-11-23T05:08:51Z 9b1c…e4 0d3fa2b1c4e5f607
//! ```
//!
//! The first line says since when the list knows every erasure. Each other line has the time of an erasure
//! (UTC, RFC 3339), HMAC-SHA-256 of the person's random id as 64 hex digits, and 16 hex digits of
//! HMAC-SHA-256 over the line so far, which the first line ends with too. Both are keyed with a key that
//! follows from the master key, so nothing here tells anything about anybody, nobody else can add a line, and
//! the list of another desk is known as such. A last line that a crash has cut off is left out: its
//! erasure was never answered.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use data_encoding::HEXLOWER;
use sqlx::types::Uuid;
use tresen_keys::MasterKey;
use tresen_model::Timestamp;

/// The name of the list in the data folder.
pub(crate) const NAME: &str = "erasures.txt";

/// How the first line begins.
const HEAD: &str = "tresen-erasures 1 ";

/// How the first line of any version begins.
const ANY_HEAD: &str = "tresen-erasures ";

/// What a person is known by in the list.
pub(crate) type Mark = [u8; 32];

/// Why a list cannot be used. Sentences for the operator.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The file cannot be read or written.
    #[error("the list of erasures {0} cannot be used: {1}")]
    File(PathBuf, #[source] io::Error),
    /// It does not begin as one.
    #[error("{0} is no list of erasures: it does not begin with `tresen-erasures 1`")]
    NotAList(PathBuf),
    /// Another master key has signed it.
    #[error("{0} is the list of erasures of another desk: it was written with another master key")]
    OtherDesk(PathBuf),
    /// A line that is no longer what was written.
    #[error("the list of erasures {0} is damaged in line {1}")]
    Damaged(PathBuf, usize),
}

/// The erasures of a desk.
#[derive(Clone)]
pub(crate) struct List {
    /// It knows every erasure since.
    pub(crate) since: Timestamp,
    erasures: HashMap<Mark, Timestamp>,
    /// The first line that is no longer what was written.
    damaged: Option<usize>,
}

impl List {
    /// Without any erasure.
    pub(crate) fn new(since: Timestamp) -> Self {
        Self { since, erasures: HashMap::new(), damaged: None }
    }

    /// Reads a file; `None` where there is none. Lines that are damaged are left out.
    ///
    /// # Errors
    /// [`ListError`], but never for a damaged line.
    pub(crate) fn read(path: &Path, master: &MasterKey) -> Result<Option<Self>, ListError> {
        match fs::read(path) {
            Ok(bytes) => Self::parse(path, &bytes, master).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(ListError::File(path.to_owned(), error)),
        }
    }

    /// Reads a file that has to be there, and to be whole but for a line that a crash has cut off.
    ///
    /// # Errors
    /// [`ListError`].
    pub(crate) fn read_whole(path: &Path, master: &MasterKey) -> Result<Self, ListError> {
        let missing = || ListError::File(path.to_owned(), io::ErrorKind::NotFound.into());
        let list = Self::read(path, master)?.ok_or_else(missing)?;
        match list.damaged {
            Some(line) => Err(ListError::Damaged(path.to_owned(), line)),
            None => Ok(list),
        }
    }

    fn parse(path: &Path, bytes: &[u8], master: &MasterKey) -> Result<Self, ListError> {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.split('\n');
        let first = lines.next().unwrap_or_default().trim_end_matches('\r');
        if !first.starts_with(ANY_HEAD) {
            return Err(ListError::NotAList(path.to_owned()));
        }
        let since = checked(first, master).and_then(|line| time(line.strip_prefix(HEAD)?));
        let Some(since) = since else {
            let is_one = first.starts_with(HEAD);
            return Err(if is_one { ListError::OtherDesk } else { ListError::NotAList }(path.to_owned()));
        };
        let mut list = Self::new(since);
        let count = text.split('\n').count();
        for (index, line) in lines.enumerate().map(|(index, line)| (index + 2, line.trim_end_matches('\r'))) {
            let erasure = checked(line, master).and_then(|line| {
                let (at, mark) = line.split_once(' ')?;
                Some((time(at)?, HEXLOWER.decode(mark.as_bytes()).ok()?.try_into().ok()?))
            });
            match erasure {
                Some((at, mark)) => list.add(mark, at),
                // Behind the last line feed: nothing, or what a crash has cut off.
                None if index == count || line.is_empty() => {}
                None => {
                    list.damaged.get_or_insert(index);
                }
            }
        }
        Ok(list)
    }

    /// The first line that is no longer what was written, from 1.
    pub(crate) fn damaged(&self) -> Option<usize> {
        self.damaged
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.erasures.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.erasures.len()
    }

    pub(crate) fn get(&self, mark: &Mark) -> Option<Timestamp> {
        self.erasures.get(mark).copied()
    }

    /// Whether somebody else is named than these.
    pub(crate) fn names_others(&self, known: &HashSet<Mark>) -> bool {
        self.erasures.keys().any(|mark| !known.contains(mark))
    }

    /// The time of the newest erasure.
    pub(crate) fn newest(&self) -> Option<Timestamp> {
        self.erasures.values().copied().max()
    }

    pub(crate) fn add(&mut self, mark: Mark, at: Timestamp) {
        self.erasures.entry(mark).or_insert(at);
    }

    /// Those of another list that are not in this one.
    pub(crate) fn missing<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (Mark, Timestamp)> + 'a {
        let others = other.erasures.iter().filter(|(mark, _)| !self.erasures.contains_key(*mark));
        others.map(|(mark, at)| (*mark, *at))
    }

    /// Takes over what another list knows.
    pub(crate) fn merge(&mut self, other: &Self) {
        let missing: Vec<(Mark, Timestamp)> = self.missing(other).collect();
        for (mark, at) in missing {
            self.add(mark, at);
        }
    }

    fn text(&self, master: &MasterKey) -> String {
        let mut erasures: Vec<(Timestamp, Mark)> =
            self.erasures.iter().map(|(mark, at)| (*at, *mark)).collect();
        erasures.sort_unstable();
        let lines = erasures.iter().map(|(at, mark)| line(mark, *at, master));
        let head = signed(&format!("{HEAD}{}", rfc3339(self.since)), master);
        std::iter::once(head).chain(lines).collect()
    }

    /// Writes the whole list in the place of what is there, at once or not at all. On disk when it returns.
    pub(crate) fn write(&self, path: &Path, master: &MasterKey) -> io::Result<()> {
        // Two who write at once each have a file of their own.
        static WRITTEN: AtomicU64 = AtomicU64::new(0);
        let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
        let mut beside = path.to_owned().into_os_string();
        beside.push(format!(".{}-{number}.part", std::process::id()));
        let beside = PathBuf::from(beside);
        let written = (|| {
            let mut options = OpenOptions::new();
            let mut file = private(options.write(true).create(true).truncate(true)).open(&beside)?;
            file.write_all(self.text(master).as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, path)?;
            sync_folder(path)
        })();
        if written.is_err() {
            // The reason that counts is the first one.
            drop(fs::remove_file(&beside));
        }
        written
    }
}

/// Adds lines to a list that is there, on disk when it returns. What a crash has cut off goes first.
pub(crate) fn append(path: &Path, lines: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).open(path)?;
    // A command may add to the list of a desk that is being served.
    file.lock()?;
    cut_torn_line(&mut file)?;
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}

fn cut_torn_line(file: &mut File) -> io::Result<()> {
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if length > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    if last == [b'\n'] {
        return Ok(());
    }
    let mut whole = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut whole)?;
    let kept = whole.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    file.set_len(kept as u64)
}

/// The line of an erasure, with its line feed.
pub(crate) fn line(mark: &Mark, at: Timestamp, master: &MasterKey) -> String {
    signed(&format!("{} {}", rfc3339(at), HEXLOWER.encode(mark)), master)
}

/// What a person is known by.
pub(crate) fn mark(person: Uuid, master: &MasterKey) -> Mark {
    master.erasure_mark(person.as_bytes())
}

fn signed(text: &str, master: &MasterKey) -> String {
    format!("{text} {}\n", HEXLOWER.encode(&master.erasure_check(text)))
}

/// A line without its check, if that is right.
fn checked<'a>(line: &'a str, master: &MasterKey) -> Option<&'a str> {
    let (text, check) = line.rsplit_once(' ')?;
    (check.as_bytes() == HEXLOWER.encode(&master.erasure_check(text)).as_bytes()).then_some(text)
}

fn time(text: &str) -> Option<Timestamp> {
    Some(Timestamp(text.parse::<jiff::Timestamp>().ok()?.as_microsecond()))
}

/// To the second, as `2026-11-23T05:08:51Z`.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.0.div_euclid(1_000_000)).unwrap_or_default().to_string()
}

/// Readable by its owner alone.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
#[path = "erasure_list_tests.rs"]
mod tests;
