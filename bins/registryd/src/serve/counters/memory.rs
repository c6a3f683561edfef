//! How much memory the process takes.

/// Returns the bytes of memory that belong to the process now, where the system tells: on Linux.
pub(super) fn resident() -> Option<u64> {
    // `statm` counts in pages, whose size is not told there.
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    parse(&status)
}

fn parse(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_kernel_is_read() {
        let status = "Name:\tregistryd\nVmHWM:\t   99 kB\nVmRSS:\t    12 kB\nRssAnon:\t 3 kB\n";
        assert_eq!(parse(status), Some(12 * 1024));
        assert_eq!(parse("Name:\tx\n"), None);
        assert_eq!(parse("VmRSS:\tmany kB\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_takes_some_memory() {
        let resident = resident().unwrap();
        assert!(resident > 100 * 1024, "{resident}");
    }
}
