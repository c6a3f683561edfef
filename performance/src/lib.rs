//! Workloads with names and seeds, and how two of them are compared.
//!
//! A figure is never told alone: machines are shared and their speed drifts, so two workloads run
//! in turn, A B A B …, and the ratio of their medians is what counts. Each benchmark in `benches/`
//! runs one comparison and prints it beside its target; nothing asserts a time.
//! Read next: [`compare`], then [`noise`].

mod compare;
mod noise;

pub use compare::{Comparison, compare};
pub use noise::noise;
