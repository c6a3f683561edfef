//! Texts in and out: hexadecimal pairs, numbers, and errors that say what is allowed.

use core::fmt;

use crate::field::{Field, UnknownField};

/// Writes bytes as hexadecimal pairs, as `hexdump -C` shows them: `01 33 15 aa 28`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HexPairs<'a>(pub(crate) &'a [u8]);

impl fmt::Display for HexPairs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Keeps the start of a text that was not understood, so that an error can show it.
///
/// It needs no allocation, and shows control characters escaped: the text came from outside and
/// may be printed to a terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Excerpt {
    bytes: [u8; Self::MAX_BYTES],
    len: usize,
    complete: bool,
}

impl Excerpt {
    /// Longer than any valid name or number, short enough to sit inside an error.
    const MAX_BYTES: usize = 32;

    /// Keeps as many whole characters as fit.
    pub fn of(text: &str) -> Self {
        let len = text.floor_char_boundary(Self::MAX_BYTES);
        let mut bytes = [0; Self::MAX_BYTES];
        for (kept, byte) in bytes.iter_mut().zip(text.bytes().take(len)) {
            *kept = byte;
        }
        Self {
            bytes,
            len,
            complete: len == text.len(),
        }
    }

    /// Returns what was kept.
    pub fn as_str(&self) -> &str {
        self.bytes
            .get(..self.len)
            .and_then(|kept| str::from_utf8(kept).ok())
            .unwrap_or_default()
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.len == 0 {
            return f.write_str("nothing");
        }
        write!(f, "{}", self.as_str().escape_debug())?;
        if self.complete {
            Ok(())
        } else {
            f.write_str("…")
        }
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Excerpt({self})")
    }
}

/// Why a text is no value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidValue {
    /// The field that was to take the value.
    pub field: Field,
    /// What was given instead.
    pub given: Excerpt,
}

impl InvalidValue {
    pub(crate) fn new(field: Field, text: &str) -> Self {
        Self {
            field,
            given: Excerpt::of(text),
        }
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is {}; got {}",
            self.field,
            self.field.allowed(),
            self.given
        )
    }
}

impl core::error::Error for InvalidValue {}

/// Why a text is no field with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseFieldValueError {
    /// The first word names no field.
    Field(UnknownField),
    /// The name stands alone.
    MissingValue {
        /// The field that was named.
        field: Field,
    },
    /// The field cannot take what follows its name.
    Value(InvalidValue),
}

impl fmt::Display for ParseFieldValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(error) => error.fmt(f),
            Self::MissingValue { field } => {
                write!(f, "{field} needs a value: {}", field.allowed())
            }
            Self::Value(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for ParseFieldValueError {}

/// Reads a number in decimal, or in hexadecimal after `0x`.
pub(crate) fn number(text: &str) -> Option<u32> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    // Left to itself the parser would take a leading `+`.
    if !digits.bytes().all(|digit| digit.is_ascii_alphanumeric()) {
        return None;
    }
    u32::from_str_radix(digits, radix).ok()
}

/// Reads a number that fits one byte.
pub(crate) fn byte(text: &str) -> Option<u8> {
    number(text)?.try_into().ok()
}

/// Writes words as people list them: `a, b and c`.
pub(crate) fn list<const N: usize>(f: &mut fmt::Formatter<'_>, words: [&str; N]) -> fmt::Result {
    for (index, word) in words.into_iter().enumerate() {
        f.write_str(match index {
            0 => "",
            index if index + 1 == N => " and ",
            _ => ", ",
        })?;
        f.write_str(word)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
