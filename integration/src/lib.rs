//! Drives the whole system from outside: the real server as a process, real clients, real files.
//!
//! A story starts a [`Registry`] (its own port, its own folder), lets people ([`User`]) log in, and then
//! speaks to it either through a real [`Client`] (npm, pnpm, yarn, bun, deno) or byte by byte through [`Http`];
//! pages are shown to a real browser ([`browse`]), and screens to a real terminal ([`Terminal`]). [`Package`] makes what is published. [`SmallDisk`] gives a
//! server a disk that fills up; a [`Reference`] is a registry that is not ours, to compare it with; a [`Relay`]
//! hears what a client does not show; [`forge`] makes tokens as an attacker would. Everything that waits has a
//! time limit, everything that was started is stopped by its process id, and nothing leaves the loopback.
//!
//! Left to others: what a single crate can show on its own. The stories are in `tests/run`.
//!
//! Read next: [`Registry`], then [`Client`], then any file in `tests/run`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::missing_panics_doc,
    clippy::return_self_not_must_use,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a harness says what went wrong by panicking, and shows a failed story's seed and logs"
)]

mod answered;
mod archive;
mod browser;
mod client;
mod computing;
mod disk;
mod examples;
pub mod forge;
mod http;
mod live;
mod lockfile;
mod memory;
mod package;
mod program;
mod reference;
mod registry;
mod relay;
mod run;
mod terminal;
mod tree;
mod user;

pub use answered::Answered;
pub use archive::{gzip_bomb, gzipped, tar_of};
pub use browser::browse;
pub use client::{Client, ClientKind, Notes};
pub use computing::Computing;
pub use disk::SmallDisk;
pub use examples::Examples;
pub use http::{Connection, Http, Request, Response};
pub use live::{Live, LiveEvent};
pub use lockfile::{
    DEBUG, Lockfile, PREMIUM_TYPES, PRIVATE_REGISTRY, write_flags, write_registry_hash,
};
pub use memory::Memory;
pub use package::{Package, document_path, percent_encoded};
pub use program::{clients_folder, registry_term, registryd, workspace_root};
pub use reference::{Reference, Shelf, files_of, sha512_of};
pub use registry::{Options, Registry};
pub use relay::Relay;
pub use run::{Finished, eventually, run, seed};
pub use terminal::Terminal;
pub use tree::{Entry, Tree};
pub use user::{PASSWORD, User};
