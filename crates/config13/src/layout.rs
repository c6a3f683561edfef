//! Where each field lies. Every range starts where the one before it ends, so none can drift.

use core::ops::Range;

pub(crate) const VERSION: Range<usize> = 0..1;
pub(crate) const REGISTRY_HASH: Range<usize> = VERSION.end..VERSION.end + 4;
pub(crate) const FEATURE_FLAGS: Range<usize> = REGISTRY_HASH.end..REGISTRY_HASH.end + 4;
pub(crate) const TERMINAL_MODE: Range<usize> = FEATURE_FLAGS.end..FEATURE_FLAGS.end + 1;
pub(crate) const ROWS: Range<usize> = TERMINAL_MODE.end..TERMINAL_MODE.end + 1;
pub(crate) const COLS: Range<usize> = ROWS.end..ROWS.end + 1;
pub(crate) const RESERVED: Range<usize> = COLS.end..COLS.end + 1;

/// How many bytes the whole configuration takes.
pub const LEN: usize = RESERVED.end;
const _: () = assert!(LEN == 13);

#[cfg(test)]
mod tests;
