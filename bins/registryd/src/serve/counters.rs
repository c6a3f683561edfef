//! Counting what the server answers.
//!
//! A request passes here once, when its answer begins, and pays for a few additions to numbers in memory:
//! nothing is locked and nothing allocated. What a stream goes on to send later counts for nothing.

mod memory;

use std::{
    iter,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use http::StatusCode;
use npm_api::{Counted, Counts};

/// Seconds over which latency is told.
const WINDOW: u64 = 60;

/// Seconds over which the rate is told.
const RATE: u64 = 10;

/// Seconds that are kept: the window, the one that is running, and some that nobody reads while they begin.
const KEPT: u64 = 64;

/// What was answered.
#[derive(Debug)]
pub(super) struct Counters {
    started: Instant,
    requests: AtomicU64,
    failures: AtomicU64,
    /// Each second has the place of its number modulo [`KEPT`].
    seconds: Box<[Second]>,
}

/// What was answered in one second.
#[derive(Debug)]
struct Second {
    /// Its number since the start, counted from one: nothing was answered in second 0.
    number: AtomicU64,
    /// Answers by how long they took, see [`bucket`].
    took: [AtomicU32; BUCKETS],
}

impl Default for Second {
    fn default() -> Self {
        Self {
            number: AtomicU64::new(0),
            took: [const { AtomicU32::new(0) }; BUCKETS],
        }
    }
}

impl Second {
    /// Makes this place the one of a newer second. Whoever is first empties it; of what others add while it
    /// does, some may be lost, which figures over a minute can bear.
    fn begin(&self, number: u64) {
        let before = self.number.load(Ordering::Relaxed);
        if before >= number {
            return;
        }
        let taken =
            self.number
                .compare_exchange(before, number, Ordering::Relaxed, Ordering::Relaxed);
        if taken.is_ok() {
            for count in &self.took {
                count.store(0, Ordering::Relaxed);
            }
        }
    }
}

impl Counters {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            requests: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            seconds: iter::repeat_with(Second::default)
                .take(usize::try_from(KEPT).unwrap_or_default())
                .collect(),
        }
    }

    /// Counts an answer that began so long after its request had arrived.
    pub(super) fn note(&self, status: StatusCode, took: Duration) {
        self.note_at(self.started.elapsed(), status, took);
    }

    fn note_at(&self, now: Duration, status: StatusCode, took: Duration) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        if status.is_server_error() {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
        let number = number(now);
        let Some(second) = self.place(number) else {
            return;
        };
        second.begin(number);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(count) = second.took.get(bucket(micros)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn place(&self, number: u64) -> Option<&Second> {
        let place = usize::try_from(number % KEPT).unwrap_or_default();
        self.seconds.get(place)
    }

    fn at(&self, now: Duration) -> Counted {
        let current = number(now);
        let mut took = [0_u64; BUCKETS];
        let mut answered = 0_u64;
        for second in &self.seconds {
            let number = second.number.load(Ordering::Relaxed);
            let age = current.saturating_sub(number);
            if number == 0 || number > current || age >= WINDOW {
                continue;
            }
            // The running second is not over.
            let is_over = (1..=RATE).contains(&age);
            for (sum, count) in took.iter_mut().zip(&second.took) {
                let count = u64::from(count.load(Ordering::Relaxed));
                *sum += count;
                answered += if is_over { count } else { 0 };
            }
        }
        let over = now.as_secs().clamp(1, RATE);
        #[allow(
            clippy::cast_precision_loss,
            reason = "no machine answers 2^53 requests in ten seconds"
        )]
        let requests_per_second = answered as f64 / over as f64;
        Counted {
            uptime_seconds: now.as_secs(),
            requests: self.requests.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            requests_per_second,
            latency_p50_us: percentile(&took, 50),
            latency_p99_us: percentile(&took, 99),
            memory_bytes: memory::resident(),
        }
    }
}

impl Counts for Counters {
    fn now(&self) -> Counted {
        self.at(self.started.elapsed())
    }
}

/// The number of the second that is running.
const fn number(now: Duration) -> u64 {
    now.as_secs() + 1
}

/// Each power of two of microseconds has four buckets, so that a bucket is a quarter wide at most. The last
/// ones are for everything from half a minute on.
const BUCKETS: usize = 96;

/// The bucket of a latency in microseconds.
fn bucket(micros: u64) -> usize {
    if micros < 4 {
        return usize::try_from(micros).unwrap_or_default();
    }
    let octave = micros.ilog2();
    let quarter = (micros >> (octave - 2)) & 3;
    let bucket = u64::from(octave - 1) * 4 + quarter;
    usize::try_from(bucket).map_or(BUCKETS - 1, |bucket| bucket.min(BUCKETS - 1))
}

/// The longest latency of a bucket.
fn longest(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < 4 {
        return bucket;
    }
    let (octave, quarter) = (bucket / 4 + 1, bucket % 4);
    ((5 + quarter) << (octave - 2)) - 1
}

/// What so many in a hundred took at most; 0 of nothing.
fn percentile(took: &[u64; BUCKETS], hundredths: u64) -> u64 {
    let all: u64 = took.iter().sum();
    let wanted = (all * hundredths).div_ceil(100);
    let mut seen = 0;
    for (bucket, count) in took.iter().enumerate() {
        seen += count;
        if seen >= wanted && seen > 0 {
            return longest(bucket);
        }
    }
    0
}

#[cfg(test)]
mod tests;
