//! Announcing events once they are committed, whichever process wrote them.

use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::broadcast;

use crate::event::{Event, events_after, newest_event};

/// Events that wait for a slow listener; of what is older it learns that it missed something.
pub(crate) const KEPT: usize = 512;

/// Reads what is new after a commit. It belongs to the writing thread, so events are announced once each and
/// in their order.
pub(crate) struct Announcer {
    events: broadcast::Sender<Arc<Event>>,
    /// The number of the last event that was announced, or that nobody listened for.
    announced: i64,
}

impl Announcer {
    pub(crate) fn new(
        connection: &Connection,
        events: broadcast::Sender<Arc<Event>>,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            announced: newest_event(connection)?,
            events,
        })
    }

    /// Announces what was committed since it last looked.
    pub(crate) fn look(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let newest = newest_event(connection)?;
        if newest <= self.announced {
            return Ok(());
        }
        if self.events.receiver_count() > 0 {
            let Self { events, announced } = self;
            events_after(connection, *announced, |event| {
                *announced = event.seq;
                // The last listener may just have gone.
                let _ = events.send(Arc::new(event));
            })?;
        }
        self.announced = self.announced.max(newest);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::broadcast::error::TryRecvError;

    use super::*;
    use crate::{CatalogError, EventKind, Origin, Write, testing::Bench};

    fn tell(rows: &Write<'_>, actor: &str) -> Result<(), CatalogError> {
        let origin = Origin {
            actor: actor.to_owned(),
            token: String::new(),
            address: String::new(),
        };
        rows.add_event(&origin, EventKind::Login, actor, "")
    }

    /// Whoever is told of, until nothing is left to hear.
    fn heard(listener: &mut broadcast::Receiver<Arc<Event>>) -> Vec<String> {
        let mut heard = Vec::new();
        loop {
            match listener.try_recv() {
                Ok(event) => heard.push(event.origin.actor.clone()),
                Err(TryRecvError::Empty) => return heard,
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn what_is_committed_is_announced_once_and_what_is_undone_never() {
        let bench = Bench::new();
        bench.write(|rows| tell(rows, "before"));
        let mut listener = bench.catalog.follow_events();
        bench.write(|rows| {
            tell(rows, "alice")?;
            tell(rows, "bob")
        });
        let refused = bench.catalog.write_blocking(|rows| {
            tell(rows, "mallory")?;
            Err::<(), _>(CatalogError::Closed)
        });
        assert!(refused.is_err());
        assert_eq!(heard(&mut listener), ["alice", "bob"]);
        assert!(heard(&mut listener).is_empty());
    }

    #[test]
    fn what_another_process_wrote_is_announced_in_its_place() {
        let bench = Bench::new();
        let mut listener = bench.catalog.follow_events();
        let by_other = |actor: &str| {
            bench.tamper(&format!(
                "INSERT INTO events (at_ms, actor, token, address, kind, target, refused, detail)
                 VALUES (1, '{actor}', '', '', 'login', '', 0, '')"
            ));
        };
        by_other("first");
        bench.write(|rows| tell(rows, "second"));
        by_other("third");
        bench.catalog.announce_events();
        bench.write(|_| Ok(()));
        assert_eq!(heard(&mut listener), ["first", "second", "third"]);
    }

    #[test]
    fn a_slow_listener_learns_that_it_has_missed_something() {
        let bench = Bench::new();
        let mut listener = bench.catalog.follow_events();
        for _ in 0..4 {
            bench.write(|rows| (0..KEPT).try_for_each(|_| tell(rows, "alice")));
        }
        let first = listener.try_recv();
        assert!(matches!(first, Err(TryRecvError::Lagged(_))), "{first:?}");
        assert!(listener.try_recv().is_ok());
    }
}
