//! Room in memory for messages, shared by all channels: however many come at once, and however
//! large they are, the program stays small.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Messages in memory take so much together, or as much as the largest one alone.
const TOGETHER: usize = 64 * 1024 * 1024;

/// Room is given in pieces of so many bytes.
const PIECE: usize = 4096;

/// Room for messages.
pub(crate) struct Room {
    pieces: Arc<Semaphore>,
    largest: usize,
}

/// Some room that is taken, until this is dropped.
pub(crate) struct Space {
    bytes: usize,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Room {
    /// Room for messages of at most so many bytes each.
    pub(crate) fn new(largest: usize) -> Self {
        Self { pieces: Arc::new(Semaphore::new(TOGETHER.max(largest).div_ceil(PIECE))), largest }
    }

    /// The largest message in bytes that is taken in.
    pub(crate) fn largest(&self) -> usize {
        self.largest
    }

    /// Waits until there is room for a message. Whoever holds room already must give it back
    /// first, so that no two wait for each other.
    pub(crate) async fn space(&self, bytes: usize) -> Space {
        let bytes = bytes.min(self.largest);
        let pieces = u32::try_from(bytes.div_ceil(PIECE)).unwrap_or(u32::MAX);
        // Never closed, so this cannot fail.
        let permit = Arc::clone(&self.pieces).acquire_many_owned(pieces).await.ok();
        Space { bytes, _permit: permit }
    }
}

impl Space {
    /// For how many bytes it is.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn the_next_large_one_waits_and_small_ones_find_room() {
        let room = Room::new(40 * 1024 * 1024);
        let first = room.space(40 * 1024 * 1024).await;
        let _small = room.space(1).await;
        let second = tokio::time::timeout(Duration::from_millis(20), room.space(40 * 1024 * 1024));
        assert!(second.await.is_err());
        drop(first);
        assert_eq!(room.space(usize::MAX).await.bytes(), 40 * 1024 * 1024);
    }
}
