//! Reading what others may be writing.

use crate::layout::LEN;

/// How often a reader tries before it says that the settings do not come to rest.
///
/// Two readings disagree only when a write falls between them. A thousand in a row take far
/// less than a millisecond, and no writer that does anything else besides goes on that long.
pub(crate) const MAX_READINGS: u32 = 1_000;

/// Reads the header into `bytes` until two readings in a row agree, and tells whether any did.
///
/// The caller's buffer is the last one read into, which spares a copy beside system calls.
#[inline]
pub(crate) fn read<E>(
    bytes: &mut [u8; LEN],
    mut read_once: impl FnMut(&mut [u8; LEN]) -> Result<(), E>,
) -> Result<bool, E> {
    let mut last = [0; LEN];
    read_once(&mut last)?;
    for _ in 1..MAX_READINGS {
        read_once(bytes)?;
        if *bytes == last {
            return Ok(true);
        }
        last = *bytes;
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
