//! The registry's live settings: 13 bytes at the head of the lockfile, changed in place.
//!
//! Every program that opens the same lockfile reads and writes the same 13 bytes, so a setting
//! changed by one of them holds for all of them at once, with no restart and no message.
//!
//! Integers are unsigned, little-endian. Offsets count bytes from the start of the file.
//!
//! | offset | size | field           | holds                                      | valid | set by                   |
//! |-------:|-----:|-----------------|--------------------------------------------|-------|--------------------------|
//! |   0x00 |    1 | `version`       | version of this configuration              | any   | `set_version`            |
//! |   0x01 |    4 | `registry_hash` | CRC-32 (IEEE) of the normalised base URL   | any   | `set_registry_hash`      |
//! |   0x05 |    4 | `feature_flags` | bit 0 premium types, 1 private, 2 debug    | any   | `set_feature_flags`      |
//! |   0x09 |    1 | `terminal_mode` | 0 disabled, 1 cooked, 2 raw                | 0..=2 | `set_terminal_mode`      |
//! |   0x0A |    1 | `rows`          | terminal height in cells, 0 to follow      | any   | `set_rows`               |
//! |   0x0B |    1 | `cols`          | terminal width in cells, 0 to follow       | any   | `set_cols`               |
//! |   0x0C |    1 | `reserved`      | nothing yet; kept as found                 | any   | `set`, `set_byte` only   |
//!
//! What follows the header in the file belongs to others: it is neither read nor written here.
//!
//! # Embedding the settings in another program
//!
//! ```
//! # #[cfg(feature = "std")] {
//! use config13::{Config13, ConfigFile, Feature, FieldValue, TerminalMode, registry_hash};
//! # let folder = tempfile::tempdir()?;
//! # let lockfile = folder.path().join("registry.lockb");
//!
//! // The registry makes its lockfile once …
//! let hash = registry_hash("http://localhost:4873")?;
//! ConfigFile::create(&lockfile, &Config13::new(hash))?;
//!
//! // … and any program opens it, changes one field, and flips one flag.
//! let settings = ConfigFile::open(&lockfile)?;
//! settings.set_field(FieldValue::Rows(40))?;
//! settings.enable(Feature::Debug)?;
//! settings.set_field("terminal_mode cooked".parse()?)?;
//!
//! // What it reads is a plain value, to be handed around and compared.
//! let now: Config13 = settings.read()?;
//! assert!(now.is_debug() && !now.is_private());
//! assert_eq!((now.rows(), now.terminal_mode()), (40, TerminalMode::Cooked));
//! assert_eq!(now.hex().to_string(), "01 33 15 aa 28 04 00 00 00 01 28 00 00");
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! - none: the layout, the typed fields and their texts; `no_std`, no allocation. That this stays
//!   true is checked by `cargo check -p config13 --no-default-features`.
//! - `std` (default): `ConfigFile`, the header inside a file.
//! - `mmap` (default): `MappedConfig`, the header as shared memory, updated without a system
//!   call. Its hazards are listed on its page.
//! - `follow`: `follow`, a thread that tells what others change in the file.
//!
//! Left to others: what a registry does with a setting, and who may change one.
//!
//! Read next: [`Config13`], then [`FieldValue`], then `ConfigFile`.

#![no_std]

#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg(all(feature = "std", not(unix)))]
compile_error!("the `std` feature needs positioned reads and writes as Unix has them");

mod config;
mod export;
mod field;
#[cfg(feature = "std")]
mod file;
mod flags;
#[cfg(feature = "follow")]
mod follow;
mod layout;
#[cfg(feature = "mmap")]
mod map;
mod mode;
#[cfg(feature = "std")]
mod stable;
mod text;
mod url_hash;

pub use config::{BUN_LOCKFILE_MAGIC, Config13, DecodeError, InvalidByte};
pub use export::Environment;
pub use field::{Field, FieldBytes, FieldValue, UnknownField, ValueText};
#[cfg(feature = "std")]
pub use file::{
    ChangeFlagsError, ConfigFile, CreateError, OpenError, ReadError, SetByteError, SyncError,
    WriteError,
};
pub use flags::{Feature, FeatureFlags, UnknownFeature};
#[cfg(feature = "follow")]
pub use follow::{Following, Heard, follow};
pub use layout::LEN;
#[cfg(feature = "mmap")]
pub use map::{MapError, MappedConfig};
pub use mode::TerminalMode;
pub use text::{Excerpt, HexPairs, InvalidValue, ParseFieldValueError};
pub use url_hash::{BaseUrl, UrlError, registry_hash};
