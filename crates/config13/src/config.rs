//! The 13 bytes as one value that is always valid.

use core::fmt;
use core::mem::offset_of;

use zerocopy::little_endian::U32;
use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes, Unaligned};

use crate::export::Environment;
use crate::field::{Field, FieldValue};
use crate::flags::{Feature, FeatureFlags};
use crate::layout::{self, LEN};
use crate::mode::TerminalMode;
use crate::text::HexPairs;

/// How Bun's own binary lockfile begins. Such a file is another program's and is never written.
pub const BUN_LOCKFILE_MAGIC: &[u8] = b"#!/usr/bin/env bun";

/// Holds the registry's settings exactly as the file holds them.
///
/// The value in memory is the 13 bytes of the file, and its mode byte is always one of the three
/// that exist: the type is [`TryFromBytes`] and not `FromBytes`, so bytes from outside come in
/// through a check only.
///
/// ```
/// use config13::{Config13, FieldValue, TerminalMode};
///
/// let mut settings = Config13::decode(b"\x01\x33\x15\xaa\x28\x04\0\0\0\x02\0\0\0")?;
/// assert_eq!(settings.registry_hash(), 0x28aa_1533);
/// assert_eq!(settings.terminal_mode(), TerminalMode::Raw);
/// assert!(settings.is_debug());
///
/// settings.set_rows(40);
/// settings.set(FieldValue::Cols(120));
/// assert_eq!(settings.hex().to_string(), "01 33 15 aa 28 04 00 00 00 02 28 78 00");
/// # Ok::<(), config13::DecodeError>(())
/// ```
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, TryFromBytes, IntoBytes, Immutable, KnownLayout, Unaligned,
)]
#[repr(C)]
pub struct Config13 {
    version: u8,
    registry_hash: U32,
    feature_flags: U32,
    terminal_mode: TerminalMode,
    rows: u8,
    cols: u8,
    reserved: u8,
}

const _: () = {
    assert!(size_of::<Config13>() == LEN);
    assert!(align_of::<Config13>() == 1);
    assert!(offset_of!(Config13, version) == layout::VERSION.start);
    assert!(offset_of!(Config13, registry_hash) == layout::REGISTRY_HASH.start);
    assert!(offset_of!(Config13, feature_flags) == layout::FEATURE_FLAGS.start);
    assert!(offset_of!(Config13, terminal_mode) == layout::TERMINAL_MODE.start);
    assert!(offset_of!(Config13, rows) == layout::ROWS.start);
    assert!(offset_of!(Config13, cols) == layout::COLS.start);
    assert!(offset_of!(Config13, reserved) == layout::RESERVED.start);
};

impl Config13 {
    /// Makes the settings of a new lockfile: version 1, no flags, mode raw, everything else zero.
    pub const fn new(registry_hash: u32) -> Self {
        Self {
            version: 1,
            registry_hash: U32::new(registry_hash),
            feature_flags: U32::new(FeatureFlags::NONE.bits()),
            terminal_mode: TerminalMode::Raw,
            rows: 0,
            cols: 0,
            reserved: 0,
        }
    }

    /// Reads the settings at the head of a file's content. What follows them is ignored.
    pub fn decode(content: &[u8]) -> Result<Self, DecodeError> {
        match Self::try_ref_from_prefix(content) {
            Ok((config, _packages)) => Ok(*config),
            Err(_) => DecodeError::refuse(content),
        }
    }

    /// Returns the 13 bytes as they stand in the file.
    pub const fn to_bytes(self) -> [u8; LEN] {
        zerocopy::transmute!(self)
    }

    /// Borrows the 13 bytes as they stand in the file.
    pub fn as_bytes(&self) -> &[u8; LEN] {
        zerocopy::transmute_ref!(self)
    }

    /// Returns the version of this configuration.
    pub const fn version(&self) -> u8 {
        self.version
    }

    /// Returns what [`registry_hash`](crate::registry_hash) made of the registry's base URL.
    pub const fn registry_hash(&self) -> u32 {
        self.registry_hash.get()
    }

    /// Returns all switches, the unknown ones included.
    pub const fn feature_flags(&self) -> FeatureFlags {
        FeatureFlags::from_bits(self.feature_flags.get())
    }

    /// Returns what terminals do with their input.
    pub const fn terminal_mode(&self) -> TerminalMode {
        self.terminal_mode
    }

    /// Returns the terminal height in cells; 0 follows the viewer's window.
    pub const fn rows(&self) -> u8 {
        self.rows
    }

    /// Returns the terminal width in cells; 0 follows the viewer's window.
    pub const fn cols(&self) -> u8 {
        self.cols
    }

    /// Returns the byte that has no meaning yet.
    pub const fn reserved(&self) -> u8 {
        self.reserved
    }

    /// Tells whether `PREMIUM_TYPES` is on.
    pub const fn is_premium(&self) -> bool {
        self.feature_flags().contains(Feature::PremiumTypes)
    }

    /// Tells whether `PRIVATE_REGISTRY` is on.
    pub const fn is_private(&self) -> bool {
        self.feature_flags().contains(Feature::PrivateRegistry)
    }

    /// Tells whether `DEBUG` is on.
    pub const fn is_debug(&self) -> bool {
        self.feature_flags().contains(Feature::Debug)
    }

    /// Sets the version of this configuration.
    pub const fn set_version(&mut self, version: u8) {
        self.version = version;
    }

    /// Sets the hash that identifies the registry.
    pub const fn set_registry_hash(&mut self, registry_hash: u32) {
        self.registry_hash = U32::new(registry_hash);
    }

    /// Sets all switches at once.
    pub const fn set_feature_flags(&mut self, flags: FeatureFlags) {
        self.feature_flags = U32::new(flags.bits());
    }

    /// Sets what terminals do with their input.
    pub const fn set_terminal_mode(&mut self, mode: TerminalMode) {
        self.terminal_mode = mode;
    }

    /// Sets the terminal height in cells.
    pub const fn set_rows(&mut self, rows: u8) {
        self.rows = rows;
    }

    /// Sets the terminal width in cells.
    pub const fn set_cols(&mut self, cols: u8) {
        self.cols = cols;
    }

    /// Returns the value of a field that is chosen while running.
    pub const fn get(&self, field: Field) -> FieldValue {
        match field {
            Field::Version => FieldValue::Version(self.version()),
            Field::RegistryHash => FieldValue::RegistryHash(self.registry_hash()),
            Field::FeatureFlags => FieldValue::FeatureFlags(self.feature_flags()),
            Field::TerminalMode => FieldValue::TerminalMode(self.terminal_mode()),
            Field::Rows => FieldValue::Rows(self.rows()),
            Field::Cols => FieldValue::Cols(self.cols()),
            Field::Reserved => FieldValue::Reserved(self.reserved()),
        }
    }

    /// Sets a field that is chosen while running.
    pub const fn set(&mut self, value: FieldValue) {
        match value {
            FieldValue::Version(version) => self.set_version(version),
            FieldValue::RegistryHash(hash) => self.set_registry_hash(hash),
            FieldValue::FeatureFlags(flags) => self.set_feature_flags(flags),
            FieldValue::TerminalMode(mode) => self.set_terminal_mode(mode),
            FieldValue::Rows(rows) => self.set_rows(rows),
            FieldValue::Cols(cols) => self.set_cols(cols),
            FieldValue::Reserved(byte) => self.reserved = byte,
        }
    }

    /// Sets one byte by its offset, unless that would leave the settings invalid.
    pub fn set_byte(&mut self, offset: usize, value: u8) -> Result<(), InvalidByte> {
        let mut bytes = self.to_bytes();
        *bytes
            .get_mut(offset)
            .ok_or(InvalidByte::NoSuchOffset { offset })? = value;
        *self = zerocopy::try_transmute!(bytes).map_err(|_| InvalidByte::TerminalMode { value })?;
        Ok(())
    }

    /// Returns all 13 bytes as hexadecimal pairs, to be printed.
    pub fn hex(&self) -> HexPairs<'_> {
        HexPairs(self.as_bytes())
    }

    /// Returns the bytes of one field as hexadecimal pairs, to be printed.
    pub fn field_hex(&self, field: Field) -> HexPairs<'_> {
        // Every field lies inside the header, so the empty slice is never taken.
        HexPairs(self.as_bytes().get(field.range()).unwrap_or_default())
    }

    /// Returns the settings as environment variables, to be printed.
    pub const fn environment(&self) -> Environment {
        Environment::new(*self)
    }
}

impl fmt::Debug for Config13 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config13")
            .field("version", &self.version())
            .field(
                "registry_hash",
                &format_args!("{:#010x}", self.registry_hash()),
            )
            .field("feature_flags", &format_args!("{}", self.feature_flags()))
            .field("terminal_mode", &self.terminal_mode())
            .field("rows", &self.rows())
            .field("cols", &self.cols())
            .field("reserved", &self.reserved())
            .finish()
    }
}

/// Why bytes are not settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// The content is Bun's own binary lockfile, which has another format.
    BunLockfile,
    /// The content ends before the header does.
    TooShort {
        /// How many bytes there are.
        len: usize,
    },
    /// The byte at 0x09 stands for no terminal mode.
    TerminalMode {
        /// What the byte holds.
        value: u8,
    },
}

impl DecodeError {
    /// Says what is wrong with content that is refused.
    ///
    /// It returns the whole result and stays out of line, so that decoding what is valid is one
    /// comparison and a plain copy.
    #[cold]
    #[inline(never)]
    fn refuse(content: &[u8]) -> Result<Config13, Self> {
        let Some(header) = content.first_chunk::<LEN>() else {
            return Err(Self::TooShort { len: content.len() });
        };
        // The header alone may be all that was read, and it is shorter than the magic.
        let common = content.len().min(BUN_LOCKFILE_MAGIC.len());
        if content
            .iter()
            .take(common)
            .eq(BUN_LOCKFILE_MAGIC.iter().take(common))
        {
            return Err(Self::BunLockfile);
        }
        Err(Self::TerminalMode {
            value: header[layout::TERMINAL_MODE.start],
        })
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::BunLockfile => {
                f.write_str("this is Bun's own binary lockfile, which has another format")
            }
            Self::TooShort { len } => {
                write!(f, "the settings are {LEN} bytes, but there are only {len}")
            }
            Self::TerminalMode { value } => invalid_mode(f, value),
        }
    }
}

impl core::error::Error for DecodeError {}

/// Why one byte cannot be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidByte {
    /// The offset lies behind the header.
    NoSuchOffset {
        /// The offset that was given.
        offset: usize,
    },
    /// The byte at 0x09 would stand for no terminal mode.
    TerminalMode {
        /// What the byte would hold.
        value: u8,
    },
}

impl InvalidByte {
    /// Refuses what [`Config13::set_byte`] would refuse, whatever the other bytes are.
    #[cfg(feature = "std")]
    pub(crate) fn check(offset: usize, value: u8) -> Result<(), Self> {
        Config13::new(0).set_byte(offset, value)
    }
}

impl fmt::Display for InvalidByte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NoSuchOffset { offset } => {
                write!(f, "offsets are 0x00–{:#04x}; got {offset:#04x}", LEN - 1)
            }
            Self::TerminalMode { value } => invalid_mode(f, value),
        }
    }
}

impl core::error::Error for InvalidByte {}

fn invalid_mode(f: &mut fmt::Formatter<'_>, value: u8) -> fmt::Result {
    let field = Field::TerminalMode;
    write!(
        f,
        "{field} at {:#04x} is {}; got {value}",
        field.offset(),
        field.allowed()
    )
}

#[cfg(test)]
mod tests;
