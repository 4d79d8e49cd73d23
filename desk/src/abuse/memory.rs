//! What is counted, in the memory of one node.

use std::collections::{BTreeSet, HashMap};

/// What is counted: a keyed hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key(pub(super) [u8; 16]);

#[cfg(test)]
impl Key {
    pub(super) fn of(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

/// Three times of a key; what they mean is the affair of each kind of count.
pub(super) type Times = [i64; 3];

/// The times of a bounded number of keys.
///
/// A new key that does not fit any more takes the place of another: of one that counts no longer, if there is one,
/// otherwise of the one that counts for the shortest time. A key at its limit counts for long, and one that was seen
/// once for a short time only; so many new keys push each other out, and no key that is at its limit.
pub(super) struct Memory {
    most: usize,
    times: HashMap<Key, (Times, i64)>,
    /// Each key once, behind the time until which it counts, in microseconds.
    ends: BTreeSet<(i64, Key)>,
}

impl Memory {
    /// Makes room for at most `most` keys.
    pub(super) fn new(most: usize) -> Self {
        Self { most, times: HashMap::new(), ends: BTreeSet::new() }
    }

    /// Returns the times of a key; zeros for one that is unknown.
    pub(super) fn get(&self, key: Key) -> Times {
        self.times.get(&key).map_or_else(Times::default, |(times, _)| *times)
    }

    /// Stores the times of a key, which count until `until`, in microseconds.
    pub(super) fn set(&mut self, key: Key, times: Times, until: i64) {
        match self.times.insert(key, (times, until)) {
            Some((_, old)) => drop(self.ends.remove(&(old, key))),
            None if self.times.len() > self.most => {
                if let Some((_, shortest)) = self.ends.pop_first() {
                    self.times.remove(&shortest);
                }
            }
            None => {}
        }
        self.ends.insert((until, key));
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000_000;

    fn key(number: u8) -> Key {
        Key::of([number; 16])
    }

    #[test]
    fn the_key_that_counts_shortest_makes_room() {
        let mut memory = Memory::new(3);
        memory.set(key(1), [0, 0, 1], 60 * MINUTE);
        memory.set(key(2), [0, 0, 2], 5 * MINUTE);
        memory.set(key(3), [0, 0, 3], MINUTE);

        memory.set(key(4), [0, 0, 4], 10 * MINUTE);
        assert_eq!(memory.get(key(3)), Times::default());
        memory.set(key(5), [0, 0, 5], 10 * MINUTE);
        assert_eq!(memory.get(key(2)), Times::default());

        assert_eq!(memory.get(key(1)), [0, 0, 1]);
        assert_eq!((memory.times.len(), memory.ends.len()), (3, 3));
    }

    #[test]
    fn a_key_that_was_stored_again_counts_for_as_long_as_it_says_now() {
        let mut memory = Memory::new(2);
        memory.set(key(1), [0, 0, 1], MINUTE);
        memory.set(key(2), [0, 0, 2], 5 * MINUTE);

        memory.set(key(1), [0, 0, 9], 60 * MINUTE);
        memory.set(key(3), [0, 0, 3], 6 * MINUTE);

        assert_eq!(memory.get(key(1)), [0, 0, 9]);
        assert_eq!(memory.get(key(2)), Times::default());
        assert_eq!((memory.times.len(), memory.ends.len()), (2, 2));
    }
}
