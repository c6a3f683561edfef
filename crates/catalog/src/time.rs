//! Times as rows hold them: whole milliseconds since 1970, which is what npm documents show.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970; a clock set before then counts as 1970.
pub(crate) fn to_millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The time a row holds.
pub(crate) fn from_millis(millis: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
