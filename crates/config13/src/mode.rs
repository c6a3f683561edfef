//! How much of a terminal the registry may take.

use core::fmt;
use core::str::FromStr;

use zerocopy::{Immutable, IntoBytes, KnownLayout, TryFromBytes, Unaligned};

use crate::field::Field;
use crate::text::{self, InvalidValue};

/// Says how terminals treat their input.
///
/// These three are the only valid values of the byte at 0x09.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    TryFromBytes,
    IntoBytes,
    Immutable,
    KnownLayout,
    Unaligned,
)]
#[repr(u8)]
pub enum TerminalMode {
    /// Terminals refuse to start.
    Disabled = 0,
    /// Terminals read whole lines.
    Cooked = 1,
    /// Terminals take the whole screen and every key.
    Raw = 2,
}

impl TerminalMode {
    /// Every mode, in the order of their bytes.
    pub const ALL: [Self; 3] = [Self::Disabled, Self::Cooked, Self::Raw];

    /// Returns the mode that a byte stands for, if it stands for one.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Disabled),
            1 => Some(Self::Cooked),
            2 => Some(Self::Raw),
            _ => None,
        }
    }

    /// Returns the byte that stands for this mode.
    pub const fn to_byte(self) -> u8 {
        self as u8
    }

    /// Returns the mode's name, which [`FromStr`] reads back.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Cooked => "cooked",
            Self::Raw => "raw",
        }
    }
}

impl fmt::Display for TerminalMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for TerminalMode {
    type Err = InvalidValue;

    /// Reads a name in any case, or the number of a mode.
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.name().eq_ignore_ascii_case(text))
            .or_else(|| Self::from_byte(text::byte(text)?))
            .ok_or_else(|| InvalidValue::new(Field::TerminalMode, text))
    }
}
