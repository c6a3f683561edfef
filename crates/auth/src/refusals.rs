//! Telling what was refused, without letting whoever is refused fill the disk.
//!
//! What was done is told in the transaction that does it. A refusal has none, is told some time soon,
//! and nobody waits for it: an answer must not take longer because it is a refusal. Each account or
//! address gets [`MOST_OF_ONE`] of them written down in [`WINDOW`], and all together [`AT_ONCE`] and
//! then one in [`ONE_IN`]; of an attack that never ends not a MB a day remains. The next one that is
//! written down tells how many were not.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use catalog::{EventKind, Origin};

use crate::{address_group::AddressGroup, auth::Auth};

/// Refusals of one account or address that are written down in [`WINDOW`].
const MOST_OF_ONE: u32 = 30;
const WINDOW: Duration = Duration::from_mins(1);

/// Refusals of all that are written down at once, and the time for one more.
const AT_ONCE: u32 = 500;
const ONE_IN: Duration = Duration::from_secs(30);

/// How many refusals may still be written down.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Budget>);

#[derive(Debug, Default)]
struct Budget {
    /// Of all, less those that are forgotten with time.
    told: u32,
    since: Option<Instant>,
    left_out: u64,
    /// Of each account or address, since `window` began. What is not told is not remembered either, so
    /// there are never more than are told.
    of_each: HashMap<String, u32>,
    window: Option<Instant>,
}

impl Refusals {
    /// Takes leave to write one more down, and returns how many before it were not.
    fn take(&self, who: &str, now: Instant) -> Option<u64> {
        let mut budget = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        budget.forget(now);
        if budget.told >= AT_ONCE {
            budget.left_out += 1;
            return None;
        }
        let of_one = budget.of_each.entry(who.to_owned()).or_insert(0);
        if *of_one >= MOST_OF_ONE {
            budget.left_out += 1;
            return None;
        }
        *of_one += 1;
        budget.told += 1;
        Some(std::mem::take(&mut budget.left_out))
    }
}

impl Budget {
    fn forget(&mut self, now: Instant) {
        let since = *self.since.get_or_insert(now);
        let periods = now.saturating_duration_since(since).as_nanos() / ONE_IN.as_nanos();
        let periods = u32::try_from(periods).unwrap_or(u32::MAX);
        if periods >= self.told {
            (self.told, self.since) = (0, Some(now));
        } else {
            self.told -= periods;
            self.since = Some(since + ONE_IN * periods);
        }
        let window = *self.window.get_or_insert(now);
        if now.saturating_duration_since(window) >= WINDOW {
            (self.of_each, self.window) = (HashMap::new(), Some(now));
        }
    }
}

impl Auth {
    /// Writes down that something was refused to whoever wanted it, some time soon.
    pub fn tell_refused(&self, by: Origin, kind: EventKind, target: String, why: &str) {
        // An account may be called like an address.
        let who = if by.actor.is_empty() {
            format!("at {}", AddressGroup::of_text(&by.address))
        } else {
            format!("as {}", by.actor)
        };
        let Some(left_out) = self.refusals.take(&who, self.attempts.clock.now()) else {
            return;
        };
        let mut why = why.to_owned();
        if left_out > 0 {
            why = format!("{why}; {left_out} refusals before this one are not told");
        }
        self.catalog.write_later(move |rows| {
            let told = rows.add_refusal(&by, kind, &target, &why);
            told.inspect_err(|error| tracing::error!("a refusal could not be noted: {error}"))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_refusals_of_one_only_the_first_are_told() {
        let (refusals, now) = (Refusals::default(), Instant::now());
        for _ in 0..MOST_OF_ONE {
            assert_eq!(refusals.take("mallory", now), Some(0));
        }
        assert_eq!(refusals.take("mallory", now), None);
        assert_eq!(refusals.take("mallory", now), None);
        assert_eq!(refusals.take("alice", now), Some(2));
        assert_eq!(refusals.take("mallory", now + WINDOW), Some(0));
    }

    #[test]
    fn a_flood_from_everywhere_is_told_in_part() {
        let (refusals, mut now) = (Refusals::default(), Instant::now());
        let mut number = 0;
        let mut take = |now| {
            number += 1;
            refusals.take(&number.to_string(), now)
        };
        for _ in 0..AT_ONCE {
            assert_eq!(take(now), Some(0));
        }
        for _ in 0..7 {
            assert_eq!(take(now), None);
        }
        now += ONE_IN;
        assert_eq!(take(now), Some(7));
        assert_eq!(take(now), None);
        now += ONE_IN * AT_ONCE;
        assert_eq!(take(now), Some(1));
        for _ in 1..AT_ONCE {
            assert_eq!(take(now), Some(0));
        }
        assert_eq!(take(now), None);
        let remembered = refusals.0.lock().unwrap().of_each.len();
        assert!(remembered <= AT_ONCE as usize, "{remembered}");
    }
}
