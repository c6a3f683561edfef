//! Tarballs, named by what is in them.

use std::{
    collections::HashSet,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use npm_model::{Digester, Digests, Integrity};

use crate::{
    disk::{Disk, is_full},
    layout,
};

/// Why a tarball could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// No room is left for it. Nothing is kept.
    #[error("the disk is full")]
    DiskFull,
    /// The disk refused. `step` names the write, so the log line needs no backtrace.
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

impl DraftError {
    fn at(step: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| {
            if is_full(&source) {
                Self::DiskFull
            } else {
                Self::Io { step, path, source }
            }
        }
    }
}

/// The folder of tarballs.
#[derive(Debug)]
pub(crate) struct Blobs {
    root: PathBuf,
    incoming: PathBuf,
    disk: Arc<dyn Disk>,
    received: AtomicU64,
    /// Folders below `root` whose names this process has synced. One that is merely there may
    /// have been made by another publish, or by a process that crashed, and be lost with the power.
    named: Mutex<HashSet<String>>,
}

impl Blobs {
    /// Opens the folder and removes what an interrupted server left half received.
    pub(crate) fn open(data: &Path, disk: Arc<dyn Disk>) -> io::Result<Self> {
        let incoming = layout::incoming(data);
        for left in fs::read_dir(&incoming)? {
            fs::remove_file(left?.path())?;
        }
        Ok(Self {
            root: layout::blobs(data),
            incoming,
            disk,
            received: AtomicU64::new(0),
            named: Mutex::default(),
        })
    }

    /// Opens the tarball with that integrity.
    pub(crate) fn get(&self, integrity: &Integrity) -> io::Result<File> {
        File::open(path_of(&self.root, integrity))
    }

    /// Makes one of the folders of tarballs so that it survives a loss of power.
    fn name_folder(&self, folder: &str) -> Result<(), DraftError> {
        let named = || self.named.lock().unwrap_or_else(PoisonError::into_inner);
        if named().contains(folder) {
            return Ok(());
        }
        let path = self.root.join(folder);
        self.disk
            .create_dir(&path)
            .map_err(DraftError::at("make", &path))?;
        self.disk
            .sync_dir(&self.root)
            .map_err(DraftError::at("sync", &self.root))?;
        named().insert(folder.to_owned());
        Ok(())
    }

    /// Starts to receive a tarball.
    pub(crate) fn receive(self: &Arc<Self>) -> Result<Incoming, DraftError> {
        let number = self.received.fetch_add(1, Ordering::Relaxed);
        let path = self.incoming.join(format!("{number:x}"));
        let file = self
            .disk
            .create(&path)
            .map_err(DraftError::at("make", &path))?;
        let unnamed = Unnamed {
            blobs: Arc::clone(self),
            path,
            placed: false,
        };
        Ok(Incoming {
            unnamed,
            file,
            digester: Digester::new(),
            broken: false,
        })
    }
}

/// Where the tarball with that integrity lies below the folder of tarballs.
pub(crate) fn path_of(root: &Path, integrity: &Integrity) -> PathBuf {
    let (folder, name) = layout::blob_name(integrity);
    root.join(folder).join(name)
}

/// A tarball that is being received. Nobody sees it, and dropped, it is removed.
#[derive(Debug)]
pub struct Incoming {
    unnamed: Unnamed,
    file: File,
    digester: Digester,
    /// A write failed, so the file does not hold what was digested.
    broken: bool,
}

impl Incoming {
    /// Adds bytes to it. Blocks on the disk.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), DraftError> {
        self.digester.update(bytes);
        let Unnamed { blobs, path, .. } = &self.unnamed;
        let written = blobs.disk.write(&mut self.file, bytes);
        self.broken |= written.is_err();
        written.map_err(DraftError::at("write", path))
    }

    /// Ends it, and finds what was received.
    pub fn seal(self) -> Received {
        Received {
            digests: self.digester.finish(),
            broken: self.broken,
            unnamed: self.unnamed,
            file: self.file,
        }
    }
}

/// A tarball that was received whole, but would not survive a crash yet. Dropped, it is removed.
#[derive(Debug)]
pub struct Received {
    digests: Digests,
    broken: bool,
    unnamed: Unnamed,
    file: File,
}

impl Received {
    /// What its bytes are.
    pub const fn digests(&self) -> Digests {
        self.digests
    }

    /// Opens it from its start.
    pub(crate) fn open(&self) -> Result<File, DraftError> {
        let path = &self.unnamed.path;
        File::open(path).map_err(DraftError::at("read", path))
    }

    /// Makes it durable under its own name. Bytes that are there already are replaced by the same
    /// bytes: another publish may have named them a moment ago and not synced them yet.
    pub(crate) fn place(mut self) -> Result<(), DraftError> {
        let Unnamed {
            blobs,
            path,
            placed,
        } = &mut self.unnamed;
        if self.broken {
            let earlier = io::Error::other("an earlier write to it failed");
            return Err(DraftError::at("keep", path)(earlier));
        }
        let disk = &blobs.disk;
        disk.sync(&self.file)
            .map_err(DraftError::at("sync", path))?;
        let (folder, name) = layout::blob_name(&self.digests.integrity);
        blobs.name_folder(&folder)?;
        let folder = blobs.root.join(folder);
        let target = folder.join(name);
        disk.rename(path, &target)
            .map_err(DraftError::at("name", &target))?;
        *placed = true;
        disk.sync_dir(&folder)
            .map_err(DraftError::at("sync", &folder))
    }
}

/// A file in `incoming`, removed when it is dropped before it got its name.
#[derive(Debug)]
struct Unnamed {
    blobs: Arc<Blobs>,
    path: PathBuf,
    placed: bool,
}

impl Drop for Unnamed {
    fn drop(&mut self) {
        if !self.placed {
            // What cannot be removed now is removed by the next start.
            let _ = self.blobs.disk.remove(&self.path);
        }
    }
}
