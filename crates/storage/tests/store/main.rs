//! The store as its callers see it: whole operations, what a failing disk leaves, what `verify` finds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests say what they expect by failing"
)]

mod beside;
mod crash;
mod harness;
mod ledger;
mod publish;
mod read;
mod tag;
mod verify;
