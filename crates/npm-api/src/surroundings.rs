//! What whoever runs the server tells the doors of it.

use std::{fmt, sync::Arc};

use config13::Config13;
use tokio::sync::watch;

/// What the server around the doors knows, and they do not.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// What was counted while the server ran.
    pub counts: Arc<dyn Counts>,
    /// The 13 bytes, whoever changes them.
    pub settings: watch::Receiver<Config13>,
    /// Becomes true when the server is to stop: what would go on for ever ends then.
    pub stopping: watch::Receiver<bool>,
}

/// Counts what the server does. Implemented by whoever runs it.
pub trait Counts: fmt::Debug + Send + Sync {
    /// Returns what was counted so far.
    fn now(&self) -> Counted;
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counted {
    /// Seconds since the server was started.
    pub uptime_seconds: u64,
    /// Requests that were answered.
    pub requests: u64,
    /// Those among them that failed through no fault of the client: answered with a status of 500 or more.
    pub failures: u64,
    /// Requests in a second, over the last few.
    pub requests_per_second: f64,
    /// Half of the answers of the last minute began within so many microseconds; 0 when there were none.
    pub latency_p50_us: u64,
    /// As [`latency_p50_us`](Self::latency_p50_us), of 99 in a hundred.
    pub latency_p99_us: u64,
    /// Bytes of memory that the process takes, where the system tells.
    pub memory_bytes: Option<u64>,
}
