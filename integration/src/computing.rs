//! How long a process computes.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

/// How long each thread of a process has computed so far.
#[derive(Clone, Debug)]
pub struct Computing(HashMap<String, u64>);

impl Computing {
    /// Reads it from `/proc`.
    pub(crate) fn of(pid: u32) -> Self {
        let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
        let nanos = threads.filter_map(|thread| {
            // A thread may end meanwhile.
            let folder = thread.ok()?;
            let said = fs::read_to_string(folder.path().join("schedstat")).ok()?;
            let nanos = said.split_whitespace().next()?.parse().ok()?;
            Some((folder.file_name().into_string().ok()?, nanos))
        });
        Self(nanos.collect())
    }

    /// Returns how long the threads that are still there have computed since an earlier look.
    pub fn since(&self, earlier: &Self) -> Duration {
        let spent = self.0.iter().map(|(thread, nanos)| {
            let before = earlier.0.get(thread).copied().unwrap_or_default();
            nanos.saturating_sub(before)
        });
        Duration::from_nanos(spent.sum())
    }
}
