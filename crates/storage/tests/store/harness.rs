//! A store in a folder of its own, and the disk that fails when it is told to.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, SystemTime},
};

use catalog::{Catalog, CatalogError, Origin, PackumentForm};
use flate2::read::GzDecoder;
use npm_model::{Digests, DistTag, Manifest, PackageName, Version};
use storage::{
    ClaimError, Contents, DataDir, Disk, Draft, Encoding, OsDisk, PackumentRequest, Publication,
    PublishError, Published, Readme, Rendered, Store, StoreOptions, TarballContent, VerifyReport,
    layout,
};
use tempfile::TempDir;

/// Where the tests' registry seems to be.
pub(crate) const BASE: &str = "http://localhost:4873";

/// A data directory; the store in it is opened and dropped as the test asks.
pub(crate) struct Home {
    folder: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let home = Self {
            folder: TempDir::new().unwrap(),
        };
        fs::write(home.lockfile(), [0; config13::LEN]).unwrap();
        home
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn lockfile(&self) -> PathBuf {
        layout::default_lockfile(self.path())
    }

    pub(crate) fn open(&self) -> Opened {
        self.open_on(Arc::new(OsDisk)).unwrap()
    }

    pub(crate) fn open_on(&self, disk: Arc<dyn Disk>) -> Result<Opened, storage::OpenError> {
        self.open_with(disk, 1 << 20)
    }

    pub(crate) fn open_with(
        &self,
        disk: Arc<dyn Disk>,
        packument_cache_bytes: usize,
    ) -> Result<Opened, storage::OpenError> {
        let data = self.claim();
        let catalog = Arc::new(Catalog::open(&layout::catalog(data.path())).unwrap());
        let options = StoreOptions {
            lockfile: self.lockfile(),
            packument_cache_bytes,
            disk,
        };
        let opening = Arc::clone(&catalog);
        let store = outside(|| Store::open(data, opening, options))?;
        Ok(Opened { store, catalog })
    }

    /// Claims the data directory as soon as the last task of the store before has let it go.
    fn claim(&self) -> DataDir {
        for _ in 0..1000 {
            match DataDir::claim(self.path()) {
                Err(ClaimError::InUse { .. }) => thread::sleep(Duration::from_millis(5)),
                claimed => return claimed.unwrap(),
            }
        }
        panic!("the store before is still in use");
    }

    /// The lockfile's lines, without their line feeds.
    pub(crate) fn lines(&self) -> Vec<String> {
        let bytes = fs::read(self.lockfile()).unwrap();
        let lines = bytes[config13::LEN..].split_inclusive(|byte| *byte == b'\n');
        lines
            .map(|line| {
                let line = line.strip_suffix(b"\n").expect("a half line at the end");
                String::from_utf8_lossy(line).into_owned()
            })
            .collect()
    }

    pub(crate) fn verify(&self) -> VerifyReport {
        storage::verify(self.path(), &self.lockfile(), |_| ()).unwrap()
    }

    /// Where the tarball with these bytes is kept.
    pub(crate) fn blob(&self, tarball: &[u8]) -> PathBuf {
        let hex = Digests::of(tarball).integrity.to_hex();
        let (folder, name) = hex.split_at(2);
        layout::blobs(self.path()).join(folder).join(name)
    }

    /// Changes the rows behind the store's back.
    pub(crate) fn tamper(&self, sql: &str) {
        let connection = rusqlite::Connection::open(layout::catalog(self.path())).unwrap();
        connection.busy_timeout(Duration::from_secs(10)).unwrap();
        connection.execute_batch(sql).unwrap();
    }

    pub(crate) fn incoming(&self) -> usize {
        fs::read_dir(layout::incoming(self.path())).unwrap().count()
    }
}

/// An open store.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) catalog: Arc<Catalog>,
}

/// Runs what waits for the catalogue's thread, which it may not do on a runtime's own.
fn outside<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|threads| threads.spawn(work).join().unwrap())
}

impl Opened {
    /// Syncs the lockfile as a server does that stops in order; tells whether that went well.
    pub(crate) fn close(&self) -> bool {
        outside(|| self.store.close()).is_ok()
    }

    /// Publishes a version whose tarball is `tarball`.
    pub(crate) async fn publish(
        &self,
        package: &str,
        version: &str,
        tarball: &[u8],
    ) -> Result<Published, PublishError> {
        self.send(publication(package, version), tarball).await
    }

    pub(crate) async fn send(
        &self,
        publication: Publication,
        tarball: &[u8],
    ) -> Result<Published, PublishError> {
        self.draft(publication, tarball)?
            .commit(Contents::default())
            .await
    }

    pub(crate) fn draft(
        &self,
        publication: Publication,
        tarball: &[u8],
    ) -> Result<Draft, PublishError> {
        let mut incoming = self.store.receive()?;
        let (head, rest) = tarball.split_at(tarball.len() / 2);
        incoming.write(head)?;
        incoming.write(rest)?;
        self.store.draft(publication, incoming.seal())
    }

    pub(crate) async fn packument(
        &self,
        package: &str,
        form: PackumentForm,
        encoding: Encoding,
        base: &str,
    ) -> Option<Rendered> {
        let request = PackumentRequest {
            package: name(package),
            form,
            encoding,
            base: base.into(),
        };
        self.store.packument(request).await.unwrap()
    }

    /// The full packument as a JSON value.
    pub(crate) async fn document(&self, package: &str) -> Option<serde_json::Value> {
        let rendered = self
            .packument(package, PackumentForm::Full, Encoding::Identity, BASE)
            .await?;
        Some(serde_json::from_slice(&rendered.body).unwrap())
    }

    /// The versions the packument lists, in its order.
    pub(crate) async fn versions(&self, package: &str) -> Vec<String> {
        let Some(document) = self.document(package).await else {
            return Vec::new();
        };
        let mut versions: Vec<_> = document["versions"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        versions.sort();
        versions
    }

    pub(crate) async fn tags(&self, package: &str) -> Vec<(String, String)> {
        let tags = self.store.dist_tags(&name(package)).await.unwrap();
        tags.unwrap_or_default()
            .into_iter()
            .map(|(tag, version)| (tag.to_string(), version.to_string()))
            .collect()
    }

    /// The bytes of a version's tarball.
    pub(crate) async fn tarball(&self, package: &str, number: &str) -> Option<Vec<u8>> {
        let (package, number) = (name(package), version(number));
        let tarball = self.store.tarball(&package, &number).await.unwrap()?;
        let bytes = match tarball.content {
            TarballContent::Whole(bytes) => bytes.to_vec(),
            TarballContent::File(mut file) => {
                let mut bytes = Vec::new();
                io::Read::read_to_end(&mut file, &mut bytes).unwrap();
                bytes
            }
        };
        assert_eq!(tarball.size, bytes.len() as u64);
        assert_eq!(tarball.integrity, Digests::of(&bytes).integrity);
        Some(bytes)
    }

    pub(crate) fn is_listed(&self, package: &str, number: &str) -> bool {
        is_listed(&self.catalog, package, number)
    }
}

pub(crate) fn is_listed(catalog: &Catalog, package: &str, number: &str) -> bool {
    let found = catalog.read(|rows| rows.tarball(&name(package), &version(number)));
    let found: Result<_, CatalogError> = found;
    found.unwrap().is_some()
}

pub(crate) fn name(text: &str) -> PackageName {
    PackageName::parse(text).unwrap()
}

pub(crate) fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

pub(crate) fn tag(text: &str) -> DistTag {
    DistTag::parse(text).unwrap()
}

pub(crate) fn readme(text: &str) -> Readme {
    Readme {
        filename: Some("README.md".to_owned()),
        text: text.to_owned(),
    }
}

/// Who changes things.
pub(crate) fn alice() -> Origin {
    Origin {
        actor: "alice".to_owned(),
        token: String::new(),
        address: "192.0.2.1".to_owned(),
    }
}

/// What `npm publish` sends beside the tarball: the version, tagged `latest`.
pub(crate) fn publication(package: &str, version: &str) -> Publication {
    publication_with(package, version, "")
}

/// The same, with more fields in the manifest, each after a comma.
pub(crate) fn publication_with(package: &str, version: &str, fields: &str) -> Publication {
    let json = format!(r#"{{"name":"{package}","version":"{version}"{fields}}}"#);
    Publication {
        manifest: Manifest::parse(json.as_bytes()).unwrap(),
        dist_tags: vec![DistTag::latest()],
        readme: None,
        provenance: None,
        by: alice(),
        published: SystemTime::now(),
    }
}

/// The line a version has in the lockfile.
pub(crate) fn line(package: &str, version: &str, tarball: &[u8]) -> String {
    format!("{package}@{version} {}", Digests::of(tarball).integrity)
}

/// The document as it was before it was encoded.
pub(crate) fn decoded(rendered: &Rendered) -> Vec<u8> {
    let mut body = rendered.body.as_ref();
    let mut plain = Vec::new();
    match rendered.encoding {
        Encoding::Identity => plain.extend_from_slice(body),
        Encoding::Gzip => {
            io::Read::read_to_end(&mut GzDecoder::new(body), &mut plain).unwrap();
        }
        Encoding::Brotli => brotli::BrotliDecompress(&mut body, &mut plain).unwrap(),
        Encoding::Zstd => zstd::stream::copy_decode(body, &mut plain).unwrap(),
    }
    plain
}

/// How a disk fails at its step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fault {
    /// That step does nothing and fails; all others work.
    Once,
    /// That step does half its work and fails, and so do all later ones, doing nothing.
    Dead,
    /// That step finds no room, and later ones that need room find none either.
    Full,
}

/// One step a disk was asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Step {
    pub(crate) kind: &'static str,
    /// The last two parts of the path, where the step names one.
    pub(crate) place: String,
    /// Whether the watched version was listed when the step began.
    pub(crate) listed: bool,
}

/// A disk that counts its steps from [`FaultyDisk::arm`] on and fails at one of them.
#[derive(Debug, Default)]
pub(crate) struct FaultyDisk {
    plan: Mutex<Option<(Fault, usize)>>,
    steps: AtomicUsize,
    log: Mutex<Vec<Step>>,
    watched: OnceLock<(Arc<Catalog>, String, String)>,
}

/// What is to be done at a step.
enum Turn {
    Work,
    Fail(io::Error),
    Half(io::Error),
}

impl FaultyDisk {
    /// Fails at the step with that number, the next one being 0.
    pub(crate) fn arm(&self, fault: Fault, at: usize) {
        self.steps.store(0, Ordering::SeqCst);
        *self.plan.lock().unwrap() = Some((fault, at));
    }

    /// Works from now on; tells whether the step that was to fail was reached.
    pub(crate) fn disarm(&self) -> bool {
        let plan = self.plan.lock().unwrap().take();
        plan.is_some_and(|(_, at)| self.steps.load(Ordering::SeqCst) > at)
    }

    /// Notes with each step from now on whether that version is listed.
    pub(crate) fn watch(&self, catalog: &Arc<Catalog>, package: &str, version: &str) {
        self.log.lock().unwrap().clear();
        let watched = (Arc::clone(catalog), package.to_owned(), version.to_owned());
        self.watched.set(watched).unwrap();
    }

    pub(crate) fn log(&self) -> Vec<Step> {
        self.log.lock().unwrap().clone()
    }

    fn turn(&self, kind: &'static str, path: &Path) -> Turn {
        let parts: Vec<_> = path.iter().rev().take(2).collect();
        let parts = parts.iter().rev().map(|part| part.to_string_lossy());
        let listed = self
            .watched
            .get()
            .is_some_and(|(catalog, package, version)| is_listed(catalog, package, version));
        self.log.lock().unwrap().push(Step {
            kind,
            place: parts.collect::<Vec<_>>().join("/"),
            listed,
        });
        let step = self.steps.fetch_add(1, Ordering::SeqCst);
        let Some((fault, at)) = *self.plan.lock().unwrap() else {
            return Turn::Work;
        };
        let needs_room = matches!(kind, "create" | "write" | "append" | "create_dir");
        let broken = || io::Error::other("the disk is broken");
        match fault {
            _ if step < at => Turn::Work,
            Fault::Once if step == at => Turn::Fail(broken()),
            Fault::Dead if step == at => Turn::Half(broken()),
            Fault::Dead => Turn::Fail(broken()),
            Fault::Full if step == at || needs_room => {
                Turn::Fail(io::ErrorKind::StorageFull.into())
            }
            Fault::Once | Fault::Full => Turn::Work,
        }
    }

    fn step<T>(
        &self,
        kind: &'static str,
        path: &Path,
        work: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        match self.turn(kind, path) {
            Turn::Work => work(),
            // The work is done and its success is not told.
            Turn::Half(error) => work().and(Err(error)),
            Turn::Fail(error) => Err(error),
        }
    }
}

impl Disk for FaultyDisk {
    fn create(&self, path: &Path) -> io::Result<File> {
        self.step("create", path, || OsDisk.create(path))
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        match self.turn("write", Path::new("")) {
            Turn::Work => OsDisk.write(file, bytes),
            Turn::Half(error) => file.write_all(&bytes[..bytes.len() / 2]).and(Err(error)),
            Turn::Fail(error) => Err(error),
        }
    }

    fn append(&self, file: &mut File, bytes: &[u8]) -> io::Result<usize> {
        match self.turn("append", Path::new("")) {
            // In pieces, as a system may do it.
            Turn::Work => OsDisk.append(file, &bytes[..bytes.len().min(50)]),
            Turn::Half(error) => file.write_all(&bytes[..bytes.len() / 2]).and(Err(error)),
            Turn::Fail(error) => Err(error),
        }
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        match self.turn("sync", Path::new("")) {
            Turn::Work => OsDisk.sync(file),
            Turn::Half(error) | Turn::Fail(error) => Err(error),
        }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("rename", to, || OsDisk.rename(from, to))
    }

    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.step("create_dir", path, || OsDisk.create_dir(path))
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        match self.turn("sync_dir", path) {
            Turn::Work => OsDisk.sync_dir(path),
            Turn::Half(error) | Turn::Fail(error) => Err(error),
        }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step("remove", path, || OsDisk.remove(path))
    }
}
