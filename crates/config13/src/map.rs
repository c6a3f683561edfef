//! The settings as shared memory, for programs that cannot spend a system call on an update.

use core::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};

use memmap2::{MmapOptions, MmapRaw};

use crate::config::{Config13, InvalidByte};
use crate::field::FieldValue;
use crate::file::{ConfigFile, ReadError};
use crate::flags::Feature;
use crate::layout::{self, LEN};
use crate::stable;

// Every known feature lies in the first byte of the flags, so changing one is one atomic operation.
const _: () = {
    let [premium, private, debug] = Feature::ALL;
    assert!(premium.bit() < u8::BITS && private.bit() < u8::BITS && debug.bit() < u8::BITS);
};

/// Views the head of a lockfile as memory that all processes share.
///
/// Reading and updating are loads and stores: nanoseconds, and no system call. What they give
/// up against [`ConfigFile`] is this:
///
/// - **A file cut to nothing kills the process.** Memory without a file behind it raises
///   `SIGBUS` when it is touched. Map only a file that nobody truncates; the registry never does.
/// - **Nobody is told.** The system reports no event for a mapped store, so a watcher notices
///   the change only if it polls. The modification time may lag behind too.
/// - **A four-byte field is four stores.** A reader in any process that falls between them sees
///   it half old, half new, and if the writer is suspended just there even two readings agree on
///   that. Single bytes and flags are never torn.
/// - **Flags changed here do not wait for the file's lock.** Mapped changes lose none of each
///   other's, but one that falls inside a [`ConfigFile`] change of flags can be overwritten by
///   it. Let all programs that change flags use the same of the two ways.
///
/// ```
/// use config13::{Config13, ConfigFile, Feature, FieldValue, MappedConfig};
/// # let folder = tempfile::tempdir()?;
/// # let lockfile = folder.path().join("registry.lockb");
/// # ConfigFile::create(&lockfile, &Config13::new(0))?;
///
/// let file = ConfigFile::open(&lockfile)?;
/// let mapped = MappedConfig::new(&file)?;
/// mapped.set_field(FieldValue::Rows(40));
/// mapped.enable(Feature::Debug);
///
/// assert_eq!(file.read()?, mapped.read()?);
/// assert_eq!(mapped.read()?.rows(), 40);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MappedConfig {
    map: MmapRaw,
    path: PathBuf,
}

impl MappedConfig {
    /// Maps the settings of an open lockfile. The view stays valid when the file is closed.
    pub fn new(config: &ConfigFile) -> Result<Self, MapError> {
        let path = config.path().to_path_buf();
        match MmapOptions::new().len(LEN).map_raw(config.file()) {
            Ok(map) => Ok(Self { map, path }),
            Err(source) => Err(MapError { path, source }),
        }
    }

    /// Returns the path under which the file was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the settings as they are now, in at least two readings that agree.
    pub fn read(&self) -> Result<Config13, ReadError> {
        let path = || self.path.clone();
        let mut bytes = [0; LEN];
        let Ok(settled) = stable::read(&mut bytes, |bytes| {
            *bytes = self.load();
            Ok::<_, Infallible>(())
        });
        if !settled {
            return Err(ReadError::Unsettled { path: path() });
        }
        Config13::decode(&bytes).map_err(|source| ReadError::Refused {
            path: path(),
            source,
        })
    }

    /// Stores one byte, unless that would leave the settings invalid.
    pub fn set_byte(&self, offset: usize, value: u8) -> Result<(), InvalidByte> {
        InvalidByte::check(offset, value)?;
        self.store(offset, &[value]);
        Ok(())
    }

    /// Stores one field, byte after byte.
    pub fn set_field(&self, value: FieldValue) {
        self.store(value.field().offset(), value.encode().as_slice());
    }

    /// Turns a feature on if it is off and off if it is on, and tells whether it is on then.
    pub fn toggle_feature(&self, feature: Feature) -> bool {
        self.flags().fetch_xor(bit(feature), Ordering::AcqRel) & bit(feature) == 0
    }

    /// Turns a feature on.
    pub fn enable(&self, feature: Feature) {
        self.flags().fetch_or(bit(feature), Ordering::AcqRel);
    }

    /// Turns a feature off.
    pub fn disable(&self, feature: Feature) {
        self.flags().fetch_and(!bit(feature), Ordering::AcqRel);
    }

    fn load(&self) -> [u8; LEN] {
        // Acquire keeps the loads of one reading in front of those of the next.
        self.bytes()
            .each_ref()
            .map(|byte| byte.load(Ordering::Acquire))
    }

    fn store(&self, offset: usize, values: &[u8]) {
        for (byte, value) in self.bytes().iter().skip(offset).zip(values) {
            byte.store(*value, Ordering::Release);
        }
    }

    /// Returns the one byte that holds every known feature.
    fn flags(&self) -> &AtomicU8 {
        &self.bytes()[layout::FEATURE_FLAGS.start]
    }

    #[allow(
        unsafe_code,
        reason = "memory that other processes write has no safe type"
    )]
    fn bytes(&self) -> &[AtomicU8; LEN] {
        // SAFETY: The map is LEN bytes long, readable and writable, and stays in place until
        // `self`, which the result borrows, is dropped. `AtomicU8` has the size and alignment of
        // `u8` and every value is valid for it. No other reference to this memory exists: in this
        // process it is reached through this function only, and what other processes and the
        // system do to it are single-byte accesses or coarser, which atomics of one byte allow
        // for. A truncated file raises a signal instead of yielding a value.
        unsafe { &*self.map.as_mut_ptr().cast::<[AtomicU8; LEN]>() }
    }
}

const fn bit(feature: Feature) -> u8 {
    1 << feature.bit()
}

/// Why a lockfile could not be mapped.
#[derive(Debug, thiserror::Error)]
#[error("could not map {}", path.display())]
pub struct MapError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

#[cfg(test)]
mod tests;
