//! How many passwords may be guessed: by whom, for whom.
//!
//! Failures are counted for an account from one address, for an account from everywhere, and for an
//! address whatever the account. [`AddressGroup`] says what an address is. Each count has failures that
//! cost nothing; each one beyond makes everybody whom it counts wait, twice as long as the last one.
//! Failures are forgiven with time, one after the other.
//!
//! | counted for | free | longest wait | one is forgiven in | so at most |
//! |---|---:|---:|---:|---|
//! | an account from one address | 5 | 15 min | 30 min | 16 guesses in the first 17 minutes, then 4 an hour |
//! | an address | 100 | 1 min | 36 s | 100 at once, then some 100 an hour: an office behind one address mistypes less often |
//! | an account | 30 | 30 s | 1 min | 30 at once, then 120 an hour, however many addresses guess |
//!
//! - **It is counted before the password is looked at.** An attempt that is under way takes one of the
//!   failures that are left, and who finds none left waits until one is over: guesses at the same moment
//!   are as many as guesses one after the other, and right passwords only queue.
//! - **A right password takes back the failures of its account from its address** and no others. If it
//!   took back those of the address, an attacker with an account would log in between guesses.
//! - **Strangers cannot lock an owner out.** From where an account has logged in during the last
//!   [`KNOWN_FOR`], only the first of the three counts. The other two are mild, because they also meet
//!   an owner at a new address: at worst he competes with his attackers for one attempt in 30 seconds.
//!   Tokens work all the time. This is remembered in memory, so that a restart makes everybody new.
//! - **Accounts that are not there are counted like others**, or the wait would tell who has one.
//! - **Nothing is hashed while one waits, and the right password is refused too**, or waiting would cost
//!   an attacker nothing.
//!
//! Each table is bounded. From a full one those are thrown out that have failed least, and of these the
//! oldest. A flood of made-up names makes entries with few failures, so it throws out its own: to get
//! rid of a count with *n* failures, an attacker needs as many on each of [`MOST`] others, which are
//! *n* times [`MOST`] hashes, hours of this machine, in less time than one of them takes to be forgiven.
//! The accounts, the addresses and their pairs have tables of their own, so that the many of one kind
//! throw out none of another; so do the places where accounts are known, where only right passwords
//! make entries, and those of one account throw out its own first.

use std::{
    collections::HashMap,
    hash::Hash,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;

use crate::address_group::AddressGroup;

/// Counts of each kind that are kept. At about 200 bytes each, all three stay below 20 MiB.
const MOST: usize = 32 * 1024;

/// How long an account is known where it has logged in.
const KNOWN_FOR: Duration = Duration::from_hours(30 * 24);

/// Accounts that are known somewhere, and addresses where one of them is.
const MOST_KNOWN: usize = 16 * 1024;
const MOST_KNOWN_OF_ONE: usize = 16;

/// Too many wrong passwords were tried. Says nothing of the account, not even that there is one.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("too many wrong passwords were tried; try again in {}", in_words(*.wait))]
pub struct TooManyAttempts {
    /// How long the next attempt has to wait.
    pub wait: Duration,
}

impl TooManyAttempts {
    /// The seconds to wait, rounded up.
    pub fn seconds(&self) -> u64 {
        whole_seconds(self.wait)
    }
}

/// Whole seconds, at least one.
fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// A time as people say it.
pub(crate) fn in_words(wait: Duration) -> String {
    match whole_seconds(wait) {
        1 => "1 second".to_owned(),
        seconds @ 2..=120 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

/// What is counted in one way.
#[derive(Clone, Copy, Debug)]
struct Rule {
    /// Failures that cost nothing.
    free: u32,
    /// The longest wait.
    longest: Duration,
    /// The time in which one failure is forgiven.
    forgiven_in: Duration,
}

const OF_PAIR: Rule = Rule {
    free: 5,
    longest: Duration::from_mins(15),
    forgiven_in: Duration::from_mins(30),
};

const OF_ADDRESS: Rule = Rule {
    free: 100,
    longest: Duration::from_mins(1),
    forgiven_in: Duration::from_secs(36),
};

const OF_ACCOUNT: Rule = Rule {
    free: 30,
    longest: Duration::from_secs(30),
    forgiven_in: Duration::from_mins(1),
};

impl Rule {
    /// The wait after so many failures.
    fn wait(self, failures: u32) -> Duration {
        let Some(doublings) = failures.checked_sub(self.free + 1) else {
            return Duration::ZERO;
        };
        let seconds = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
        Duration::from_secs(seconds).min(self.longest)
    }

    /// The failures after which the wait grows no more. More are not counted, since each would take
    /// its time to be forgiven.
    fn most(self) -> u32 {
        let doublings = self.longest.as_secs().next_power_of_two().trailing_zeros();
        self.free + 1 + doublings
    }
}

/// What is remembered of an account, an address or a pair of them.
#[derive(Clone, Copy, Debug)]
struct Count {
    failures: u32,
    /// When the first of these failures began to be forgiven.
    since: Instant,
    blocked_until: Instant,
    under_way: u32,
}

/// Whether somebody may go on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Say {
    Go,
    /// When an attempt that is under way is over.
    Later,
    Blocked(Duration),
}

impl Count {
    fn new(now: Instant) -> Self {
        Self {
            failures: 0,
            since: now,
            blocked_until: now,
            under_way: 0,
        }
    }

    /// Forgives what has become old enough.
    fn forgive(&mut self, rule: Rule, now: Instant) {
        let periods =
            now.saturating_duration_since(self.since).as_nanos() / rule.forgiven_in.as_nanos();
        let periods = u32::try_from(periods).unwrap_or(u32::MAX);
        if periods >= self.failures {
            self.failures = 0;
            self.since = now;
        } else {
            self.failures -= periods;
            self.since += rule.forgiven_in * periods;
        }
    }

    fn say(&self, rule: Rule, now: Instant) -> Say {
        let wait = self.blocked_until.saturating_duration_since(now);
        let room = rule.free.saturating_sub(self.failures).max(1);
        if !wait.is_zero() {
            Say::Blocked(wait)
        } else if self.under_way >= room {
            Say::Later
        } else {
            Say::Go
        }
    }

    /// Counts a failure, and returns the wait that it makes.
    fn fail(&mut self, rule: Rule, now: Instant) -> Duration {
        self.failures = (self.failures + 1).min(rule.most());
        let wait = rule.wait(self.failures);
        self.blocked_until = self.blocked_until.max(now + wait);
        wait
    }
}

/// The counts of one kind.
#[derive(Debug)]
struct Table<K> {
    rule: Rule,
    counts: HashMap<K, Count>,
}

impl<K: Clone + Eq + Hash> Table<K> {
    fn new(rule: Rule) -> Self {
        let counts = HashMap::new();
        Self { rule, counts }
    }

    fn say(&mut self, key: &K, now: Instant) -> Say {
        let Some(count) = self.counts.get_mut(key) else {
            return Say::Go;
        };
        count.forgive(self.rule, now);
        count.say(self.rule, now)
    }

    fn begin(&mut self, key: K, now: Instant) {
        if self.counts.len() >= MOST && !self.counts.contains_key(&key) {
            self.make_room(now);
        }
        let count = self.counts.entry(key).or_insert_with(|| Count::new(now));
        count.under_way += 1;
    }

    /// Ends an attempt, and returns the wait that it makes.
    fn end(&mut self, key: &K, failed: bool, now: Instant) -> Duration {
        let Some(count) = self.counts.get_mut(key) else {
            return Duration::ZERO;
        };
        count.under_way = count.under_way.saturating_sub(1);
        count.forgive(self.rule, now);
        if failed {
            return count.fail(self.rule, now);
        }
        if count.under_way == 0 && count.failures == 0 {
            self.counts.remove(key);
        }
        Duration::ZERO
    }

    /// Takes back all failures.
    fn reset(&mut self, key: &K, now: Instant) {
        if let Some(count) = self.counts.get_mut(key) {
            count.failures = 0;
            count.blocked_until = now;
        }
    }

    /// Throws out what is forgiven, and then, a sixteenth at a time so that it is seldom done, what has
    /// failed least.
    fn make_room(&mut self, now: Instant) {
        let rule = self.rule;
        self.counts.retain(|_, count| {
            count.forgive(rule, now);
            count.failures > 0 || count.under_way > 0
        });
        let few = MOST / 16;
        if self.counts.len() + few <= MOST {
            return;
        }
        let over = self.counts.iter().filter(|(_, count)| count.under_way == 0);
        let mut over: Vec<_> = over
            .map(|(key, count)| (count.failures, count.since, key.clone()))
            .collect();
        over.sort_unstable_by_key(|(failures, since, _)| (*failures, *since));
        for (_, _, key) in over.into_iter().take(few) {
            self.counts.remove(&key);
        }
    }
}

/// Where accounts have logged in.
#[derive(Debug, Default)]
struct Known(HashMap<Box<str>, Vec<(AddressGroup, Instant)>>);

impl Known {
    fn holds(&self, account: &str, group: AddressGroup, now: Instant) -> bool {
        let places = self.0.get(account).map_or(&[][..], Vec::as_slice);
        places
            .iter()
            .any(|(place, at)| *place == group && now.saturating_duration_since(*at) < KNOWN_FOR)
    }

    fn note(&mut self, account: &str, group: AddressGroup, now: Instant) {
        if let Some(places) = self.0.get_mut(account) {
            // The last one is the latest.
            places.retain(|(place, _)| *place != group);
            if places.len() >= MOST_KNOWN_OF_ONE {
                places.remove(0);
            }
            places.push((group, now));
            return;
        }
        if self.0.len() >= MOST_KNOWN {
            let mut latest: Vec<_> = self.0.values().filter_map(|it| it.last()).collect();
            latest.sort_unstable_by_key(|(_, at)| *at);
            let before = latest.get(MOST_KNOWN / 16).map_or(now, |(_, at)| *at);
            self.0
                .retain(|_, places| places.last().is_some_and(|(_, at)| *at > before));
        }
        self.0.insert(account.into(), vec![(group, now)]);
    }
}

#[derive(Debug)]
struct State {
    pairs: Table<(Box<str>, AddressGroup)>,
    accounts: Table<Box<str>>,
    addresses: Table<AddressGroup>,
    known: Known,
}

/// The attempts that have failed, and those that are under way.
#[derive(Debug)]
pub(crate) struct Attempts {
    state: Mutex<State>,
    /// Told when an attempt is over.
    over: Notify,
    pub(crate) clock: Clock,
}

/// One attempt. It has failed when it is dropped, whatever the reason, unless something else was said.
#[derive(Debug)]
pub(crate) struct Attempt<'a> {
    attempts: &'a Attempts,
    pair: (Box<str>, AddressGroup),
    is_over: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Outcome {
    Failed,
    Passed,
    NotTried,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                pairs: Table::new(OF_PAIR),
                accounts: Table::new(OF_ACCOUNT),
                addresses: Table::new(OF_ADDRESS),
                known: Known::default(),
            }),
            over: Notify::new(),
            clock: Clock::default(),
        }
    }
}

impl Attempts {
    /// Begins an attempt, or says how long it has to wait. When as many are under way as may fail, it
    /// waits for one of them.
    pub(crate) async fn begin(
        &self,
        account: &str,
        group: AddressGroup,
    ) -> Result<Attempt<'_>, TooManyAttempts> {
        loop {
            let mut over = pin!(self.over.notified());
            // What is over from here on wakes this one, also before it waits.
            over.as_mut().enable();
            if let Some(attempt) = self.try_begin(account, group)? {
                return Ok(attempt);
            }
            over.await;
        }
    }

    /// Says how long an account's password cannot be tried from an address, whatever is tried from
    /// elsewhere and for others.
    pub(crate) fn check_pair(
        &self,
        account: &str,
        group: AddressGroup,
    ) -> Result<(), TooManyAttempts> {
        let now = self.clock.now();
        match self.lock().pairs.say(&(account.into(), group), now) {
            Say::Blocked(wait) => Err(TooManyAttempts { wait }),
            Say::Go | Say::Later => Ok(()),
        }
    }

    fn try_begin(
        &self,
        account: &str,
        group: AddressGroup,
    ) -> Result<Option<Attempt<'_>>, TooManyAttempts> {
        let now = self.clock.now();
        let pair: (Box<str>, _) = (account.into(), group);
        let mut state = self.lock();
        let mut says = vec![state.pairs.say(&pair, now)];
        if !state.known.holds(account, group, now) {
            says.push(state.accounts.say(&pair.0, now));
            says.push(state.addresses.say(&group, now));
        }
        let wait = says.iter().filter_map(|say| match say {
            Say::Blocked(wait) => Some(*wait),
            Say::Go | Say::Later => None,
        });
        if let Some(wait) = wait.max() {
            return Err(TooManyAttempts { wait });
        }
        if says.contains(&Say::Later) {
            return Ok(None);
        }
        state.pairs.begin(pair.clone(), now);
        state.accounts.begin(pair.0.clone(), now);
        state.addresses.begin(group, now);
        Ok(Some(Attempt {
            attempts: self,
            pair,
            is_over: false,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt<'_> {
    /// The password was right.
    pub(crate) fn passed(&mut self) {
        self.end(Outcome::Passed);
    }

    /// No password was looked at.
    pub(crate) fn not_tried(&mut self) {
        self.end(Outcome::NotTried);
    }

    /// The password was wrong. Returns how long the next attempt has to wait, if it has to. What is
    /// over already stays as it is.
    pub(crate) fn failed(&mut self) -> Option<Duration> {
        self.end(Outcome::Failed)
    }

    pub(crate) const fn is_over(&self) -> bool {
        self.is_over
    }

    fn end(&mut self, outcome: Outcome) -> Option<Duration> {
        if std::mem::replace(&mut self.is_over, true) {
            return None;
        }
        let now = self.attempts.clock.now();
        let (account, group) = (&self.pair.0, self.pair.1);
        let mut state = self.attempts.lock();
        let failed = outcome == Outcome::Failed;
        if outcome == Outcome::Passed {
            state.pairs.reset(&self.pair, now);
            state.known.note(account, group, now);
        }
        let is_known = state.known.holds(account, group, now);
        let mut wait = state.pairs.end(&self.pair, failed, now);
        let of_others = [
            state.accounts.end(account, failed, now),
            state.addresses.end(&group, failed, now),
        ];
        if !is_known {
            wait = of_others.into_iter().fold(wait, Duration::max);
        }
        drop(state);
        self.attempts.over.notify_waiters();
        (!wait.is_zero()).then_some(wait)
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.end(Outcome::Failed);
    }
}

/// The time.
#[cfg(not(test))]
#[derive(Debug, Default)]
pub(crate) struct Clock(());

#[cfg(not(test))]
impl Clock {
    #[allow(clippy::unused_self, reason = "tests have another clock")]
    pub(crate) fn now(&self) -> Instant {
        Instant::now()
    }
}

/// A time that goes on only when it is told to.
#[cfg(test)]
#[derive(Debug)]
pub(crate) struct Clock(Mutex<Instant>);

#[cfg(test)]
impl Default for Clock {
    fn default() -> Self {
        Self(Mutex::new(Instant::now()))
    }
}

#[cfg(test)]
impl Clock {
    pub(crate) fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }

    pub(crate) fn advance(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

#[cfg(test)]
mod tests;
