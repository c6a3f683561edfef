/// Writes a number of bytes as npm does: `812 B`, `14.2 kB`, `3.0 GB`, in thousands and cut after one digit.
pub fn size_text(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut tenths = bytes / 100;
    let mut units = UNITS.iter();
    let mut unit = units.next();
    while tenths >= 10_000 {
        tenths /= 1000;
        unit = units.next();
    }
    let unit = unit.copied().unwrap_or_default();
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_in_thousands() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (14_299, "14.2 kB"),
            (999_999, "999.9 kB"),
            (1_000_000, "1.0 MB"),
            (3_049_000_000, "3.0 GB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(size_text(bytes), text);
        }
    }
}
