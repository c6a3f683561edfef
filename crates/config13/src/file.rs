//! The settings inside a file, where any number of processes read and change them.

use std::format;
use std::fs::{self, File, FileType, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::config::{BUN_LOCKFILE_MAGIC, Config13, DecodeError, InvalidByte};
use crate::field::FieldValue;
use crate::flags::{Feature, FeatureFlags};
use crate::layout::LEN;
use crate::stable::{self, MAX_READINGS};

/// Keeps a lockfile open and reads and changes the settings at its head.
///
/// An update is one positioned write of exactly the bytes that change. No update and no reading
/// allocates, and all take `&self`: one handle serves every thread.
///
/// - **Setting** a byte or a field takes no lock; of two writers the last one wins.
/// - **Changing a flag** reads the others and writes them back, so it holds the system's lock on
///   the file ([`File::lock`]) meanwhile, and processes that change different flags lose none.
///   Nobody may hold that lock for longer than an update: after five seconds of somebody else's
///   holding it, the change fails with [`ChangeFlagsError::Held`].
/// - **Reading** repeats until two readings agree, because a four-byte field can be seen half
///   old, half new.
///
/// The handle follows the file and not its path: a file that is moved keeps its settings, one
/// that takes its place has to be opened again. Updates are visible to everyone at once; that
/// they outlast a power failure too is what [`sync`](Self::sync) waits for.
///
/// A file cut to less than 13 bytes while it is open is reported by the next reading and the
/// next change of a flag. Setting a byte or a field does not look before it writes, and the
/// system fills what is missing in front of it with zeros.
#[derive(Debug)]
pub struct ConfigFile {
    file: File,
    path: PathBuf,
    /// The system's lock belongs to the open file, which the threads of a process share.
    flags_change: Mutex<()>,
}

// The system forgets where a program's calls return to, so each call around a system call costs
// its return; updates and readings are inlined into their callers for that reason.
impl ConfigFile {
    /// Creates a lockfile that must not exist yet, and waits until it would outlast a power failure.
    ///
    /// The file gets its name when it is complete, so nobody ever sees it too short to open, also
    /// after a power failure.
    pub fn create(path: impl AsRef<Path>, config: &Config13) -> Result<Self, CreateError> {
        let path = path.as_ref();
        let io = |step| {
            move |source| CreateError::Io {
                step,
                path: path.to_path_buf(),
                source,
            }
        };
        let mut unnamed = path.to_path_buf().into_os_string();
        unnamed.push(format!(".{}.new", process::id()));
        let unnamed = PathBuf::from(unnamed);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o644)
            .open(&unnamed)
            .map_err(io("create"))?;
        let named = file
            .write_all_at(config.as_bytes(), 0)
            .map_err(io("write the settings to"))
            .and_then(|()| file.sync_all().map_err(io("sync")))
            // A link, unlike a renaming, leaves a file alone that has the name already.
            .and_then(|()| {
                fs::hard_link(&unnamed, path).map_err(|source| match source.kind() {
                    io::ErrorKind::AlreadyExists => CreateError::Exists {
                        path: path.to_path_buf(),
                    },
                    _ => io("create")(source),
                })
            });
        // The reason for a failure matters more than the failure to tidy up after it.
        let _ = fs::remove_file(&unnamed);
        named?;
        sync_folder_of(path).map_err(io("sync the folder of"))?;
        Ok(Self::new(file, path))
    }

    /// Opens a lockfile for reading and writing, and refuses every file that is something else.
    ///
    /// A refused file is left as it is: not a byte of it is written, and opening never waits.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        // Looked at before it is opened, because opening a device or a pipe can have effects.
        let metadata = fs::metadata(path).map_err(|source| OpenError::of_io(path, source))?;
        refuse_special(path, metadata.file_type())?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(|source| OpenError::of_io(path, source))?;
        // And once more, because another file can have taken its place in between.
        let metadata = file
            .metadata()
            .map_err(|source| OpenError::of_io(path, source))?;
        refuse_special(path, metadata.file_type())?;

        // As much as it takes to know Bun's lockfile from a damaged one.
        let mut head = [0; BUN_LOCKFILE_MAGIC.len()];
        let len = read_head(&file, &mut head).map_err(|source| OpenError::of_io(path, source))?;
        let found = head.get(..len).unwrap_or_default();
        if let Some((_, kind)) = FOREIGN.iter().find(|(magic, _)| found.starts_with(magic)) {
            let path = path.to_path_buf();
            return Err(OpenError::NotAFile { path, kind });
        }
        Config13::decode(found).map_err(|source| OpenError::Refused {
            path: path.to_path_buf(),
            source,
        })?;
        Ok(Self::new(file, path))
    }

    fn new(file: File, path: &Path) -> Self {
        Self {
            file,
            path: path.to_path_buf(),
            flags_change: Mutex::new(()),
        }
    }

    /// Returns the path under which the file was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Tells whether the path still leads to the file that is open here.
    ///
    /// Editors like to put a new file in the old one's place; this value goes on reading and
    /// writing the old one, which nobody else sees any more.
    pub fn is_current(&self) -> io::Result<bool> {
        let (named, open) = (fs::metadata(&self.path)?, self.file.metadata()?);
        Ok((named.dev(), named.ino()) == (open.dev(), open.ino()))
    }

    /// Reads the settings as they are now, in at least two readings that agree.
    #[inline]
    pub fn read(&self) -> Result<Config13, ReadError> {
        let mut bytes = [0; LEN];
        let settled = stable::read(&mut bytes, |bytes| match read_head(&self.file, bytes) {
            Ok(LEN) => Ok(()),
            Ok(len) => Err(self.refused(DecodeError::TooShort { len })),
            Err(source) => Err(self.unreadable(source)),
        })?;
        if !settled {
            return Err(ReadError::Unsettled {
                path: self.path.clone(),
            });
        }
        Config13::decode(&bytes).map_err(|source| self.refused(source))
    }

    /// Writes one byte, unless that would leave the settings invalid.
    #[inline]
    pub fn set_byte(&self, offset: usize, value: u8) -> Result<(), SetByteError> {
        InvalidByte::check(offset, value)?;
        Ok(self.write(offset, &[value])?)
    }

    /// Writes one field.
    #[inline]
    pub fn set_field(&self, value: FieldValue) -> Result<(), WriteError> {
        self.write(value.field().offset(), value.encode().as_slice())
    }

    /// Turns a feature on if it is off and off if it is on, and returns the flags as they are then.
    pub fn toggle_feature(&self, feature: Feature) -> Result<FeatureFlags, ChangeFlagsError> {
        self.change_flags(|flags| flags.toggled(feature))
    }

    /// Turns a feature on, and returns the flags as they are then.
    pub fn enable(&self, feature: Feature) -> Result<FeatureFlags, ChangeFlagsError> {
        self.change_flags(|flags| flags.with(feature))
    }

    /// Turns a feature off, and returns the flags as they are then.
    pub fn disable(&self, feature: Feature) -> Result<FeatureFlags, ChangeFlagsError> {
        self.change_flags(|flags| flags.without(feature))
    }

    /// Waits until everything written so far would outlast a power failure.
    pub fn sync(&self) -> Result<(), SyncError> {
        self.file.sync_data().map_err(|source| SyncError {
            path: self.path.clone(),
            source,
        })
    }

    /// Changes any number of flags in one write, and returns them as they are then. `change` is given
    /// them as they are now, and nobody else changes one meanwhile.
    pub fn change_flags(
        &self,
        change: impl FnOnce(FeatureFlags) -> FeatureFlags,
    ) -> Result<FeatureFlags, ChangeFlagsError> {
        let _exclusive = Exclusive::take(self).map_err(|error| match error {
            TryLockError::WouldBlock => ChangeFlagsError::Held {
                path: self.path.clone(),
            },
            TryLockError::Error(source) => ChangeFlagsError::Lock {
                path: self.path.clone(),
                source,
            },
        })?;
        let flags = change(self.read()?.feature_flags());
        self.set_field(FieldValue::FeatureFlags(flags))?;
        Ok(flags)
    }

    #[inline]
    fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), WriteError> {
        // An offset inside the header fits any integer.
        self.file
            .write_all_at(bytes, offset as u64)
            .map_err(|source| self.unwritable(offset, source))
    }

    // These three are kept out of the way: what they build is several times the code of the
    // update or the reading that they are for.

    #[cold]
    fn unwritable(&self, offset: usize, source: io::Error) -> WriteError {
        WriteError {
            offset,
            path: self.path.clone(),
            source,
        }
    }

    #[cold]
    fn refused(&self, source: DecodeError) -> ReadError {
        ReadError::Refused {
            path: self.path.clone(),
            source,
        }
    }

    #[cold]
    fn unreadable(&self, source: io::Error) -> ReadError {
        ReadError::Io {
            path: self.path.clone(),
            source,
        }
    }

    #[cfg(feature = "mmap")]
    pub(crate) fn file(&self) -> &File {
        &self.file
    }
}

/// How long a change of flags waits for another program's lock.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Between two attempts at a lock, at first and at last.
const SHORTEST_PAUSE: Duration = Duration::from_micros(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// Keeps every other thread and process from changing flags, as long as it lives.
struct Exclusive<'a> {
    file: &'a File,
    _threads: MutexGuard<'a, ()>,
}

impl<'a> Exclusive<'a> {
    /// The system can wait for a lock only for ever, so it is asked again and again: often at first,
    /// because an update takes no longer than a moment.
    fn take(config: &'a ConfigFile) -> Result<Self, TryLockError> {
        // The mutex guards no data that a panicking thread could have left half changed.
        let threads = config
            .flags_change
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut since = None;
        let mut pause = SHORTEST_PAUSE;
        loop {
            match config.file.try_lock() {
                Ok(()) => {
                    return Ok(Self {
                        file: &config.file,
                        _threads: threads,
                    });
                }
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(TryLockError::WouldBlock)
                    if since.get_or_insert_with(Instant::now).elapsed() < LONGEST_WAIT =>
                {
                    thread::sleep(pause);
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Exclusive<'_> {
    fn drop(&mut self) {
        // The update is done or has failed already; closing the file gives the lock back as well.
        let _ = self.file.unlock();
    }
}

/// Reads the first bytes of a file and returns how many there were.
///
/// One call reads them all, so that they are of one moment as nearly as the system allows.
fn read_head(file: &File, bytes: &mut [u8]) -> io::Result<usize> {
    loop {
        match file.read_at(bytes, 0) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            answer => return answer,
        }
    }
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

/// Beginnings of files that would pass for settings, because what stands at 0x09 in them can be a
/// terminal mode. Each is four bytes at the least, so that settings are hardly ever mistaken.
const FOREIGN: [(&[u8], &str); 5] = [
    (b"\x7fELF", "a program"),
    (b"\x89PNG", "a picture"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\xfd7zXZ", "an XZ archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive"),
];

fn refuse_special(path: &Path, file_type: FileType) -> Result<(), OpenError> {
    let kind = if file_type.is_file() {
        return Ok(());
    } else if file_type.is_dir() {
        "a directory"
    } else if file_type.is_fifo() {
        "a named pipe"
    } else if file_type.is_socket() {
        "a socket"
    } else {
        "a device"
    };
    Err(OpenError::NotAFile {
        path: path.to_path_buf(),
        kind,
    })
}

/// Why a lockfile could not be created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// There is a file already, and it was not touched.
    #[error("{} exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The system refused. Nothing is left behind.
    #[error("could not {step} {}", path.display())]
    Io {
        /// What was being done.
        step: &'static str,
        /// The file that was to be created.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a lockfile could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such file, so it may be created.
    #[error("{} does not exist", path.display())]
    NotFound {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// It is not a regular file, or belongs to another program.
    #[error("{} is {kind}, not a lockfile", path.display())]
    NotAFile {
        /// What was found.
        path: PathBuf,
        /// Its kind in words.
        kind: &'static str,
    },
    /// It may not be read, or may not be written.
    #[error("{} has to be readable and writable, and is not", path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It holds something else than settings.
    #[error("{} is not a lockfile of this registry", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What is wrong with its content.
        source: DecodeError,
    },
    /// The system refused.
    #[error("could not open {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl OpenError {
    fn of_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::NotWritable { path, source }
            }
            _ => Self::Io { path, source },
        }
    }
}

/// Why the settings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file holds something else than settings by now.
    #[error("{} no longer holds valid settings", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What is wrong with its content.
        source: DecodeError,
    },
    /// Something writes without a pause. Trying again is safe.
    #[error("{} changed during each of {MAX_READINGS} readings", path.display())]
    Unsettled {
        /// The file.
        path: PathBuf,
    },
    /// The system refused.
    #[error("could not read {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a field, or one byte of it, could not be written.
#[derive(Debug, thiserror::Error)]
#[error("could not write the settings at {offset:#04x} in {}", path.display())]
pub struct WriteError {
    /// Where the bytes that were to change start.
    pub offset: usize,
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// Why a byte could not be set.
#[derive(Debug, thiserror::Error)]
pub enum SetByteError {
    /// The byte would not be valid. Nothing was written.
    #[error(transparent)]
    Invalid(#[from] InvalidByte),
    /// The system refused.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Why a feature could not be turned on or off.
#[derive(Debug, thiserror::Error)]
pub enum ChangeFlagsError {
    /// Somebody else does not let go of the file's lock. Nothing was written.
    #[error("another program holds the lock of {}", path.display())]
    Held {
        /// The file.
        path: PathBuf,
    },
    /// The system would not lock the file. Nothing was written.
    #[error("could not lock {}", path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The other flags could not be read. Nothing was written.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The system refused the new flags.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Why the settings may not outlast a power failure.
#[derive(Debug, thiserror::Error)]
#[error("could not sync {}", path.display())]
pub struct SyncError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

#[cfg(test)]
mod tests;
