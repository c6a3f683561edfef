//! Does publishing cost more when a package has many versions?
//!
//! Publishes version 11 of small packages and version 5,001 (and the following ones) of a large
//! one, in turn, through `storage::Store` with a 20 KB tarball, on the disk that holds the temporary
//! folder. Target: at most 1.2 times as long.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark talks, and stops when its machine fails it"
)]

use std::time::{Duration, Instant};

use performance::{compare, is_wanted, noise, seeded};
use tokio::runtime::Runtime;

const ROUNDS: usize = 200;
const SMALL: usize = 10;
const LARGE: usize = 5_000;
const TARBALL: usize = 20 * 1024;

fn main() {
    if !is_wanted("publish_growth") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let runtime = Runtime::new().expect("a runtime");
    let store = seeded::open(&folder.path().join("data"));

    println!(
        "publish_growth: preparing {LARGE} versions of one package, {SMALL} of {ROUNDS} others"
    );
    runtime.block_on(async {
        seeded::fill(&store, "large", LARGE).await;
        for package in 0..ROUNDS {
            seeded::fill(&store, &format!("small-{package}"), SMALL).await;
        }
    });
    let time = |name: &str, patch: usize| {
        let tarball = noise(patch as u64 ^ 0xBEEF, TARBALL);
        let started = Instant::now();
        runtime.block_on(seeded::publish(&store, name, patch, &tarball));
        started.elapsed()
    };
    let small = |round: usize| -> Duration { time(&format!("small-{round}"), SMALL) };
    let large = |round: usize| -> Duration { time("large", LARGE + round) };
    let compared = compare(ROUNDS, small, large);
    println!(
        "version {} against version {}: {compared} (target 1.2 ×)",
        LARGE + 1,
        SMALL + 1
    );
}
