//! Which part of a body is asked for, with `Range` and `If-Range` (RFC 9110 section 14).

use std::ops::Range;

use http::{HeaderMap, Method, header};

/// What of a body is to be sent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Wanted {
    /// All of it. So it is too when several parts are asked for, or something that is no range: a
    /// server may ignore the header, and every client copes with that.
    Whole,
    /// These bytes: at least one, and none that is not there.
    Part(Range<u64>),
    /// Bytes beyond the end.
    NotThere,
}

/// Tells what of a body with that strong entity tag and that length in bytes a request asks for.
///
/// Only a `GET` has a range. `If-Range` with another entity tag makes the request one for the whole
/// body, and so does a date, since nothing here has one.
pub fn wanted(method: &Method, headers: &HeaderMap, etag: &str, length: u64) -> Wanted {
    let unchanged = headers
        .get_all(header::IF_RANGE)
        .iter()
        .all(|value| value.as_bytes() == etag.as_bytes());
    let mut ranges = headers.get_all(header::RANGE).iter();
    match (ranges.next(), ranges.next()) {
        (Some(range), None) if method == Method::GET && unchanged => range
            .to_str()
            .ok()
            .and_then(Asked::parse)
            .map_or(Wanted::Whole, |asked| asked.of(length)),
        _ => Wanted::Whole,
    }
}

/// One range as a client wrote it.
enum Asked {
    /// `a-b` or `a-`: from one place to another, both included.
    Between(u64, Option<u64>),
    /// `-n`: that many at the end.
    Last(u64),
}

impl Asked {
    fn parse(text: &str) -> Option<Self> {
        let (unit, range) = text.split_once('=')?;
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (first, last) = range.trim().split_once('-')?;
        match (first, last) {
            ("", last) => place(last).map(Self::Last),
            (first, "") => place(first).map(|first| Self::Between(first, None)),
            (first, last) => {
                let (first, last) = (place(first)?, place(last)?);
                (first <= last).then_some(Self::Between(first, Some(last)))
            }
        }
    }

    fn of(self, length: u64) -> Wanted {
        let range = match self {
            Self::Between(first, last) => {
                first..last.map_or(length, |last| last.saturating_add(1).min(length))
            }
            Self::Last(count) => length.saturating_sub(count)..length,
        };
        if range.is_empty() {
            Wanted::NotThere
        } else {
            Wanted::Part(range)
        }
    }
}

/// Reads a number of any length: one that is too large for us is beyond every end all the same.
fn place(digits: &str) -> Option<u64> {
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
