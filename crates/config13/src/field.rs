//! The seven fields: their names and places, and a value for each.

use core::fmt;
use core::ops::Range;
use core::str::FromStr;

use crate::flags::FeatureFlags;
use crate::layout;
use crate::mode::TerminalMode;
use crate::text::{self, Excerpt, InvalidValue, ParseFieldValueError};

/// Names one field of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Version of this configuration.
    Version,
    /// CRC-32 of the registry's normalised base URL.
    RegistryHash,
    /// The switches.
    FeatureFlags,
    /// What terminals do with their input.
    TerminalMode,
    /// Terminal height in cells.
    Rows,
    /// Terminal width in cells.
    Cols,
    /// Nothing yet.
    Reserved,
}

impl Field {
    /// Every field, in the order of their offsets.
    pub const ALL: [Self; 7] = [
        Self::Version,
        Self::RegistryHash,
        Self::FeatureFlags,
        Self::TerminalMode,
        Self::Rows,
        Self::Cols,
        Self::Reserved,
    ];

    /// Returns the field's name, which [`FromStr`] reads back.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::RegistryHash => "registry_hash",
            Self::FeatureFlags => "feature_flags",
            Self::TerminalMode => "terminal_mode",
            Self::Rows => "rows",
            Self::Cols => "cols",
            Self::Reserved => "reserved",
        }
    }

    /// Returns the bytes of the header that belong to this field.
    pub const fn range(self) -> Range<usize> {
        match self {
            Self::Version => layout::VERSION,
            Self::RegistryHash => layout::REGISTRY_HASH,
            Self::FeatureFlags => layout::FEATURE_FLAGS,
            Self::TerminalMode => layout::TERMINAL_MODE,
            Self::Rows => layout::ROWS,
            Self::Cols => layout::COLS,
            Self::Reserved => layout::RESERVED,
        }
    }

    /// Returns the offset of the field's first byte.
    pub const fn offset(self) -> usize {
        self.range().start
    }

    /// Returns how many bytes the field takes: one or four.
    pub const fn size(self) -> usize {
        self.range().end - self.range().start
    }

    /// Says in words which values the field takes.
    pub const fn allowed(self) -> &'static str {
        match self {
            Self::Version | Self::Rows | Self::Cols | Self::Reserved => "one byte, 0–255",
            Self::RegistryHash | Self::FeatureFlags => "four bytes, 0–4294967295 or 0x0–0xffffffff",
            Self::TerminalMode => "0 disabled, 1 cooked or 2 raw",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(text: &str) -> Result<Self, UnknownField> {
        Self::ALL
            .into_iter()
            .find(|field| field.name() == text)
            .ok_or_else(|| UnknownField {
                given: Excerpt::of(text),
            })
    }
}

/// Why a text names no field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownField {
    /// What was given instead of a name.
    pub given: Excerpt,
}

impl fmt::Display for UnknownField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no field {}; fields are ", self.given)?;
        text::list(f, Field::ALL.map(Field::name))
    }
}

impl core::error::Error for UnknownField {}

/// Holds a field together with a value that it can take.
///
/// As text it reads `rows 40`, `terminal_mode raw` or `registry_hash 0xdeadbeef`, and
/// [`FromStr`] reads that back, any number in decimal or in hexadecimal after `0x`.
///
/// ```
/// use config13::FieldValue;
///
/// let value: FieldValue = "rows 0x28".parse()?;
/// assert_eq!(value, FieldValue::Rows(40));
/// assert_eq!(value.to_string(), "rows 40");
///
/// let refused = "rows 300".parse::<FieldValue>().unwrap_err();
/// assert_eq!(refused.to_string(), "rows is one byte, 0–255; got 300");
/// # Ok::<(), config13::ParseFieldValueError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldValue {
    /// Version of this configuration.
    Version(u8),
    /// CRC-32 of the registry's normalised base URL.
    RegistryHash(u32),
    /// All switches at once.
    FeatureFlags(FeatureFlags),
    /// What terminals do with their input.
    TerminalMode(TerminalMode),
    /// Terminal height in cells; 0 follows the viewer's window.
    Rows(u8),
    /// Terminal width in cells; 0 follows the viewer's window.
    Cols(u8),
    /// Nothing yet.
    Reserved(u8),
}

impl FieldValue {
    /// Reads the value of one field.
    pub fn parse(field: Field, text: &str) -> Result<Self, InvalidValue> {
        let invalid = || InvalidValue::new(field, text);
        let byte = || text::byte(text).ok_or_else(invalid);
        let number = || text::number(text).ok_or_else(invalid);
        Ok(match field {
            Field::Version => Self::Version(byte()?),
            Field::RegistryHash => Self::RegistryHash(number()?),
            Field::FeatureFlags => Self::FeatureFlags(FeatureFlags::from_bits(number()?)),
            Field::TerminalMode => Self::TerminalMode(text.parse()?),
            Field::Rows => Self::Rows(byte()?),
            Field::Cols => Self::Cols(byte()?),
            Field::Reserved => Self::Reserved(byte()?),
        })
    }

    /// Returns the field that this is a value of.
    pub const fn field(self) -> Field {
        match self {
            Self::Version(_) => Field::Version,
            Self::RegistryHash(_) => Field::RegistryHash,
            Self::FeatureFlags(_) => Field::FeatureFlags,
            Self::TerminalMode(_) => Field::TerminalMode,
            Self::Rows(_) => Field::Rows,
            Self::Cols(_) => Field::Cols,
            Self::Reserved(_) => Field::Reserved,
        }
    }

    /// Returns the value without its field's name, to be printed: `40`, `raw`, `0xdeadbeef`.
    pub const fn value(self) -> ValueText {
        ValueText(self)
    }

    /// Returns the bytes that stand for this value in the field's range.
    ///
    /// Written at [`Field::offset`] of the header, wherever it is kept, they are the whole update.
    pub const fn encode(self) -> FieldBytes {
        match self {
            Self::Version(byte) | Self::Rows(byte) | Self::Cols(byte) | Self::Reserved(byte) => {
                FieldBytes::One([byte])
            }
            Self::RegistryHash(number) => FieldBytes::Four(number.to_le_bytes()),
            Self::FeatureFlags(flags) => FieldBytes::Four(flags.bits().to_le_bytes()),
            Self::TerminalMode(mode) => FieldBytes::One([mode.to_byte()]),
        }
    }
}

impl fmt::Display for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field(), self.value())
    }
}

impl FromStr for FieldValue {
    type Err = ParseFieldValueError;

    fn from_str(text: &str) -> Result<Self, ParseFieldValueError> {
        let (name, value) = text
            .trim()
            .split_once(char::is_whitespace)
            .unwrap_or((text.trim(), ""));
        let field = name.parse().map_err(ParseFieldValueError::Field)?;
        match value.trim_start() {
            "" => Err(ParseFieldValueError::MissingValue { field }),
            value => Self::parse(field, value).map_err(ParseFieldValueError::Value),
        }
    }
}

/// Writes the value of a field: small numbers in decimal, four-byte ones in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueText(FieldValue);

impl fmt::Display for ValueText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            FieldValue::Version(byte)
            | FieldValue::Rows(byte)
            | FieldValue::Cols(byte)
            | FieldValue::Reserved(byte) => byte.fmt(f),
            FieldValue::RegistryHash(number) => write!(f, "{number:#010x}"),
            FieldValue::FeatureFlags(flags) => flags.fmt(f),
            FieldValue::TerminalMode(mode) => mode.fmt(f),
        }
    }
}

/// Keeps the encoded form of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldBytes {
    /// The value of a one-byte field.
    One([u8; 1]),
    /// The value of a four-byte field, the least significant byte first.
    Four([u8; 4]),
}

impl FieldBytes {
    /// Returns as many bytes as the field takes.
    pub const fn as_slice(&self) -> &[u8] {
        match self {
            Self::One(bytes) => bytes,
            Self::Four(bytes) => bytes,
        }
    }
}
