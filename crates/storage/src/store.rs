use std::{io, path::PathBuf, sync::Arc};

use catalog::Catalog;
use npm_model::PackageName;
use tokio::sync::broadcast;

use crate::{
    blob::Blobs,
    disk::Disk,
    layout::DataDir,
    ledger::{Ledger, LedgerError},
    rendered::RenderedCache,
};

/// Changed packages that wait for a slow listener; of older ones it learns that it missed something.
const KEPT_CHANGES: usize = 512;

/// What a store is opened with.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// The lockfile whose lines the store writes. It must exist.
    pub lockfile: PathBuf,
    /// Bytes of rendered packuments to keep in memory.
    pub packument_cache_bytes: usize,
    /// What files are written with; [`OsDisk`](crate::OsDisk) outside tests.
    pub disk: Arc<dyn Disk>,
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder of tarballs cannot be used.
    #[error("the folder of tarballs {} cannot be used", path.display())]
    Blobs {
        /// Which folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The lockfile's lines could not be brought in order.
    #[error(transparent)]
    Lockfile(#[from] LedgerError),
}

/// The packages of one registry.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) shared: Arc<Shared>,
}

/// What a publish needs after its caller may have gone.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) blobs: Arc<Blobs>,
    pub(crate) ledger: Ledger,
    pub(crate) rendered: RenderedCache,
    changes: broadcast::Sender<PackageName>,
    _data: DataDir,
}

impl Store {
    /// Opens the store in a claimed data directory. Blocks on the disk, for a time that does not
    /// grow with what is stored. Writes the lines that the lockfile lacks, and logs how many.
    pub fn open(
        data: DataDir,
        catalog: Arc<Catalog>,
        options: StoreOptions,
    ) -> Result<Self, OpenError> {
        let StoreOptions {
            lockfile,
            packument_cache_bytes,
            disk,
        } = options;
        let blobs =
            Blobs::open(data.path(), Arc::clone(&disk)).map_err(|source| OpenError::Blobs {
                path: crate::layout::blobs(data.path()),
                source,
            })?;
        let (ledger, repaired) = Ledger::open(&lockfile, &catalog, disk)?;
        if repaired > 0 {
            tracing::warn!(
                lockfile = %lockfile.display(),
                lines = repaired,
                "the lockfile lacked lines of published versions; they were written again"
            );
        }
        let shared = Shared {
            catalog,
            blobs: Arc::new(blobs),
            ledger,
            rendered: RenderedCache::new(packument_cache_bytes),
            changes: broadcast::Sender::new(KEPT_CHANGES),
            _data: data,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Returns what hears of every package whose documents change from now on, once that is committed. A
    /// listener that is too slow misses the oldest changes, and learns that it did.
    pub fn follow_changes(&self) -> broadcast::Receiver<PackageName> {
        self.shared.changes.subscribe()
    }

    /// Syncs what a crash would make the next start repair. Blocks on the disk.
    pub fn close(&self) -> Result<(), LedgerError> {
        self.shared.ledger.settle(&self.shared.catalog)
    }
}

impl Shared {
    /// Draws the consequences of a committed change of a package's documents.
    pub(crate) fn changed(&self, package: &PackageName) {
        self.rendered.forget(package);
        // Nobody need be listening.
        let _ = self.changes.send(package.clone());
    }

    /// Settles the lockfile now and then, and when somebody exchanged it: the one whose publish
    /// found that waits for its line.
    pub(crate) async fn settle_ledger_when_due(self: &Arc<Self>) {
        if !self.ledger.wants_settling() {
            return;
        }
        let shared = Arc::clone(self);
        let settling = tokio::task::spawn_blocking(move || {
            if let Err(error) = shared.ledger.settle(&shared.catalog) {
                tracing::warn!(%error, "the lockfile could not be synced; it will be tried again");
            }
        });
        // The publish stands, whatever becomes of its line.
        let _ = settling.await;
    }
}
