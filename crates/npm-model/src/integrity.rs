//! Integrity: what a tarball's bytes must hash to, and the hashing.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;

use crate::quoted::Quoted;

/// What a subresource-integrity text puts before the one algorithm that is relied on.
const SHA512_PREFIX: &str = "sha512-";

/// The SHA-512 of a tarball. Written as a subresource integrity, `sha512-` and base64.
#[derive(Clone, Copy, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct Integrity([u8; 64]);

/// The SHA-1 of a tarball in hexadecimal, which clients older than npm 5 check. Never relied on alone.
#[derive(Clone, Copy, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct Shasum([u8; 20]);

/// Why a text is not an [`Integrity`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum IntegrityError {
    /// It may be a valid integrity, of weaker algorithms or unknown ones.
    #[error("integrity {text} has no sha512 hash")]
    NoSha512 {
        /// The text.
        text: Quoted,
    },
    /// What follows `sha512-` is something else than 64 bytes in padded base64.
    #[error("integrity {text} must be `sha512-` and 64 bytes in base64")]
    Malformed {
        /// The text.
        text: Quoted,
    },
}

/// Why a text is not a [`Shasum`].
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("shasum {text} must be 40 hexadecimal digits")]
pub struct ShasumError {
    text: Quoted,
}

impl Integrity {
    /// Reads the first SHA-512 of a subresource integrity, which can hold several hashes between spaces,
    /// of several algorithms, each with `?options` behind it.
    pub fn parse(text: &str) -> Result<Self, IntegrityError> {
        let hash = text
            .split_ascii_whitespace()
            .find_map(|hash| hash.strip_prefix(SHA512_PREFIX))
            .ok_or_else(|| IntegrityError::NoSha512 {
                text: Quoted::new(text),
            })?;
        let encoded = hash
            .split_once('?')
            .map_or(hash, |(encoded, _options)| encoded);
        let mut bytes = [0; 64];
        // base64 estimates the decoded length in whole groups of three, and wants room for the estimate.
        let mut room = [0; 66];
        match STANDARD.decode_slice(encoded, &mut room) {
            Ok(64) => bytes.iter_mut().zip(room).for_each(|(to, from)| *to = from),
            _ => {
                return Err(IntegrityError::Malformed {
                    text: Quoted::new(text),
                });
            }
        }
        Ok(Self(bytes))
    }

    /// Takes the 64 bytes of a SHA-512.
    pub fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// Reads 128 hexadecimal digits, as [`to_hex`](Self::to_hex) writes them.
    pub fn from_hex(text: &str) -> Option<Self> {
        decode_hex(text).map(Self)
    }

    /// Returns the 64 bytes of the SHA-512.
    pub fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// Returns the hash in lower-case hexadecimal: 128 characters that are safe as a file name anywhere.
    pub fn to_hex(&self) -> String {
        Hex(&self.0).to_string()
    }
}

impl Shasum {
    /// Reads 40 hexadecimal digits in either case.
    pub fn parse(text: &str) -> Result<Self, ShasumError> {
        decode_hex(text).map(Self).ok_or_else(|| ShasumError {
            text: Quoted::new(text),
        })
    }

    /// Takes the 20 bytes of a SHA-1.
    pub fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Returns the 20 bytes of the SHA-1.
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

/// Computes what there is to know about a tarball's bytes while they pass by.
#[derive(Clone)]
pub struct Digester {
    sha512: digest::Context,
    sha1: digest::Context,
    size: u64,
}

/// What a [`Digester`] found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Digests {
    /// The SHA-512 of all bytes.
    pub integrity: Integrity,
    /// The SHA-1 of all bytes.
    pub shasum: Shasum,
    /// How many bytes there were.
    pub size: u64,
}

impl Digester {
    /// Starts with no bytes.
    pub fn new() -> Self {
        Self {
            sha512: digest::Context::new(&digest::SHA512),
            sha1: digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY),
            size: 0,
        }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.sha512.update(bytes);
        self.sha1.update(bytes);
        self.size += bytes.len() as u64;
    }

    /// Returns the digests of all bytes taken.
    pub fn finish(self) -> Digests {
        let (mut sha512, mut sha1) = ([0; 64], [0; 20]);
        // The algorithms chosen in `new` have exactly these lengths.
        sha512.copy_from_slice(self.sha512.finish().as_ref());
        sha1.copy_from_slice(self.sha1.finish().as_ref());
        Digests {
            integrity: Integrity(sha512),
            shasum: Shasum(sha1),
            size: self.size,
        }
    }
}

impl Digests {
    /// Returns the digests of bytes that are all in memory.
    pub fn of(bytes: &[u8]) -> Self {
        let mut digester = Digester::new();
        digester.update(bytes);
        digester.finish()
    }
}

impl Default for Digester {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Digester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digester")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// Writes bytes in lower-case hexadecimal.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Reads exactly `N` bytes of hexadecimal in either case.
fn decode_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

impl fmt::Display for Integrity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{SHA512_PREFIX}{}",
            base64::display::Base64Display::new(&self.0, &STANDARD)
        )
    }
}

impl fmt::Debug for Integrity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Shasum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Hex(&self.0), f)
    }
}

impl fmt::Debug for Shasum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Integrity {
    type Err = IntegrityError;

    fn from_str(text: &str) -> Result<Self, IntegrityError> {
        Self::parse(text)
    }
}

impl FromStr for Shasum {
    type Err = ShasumError;

    fn from_str(text: &str) -> Result<Self, ShasumError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests;
