//! Memory for the bodies of requests, shared by all that are received at the same time.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that one permit of the semaphore stands for.
const UNIT: usize = 64 * 1024;

/// Longest document that is in memory whole, in bytes: the packument of a package with ten thousand
/// versions, which comes back when some of them are deprecated. Tarballs are not part of it.
pub(crate) const LONGEST_DOCUMENT: usize = 64 * 1024 * 1024;

/// Counts the bytes of the bodies that are in memory.
///
/// What counts is what has arrived, not what was announced: a client that announces much and sends
/// it slowly takes no room from others.
#[derive(Debug)]
pub(crate) struct Bodies {
    room: Arc<Semaphore>,
}

/// The room that one body takes, until it is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    of: Arc<Semaphore>,
    taken: Option<OwnedSemaphorePermit>,
}

impl Bodies {
    /// Room for two of the longest documents, with the pieces that pass by, or many short ones.
    pub(crate) fn new() -> Self {
        Self::for_documents_of(LONGEST_DOCUMENT + LONGEST_DOCUMENT / 8)
    }

    /// Room for two of so many bytes, or many short ones.
    pub(crate) fn for_documents_of(longest: usize) -> Self {
        let units = longest.div_ceil(UNIT).saturating_mul(2);
        Self {
            room: Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS))),
        }
    }

    /// Begins to count a body.
    pub(crate) fn begin(&self) -> Room {
        Room {
            of: Arc::clone(&self.room),
            taken: None,
        }
    }
}

impl Room {
    /// Takes room for so many bytes in all; `false` when there is not that much.
    pub(crate) fn grow_to(&mut self, bytes: usize) -> bool {
        let taken = self
            .taken
            .as_ref()
            .map_or(0, OwnedSemaphorePermit::num_permits);
        let missing = bytes.div_ceil(UNIT).saturating_sub(taken);
        let Ok(missing) = u32::try_from(missing) else {
            return false;
        };
        if missing == 0 {
            return true;
        }
        let Ok(more) = Arc::clone(&self.of).try_acquire_many_owned(missing) else {
            return false;
        };
        match &mut self.taken {
            Some(taken) => taken.merge(more),
            None => self.taken = Some(more),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_two_of_the_longest() {
        let bodies = Bodies::for_documents_of(10 * UNIT);
        let mut first = bodies.begin();
        let mut second = bodies.begin();
        for bytes in [1, UNIT, UNIT + 1, 10 * UNIT] {
            assert!(first.grow_to(bytes) && second.grow_to(bytes), "{bytes}");
        }
        assert!(!bodies.begin().grow_to(1));
        assert!(second.grow_to(UNIT), "it has that much already");
        drop(first);
        assert!(bodies.begin().grow_to(10 * UNIT));
        assert!(!second.grow_to(usize::MAX));
    }
}
