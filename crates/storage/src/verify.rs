//! Holding every stored tarball against both records of it: the catalogue's and the lockfile's.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use catalog::{Catalog, CatalogError, PublishedVersion};
use config13::{Config13, DecodeError};
use npm_model::{Digester, Integrity};

use crate::{
    blob, layout,
    ledger::{self, Found},
};

/// Something that is wrong.
#[derive(Debug)]
pub enum Finding {
    /// The catalogue lists a version whose tarball is not there.
    TarballMissing(PublishedVersion),
    /// The tarball's bytes are not the ones that were published.
    TarballDamaged {
        /// What the catalogue says.
        version: PublishedVersion,
        /// What the bytes are.
        actual: Integrity,
    },
    /// The tarball is there and cannot be read.
    TarballUnreadable(PublishedVersion, io::Error),
    /// The lockfile has no line for a version, or one with another integrity.
    LineMissing(PublishedVersion),
    /// The lockfile has a line for what the catalogue does not list.
    LineUnknown(String),
    /// The lockfile has so many lines that are no text, too long, or end in the middle.
    LinesUnreadable(u64),
    /// The lockfile's first 13 bytes make no sense.
    Settings(DecodeError),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TarballMissing(it) => {
                write!(f, "{}@{}: the tarball is missing", it.package, it.version)
            }
            Self::TarballDamaged {
                version: it,
                actual,
            } => write!(
                f,
                "{}@{}: the tarball is damaged: it should be {}, and is {actual}",
                it.package, it.version, it.integrity
            ),
            Self::TarballUnreadable(it, error) => {
                write!(
                    f,
                    "{}@{}: the tarball cannot be read: {error}",
                    it.package, it.version
                )
            }
            Self::LineMissing(it) => write!(
                f,
                "{}@{}: the lockfile has no line with its integrity {}",
                it.package, it.version, it.integrity
            ),
            Self::LinesUnreadable(count) => {
                write!(f, "the lockfile has {count} lines that cannot be read")
            }
            Self::Settings(error) => write!(f, "the lockfile's settings are wrong: {error}"),
            Self::LineUnknown(line) => {
                write!(
                    f,
                    "the lockfile lists what the catalogue does not: {line:?}"
                )
            }
        }
    }
}

/// What was checked and what is wrong.
#[derive(Debug, Default)]
pub struct VerifyReport {
    /// Versions that were checked.
    pub versions: u64,
    /// Bytes of tarballs that were read.
    pub bytes: u64,
    /// Stored tarballs that no version names, left by publishes that did not come to their end.
    /// They take room and do no harm.
    pub unnamed_tarballs: u64,
    /// What is wrong, in the order of publishing.
    pub findings: Vec<Finding>,
}

/// How far a check has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Versions checked so far.
    pub done: u64,
    /// All versions.
    pub total: u64,
    /// Bytes of tarballs read so far.
    pub bytes: u64,
}

/// Why nothing could be checked.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// There is no registry in that folder.
    #[error("there is no registry in {}", data.display())]
    NoRegistry {
        /// The folder.
        data: PathBuf,
    },
    /// The catalogue cannot be opened.
    #[error(transparent)]
    Open(#[from] catalog::OpenError),
    /// The catalogue cannot be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The lockfile cannot be read.
    #[error("could not read the lockfile {}", path.display())]
    Lockfile {
        /// Where it should be.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder of tarballs cannot be read.
    #[error("could not read {}", path.display())]
    Io {
        /// What could not be read.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Checks every version. Blocks for as long as it takes to read all tarballs.
///
/// Changes nothing, and may run beside a server: what is published meanwhile is not held against
/// the lockfile.
pub fn verify(
    data: &Path,
    lockfile: &Path,
    mut progress: impl FnMut(Progress),
) -> Result<VerifyReport, VerifyError> {
    let catalog = layout::catalog(data);
    if !catalog.is_file() {
        return Err(VerifyError::NoRegistry {
            data: data.to_owned(),
        });
    }
    let catalog = Catalog::open_existing(&catalog)?;
    let versions = published(&catalog, 0)?;
    let mut report = VerifyReport::default();
    let total = versions.len() as u64;
    let blobs = layout::blobs(data);
    // Versions of equal bytes share one tarball, which is read once.
    let mut seen: HashMap<Integrity, bool> = HashMap::new();
    for version in &versions {
        if seen.get(&version.integrity) != Some(&true) {
            let finding = check_tarball(&blobs, version, &mut report.bytes);
            seen.insert(version.integrity, finding.is_none());
            report.findings.extend(finding);
        }
        report.versions += 1;
        progress(Progress {
            done: report.versions,
            total,
            bytes: report.bytes,
        });
    }
    check_lines(lockfile, &catalog, &versions, &mut report)?;
    // A tarball that is placed while this runs has no row yet, and is not left over.
    let named: HashSet<Integrity> = published(&catalog, 0)?
        .into_iter()
        .map(|version| version.integrity)
        .collect();
    report.unnamed_tarballs = count_unnamed(&blobs, &named).map_err(|source| VerifyError::Io {
        path: blobs.clone(),
        source,
    })?;
    Ok(report)
}

fn published(catalog: &Catalog, after: i64) -> Result<Vec<PublishedVersion>, CatalogError> {
    let mut versions = Vec::new();
    catalog.read(|rows| {
        rows.published_after(after, |version| {
            versions.push(version);
            Ok::<_, CatalogError>(())
        })
    })?;
    Ok(versions)
}

fn check_tarball(blobs: &Path, version: &PublishedVersion, read: &mut u64) -> Option<Finding> {
    let path = blob::path_of(blobs, &version.integrity);
    let digests = File::open(path).and_then(|mut file| {
        let mut digester = Digester::new();
        let mut chunk = vec![0; 256 * 1024];
        loop {
            let length = file.read(&mut chunk)?;
            let Some(bytes) = chunk.get(..length).filter(|bytes| !bytes.is_empty()) else {
                return Ok(digester.finish());
            };
            digester.update(bytes);
            *read += bytes.len() as u64;
        }
    });
    match digests {
        Ok(digests)
            if digests.integrity == version.integrity
                && digests.shasum == version.shasum
                && digests.size == version.size =>
        {
            None
        }
        Ok(digests) => Some(Finding::TarballDamaged {
            version: version.clone(),
            actual: digests.integrity,
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Some(Finding::TarballMissing(version.clone()))
        }
        Err(error) => Some(Finding::TarballUnreadable(version.clone(), error)),
    }
}

fn check_lines(
    lockfile: &Path,
    catalog: &Catalog,
    versions: &[PublishedVersion],
    report: &mut VerifyReport,
) -> Result<(), VerifyError> {
    let failed = |source| VerifyError::Lockfile {
        path: lockfile.to_owned(),
        source,
    };
    let file = File::open(lockfile).map_err(failed)?;
    let mut head = [0; config13::LEN];
    let read = file.read_at(&mut head, 0).map_err(failed)?;
    if let Err(error) = Config13::decode(head.get(..read).unwrap_or_default()) {
        report.findings.push(Finding::Settings(error));
    }
    let found = Found::read(&file, config13::LEN as u64).map_err(failed)?;
    let unreadable = found.unreadable + u64::from(!found.half.is_empty());
    if unreadable > 0 {
        report.findings.push(Finding::LinesUnreadable(unreadable));
    }
    let mut lines = found.lines;
    for version in versions {
        if !lines.remove(line_of(version).trim_end()) {
            report.findings.push(Finding::LineMissing(version.clone()));
        }
    }
    // What is left was published after the catalogue was read, or is not ours.
    let newest = versions.last().map_or(0, |version| version.seq);
    for version in published(catalog, newest)? {
        lines.remove(line_of(&version).trim_end());
    }
    let mut unknown = Vec::new();
    catalog.read(|rows| {
        for line in lines {
            if !was_removed(rows, &line)? {
                unknown.push(line);
            }
        }
        Ok::<_, CatalogError>(())
    })?;
    unknown.sort_unstable();
    report
        .findings
        .extend(unknown.into_iter().map(Finding::LineUnknown));
    Ok(())
}

/// Tells whether a line is of a version that was removed: the lockfile only grows.
fn was_removed(rows: &catalog::Read<'_>, line: &str) -> Result<bool, CatalogError> {
    let Some((id, integrity)) = line.split_once(' ') else {
        return Ok(false);
    };
    match (id.rsplit_once('@'), Integrity::parse(integrity)) {
        (Some((package, version)), Ok(bytes)) => rows.was_removed(package, version, &bytes),
        _ => Ok(false),
    }
}

fn line_of(version: &PublishedVersion) -> String {
    ledger::line(&version.package, &version.version, &version.integrity)
}

fn count_unnamed(blobs: &Path, named: &HashSet<Integrity>) -> io::Result<u64> {
    let named: HashSet<(String, String)> = named.iter().map(layout::blob_name).collect();
    let mut unnamed = 0;
    for folder in fs::read_dir(blobs)? {
        let folder = folder?;
        let Ok(prefix) = folder.file_name().into_string() else {
            continue;
        };
        if prefix.len() != 2 || !folder.file_type()?.is_dir() {
            continue;
        }
        for file in fs::read_dir(folder.path())? {
            let Ok(name) = file?.file_name().into_string() else {
                continue;
            };
            unnamed += u64::from(!named.contains(&(prefix.clone(), name)));
        }
    }
    Ok(unnamed)
}
