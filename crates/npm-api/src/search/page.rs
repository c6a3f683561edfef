//! Which part of the results is wanted.

use std::ops::Range;

use crate::query;

/// Results of one answer, when none or too many are asked for. The public registry's bounds.
const USUAL_SIZE: usize = 20;
const LARGEST_SIZE: usize = 250;

/// The places of the results that are wanted, counted from the best.
pub(super) fn places(query: Option<&str>) -> Range<usize> {
    let number = |name| query::value(query, name).and_then(|text| text.parse().ok());
    let size: usize = number("size").unwrap_or(USUAL_SIZE).min(LARGEST_SIZE);
    let from: usize = number("from").unwrap_or(0);
    from..from.saturating_add(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bounded() {
        for (query, expected) in [
            ("text=a", 0..20),
            ("text=a&size=5&from=7", 7..12),
            ("size=100000&from=-1", 0..250),
            ("from=18446744073709551615", usize::MAX..usize::MAX),
        ] {
            assert_eq!(places(Some(query)), expected, "{query}");
        }
    }
}
