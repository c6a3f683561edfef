//! The screens as a person meets them: what keys ask for, and what is seen.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on says so by failing"
)]

mod access;
mod command_line;
mod config;
mod help;
mod hostile;
mod log;
mod packages;
mod snapshot;
mod stage;
mod status;
mod whole;
