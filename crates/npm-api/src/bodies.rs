//! Memory for the bodies of requests, shared by all that are received at the same time.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that one permit of the semaphore stands for.
const UNIT: usize = 4 * 1024;

/// Lets large bodies be received only as fast as there is room for them. Whoever finds none waits:
/// its body stays in the network.
#[derive(Debug)]
pub(crate) struct Bodies {
    room: Arc<Semaphore>,
    units: u32,
}

impl Bodies {
    /// Room for two of the longest bodies, or many short ones.
    pub(crate) fn new(longest: usize) -> Self {
        let units = units(longest).saturating_mul(2);
        Self {
            room: Arc::new(Semaphore::new(units as usize)),
            units,
        }
    }

    /// Waits until a body of that length may be received. The room is free again when what is
    /// returned is dropped; nothing is returned when the process is stopping.
    pub(crate) async fn room_for(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let wanted = units(bytes).min(self.units);
        Arc::clone(&self.room).acquire_many_owned(wanted).await.ok()
    }
}

fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT))
        .unwrap_or(u32::MAX / 4)
        .min(u32::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_for_two_of_the_longest() {
        let bodies = Bodies::new(1024 * 1024);
        assert_eq!(bodies.room.available_permits(), 512);
        assert_eq!(units(1), 1);
        assert_eq!(units(0), 0);
        assert_eq!(units(usize::MAX), u32::MAX / 4);
    }
}
