//! A store to receive tarballs into, and whole bodies to receive.

use std::{
    sync::{Arc, OnceLock},
    thread,
};

use catalog::Catalog;
use http::HeaderMap;
use npm_model::PackageName;
use storage::{DataDir, OsDisk, Store, StoreOptions, layout};
use tempfile::TempDir;
use web::receive::Inflater;

use super::intake::{Arrived, Intake};
use crate::{bodies::Bodies, reject::Reject};

/// A store in a folder of its own.
pub(super) struct Home {
    pub(super) store: Store,
    folder: TempDir,
}

impl Home {
    pub(super) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let data = DataDir::claim(folder.path()).unwrap();
        let lockfile = layout::default_lockfile(data.path());
        std::fs::write(&lockfile, [0; config13::LEN]).unwrap();
        let catalog = Arc::new(Catalog::open(&layout::catalog(data.path())).unwrap());
        let options = StoreOptions {
            lockfile,
            packument_cache_bytes: 0,
            disk: Arc::new(OsDisk),
        };
        // Opening waits for the catalogue's thread, which a runtime's own may not.
        let opening = || Store::open(data, catalog, options).unwrap();
        let store = thread::scope(|threads| threads.spawn(opening).join().unwrap());
        Self { store, folder }
    }

    /// How many tarballs are being received.
    pub(super) fn incoming(&self) -> usize {
        let incoming = layout::incoming(self.folder.path());
        std::fs::read_dir(incoming).unwrap().count()
    }

    /// Starts to receive a document that was sent with these headers.
    pub(super) fn intake(
        &self,
        package: &PackageName,
        headers: &HeaderMap,
        denial: Option<Reject>,
    ) -> Intake {
        let inflater = Inflater::new(headers, 1 << 30).unwrap();
        let room = Bodies::new().begin();
        Intake::new(&self.store, package, inflater, room, denial)
    }
}

/// Receives a body in one piece, into a store that many tests share.
pub(super) fn arrived(body: &[u8], package: &PackageName) -> Result<Arrived, Reject> {
    static HOME: OnceLock<Home> = OnceLock::new();
    let home = HOME.get_or_init(Home::new);
    let mut intake = home.intake(package, &HeaderMap::new(), None);
    intake.push(&[body.to_vec().into()])?;
    intake.finish()
}
