//! Versions: strict semantic versioning, in the one spelling that a registry stores.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use crate::quoted::Quoted;

/// The longest version that npm reads.
const MAX_LEN: usize = 256;

/// The largest number JavaScript counts to without skipping any, 2^53 - 1.
const MAX_NUMBER: u64 = (1 << 53) - 1;

/// Identifies one published state of a package: `1.2.3`, `2.0.0-rc.1`, `1.0.0+build.5`.
///
/// Two versions are equal when their texts are, build metadata included. The order is npm's precedence;
/// where that ties, build metadata decides, so that order and equality agree. To compare as npm does
/// when it picks a version, use [`precedence`](Self::precedence), which ignores build metadata.
#[derive(Clone)]
pub struct Version {
    text: Arc<str>,
    core: [u64; 3],
    /// Where the three numbers end in `text`.
    core_end: usize,
    /// Where the prerelease ends in `text`: at `core_end` if there is none.
    prerelease_end: usize,
}

/// Why a text is not a version.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum VersionError {
    /// npm refuses to read it, whatever it says.
    #[error("version {version} has {length} characters, at most {MAX_LEN} are allowed")]
    TooLong {
        /// The beginning of the version.
        version: Quoted,
        /// Its length in bytes.
        length: usize,
    },
    /// It has another form, or the right one in another spelling, such as `v1.0.0` or `1.00.0`.
    #[error(
        "version {version} must be MAJOR.MINOR.PATCH, optionally -PRERELEASE and +BUILD, \
         without leading zeros and with nothing around it"
    )]
    Malformed {
        /// The version.
        version: Quoted,
    },
    /// JavaScript clients could not tell this number from its neighbours.
    #[error("version {version} has a number above {MAX_NUMBER}")]
    NumberTooBig {
        /// The version.
        version: Quoted,
    },
}

impl Version {
    /// Reads a version in its normalised form; `v1.0.0`, ` 1.0.0`, `1.0` and `01.0.0` are refused.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        if text.len() > MAX_LEN {
            return Err(VersionError::TooLong {
                version: Quoted::new(text),
                length: text.len(),
            });
        }
        let malformed = || VersionError::Malformed {
            version: Quoted::new(text),
        };

        let (before_build, build) = split_optional(text, '+');
        let (core_text, prerelease) = split_optional(before_build, '-');
        if build.is_some_and(|build| !build.split('.').all(is_identifier))
            || prerelease.is_some_and(|prerelease| !is_prerelease(prerelease))
        {
            return Err(malformed());
        }

        let mut parts = core_text.split('.');
        let mut core = [0; 3];
        for number in &mut core {
            let digits = parts
                .next()
                .filter(|part| is_number(part))
                .ok_or_else(malformed)?;
            *number = parse_number(digits).ok_or_else(|| VersionError::NumberTooBig {
                version: Quoted::new(text),
            })?;
        }
        if parts.next().is_some() {
            return Err(malformed());
        }

        Ok(Self {
            text: text.into(),
            core,
            core_end: core_text.len(),
            prerelease_end: before_build.len(),
        })
    }

    /// Returns the version as it was written, build metadata included.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the first number: it rises when something that worked stops working.
    pub fn major(&self) -> u64 {
        self.core[0]
    }

    /// Returns the second number.
    pub fn minor(&self) -> u64 {
        self.core[1]
    }

    /// Returns the third number.
    pub fn patch(&self) -> u64 {
        self.core[2]
    }

    /// Returns what follows the `-`, such as `rc.1`.
    pub fn prerelease(&self) -> Option<&str> {
        self.text.get(self.core_end + 1..self.prerelease_end)
    }

    /// Returns what follows the `+`, such as `build.5`.
    pub fn build(&self) -> Option<&str> {
        self.text.get(self.prerelease_end + 1..)
    }

    /// Says whether this version comes before the release with the same numbers.
    pub fn is_prerelease(&self) -> bool {
        self.prerelease().is_some()
    }

    /// Returns this version without build metadata, under which a registry tells versions apart: npm
    /// strips the metadata when it publishes, and it takes no part in picking a version.
    #[must_use]
    pub fn without_build(&self) -> Self {
        match self.text.get(..self.prerelease_end) {
            Some(text) if text.len() < self.text.len() => Self {
                text: text.into(),
                ..*self
            },
            _ => self.clone(),
        }
    }

    /// Compares as npm does when it picks a version: build metadata plays no part.
    ///
    /// Numeric parts of a prerelease are compared exactly at any length, where JavaScript rounds those
    /// above 2^53.
    pub fn precedence(&self, other: &Self) -> Ordering {
        let by_prerelease = || match (self.prerelease(), other.prerelease()) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) => identifiers(a).cmp(identifiers(b)),
        };
        self.core.cmp(&other.core).then_with(by_prerelease)
    }

    /// Says whether both have the same three numbers.
    pub(crate) fn same_core(&self, other: &Self) -> bool {
        self.core == other.core
    }
}

/// Splits at the first `separator`; without one, all is before it.
fn split_optional(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator)
        .map_or((text, None), |(before, after)| (before, Some(after)))
}

/// Whether `text` is a number without leading zeros, of any size.
pub(crate) fn is_number(text: &str) -> bool {
    is_digits(text) && (text == "0" || !text.starts_with('0'))
}

/// Whether `text` is a prerelease: identifiers between dots, the numeric ones without leading zeros.
pub(crate) fn is_prerelease(text: &str) -> bool {
    text.split('.')
        .all(|part| is_identifier(part) && (!is_digits(part) || is_number(part)))
}

/// Whether `text` can stand between the dots of build metadata.
pub(crate) fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_identifier_byte)
}

/// Whether `byte` may occur in a prerelease or in build metadata.
pub(crate) fn is_identifier_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads digits as a number that JavaScript can hold exactly.
pub(crate) fn parse_number(digits: &str) -> Option<u64> {
    digits.parse().ok().filter(|number| *number <= MAX_NUMBER)
}

/// One part between dots. The derived order is npm's: numbers by value, before words by their bytes.
#[derive(Eq, PartialEq, Ord, PartialOrd)]
enum Identifier<'a> {
    /// Without leading zeros more digits are a larger number, and among equally many the text decides.
    Number {
        digits: usize,
        text: &'a str,
    },
    Word(&'a str),
}

fn identifiers(text: &str) -> impl Iterator<Item = Identifier<'_>> {
    text.split('.').map(|part| {
        if is_digits(part) {
            let text = part.trim_start_matches('0');
            Identifier::Number {
                digits: text.len(),
                text,
            }
        } else {
            Identifier::Word(part)
        }
    })
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Version {}

impl Hash for Version {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_build = || {
            let (a, b) = (self.build(), other.build());
            a.map(identifiers)
                .into_iter()
                .flatten()
                .cmp(b.map(identifiers).into_iter().flatten())
        };
        // Leading zeros are allowed in build metadata, so `+1` and `+01` still tie before the text.
        self.precedence(other)
            .then_with(by_build)
            .then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl AsRef<str> for Version {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests;
