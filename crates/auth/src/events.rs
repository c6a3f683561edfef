//! What happened, told and asked for. What was done is told in the transaction that does it; here is
//! what was refused.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use catalog::{CatalogError, Event, EventFilter, EventKind, Origin};

use crate::auth::Auth;

/// Refusals of one account or address that are written down in [`WINDOW`], and of all.
const MOST_OF_ONE: u32 = 30;
const MOST: u32 = 600;

/// How long refusals are counted together.
const WINDOW: Duration = Duration::from_mins(1);

/// Most events that are returned at a time.
pub const MOST_EVENTS: u32 = 1000;

/// How many refusals were written down lately: whoever is refused again and again does not get to
/// fill the disk.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    since: Option<Instant>,
    all: u32,
    by: HashMap<String, u32>,
}

impl Refusals {
    /// Whether one more is written down, and whether it is the last for a while.
    fn count(&self, who: &str, now: Instant) -> Told {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = counted
            .since
            .is_none_or(|since| now.saturating_duration_since(since) >= WINDOW);
        if is_over {
            *counted = Counted {
                since: Some(now),
                ..Counted::default()
            };
        }
        if counted.all >= MOST {
            return Told::No;
        }
        let of_one = counted.by.entry(who.to_owned()).or_insert(0);
        *of_one += 1;
        match *of_one {
            0..MOST_OF_ONE => {}
            MOST_OF_ONE => {
                counted.all += 1;
                return Told::AsLast;
            }
            _ => return Told::No,
        }
        counted.all += 1;
        Told::Yes
    }
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Told {
    Yes,
    AsLast,
    No,
}

impl Auth {
    /// Writes down that something was refused, some time soon; nobody waits for it. Of many refusals
    /// in a short time only the first are.
    pub fn tell_refused(&self, by: Origin, kind: EventKind, target: String, why: &str) {
        let who = if by.actor.is_empty() {
            &by.address
        } else {
            &by.actor
        };
        let why = match self.refusals.count(who, Instant::now()) {
            Told::Yes => why.to_owned(),
            Told::AsLast => format!("{why} (more refusals in this minute are not written down)"),
            Told::No => return,
        };
        let catalog = Arc::clone(&self.catalog);
        tokio::spawn(async move {
            let told = catalog.write(
                move |rows| rows.add_refusal(&by, kind, &target, &why),
                |()| (),
            );
            if let Err(error) = told.await {
                tracing::warn!(%error, "a refusal could not be written down");
            }
        });
    }

    /// Returns what happened, the newest first, at most [`MOST_EVENTS`].
    pub async fn events(&self, filter: EventFilter, most: u32) -> Result<Vec<Event>, CatalogError> {
        let catalog = Arc::clone(&self.catalog);
        let found = tokio::task::spawn_blocking(move || {
            catalog.read(|rows| rows.events(&filter, most.min(MOST_EVENTS)))
        });
        found.await.unwrap_or(Err(CatalogError::Closed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_refusals_only_the_first_are_told() {
        let (refusals, now) = (Refusals::default(), Instant::now());
        for _ in 1..MOST_OF_ONE {
            assert_eq!(refusals.count("mallory", now), Told::Yes);
        }
        assert_eq!(refusals.count("mallory", now), Told::AsLast);
        assert_eq!(refusals.count("mallory", now), Told::No);
        assert_eq!(refusals.count("alice", now), Told::Yes);
        assert_eq!(refusals.count("mallory", now + WINDOW), Told::Yes);
    }

    #[test]
    fn many_addresses_do_not_fill_the_disk_either() {
        let (refusals, now) = (Refusals::default(), Instant::now());
        let told = (0..MOST + 100)
            .map(|number| refusals.count(&number.to_string(), now))
            .filter(|told| *told == Told::Yes);
        assert_eq!(told.count(), MOST as usize);
        let known = refusals.0.lock().unwrap().by.len();
        assert_eq!(known, MOST as usize, "what is not told is not remembered");
    }
}
