//! How soon is on the screen what was typed, or changed elsewhere? And what does an idle screen cost?
//!
//! `registry-term` runs in a terminal of 200 × 60 cells beside a server with 10,000 packages. Told is the
//! time from the write of a key to the last byte of the picture that it changes, from one `pwrite` of
//! another program to the picture that shows it, and how long the program computes while nothing happens.
//! Targets: 5 ms, 100 ms, and nothing that can be measured.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark talks, and stops when its machine fails it"
)]

use std::{
    fs::OpenOptions,
    os::unix::fs::FileExt,
    thread,
    time::{Duration, Instant},
};

use performance::{Screen, Server, is_wanted, seeded};
use tokio::runtime::Runtime;

const PACKAGES: usize = 10_000;

const TURNS: usize = 200;

/// Where the byte is that nothing depends on.
const RESERVED: u64 = 12;

/// How long the idle screen is watched.
const IDLE: Duration = Duration::from_secs(20);

/// Between two keys, so that they do not fall on the same moment of whatever the program does.
const PAUSE: Duration = Duration::from_millis(23);

fn main() {
    if !is_wanted("term_screen") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let runtime = Runtime::new().expect("a runtime");
    let store = seeded::open(&data);
    runtime.block_on(seeded::fill_with_packages(&store, PACKAGES));
    store.close().expect("a closed store");
    // The server wants the folder for itself.
    drop(store);
    let server = Server::start(&data);
    let url = format!("http://{}", server.address());
    let mut screen = Screen::start(&url, &server.lockfile());
    screen.picture();
    screen.watch(Duration::from_secs(2));

    println!("term_screen: 200 × 60 cells, {PACKAGES} packages, {TURNS} turns each");
    let arrows = ["\x1b[B", "\x1b[A"];
    tell(
        "a key on the bytes, to its picture (target 5 ms)",
        &mut screen,
        |screen, turn| {
            screen.types(arrows.get(turn % 2).copied().unwrap_or_default());
            Instant::now()
        },
    );
    let file = OpenOptions::new().write(true).open(server.lockfile());
    let file = file.expect("a lockfile");
    tell(
        "a pwrite elsewhere, to its picture (target 100 ms)",
        &mut screen,
        |_, turn| {
            let byte = [u8::try_from(turn % 2 + 1).unwrap_or_default()];
            file.write_all_at(&byte, RESERVED).expect("a write");
            Instant::now()
        },
    );
    screen.types("\x1bOQ");
    screen.picture();
    screen.watch(Duration::from_secs(2));
    tell(
        "a key on the packages, to its picture (target 5 ms)",
        &mut screen,
        |screen, turn| {
            screen.types(arrows.get(turn % 2).copied().unwrap_or_default());
            Instant::now()
        },
    );
    screen.types("/");
    screen.picture();
    let filter = [
        "p", "a", "c", "k", "a", "g", "e", "-", "1", "\x7f", "\x7f", "\x7f", "\x7f", "\x7f",
        "\x7f", "\x7f", "\x7f", "\x7f",
    ];
    tell(
        "a letter of the filter, to its picture (target 5 ms)",
        &mut screen,
        |screen, turn| {
            screen.types(filter.get(turn % filter.len()).copied().unwrap_or_default());
            Instant::now()
        },
    );
    screen.types("\x1b");
    screen.watch(Duration::from_secs(2));

    screen.types("\x1bOP");
    screen.watch(Duration::from_secs(2));
    let before = screen.computed();
    // What it draws is taken, as a terminal does.
    screen.watch(IDLE);
    match before.zip(screen.computed()) {
        Some((before, after)) => println!(
            "idle for {IDLE:?}, on the bytes: it computed {:?}, in steps of 10 ms",
            after.saturating_sub(before)
        ),
        None => println!("idle: this system does not tell how long a program computes"),
    }
}

fn tell(what: &str, screen: &mut Screen, mut act: impl FnMut(&mut Screen, usize) -> Instant) {
    let mut took = Vec::new();
    for turn in 0..TURNS {
        thread::sleep(PAUSE);
        screen.watch(Duration::from_millis(1));
        let began = act(screen, turn);
        took.push(screen.picture() - began);
    }
    took.sort_unstable();
    let percentile = |percent: usize| {
        let at = took.get((took.len() - 1) * percent / 100);
        at.copied().unwrap_or_default()
    };
    println!(
        "{what}: {:.1?} median, {:.1?} at 95 %, {:.1?} slowest",
        percentile(50),
        percentile(95),
        percentile(100)
    );
}
