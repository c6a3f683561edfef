//! The data directory: what lies where, and what is true after a crash.
//!
//! ```text
//! <data>/
//!   in-use                 locked by the one server that writes here; holds its process id
//!   catalog.db             the catalogue (SQLite, with its -wal and -shm)
//!   registry.lockb         the lockfile, unless another one was named
//!   keys/                  signing keys, owned by `auth`
//!   blobs/ab/cdef…         a tarball, named by the SHA-512 of its bytes in hex
//!   blobs/incoming/…       tarballs that are being received
//! ```
//!
//! After a crash at any moment:
//! - a version that the catalogue lists has its blob, because the blob was synced before;
//! - a blob may be there that no version names: it takes room and does no harm;
//! - the lockfile may lack lines, or end in half a line: the next start repairs both;
//! - what is left in `incoming` was never named and is removed by the next start.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use npm_model::Integrity;

/// A data directory that this process alone writes to, for as long as the value lives.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    _in_use: File,
}

/// Why a data directory could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Another server writes here.
    #[error("the data directory {} is in use by another registryd{}", path.display(), owner(holder.as_deref()))]
    InUse {
        /// The data directory.
        path: PathBuf,
        /// The process id the other server noted, when it can be read.
        holder: Option<String>,
    },
    /// The disk refused.
    #[error("could not {step} {}", path.display())]
    Io {
        /// What was being done.
        step: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn owner(holder: Option<&str>) -> String {
    holder
        .map(|process| format!(" (process {process})"))
        .unwrap_or_default()
}

impl DataDir {
    /// Makes the directory when it is missing, and locks it against other servers.
    ///
    /// The lock ends with the process, however it ends.
    pub fn claim(path: &Path) -> Result<Self, ClaimError> {
        let failed = |step, path: &Path| {
            let path = path.to_owned();
            move |source| ClaimError::Io { step, path, source }
        };
        let missing = path
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .count();
        // Keys and password hashes lie below, so nobody else may look in.
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(failed("make the data directory", path))?;
        let path = path
            .canonicalize()
            .map_err(failed("find the data directory", path))?;
        let in_use = lock(&path)?;
        // The folder may have been there, open to others. SQLite gives the files beside the
        // catalogue the same mode.
        let catalog = catalog(&path);
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&catalog)
            .map_err(failed("make", &catalog))?;
        for folder in [blobs(&path), incoming(&path)] {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(&folder)
                .map_err(failed("make the folder", &folder))?;
        }
        // A publish syncs what it adds to `blobs`; the way there has to outlast the power as well.
        let made = path.ancestors().skip(1).take(missing);
        for folder in [blobs(&path).as_path(), &path].into_iter().chain(made) {
            File::open(folder)
                .and_then(|folder| folder.sync_all())
                .map_err(failed("sync the folder", folder))?;
        }
        Ok(Self {
            path,
            _in_use: in_use,
        })
    }

    /// The directory's absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn lock(data: &Path) -> Result<File, ClaimError> {
    let path = data.join("in-use");
    let io = |step| {
        let path = path.clone();
        move |source| ClaimError::Io { step, path, source }
    };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(io("open"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let read = file.take(20).read_to_string(&mut holder);
            let holder = read.ok().map(|_| holder.trim().to_owned());
            return Err(ClaimError::InUse {
                path: data.to_owned(),
                holder: holder.filter(|text| text.parse::<u32>().is_ok()),
            });
        }
        Err(TryLockError::Error(source)) => return Err(io("lock")(source)),
    }
    // The process id is for people; the lock alone decides, so a failure to write it is no reason
    // to stop.
    let _ = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()));
    Ok(file)
}

/// Where the catalogue is.
pub fn catalog(data: &Path) -> PathBuf {
    data.join("catalog.db")
}

/// Where the lockfile is when no other one was named.
pub fn default_lockfile(data: &Path) -> PathBuf {
    data.join("registry.lockb")
}

/// Where the signing keys are.
pub fn keys(data: &Path) -> PathBuf {
    data.join("keys")
}

/// Where the tarballs are.
pub fn blobs(data: &Path) -> PathBuf {
    data.join("blobs")
}

/// Where tarballs are while they are being received.
pub fn incoming(data: &Path) -> PathBuf {
    blobs(data).join("incoming")
}

/// The folder below `blobs`, and the name in it, of the tarball with that integrity.
pub(crate) fn blob_name(integrity: &Integrity) -> (String, String) {
    let mut folder = integrity.to_hex();
    let name = folder.split_off(2);
    (folder, name)
}
