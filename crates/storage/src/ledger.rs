//! The lockfile's lines: `name@version integrity`, one for each published version, in the order of
//! publishing, after the 13 bytes that are `config13`'s.
//!
//! The lines are a second record, kept apart from the catalogue so that `verify` can hold the blobs
//! against something the database did not write. The catalogue decides: a line is appended after
//! its version was committed, and a line that a crash swallowed is written again at the next start.

use std::{
    collections::HashSet,
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use catalog::{Catalog, CatalogError, LedgerMark, WriteError};
use npm_model::{Integrity, PackageName, Version};

use crate::disk::Disk;

/// Longest line that is looked at: a name, a version and an integrity fit in with room to spare.
const LONGEST_LINE: usize = 4096;

/// Bytes before the mark that are compared at start.
const TAIL: u64 = 4096;

/// Lines after which the mark is moved, which bounds what a start after a crash has to compare.
const MARK_EVERY: u64 = 1024;

/// Why the lockfile's lines could not be brought in order.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The disk refused.
    #[error("could not {step} the lockfile {}", path.display())]
    Io {
        /// What was being done.
        step: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The catalogue could not say what the lines should be.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// Returns the line of a version, with its line feed.
pub(crate) fn line(package: &PackageName, version: &Version, integrity: &Integrity) -> String {
    format!("{package}@{version} {integrity}\n")
}

/// Appends lines to the lockfile.
#[derive(Debug)]
pub(crate) struct Ledger {
    path: PathBuf,
    disk: Arc<dyn Disk>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// Lines that the disk refused; they go first when the next one is written.
    owed: Vec<u8>,
    /// Sequence number of the last version whose line was written or is owed.
    seq: i64,
    unmarked: u64,
}

impl Ledger {
    /// Opens the lockfile and writes the lines it lacks.
    ///
    /// Returns with how many those were. The file must exist: making it is `config13`'s.
    pub(crate) fn open(
        path: &Path,
        catalog: &Catalog,
        disk: Arc<dyn Disk>,
    ) -> Result<(Self, u64), LedgerError> {
        let failed = |step| {
            let path = path.to_owned();
            move |source| LedgerError::Io { step, path, source }
        };
        let file = append_to(path).map_err(failed("open"))?;
        let start = catalog.read(|rows| {
            let mark = rows.ledger_mark()?;
            starting_point(&file, mark).map_err(failed("read"))
        })?;
        let found = Found::read(&file, start.offset).map_err(failed("read"))?;
        if found.whole < found.length {
            // A crash left half a line.
            file.set_len(found.whole)
                .map_err(failed("cut the half line at the end of"))?;
        }
        let mut missing = Vec::new();
        let mut seq = start.seq;
        let mut count = 0;
        catalog.read(|rows| {
            rows.published_after(start.seq, |version| {
                seq = version.seq;
                let line = line(&version.package, &version.version, &version.integrity);
                if !found.lines.contains(line.trim_end()) {
                    missing.extend_from_slice(line.as_bytes());
                    count += 1;
                }
                Ok::<_, CatalogError>(())
            })
        })?;
        let state = State {
            file,
            owed: missing,
            seq,
            unmarked: 0,
        };
        let ledger = Self {
            path: path.to_owned(),
            disk,
            state: Mutex::new(state),
        };
        ledger.settle(catalog)?;
        Ok((ledger, count))
    }

    /// Appends the line of a version that was just committed. A disk that refuses delays the line;
    /// the publish stands.
    pub(crate) fn append(&self, seq: i64, line: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.owed.extend_from_slice(line.as_bytes());
        state.seq = state.seq.max(seq);
        state.unmarked += 1;
        if let Err(error) = self
            .reopen_if_exchanged(&mut state)
            .and_then(|()| self.pay(&mut state))
        {
            tracing::warn!(
                lockfile = %self.path.display(),
                %error,
                "a published version could not be noted in the lockfile yet"
            );
        }
    }

    /// Tells whether enough lines were written since the mark to move it.
    pub(crate) fn wants_settling(&self) -> bool {
        self.state
            .lock()
            .is_ok_and(|state| state.unmarked >= MARK_EVERY)
    }

    /// Syncs the lines and moves the mark behind them.
    pub(crate) fn settle(&self, catalog: &Catalog) -> Result<(), LedgerError> {
        let mark = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            self.pay(&mut state)
                .map_err(|source| self.failed("append to", source))?;
            state.unmarked = 0;
            self.disk
                .sync(&state.file)
                .map_err(|source| self.failed("sync", source))?;
            mark_here(&state).map_err(|source| self.failed("read", source))?
        };
        catalog
            .write_blocking(move |rows| rows.set_ledger_mark(mark))
            .map_err(|error| match error {
                WriteError::Refused(error) | WriteError::Catalog(error) => error.into(),
            })
    }

    fn pay(&self, state: &mut State) -> io::Result<()> {
        while !state.owed.is_empty() {
            match self.disk.append(&mut state.file, &state.owed)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => drop(state.owed.drain(..written.min(state.owed.len()))),
            }
        }
        Ok(())
    }

    /// Follows the name when an editor put a new file in its place.
    fn reopen_if_exchanged(&self, state: &mut State) -> io::Result<()> {
        let (named, open) = (std::fs::metadata(&self.path)?, state.file.metadata()?);
        if (named.dev(), named.ino()) != (open.dev(), open.ino()) {
            state.file = append_to(&self.path)?;
        }
        Ok(())
    }

    fn failed(&self, step: &'static str, source: io::Error) -> LedgerError {
        LedgerError::Io {
            step,
            path: self.path.clone(),
            source,
        }
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).append(true).open(path)
}

/// Where the comparison starts: at the mark when the file still has what stood there, else at the
/// first line.
fn starting_point(file: &File, mark: LedgerMark) -> io::Result<LedgerMark> {
    let first = LedgerMark {
        seq: 0,
        offset: config13::LEN as u64,
        tail_crc: 0,
    };
    let length = file.metadata()?.len();
    let same = mark.offset >= first.offset
        && mark.offset <= length
        && tail_crc(file, mark.offset)? == mark.tail_crc;
    Ok(if same { mark } else { first })
}

fn mark_here(state: &State) -> io::Result<LedgerMark> {
    let offset = state.file.metadata()?.len();
    Ok(LedgerMark {
        seq: state.seq,
        offset,
        tail_crc: tail_crc(&state.file, offset)?,
    })
}

/// Checksum of the lines' last bytes before `end`. The 13 bytes are left out: they may change.
fn tail_crc(file: &File, end: u64) -> io::Result<u32> {
    let from = end.saturating_sub(TAIL).max(config13::LEN as u64);
    let mut tail = vec![0; usize::try_from(end.saturating_sub(from)).unwrap_or(0)];
    file.read_exact_at(&mut tail, from)?;
    Ok(crc32fast::hash(&tail))
}

/// The lines of a lockfile from some offset on.
pub(crate) struct Found {
    pub(crate) lines: HashSet<String>,
    /// Where the last whole line ends.
    whole: u64,
    length: u64,
}

impl Found {
    /// Reads the lines; what is too long or not text cannot be one of ours and is passed over.
    pub(crate) fn read(file: &File, offset: u64) -> io::Result<Self> {
        let mut reader = BufReader::new(file);
        reader.seek(SeekFrom::Start(offset))?;
        let mut found = Self {
            lines: HashSet::new(),
            whole: offset,
            length: offset,
        };
        let mut line = Vec::new();
        let mut too_long = false;
        loop {
            line.clear();
            let read = reader
                .by_ref()
                .take(LONGEST_LINE as u64)
                .read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(found);
            }
            found.length += read as u64;
            let ended = line.pop_if(|byte| *byte == b'\n').is_some();
            if ended {
                found.whole = found.length;
                if !too_long && let Ok(text) = std::str::from_utf8(&line) {
                    found.lines.insert(text.to_owned());
                }
            }
            too_long = !ended;
        }
    }
}
