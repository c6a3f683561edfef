//! What the settings cost, each operation beside the bare system call on the same file.
//!
//! Criterion measures each operation by itself. A machine's speed drifts from one measurement to
//! the next, so the closing table measures again, one operation and its bare counterpart in turn,
//! and states the median of the ratios of neighbours.
#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]
#![allow(
    clippy::expect_used,
    reason = "a benchmark that cannot go on has nothing to report"
)]
#![allow(clippy::print_stdout, reason = "the closing table is the result")]

use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt as _;
use std::time::{Duration, Instant};

use config13::{Config13, ConfigFile, Feature, Field, FieldValue, LEN, MappedConfig};
use criterion::{Criterion, criterion_group};
use tempfile::TempDir;

/// One lockfile, reached in all three ways.
struct Lockfile {
    config: ConfigFile,
    mapped: MappedConfig,
    bare: File,
    _folder: TempDir,
}

impl Lockfile {
    fn create() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let path = folder.path().join("registry.lockb");
        let config = ConfigFile::create(&path, &Config13::new(0xdead_beef)).expect("a lockfile");
        let mapped = MappedConfig::new(&config).expect("a mapped lockfile");
        let bare = File::options()
            .read(true)
            .write(true)
            .open(&path)
            .expect("the same lockfile");
        Self {
            config,
            mapped,
            bare,
            _folder: folder,
        }
    }

    fn set_byte(&self, turn: u32) {
        let [value, ..] = turn.to_le_bytes();
        self.config
            .set_byte(Field::Rows.offset(), black_box(value))
            .expect("a one-byte update");
    }

    fn bare_write_one(&self, turn: u32) {
        let [value, ..] = turn.to_le_bytes();
        let written = self
            .bare
            .write_at(&[black_box(value)], 0x0a)
            .expect("a bare write");
        black_box(written);
    }

    fn set_hash(&self, turn: u32) {
        self.config
            .set_field(FieldValue::RegistryHash(black_box(turn)))
            .expect("a field update");
    }

    fn bare_write_four(&self, turn: u32) {
        let written = self
            .bare
            .write_at(&black_box(turn).to_le_bytes(), 0x01)
            .expect("a bare write");
        black_box(written);
    }

    fn read(&self) {
        let settings = self.config.read();
        black_box(&settings);
        assert!(settings.is_ok(), "a stable read");
    }

    fn bare_read(&self) {
        let mut bytes = [0; LEN];
        let read = self.bare.read_at(&mut bytes, 0).expect("a bare read");
        black_box((read, &bytes));
    }
}

/// Leaves the result where it is: to move it would cost more than to make it.
fn decode(bytes: &[u8; LEN]) {
    let decoded = Config13::decode(black_box(bytes));
    black_box(&decoded);
}

fn one_byte(criterion: &mut Criterion) {
    let lockfile = Lockfile::create();
    let mut turn = 0..;
    let mut group = criterion.benchmark_group("one-byte update");
    group.bench_function("config13", |bencher| {
        bencher.iter(|| lockfile.set_byte(turn.next().unwrap_or_default()));
    });
    group.bench_function("bare pwrite", |bencher| {
        bencher.iter(|| lockfile.bare_write_one(turn.next().unwrap_or_default()));
    });
}

fn four_bytes(criterion: &mut Criterion) {
    let lockfile = Lockfile::create();
    let mut turn = 0..;
    let mut group = criterion.benchmark_group("four-byte update");
    group.bench_function("config13", |bencher| {
        bencher.iter(|| lockfile.set_hash(turn.next().unwrap_or_default()));
    });
    group.bench_function("bare pwrite", |bencher| {
        bencher.iter(|| lockfile.bare_write_four(turn.next().unwrap_or_default()));
    });
}

fn stable_read(criterion: &mut Criterion) {
    let lockfile = Lockfile::create();
    let mut group = criterion.benchmark_group("stable read");
    group.bench_function("config13", |bencher| bencher.iter(|| lockfile.read()));
    group.bench_function("bare pread", |bencher| {
        bencher.iter(|| lockfile.bare_read());
    });
}

fn without_system_call(criterion: &mut Criterion) {
    let lockfile = Lockfile::create();
    let bytes = Config13::new(0xdead_beef).to_bytes();
    let mut turn = 0..;
    criterion.bench_function("decode", |bencher| {
        bencher.iter(|| decode(&bytes));
    });
    let mut group = criterion.benchmark_group("mapped");
    group.bench_function("one-byte update", |bencher| {
        bencher.iter(|| lockfile.mapped.set_field(FieldValue::Rows(black_box(40))));
    });
    group.bench_function("four-byte update", |bencher| {
        bencher.iter(|| {
            let hash = turn.next().unwrap_or_default();
            lockfile
                .mapped
                .set_field(FieldValue::RegistryHash(black_box(hash)));
        });
    });
    group.bench_function("toggle", |bencher| {
        bencher.iter(|| lockfile.mapped.toggle_feature(black_box(Feature::Debug)));
    });
    group.bench_function("stable read", |bencher| {
        bencher.iter(|| lockfile.mapped.read());
    });
}

criterion_group! {
    name = groups;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_millis(1_500));
    targets = one_byte, four_bytes, stable_read, without_system_call
}

fn main() {
    groups();
    Criterion::default().configure_from_args().final_summary();
    // Also run as a test, without `--bench`, where figures mean nothing.
    if std::env::args().any(|argument| argument == "--bench") {
        closing_table();
    }
}

const ROUNDS: usize = 5_001;

/// Few enough that most rounds end before the system gives the processor to somebody else.
const SYSTEM_CALLS_PER_ROUND: u32 = 30;

/// Enough that looking at the clock does not count.
const MEMORY_CALLS_PER_ROUND: u32 = 3_000;

fn closing_table() {
    let lockfile = Lockfile::create();
    println!("Medians of {ROUNDS} rounds, config13 and the bare call in turn:\n");
    println!(
        "{:<24} {:>11} {:>11} {:>7}   target",
        "", "config13", "bare", "ratio"
    );
    ratio(
        "one-byte update",
        "1.05",
        |turn| lockfile.set_byte(turn),
        |turn| {
            lockfile.bare_write_one(turn);
        },
    );
    ratio(
        "four-byte update",
        "1.05",
        |turn| lockfile.set_hash(turn),
        |turn| {
            lockfile.bare_write_four(turn);
        },
    );
    ratio(
        "stable read",
        "2.1",
        |_| lockfile.read(),
        |_| lockfile.bare_read(),
    );

    let bytes = Config13::new(0xdead_beef).to_bytes();
    alone("decode", "5 ns", |_| decode(&bytes));
    alone("mapped one-byte update", "45 ns", |turn| {
        let [value, ..] = turn.to_le_bytes();
        lockfile.mapped.set_field(FieldValue::Rows(value));
    });
    alone("mapped four-byte update", "45 ns", |turn| {
        lockfile.mapped.set_field(FieldValue::RegistryHash(turn));
    });
    alone("mapped toggle", "45 ns", |_| {
        black_box(lockfile.mapped.toggle_feature(Feature::Debug));
    });
}

fn ratio(name: &str, target: &str, ours: impl Fn(u32), bare: impl Fn(u32)) {
    let mut our_rounds = Vec::with_capacity(ROUNDS);
    let mut bare_rounds = Vec::with_capacity(ROUNDS);
    for round in 0..ROUNDS {
        // Who goes first changes too, so that neither always finds the other's caches.
        if round % 2 == 0 {
            our_rounds.push(per_call(&ours, SYSTEM_CALLS_PER_ROUND));
            bare_rounds.push(per_call(&bare, SYSTEM_CALLS_PER_ROUND));
        } else {
            bare_rounds.push(per_call(&bare, SYSTEM_CALLS_PER_ROUND));
            our_rounds.push(per_call(&ours, SYSTEM_CALLS_PER_ROUND));
        }
    }
    // A processor that changes its speed changes it for both of a pair.
    let pairs = our_rounds.iter().zip(&bare_rounds);
    let ratio = median(pairs.map(|(ours, bare)| ours / bare).collect());
    let (ours, bare) = (median(our_rounds), median(bare_rounds));
    println!("{name:<24} {ours:>8.1} ns {bare:>8.1} ns {ratio:>7.3}   <= {target}");
}

fn alone(name: &str, target: &str, work: impl Fn(u32)) {
    let time = median(
        (0..ROUNDS)
            .map(|_| per_call(&work, MEMORY_CALLS_PER_ROUND))
            .collect(),
    );
    println!(
        "{name:<24} {time:>8.1} ns {:>11} {:>7}   <= {target}",
        "", ""
    );
}

/// Returns nanoseconds.
fn per_call(work: &impl Fn(u32), calls: u32) -> f64 {
    let start = Instant::now();
    for turn in 0..calls {
        work(black_box(turn));
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}
