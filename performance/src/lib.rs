//! Workloads with names and seeds, and how two of them are compared.
//!
//! A figure is never told alone: machines are shared and their speed drifts, so two workloads run
//! in turn, A B A B …, and the ratio of their medians is what counts. Each benchmark in `benches/`
//! runs one comparison and prints it beside its target; nothing asserts a time.
//!
//! [`seeded`] fills a registry before the clock starts, [`Server`] is the real program, and [`Load`]
//! keeps it busy over HTTP; [`Screen`] is `registry-term` in a terminal of its own. Whatever goes wrong in a preparation stops the benchmark: there is
//! nothing to measure then.
//! Read next: [`compare`], then [`Load`], then `benches/authenticated_reads.rs`.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::print_stdout,
    reason = "a benchmark talks, and stops when its machine fails it"
)]

mod compare;
mod load;
mod noise;
mod program;
mod screen;
pub mod seeded;
mod server;

pub use compare::{Comparison, compare};
pub use load::{Answer, Load, Measured, ask};
pub use noise::noise;
pub use screen::Screen;
pub use server::Server;

/// Whether a benchmark of this name was asked for: all are, unless `cargo bench -- PART` says which.
pub fn is_wanted(name: &str) -> bool {
    let mut parts = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .peekable();
    parts.peek().is_none() || parts.any(|part| name.contains(&part))
}
