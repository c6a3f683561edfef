//! The lockfile's lines: `name@version integrity`, one for each published version, in the order of
//! publishing, after the 13 bytes that are `config13`'s.
//!
//! The lines are a second record, kept apart from the catalogue so that `verify` can hold the blobs
//! against something the database did not write. The catalogue decides: a line is appended after
//! its version was committed, and a line that a crash swallowed is written again at the next start.

use std::{
    collections::HashSet,
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use catalog::{Catalog, CatalogError, LedgerMark, WriteError};
use config13::Config13;
use npm_model::{Integrity, PackageName, Version};

use crate::disk::{Disk, is_full};

/// Longest line that is looked at: a name, a version and an integrity fit in with room to spare.
const LONGEST_LINE: usize = 4096;

/// Bytes after the settings by which a file of another program is known.
const LOOKED_AT: usize = 64;

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

impl LedgerError {
    fn is_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => is_full(source),
            Self::Catalog(error) => matches!(error, CatalogError::DiskFull),
        }
    }
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
    /// Where the lines were last seen to agree with the catalogue.
    mark: LedgerMark,
    /// The file is at least this long, unless somebody else cut or exchanged it.
    length: u64,
    /// Somebody did: it may lack any line, so it is compared before more is appended.
    exchanged: bool,
    unmarked: u64,
}

impl Ledger {
    /// Opens the lockfile and writes the lines it lacks.
    ///
    /// Returns with how many those were. The file must exist: making it is `config13`'s. A full
    /// disk delays the lines: what is published can be read all the same.
    pub(crate) fn open(
        path: &Path,
        catalog: &Catalog,
        disk: Arc<dyn Disk>,
    ) -> Result<(Self, u64), LedgerError> {
        let file = append_to(path).map_err(|source| LedgerError::Io {
            step: "open",
            path: path.to_owned(),
            source,
        })?;
        let mark = catalog.read(|rows| {
            let mark = rows.ledger_mark()?;
            Ok::<_, CatalogError>(mark)
        })?;
        let state = State {
            file,
            owed: Vec::new(),
            seq: 0,
            mark,
            length: 0,
            exchanged: false,
            unmarked: 0,
        };
        let ledger = Self {
            path: path.to_owned(),
            disk,
            state: Mutex::new(state),
        };
        let missing = match ledger.repair(catalog, Some(i64::MAX)) {
            Err(error) if error.is_full() => {
                tracing::warn!(
                    lockfile = %path.display(),
                    %error,
                    "the lockfile's lines could not be brought in order yet"
                );
                0
            }
            other => other?,
        };
        Ok((ledger, missing))
    }

    /// Appends the line of a version that was just committed. A disk that refuses delays the line;
    /// the publish stands.
    pub(crate) fn append(&self, seq: i64, line: &str) {
        let mut state = self.locked();
        state.owed.extend_from_slice(line.as_bytes());
        state.seq = state.seq.max(seq);
        state.unmarked += 1;
        let appended = self.follow(&mut state).and_then(|()| {
            if state.exchanged {
                // The next settling compares it, and then appends.
                return Ok(());
            }
            self.pay(&mut state)
        });
        if let Err(error) = appended {
            tracing::warn!(
                lockfile = %self.path.display(),
                %error,
                "a published version could not be noted in the lockfile yet"
            );
        }
    }

    /// Tells whether enough lines were written since the mark to move it, or the file has to be
    /// compared.
    pub(crate) fn wants_settling(&self) -> bool {
        let state = self.locked();
        state.exchanged || state.unmarked >= MARK_EVERY
    }

    /// Compares the lines since the mark, writes those that are missing, syncs them and moves the
    /// mark behind them.
    pub(crate) fn settle(&self, catalog: &Catalog) -> Result<(), LedgerError> {
        self.repair(catalog, None).map(|_| ())
    }

    /// Settles the lines of the versions up to `newest`, or else of those that were appended: a
    /// later one is committed, and waits to append its line itself. Returns how many were missing.
    fn repair(&self, catalog: &Catalog, newest: Option<i64>) -> Result<u64, LedgerError> {
        let (before, mark, missing) = {
            let mut state = self.locked();
            let before = state.mark;
            self.follow(&mut state)
                .map_err(|source| self.failed("use", source))?;
            let newest = newest.unwrap_or(state.seq);
            let missing = self.compare(&mut state, catalog, newest)?;
            self.pay(&mut state)
                .map_err(|source| self.failed("append to", source))?;
            self.disk
                .sync(&state.file)
                .map_err(|source| self.failed("sync", source))?;
            state.mark = mark_here(&state).map_err(|source| self.failed("read", source))?;
            state.exchanged = false;
            state.unmarked = 0;
            (before, state.mark, missing)
        };
        if mark != before {
            catalog
                .write_blocking(move |rows| rows.set_ledger_mark(mark))
                .map_err(|error| match error {
                    WriteError::Refused(error) | WriteError::Catalog(error) => error,
                })?;
        }
        Ok(missing)
    }

    /// Finds the lines that the file lacks, from the mark on, or from the first line when what
    /// stood at the mark stands there no more. They are owed then; what was owed is among them.
    fn compare(
        &self,
        state: &mut State,
        catalog: &Catalog,
        newest: i64,
    ) -> Result<u64, LedgerError> {
        let failed = |source| self.failed("read", source);
        check_ours(&state.file).map_err(|source| self.failed("use", source))?;
        let start = starting_point(&state.file, state.mark).map_err(failed)?;
        let found = Found::read(&state.file, start.offset).map_err(failed)?;
        let mut half_is_ours = found.half.may_begin("");
        let mut missing = Vec::new();
        let mut count = 0;
        let mut seq = start.seq;
        catalog.read(|rows| {
            rows.published_after(start.seq, |version| {
                if version.seq > newest {
                    return Ok(());
                }
                seq = version.seq;
                let line = line(&version.package, &version.version, &version.integrity);
                if !found.lines.contains(line.trim_end()) {
                    missing.extend_from_slice(line.as_bytes());
                    count += 1;
                    half_is_ours |= found.half.may_begin(&line);
                }
                Ok::<_, CatalogError>(())
            })
        })?;
        state.length = found.length;
        if !found.half.is_empty() {
            if half_is_ours {
                // A crash left half a line, or an editor the last one without its line feed.
                let whole = found.whole;
                state
                    .file
                    .set_len(whole)
                    .map_err(|source| self.failed("cut the half line at the end of", source))?;
                state.length = whole;
            } else {
                // Whatever it is, it is not ours to cut: it ends here, and our lines follow it.
                missing.insert(0, b'\n');
            }
        }
        state.owed = missing;
        state.seq = state.seq.max(seq);
        Ok(count)
    }

    fn pay(&self, state: &mut State) -> io::Result<()> {
        while !state.owed.is_empty() {
            match self.disk.append(&mut state.file, &state.owed)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => {
                    state.length += written as u64;
                    drop(state.owed.drain(..written.min(state.owed.len())));
                }
            }
        }
        Ok(())
    }

    /// Follows the name when an editor put a new file in its place, and notices one that was cut.
    fn follow(&self, state: &mut State) -> io::Result<()> {
        let (named, open) = (fs::metadata(&self.path)?, state.file.metadata()?);
        if (named.dev(), named.ino()) != (open.dev(), open.ino()) {
            let file = append_to(&self.path)?;
            check_ours(&file)?;
            state.file = file;
            state.exchanged = true;
        }
        if named.len() < state.length {
            state.exchanged = true;
        }
        if named.len() < config13::LEN as u64 {
            // An editor is about to write them: a line would stand in their place.
            let told = "its first 13 bytes are not there";
            return Err(io::Error::new(io::ErrorKind::InvalidData, told));
        }
        Ok(())
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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

/// Refuses a file that belongs to another program: one that does not begin with settings, or in
/// which no text follows them. Nothing has been written to it then.
fn check_ours(file: &File) -> io::Result<()> {
    let refused = |told: String| Err(io::Error::new(io::ErrorKind::InvalidData, told));
    let mut head = Vec::new();
    let mut chunk = [0; config13::LEN + LOOKED_AT];
    while head.len() < chunk.len() {
        match file.read_at(&mut chunk, head.len() as u64)? {
            0 => break,
            read => head.extend_from_slice(chunk.get(..read).unwrap_or_default()),
        }
    }
    if let Err(error) = Config13::decode(&head) {
        return refused(format!("it does not begin with 13 valid bytes: {error}"));
    }
    let lines = head.get(config13::LEN..).unwrap_or_default();
    if lines
        .iter()
        .any(|byte| byte.is_ascii_control() && *byte != b'\n')
    {
        return refused("what follows its first 13 bytes is not text".to_owned());
    }
    Ok(())
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
    /// Lines that are too long or no text, which cannot be ours.
    pub(crate) unreadable: u64,
    /// What follows the last line feed.
    pub(crate) half: HalfLine,
    /// Where the last whole line ends.
    whole: u64,
    length: u64,
}

/// The beginning of a line that has no end.
#[derive(Default)]
pub(crate) struct HalfLine {
    /// Its first bytes, as many as a line can have.
    bytes: Vec<u8>,
    /// Whether more than zeros follow those.
    goes_on: bool,
}

impl HalfLine {
    pub(crate) const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether a crash can have left this of a line: its beginning, and zeros where the disk had
    /// made room already.
    fn may_begin(&self, line: &str) -> bool {
        let zeros = self
            .bytes
            .iter()
            .rev()
            .take_while(|byte| **byte == 0)
            .count();
        let written = self.bytes.len().saturating_sub(zeros);
        let written = self.bytes.get(..written).unwrap_or_default();
        !self.goes_on && line.as_bytes().starts_with(written)
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.bytes.is_empty() {
            self.bytes.extend_from_slice(bytes);
        } else {
            self.goes_on |= bytes.iter().any(|byte| *byte != 0);
        }
    }
}

impl Found {
    /// Reads the lines; what is too long or not text cannot be one of ours and is passed over.
    pub(crate) fn read(file: &File, offset: u64) -> io::Result<Self> {
        let mut reader = BufReader::new(file);
        reader.seek(SeekFrom::Start(offset))?;
        let mut found = Self {
            lines: HashSet::new(),
            unreadable: 0,
            half: HalfLine::default(),
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
                match std::str::from_utf8(&line) {
                    Ok(text) if !too_long => drop(found.lines.insert(text.to_owned())),
                    _ => found.unreadable += 1,
                }
                found.whole = found.length;
                found.half = HalfLine::default();
            } else {
                found.half.add(&line);
            }
            too_long = !ended;
        }
    }
}
