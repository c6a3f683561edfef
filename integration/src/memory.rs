//! How much memory a process takes.

use std::{fmt, fs};

/// The memory of a process, in KiB, as the kernel counts it.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    /// What it takes now.
    pub now_kib: u64,
    /// The most that it has taken.
    pub peak_kib: u64,
}

impl Memory {
    /// Reads it from `/proc`.
    #[track_caller]
    pub(crate) fn of(pid: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            number.and_then(|number| number.parse().ok()).unwrap()
        };
        Self {
            now_kib: kib("VmRSS:"),
            peak_kib: kib("VmHWM:"),
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (now, peak) = (self.now_kib / 1024, self.peak_kib / 1024);
        write!(f, "{now} MiB, at most {peak} MiB")
    }
}
