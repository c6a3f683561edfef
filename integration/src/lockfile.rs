//! The lockfile as anybody sees it who knows the table in the design and nothing else.
//!
//! Deliberately without `config13`: a mistake that writer and reader share would not be seen.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Bit 0 of the flags: tokens are signed with `EdDSA`.
pub const PREMIUM_TYPES: u32 = 1;
/// Bit 1 of the flags: every read needs a token.
pub const PRIVATE_REGISTRY: u32 = 2;

/// Bit 2 of the flags: debug logging.
pub const DEBUG: u32 = 4;

const HEADER: usize = 13;
const HASH_OFFSET: u64 = 0x01;
const FLAGS_OFFSET: u64 = 0x05;

/// What a lockfile holds.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lockfile {
    /// The first 13 bytes.
    pub header: [u8; HEADER],
    /// What follows, as lines of `name@version integrity`.
    pub lines: Vec<String>,
}

impl Lockfile {
    /// Reads a lockfile; each line must be ended.
    #[track_caller]
    pub fn read(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap();
        let (header, text) = bytes.split_first_chunk().expect("13 bytes at least");
        let text = std::str::from_utf8(text).expect("the lines should be text");
        assert!(
            text.is_empty() || text.ends_with('\n'),
            "the last line should be ended: {text:?}"
        );
        Self {
            header: *header,
            lines: text.lines().map(str::to_owned).collect(),
        }
    }

    /// Returns the first 13 bytes as 26 hexadecimal digits.
    pub fn hex(&self) -> String {
        self.header.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// Returns the registry's hash.
    pub fn registry_hash(&self) -> u32 {
        u32::from_le_bytes(self.header[1..5].try_into().unwrap())
    }

    /// Returns the flags.
    pub fn flags(&self) -> u32 {
        u32::from_le_bytes(self.header[5..9].try_into().unwrap())
    }
}

/// Writes the four bytes of the flags in place, as `dd` or any editor of bytes would.
pub fn write_flags(path: &Path, flags: u32) {
    write(path, FLAGS_OFFSET, flags);
}

/// Writes the four bytes of the registry's hash in place.
pub fn write_registry_hash(path: &Path, hash: u32) {
    write(path, HASH_OFFSET, hash);
}

fn write(path: &Path, offset: u64, number: u32) {
    let file = OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(&number.to_le_bytes(), offset).unwrap();
}
