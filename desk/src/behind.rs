//! What is done behind the answer: gathered for a moment, and then done together.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long things are gathered. Long enough for those that happen at once to share a transaction, and too short
/// for anybody to miss them.
pub(crate) const MOMENT: Duration = Duration::from_millis(20);

/// Things that wait to be done together.
pub(crate) struct Gathered<T>(Mutex<Vec<T>>);

impl<T> Default for Gathered<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Gathered<T> {
    /// Adds one. The first of them says so: whoever adds it sees to it that they are done.
    #[must_use = "nobody else does what was gathered"]
    pub(crate) fn add(&self, one: T) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(one);
        all.len() == 1
    }

    /// Takes all of them.
    pub(crate) fn take(&self) -> Vec<T> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
