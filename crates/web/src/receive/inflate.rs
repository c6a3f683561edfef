use std::io::{self, Write};

use flate2::write::MultiGzDecoder;
use http::HeaderMap;

use super::{ReceiveError, is_gzipped};

/// Undoes the `Content-Encoding` of a body while it arrives.
///
/// What comes out is never longer than the limit, and only a piece of it is in memory: however much a
/// few bytes inflate to, they are handed on some ten KiB at a time.
#[derive(Debug)]
pub struct Inflater {
    gzip: Option<MultiGzDecoder<Vec<u8>>>,
    limit: usize,
    passed: usize,
}

impl Inflater {
    /// Starts with nothing, as the headers say; at most `limit` bytes come out.
    pub fn new(headers: &HeaderMap, limit: usize) -> Result<Self, ReceiveError> {
        let gzipped = is_gzipped(headers)?;
        Ok(Self {
            gzip: gzipped.then(|| MultiGzDecoder::new(Vec::new())),
            limit,
            passed: 0,
        })
    }

    /// Whether there is an encoding to undo.
    pub(super) const fn inflates(&self) -> bool {
        self.gzip.is_some()
    }

    /// Takes the next bytes as they were sent, and hands on what they stand for.
    pub fn push<E>(
        &mut self,
        mut sent: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E>
    where
        E: From<ReceiveError>,
    {
        let Self {
            gzip,
            limit,
            passed,
        } = self;
        let Some(gzip) = gzip else {
            count(passed, sent, *limit)?;
            return take(sent);
        };
        while !sent.is_empty() {
            // One step fills the decoder's own buffer at most, so nothing piles up in `inflated`.
            let used = match gzip.write(sent) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Ok(used) if used > 0 => used,
                Ok(_) | Err(_) => return Err(ReceiveError::BadGzip.into()),
            };
            sent = sent.get(used..).unwrap_or_default();
            let inflated = gzip.get_mut();
            count(passed, inflated, *limit)?;
            take(inflated)?;
            inflated.clear();
        }
        Ok(())
    }

    /// Ends the body, and hands on what was held back.
    pub fn finish<E>(&mut self, take: impl FnOnce(&[u8]) -> Result<(), E>) -> Result<(), E>
    where
        E: From<ReceiveError>,
    {
        let Some(mut gzip) = self.gzip.take() else {
            return Ok(());
        };
        gzip.try_finish().map_err(|_| ReceiveError::BadGzip)?;
        count(&mut self.passed, gzip.get_ref(), self.limit)?;
        take(gzip.get_ref())
    }
}

fn count(passed: &mut usize, bytes: &[u8], limit: usize) -> Result<(), ReceiveError> {
    *passed = passed.saturating_add(bytes.len());
    if *passed > limit {
        return Err(ReceiveError::TooLarge { limit });
    }
    Ok(())
}
