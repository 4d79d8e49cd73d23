//! The list of erasures at work: each erasure is added before it is answered, the list is kept in a second
//! place, and whoever it names and is here again is erased again.
//!
//! The second place is for the day on which the disk is lost, with all that remembers an erasure; see
//! [`list`](super::list) and [`returned`].

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use async_recursion::async_recursion as boxed;
use sqlx::types::Uuid;
use tresen_keys::MasterKey;
use tresen_model::{PersonId, Timestamp};
use tresen_store::on;

use super::returned;
use crate::erasure_list;
use crate::erasure_list::{List, ListError, NAME};
use crate::error::{Broken, Error};
use crate::privacy::Privacy;

/// Poll interval of the copy.
const EVERY: Duration = Duration::from_secs(15);

/// A place that takes longer, such as a folder of another machine that is away, is tried again later.
const PATIENCE: Duration = Duration::from_secs(10);

/// How far back erasures of other nodes are looked for, in seconds.
const OVERLAP: i64 = 3600;

/// The list in the data folder, and its copy.
#[derive(Clone)]
pub(crate) struct Erasures(Arc<Shared>);

struct Shared {
    path: PathBuf,
    copy: Option<PathBuf>,
    master: MasterKey,
    state: Mutex<State>,
    /// Whether the copy could not be used the last time.
    is_failing: AtomicBool,
}

struct State {
    list: List,
    /// The file as this process has seen it last.
    seen: Option<Stamp>,
    /// The copy, and how many erasures it has then.
    copied: Option<(Stamp, usize)>,
}

/// Tells whether a file was changed: its length, and when it was written.
type Stamp = (u64, Option<SystemTime>);

fn stamp(path: &Path) -> Option<Stamp> {
    let about = fs::metadata(path).ok()?;
    Some((about.len(), about.modified().ok()))
}

impl Erasures {
    /// Reads the list in the data folder, or begins one that knows every erasure since `begun`.
    pub(crate) fn open(
        folder: &Path,
        copy: Option<PathBuf>,
        master: &MasterKey,
        begun: Timestamp,
    ) -> Result<Self, ListError> {
        let path = folder.join(NAME);
        let unusable = |error| ListError::File(path.clone(), error);
        let (list, is_whole) = match List::read(&path, master)? {
            Some(list) => {
                let is_whole = fs::read(&path).map_err(unusable)?.ends_with(b"\n");
                (list, is_whole)
            }
            None => (List::new(begun), false),
        };
        if let Some(line) = list.damaged() {
            tracing::error!(line, "the list of erasures was damaged; what is left of it is kept");
        }
        if !is_whole || list.damaged().is_some() {
            fs::create_dir_all(folder).and_then(|()| list.write(&path, master)).map_err(unusable)?;
        }
        let state = State { list, seen: stamp(&path), copied: None };
        let (master, state) = (master.clone(), Mutex::new(state));
        Ok(Self(Arc::new(Shared { path, copy, master, state, is_failing: AtomicBool::new(false) })))
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds those who are missing. On disk when it returns.
    fn note(&self, erased: &[(Uuid, Timestamp)]) -> Result<(), ListError> {
        let master = &self.0.master;
        let mut state = self.locked();
        let marks = erased.iter().map(|(person, at)| (erasure_list::mark(*person, master), *at));
        let new: Vec<_> = marks.filter(|(mark, _)| state.list.get(mark).is_none()).collect();
        self.add(&mut state, &new)
    }

    fn add(&self, state: &mut State, new: &[(erasure_list::Mark, Timestamp)]) -> Result<(), ListError> {
        let Shared { path, master, .. } = &*self.0;
        if new.is_empty() && path.exists() {
            return Ok(());
        }
        let written = if path.exists() {
            let lines: String = new.iter().map(|(mark, at)| erasure_list::line(mark, *at, master)).collect();
            erasure_list::append(path, &lines)
        } else {
            // Somebody has removed it.
            let mut list = state.list.clone();
            new.iter().for_each(|(mark, at)| list.add(*mark, *at));
            list.write(path, master)
        };
        written.map_err(|error| ListError::File(path.clone(), error))?;
        new.iter().for_each(|(mark, at)| state.list.add(*mark, *at));
        state.seen = stamp(path);
        Ok(())
    }

    /// Brings list and copy to the same state, each with what only the other knew. Gives how many erasures
    /// only the copy knew.
    fn exchange(&self) -> Result<usize, ListError> {
        let Shared { path, copy, master, .. } = &*self.0;
        let (mine, copied) = {
            let mut state = self.locked();
            if stamp(path) != state.seen {
                // A command beside this process has erased somebody.
                if let Some(list) = List::read(path, master)? {
                    state.list.merge(&list);
                }
                self.add(&mut state, &[])?;
                state.seen = stamp(path);
            }
            (state.list.clone(), state.copied)
        };
        let Some(copy) = copy else { return Ok(0) };
        if copied.is_some() && copied == stamp(copy).map(|stamp| (stamp, mine.len())) {
            return Ok(0);
        }
        // Not under the lock: it may be slow, and no erasure is to wait for it.
        let there = List::read(copy, master)?;
        let mut both = mine.clone();
        let mut new = Vec::new();
        if let Some(there) = &there {
            new.extend(mine.missing(there));
            both.merge(there);
            both.since = both.since.min(there.since);
        }
        let is_same = there.as_ref().is_some_and(|there| {
            there.damaged().is_none() && there.since == both.since && there.missing(&both).next().is_none()
        });
        if !is_same {
            both.write(copy, master).map_err(|error| ListError::File(copy.clone(), error))?;
        }
        let mut state = self.locked();
        self.add(&mut state, &new)?;
        state.copied = stamp(copy).map(|stamp| (stamp, both.len()));
        Ok(new.len())
    }

    /// Whether the copy is of use now, said once when that changes.
    fn report(&self, outcome: &Result<usize, String>) {
        let is_failing = outcome.is_err();
        if self.0.is_failing.swap(is_failing, Ordering::AcqRel) == is_failing {
            return;
        }
        match outcome {
            Ok(_) => tracing::info!("the copy of the list of erasures is up to date again"),
            Err(error) => tracing::error!(
                error,
                "the copy of the list of erasures could not be brought up to date; it is tried again by itself"
            ),
        }
    }

    /// Whether the list names somebody beside these.
    fn know_more_than(&self, erased: &[(Uuid, Timestamp)]) -> bool {
        let known = erased.iter().map(|(person, _)| erasure_list::mark(*person, &self.0.master)).collect();
        self.locked().list.names_others(&known)
    }

    fn newest(&self) -> Option<Timestamp> {
        self.locked().list.newest()
    }
}

impl Privacy {
    /// Adds a person to the list. Only then an erasure may be called finished.
    pub(super) async fn note_erasure(&self, person: PersonId, at: Timestamp) -> Result<(), Broken> {
        self.note_erasures(vec![(person.0, at)]).await
    }

    async fn note_erasures(&self, erased: Vec<(Uuid, Timestamp)>) -> Result<(), Broken> {
        let erasures = self.erasures.clone();
        let noted = tokio::task::spawn_blocking(move || erasures.note(&erased));
        Ok(noted.await.map_err(|_| Broken::Task)??)
    }

    /// At a start: the list knows what the databases know, and the databases what the list and its copy
    /// know. Persons who are here again are erased by [`resume_erasures`](Self::resume_erasures).
    pub(crate) async fn compare_erasures(&self) -> Result<(), Broken> {
        let now = self.clock.now();
        let mut erased = self.finished_erasures(Timestamp(i64::MIN)).await?;
        let elsewhere = self.keys.erased().await?;
        let known: HashSet<Uuid> = erased.iter().map(|(person, _)| *person).collect();
        erased.extend(elsewhere.difference(&known).map(|person| (*person, now)));
        self.note_erasures(erased.clone()).await?;
        self.exchange_lists().await;
        // Whom the databases know of is looked for by `keep_the_erased_out`, without a hash for everybody.
        if self.erasures.know_more_than(&erased) {
            self.mark_returned().await?;
        }
        Ok(())
    }

    /// Brings the list and its copy to the same state, and erases again whoever only the copy knew of. Gives
    /// how many erasures those were.
    ///
    /// # Errors
    /// [`Error::Broken`]; but a copy that cannot be used is logged and tried again.
    #[boxed]
    pub async fn exchange_erasures(&self) -> Result<usize, Error> {
        if self.store.is_postgres() {
            // Another node has a list of its own, and the same databases.
            let since = self.erasures.newest().unwrap_or(Timestamp(i64::MIN));
            let since = Timestamp(since.0.saturating_sub(OVERLAP * 1_000_000));
            self.note_erasures(self.finished_erasures(since).await?).await?;
        }
        let new = self.exchange_lists().await;
        if new > 0 && self.mark_returned().await? > 0 {
            self.resume_erasures(Timestamp(i64::MAX)).await?;
        }
        Ok(new)
    }

    /// Before the end: what a command has erased is in the copy too.
    pub(crate) async fn erasures_are_copied(&self) {
        if self.erasures.0.copy.is_some() {
            self.exchange_lists().await;
        }
    }

    async fn exchange_lists(&self) -> usize {
        let erasures = self.erasures.clone();
        let exchanged = tokio::task::spawn_blocking(move || erasures.exchange());
        let outcome = match tokio::time::timeout(PATIENCE, exchanged).await {
            Ok(Ok(outcome)) => outcome.map_err(|error| error.to_string()),
            Ok(Err(_)) => Err(Broken::Task.to_string()),
            Err(_) => Err("it takes too long".to_owned()),
        };
        self.erasures.report(&outcome);
        outcome.unwrap_or_default()
    }

    /// Marks whoever the list names and is here.
    async fn mark_returned(&self) -> Result<usize, Broken> {
        let list = self.erasures.locked().list.clone();
        returned::erase_listed(&self.store, &self.keys, &list).await
    }

    async fn finished_erasures(&self, since: Timestamp) -> Result<Vec<(Uuid, Timestamp)>, Broken> {
        const SQL: &str = "SELECT person_id, finished_at FROM erasure WHERE finished_at >= $1";
        let mut reader = self.store.read().await?;
        let rows: Vec<(Uuid, i64)> =
            on!(reader.conn(), c => sqlx::query_as(SQL).bind(since.0).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(person, at)| (person, Timestamp(at))).collect())
    }

    /// Keeps the copy of the list up to date until the desk is closed.
    #[boxed]
    pub async fn keep_erasures_copied(&self) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = self.background.closing.cancelled() => return,
            }
            if let Err(error) = self.exchange_erasures().await {
                tracing::error!(%error, "the list of erasures could not be looked after; trying again soon");
            }
        }
    }

    /// How many erasures have begun and are not finished.
    ///
    /// # Errors
    /// [`Error::Broken`] only.
    #[boxed]
    pub async fn unfinished_erasures(&self) -> Result<u64, Error> {
        const SQL: &str = "SELECT COUNT(*) FROM erasure WHERE finished_at IS NULL";
        let mut reader = self.store.read().await?;
        let (count,): (i64,) = on!(reader.conn(), c => sqlx::query_as(SQL).fetch_one(c).await)?;
        Ok(count.cast_unsigned())
    }
}
