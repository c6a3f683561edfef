//! What this crate's tests share: a catalogue in a folder of its own, and ways to damage it.

use std::{
    path::PathBuf,
    sync::mpsc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use npm_model::{Digests, Dist, DistTag, Manifest, PackageName, Version};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{Catalog, CatalogError, NewVersion, PackumentForm, Read, Write};

/// A catalogue and the folder it is in.
pub(crate) struct Bench {
    pub(crate) catalog: Catalog,
    folder: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let catalog = Catalog::open(&folder.path().join("catalog.db")).unwrap();
        Self { catalog, folder }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("catalog.db")
    }

    /// Closes the catalogue and opens it again.
    pub(crate) fn reopened(self) -> Self {
        let Self { catalog, folder } = self;
        drop(catalog);
        let catalog = Catalog::open(&folder.path().join("catalog.db")).unwrap();
        Self { catalog, folder }
    }

    /// The catalogue, and the folder that goes when it is dropped.
    pub(crate) fn into_parts(self) -> (Catalog, TempDir) {
        (self.catalog, self.folder)
    }

    /// Changes the rows behind the catalogue's back.
    pub(crate) fn tamper(&self, sql: &str) {
        let connection = Connection::open(self.path()).unwrap();
        connection
            .busy_timeout(Duration::from_secs(10))
            .and_then(|()| connection.execute_batch(sql))
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// Runs a job that is expected to succeed.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Write<'_>) -> Result<T, CatalogError> + Send + 'static,
    ) -> T {
        self.catalog.write_blocking(job).unwrap()
    }

    /// Publishes a version as `storage` would, with a tag.
    pub(crate) fn publish(&self, package: &str, version: &str, tag: &str) -> i64 {
        let (package, new) = (name(package), new_version(package, version));
        let tag = DistTag::parse(tag).unwrap();
        self.write(move |rows| {
            let id = match rows.package(&package)? {
                Some(row) => row.id,
                None => rows.add_package(&package, new.published)?,
            };
            rows.add_owner(id, &new.publisher)?;
            let seq = rows.add_version(id, &new)?;
            rows.set_dist_tag(id, &tag, &new.version)?;
            rows.touch_package(id, new.published)?;
            Ok(seq)
        })
    }

    pub(crate) fn rev(&self, package: &str) -> Option<String> {
        let package = name(package);
        let row = self.catalog.read(|rows| rows.package(&package)).unwrap();
        row.map(|row| row.rev)
    }

    pub(crate) fn has(&self, package: &str) -> bool {
        self.rev(package).is_some()
    }

    /// The versions a packument lists, as they are spelled.
    pub(crate) fn versions(&self, package: &str) -> Vec<String> {
        let package = name(package);
        let rows = self
            .catalog
            .read(|rows| rows.packument(&package, PackumentForm::Full))
            .unwrap();
        let versions = rows.into_iter().flat_map(|rows| rows.versions);
        versions.map(|it| it.version.to_string()).collect()
    }

    /// Keeps the writing thread in a job until the returned gate is dropped, so that what is
    /// queued meanwhile shares the next commit.
    pub(crate) fn close_gate(&self) -> mpsc::Sender<()> {
        let (gate, closed) = mpsc::channel::<()>();
        let (entered, inside) = mpsc::channel();
        // Nobody asks for the answer.
        drop(self.catalog.queue(move |_| {
            entered.send(()).unwrap();
            let _ = closed.recv();
            Ok::<_, CatalogError>(())
        }));
        inside.recv().unwrap();
        gate
    }
}

pub(crate) fn name(text: &str) -> PackageName {
    PackageName::parse(text).unwrap()
}

pub(crate) fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

pub(crate) fn at(millis: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(millis)
}

pub(crate) fn new_version(package: &str, number: &str) -> NewVersion {
    let json = format!(r#"{{"name":"{package}","version":"{number}"}}"#);
    let Digests {
        integrity,
        shasum,
        size,
    } = Digests::of(json.as_bytes());
    let dist = Dist {
        integrity,
        shasum,
        file_count: None,
        unpacked_size: None,
        signatures: Vec::new(),
    };
    NewVersion {
        deprecated: None,
        version: version(number),
        manifest: Manifest::parse(json.as_bytes()).unwrap().to_stored(&dist),
        integrity,
        shasum,
        size,
        publisher: "alice".to_owned(),
        published: at(1_000),
    }
}

impl Read<'_> {
    /// Counts all versions of all packages.
    pub(crate) fn count_versions(&self) -> Result<u64, CatalogError> {
        let count = "SELECT count(*) FROM versions";
        let count: u32 = self.transaction.query_row(count, [], |row| row.get(0))?;
        Ok(count.into())
    }
}
