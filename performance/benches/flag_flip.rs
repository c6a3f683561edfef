//! How soon does a flipped byte count?
//!
//! Writes the flags of the running server with one `pwrite`, as any program may, and asks for one token
//! after the other in exchange for an API key until one is signed as the flag says, or names the issuer
//! that it says. Once with nobody else there, and once with 64 connections reading. Target: the next
//! token after 100 ms is a new one.
//!
//! Told are the time after the write at which an old token was last asked for, and the one at which the
//! first new one was there: the byte came into force in between.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark talks, and stops when its machine fails it"
)]

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::FileExt,
    thread,
    time::{Duration, Instant},
};

use performance::{Load, Server, is_wanted, seeded};
use tokio::runtime::Runtime;

const PREMIUM_TYPES: u32 = 1;
const PRIVATE_REGISTRY: u32 = 2;

/// Where the flags are in the lockfile.
const OFFSET: u64 = 5;

const FLIPS: usize = 200;
const TARGET: Duration = Duration::from_millis(100);

/// How long a flipped flag may take to show before this gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// Between two flips, so that they do not fall on the same moment of whatever the server does.
const PAUSE: Duration = Duration::from_millis(17);

fn main() {
    if !is_wanted("flag_flip") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let runtime = Runtime::new().expect("a runtime");
    let store = seeded::open(&data);
    runtime.block_on(seeded::fill(&store, "hot", 30));
    store.close().expect("a closed store");
    // The server wants the folder for itself.
    drop(store);
    let server = Server::start(&data);
    let token = runtime.block_on(server.log_in());
    let key = runtime.block_on(server.api_key(&token, "read"));
    let lockfile = OpenOptions::new().write(true).open(server.lockfile());
    let mut flips = Flips {
        last: runtime.block_on(server.exchange(&key)),
        lockfile: lockfile.expect("a lockfile"),
        flags: 0,
        runtime,
        server,
        key,
    };
    // Both keys are made, and the pages are in memory.
    flips.run(8);

    println!("flag_flip: {FLIPS} flips each way, target {TARGET:?}");
    flips.tell("with nobody else");
    let load = Load {
        address: flips.server.address(),
        connections: 64,
        duration: Duration::from_hours(1),
    };
    let authorization = format!("Bearer {token}");
    let request = flips
        .server
        .get("/hot", &[("authorization", &authorization)]);
    let busy = flips.runtime.spawn(async move { load.run(&request).await });
    thread::sleep(Duration::from_millis(300));
    flips.tell("with 64 who read");
    assert!(!busy.is_finished(), "the load should have lasted");
}

/// A server and the switch that is flipped.
struct Flips {
    runtime: Runtime,
    server: Server,
    lockfile: File,
    key: String,
    flags: u32,
    last: String,
}

/// What one flip took.
struct Took {
    last_old_asked: Duration,
    first_new_there: Duration,
}

impl Flips {
    fn tell(&mut self, when: &str) {
        let mut took = self.run(FLIPS);
        took.sort_unstable_by_key(|it| it.first_new_there);
        let percentile = |percent: usize| {
            let at = took.get((took.len() - 1) * percent / 100);
            at.map(|it| it.first_new_there).unwrap_or_default()
        };
        let late = took.iter().filter(|it| it.last_old_asked > TARGET).count();
        let old = took.iter().map(|it| it.last_old_asked).max();
        println!(
            "{when}: a new token was there after {:.1?} (median), {:.1?} (95 %), {:.1?} (slowest); an old one was \
             last asked for after {:.1?}; {late} of {} later than the target",
            percentile(50),
            percentile(95),
            percentile(100),
            old.unwrap_or_default(),
            took.len(),
        );
    }

    fn run(&mut self, count: usize) -> Vec<Took> {
        let flag = |turn: usize| match turn % 2 {
            0 => PREMIUM_TYPES,
            _ => PRIVATE_REGISTRY,
        };
        (0..count).map(|turn| self.flip(flag(turn))).collect()
    }

    fn flip(&mut self, flag: u32) -> Took {
        thread::sleep(PAUSE);
        self.flags ^= flag;
        let flags = self.flags.to_le_bytes();
        let written = self.lockfile.write_at(&flags, OFFSET).expect("a write");
        assert_eq!(written, flags.len());
        let start = Instant::now();
        let mut last_old_asked = Duration::ZERO;
        loop {
            let asked = start.elapsed();
            let token = self.runtime.block_on(self.server.exchange(&self.key));
            let there = start.elapsed();
            if is_signed_otherwise(&token, &self.last) {
                self.last = token;
                return Took {
                    last_old_asked,
                    first_new_there: there,
                };
            }
            last_old_asked = asked;
            assert!(there < PATIENCE, "the flag does not show");
        }
    }
}

/// Whether the algorithm, which is in the header, or the issuer, which makes the claims longer or
/// shorter, is another one.
fn is_signed_otherwise(token: &str, than: &str) -> bool {
    let look = |token: &str| {
        let mut parts = token.split('.');
        let header = parts.next().map(str::to_owned);
        (header, parts.next().map(str::len))
    };
    look(token) != look(than)
}
