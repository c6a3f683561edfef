//! A folder becomes a tarball.

use std::{
    fs::{File, Metadata},
    io::{self, Read as _, Seek as _, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use flate2::{Compression, GzBuilder, write::GzEncoder};
use npm_model::{Digester, Integrity, PackageName, Shasum, Version};
use serde_json::Value;

use crate::{
    Document, Note,
    list::{self, Files, Found, ListError},
    manifest::{self, ManifestError},
    package::{self, Package, PackageError},
};

mod archive;

/// Bytes of a file that are read at a time.
const CHUNK: usize = 64 * 1024;

/// Why a folder was not packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// There is no `package.json` that can be read.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// Its files cannot be listed.
    #[error(transparent)]
    List(#[from] ListError),
    /// It has no manifest that can be published.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A file that was listed is not there any more.
    #[error("{} was removed while the folder was packed", path.display())]
    Vanished {
        /// The file.
        path: PathBuf,
    },
    /// A file was written to, or replaced, after it was listed.
    #[error("{} was changed while the folder was packed", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A file is there and could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no room for the tarball, or no folder for temporary files.
    #[error("could not write the tarball")]
    Write(#[source] io::Error),
    /// Whoever was told of the progress did not want to go on.
    #[error("packing was given up")]
    GivenUp,
}

/// A file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedFile {
    /// Its path in the package, with slashes.
    pub path: String,
    /// Its size, in bytes.
    pub size: u64,
    /// Its permissions, as npm writes them.
    pub mode: u32,
}

/// What would be packed.
#[derive(Debug)]
pub struct Listed {
    /// The package's name.
    pub name: PackageName,
    /// The version that its `package.json` has.
    pub version: Version,
    /// The manifest that would be published, without `dist`.
    pub manifest: Document,
    /// The files, in the order of the tarball.
    pub files: Vec<PackedFile>,
    /// Bytes of all files.
    pub unpacked_size: u64,
    /// What whoever publishes might want to know.
    pub notes: Vec<Note>,
}

/// A package in a tarball.
#[derive(Debug)]
pub struct Packed {
    /// The package's name.
    pub name: PackageName,
    /// The version that its `package.json` has.
    pub version: Version,
    /// The manifest that is published, without `dist`.
    pub manifest: Document,
    /// The files, in the order of the tarball.
    pub files: Vec<PackedFile>,
    /// Bytes of the tarball.
    pub size: u64,
    /// Bytes of all files.
    pub unpacked_size: u64,
    /// The SHA-512 of the tarball.
    pub integrity: Integrity,
    /// The SHA-1 of the tarball.
    pub shasum: Shasum,
    /// The tarball, from its first byte on. It has no name, and goes away when it is closed.
    pub tarball: File,
    /// What whoever publishes might want to know.
    pub notes: Vec<Note>,
}

/// How much is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackProgress {
    /// Files that are packed.
    pub files: usize,
    /// Files of the package.
    pub all_files: usize,
    /// Bytes of files that are packed.
    pub bytes: u64,
    /// Bytes of all files.
    pub all_bytes: u64,
}

/// Lists what would be packed, and reads no file but those that say what that is.
pub fn list(folder: &Path) -> Result<Listed, PackError> {
    let (listed, _) = prepare(folder)?;
    Ok(listed)
}

/// Packs a folder into a temporary file. The same files give the same bytes.
///
/// No script of the package is run: a note says if it has one that npm would run.
/// Reports after each piece of a file, and gives up when it is told to.
pub fn pack(
    folder: &Path,
    report: impl FnMut(PackProgress) -> ControlFlow<()>,
) -> Result<Packed, PackError> {
    let file = tempfile::tempfile().map_err(PackError::Write)?;
    let (listed, found) = prepare(folder)?;
    let mut output = Hashed {
        file: io::BufWriter::new(file),
        digester: Digester::new(),
    };
    write(&listed, &found, &mut output, report)?;
    let digests = output.digester.finish();
    let mut tarball = output
        .file
        .into_inner()
        .map_err(|error| PackError::Write(error.into_error()))?;
    tarball.rewind().map_err(PackError::Write)?;
    Ok(Packed {
        name: listed.name,
        version: listed.version,
        manifest: listed.manifest,
        files: listed.files,
        size: digests.size,
        unpacked_size: listed.unpacked_size,
        integrity: digests.integrity,
        shasum: digests.shasum,
        tarball,
        notes: listed.notes,
    })
}

/// Reads the package and lists its files, with where they are.
fn prepare(folder: &Path) -> Result<(Listed, Vec<Found>), PackError> {
    let document = package::read(folder)?;
    let package = Package::new(&document, folder);
    let mut notes = script_notes(&document);
    let made = manifest::make(document, folder)?;
    let files = list::list(folder, &package, &mut notes)?;
    let (files, found) = in_order(files, &package);
    let unpacked_size = files.iter().map(|file| file.size).sum();
    let listed = Listed {
        name: made.name,
        version: made.version,
        manifest: made.manifest,
        files,
        unpacked_size,
        notes,
    };
    Ok((listed, found))
}

fn script_notes(document: &Document) -> Vec<Note> {
    let Some(Value::Object(scripts)) = document.get("scripts") else {
        return Vec::new();
    };
    let run = [
        "prepublishOnly",
        "prepack",
        "prepare",
        "postpack",
        "publish",
        "postpublish",
    ];
    let run = run.into_iter().filter(|name| scripts.contains_key(*name));
    run.map(|name| Note::NotRun { script: name }).collect()
}

/// Puts what is alike side by side, which compresses best: by ending, then by name, then by path.
fn in_order(files: Files, package: &Package) -> (Vec<PackedFile>, Vec<Found>) {
    let mut all: Vec<(String, Found)> = files.into_iter().collect();
    all.sort_by_cached_key(|(path, _)| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let ending = match name.rsplit_once('.') {
            Some((before, ending)) if !before.is_empty() => ending.to_lowercase(),
            _ => String::new(),
        };
        (ending, name.to_lowercase(), path.clone())
    });
    all.into_iter()
        .map(|(path, found)| {
            // npm compares without the first folder, so that a command in a folder keeps its own mode.
            let inner = path
                .split_once('/')
                .map_or(path.as_str(), |(_, inner)| inner);
            let is_command = package.bin.iter().any(|(_, file)| file == inner);
            let file = PackedFile {
                size: found.metadata.len(),
                mode: mode(&found.metadata, is_command),
                path,
            };
            (file, found)
        })
        .unzip()
}

/// The owner may read and write, nobody else may write, and commands can be run.
fn mode(metadata: &Metadata, is_command: bool) -> u32 {
    #[cfg(unix)]
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777;
    #[cfg(not(unix))]
    let mode = {
        let _ = metadata;
        0o644
    };
    let mode = if is_command { mode | 0o111 } else { mode };
    (mode | 0o600) & !0o22
}

fn write(
    listed: &Listed,
    found: &[Found],
    output: &mut impl Write,
    mut report: impl FnMut(PackProgress) -> ControlFlow<()>,
) -> Result<(), PackError> {
    // No time and no system, so that the bytes are the same everywhere.
    let encoder = GzBuilder::new().operating_system(255);
    let mut encoder = encoder.write(output, Compression::new(9));
    let mut progress = PackProgress {
        files: 0,
        all_files: listed.files.len(),
        bytes: 0,
        all_bytes: listed.unpacked_size,
    };
    let mut chunk = vec![0; CHUNK];
    for (file, found) in listed.files.iter().zip(found) {
        let head = archive::head(&file.path, file.size, file.mode);
        encoder.write_all(&head).map_err(PackError::Write)?;
        add(found, &mut chunk, &mut encoder, |bytes| {
            progress.bytes += bytes;
            report(progress)
        })?;
        let padding = archive::padding(file.size);
        encoder.write_all(padding).map_err(PackError::Write)?;
        progress.files += 1;
        if report(progress).is_break() {
            return Err(PackError::GivenUp);
        }
    }
    let end = [0; 2 * archive::BLOCK];
    encoder.write_all(&end).map_err(PackError::Write)?;
    encoder
        .finish()
        .map_err(PackError::Write)?
        .flush()
        .map_err(PackError::Write)
}

/// Copies one file, of which nothing may have changed since it was listed.
fn add(
    found: &Found,
    chunk: &mut [u8],
    output: &mut GzEncoder<&mut impl Write>,
    mut report: impl FnMut(u64) -> ControlFlow<()>,
) -> Result<(), PackError> {
    let path = || found.path.clone();
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            PackError::Vanished { path: path() }
        }
        _ => PackError::Read {
            path: path(),
            source,
        },
    };
    let mut file = File::open(&found.path).map_err(failed)?;
    let now = file.metadata().map_err(failed)?;
    if !is_same(&now, &found.metadata) {
        return Err(PackError::Changed { path: path() });
    }
    let mut left = found.metadata.len();
    loop {
        let count = match file.read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(failed)?,
        };
        let bytes = chunk.get(..count).unwrap_or_default();
        // Longer or shorter than it was.
        let read = count as u64;
        if read > left || (read == 0 && left > 0) {
            return Err(PackError::Changed { path: path() });
        }
        if read == 0 {
            return Ok(());
        }
        output.write_all(bytes).map_err(PackError::Write)?;
        left -= read;
        if report(read).is_break() {
            return Err(PackError::GivenUp);
        }
    }
}

/// Whether an opened file is the one that was listed, and as it was then.
fn is_same(now: &Metadata, then: &Metadata) -> bool {
    let is_alike = now.is_file() && now.len() == then.len();
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let is_it = now.dev() == then.dev() && now.ino() == then.ino();
        let time = |of: &Metadata| (of.mtime(), of.mtime_nsec());
        is_alike && is_it && time(now) == time(then)
    }
    #[cfg(not(unix))]
    {
        is_alike && now.modified().ok() == then.modified().ok()
    }
}

/// A file whose digests are made while it is written.
struct Hashed {
    file: io::BufWriter<File>,
    digester: Digester,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.digester.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests;
