//! What the reference has, and the documents made of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::net::TcpListener;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use ring::digest;
use serde_json::{Map, Value, json};

use super::{Contents, Document, Reference};
use crate::package::Package;

/// What the abbreviated form has of a version, as the public registry documents it, with `libc` and the other
/// spelling of `bundleDependencies`.
const ABBREVIATED: [&str; 21] = [
    "name",
    "version",
    "deprecated",
    "dependencies",
    "optionalDependencies",
    "devDependencies",
    "bundleDependencies",
    "bundledDependencies",
    "peerDependencies",
    "peerDependenciesMeta",
    "acceptDependencies",
    "bin",
    "directories",
    "dist",
    "engines",
    "cpu",
    "os",
    "libc",
    "_hasShrinkwrap",
    "hasInstallScript",
    "funding",
];

/// Everything that the reference is to serve.
#[derive(Debug, Default)]
pub struct Shelf {
    packages: BTreeMap<String, Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    dist_tags: BTreeMap<String, String>,
    /// In the order in which they came.
    versions: Vec<Version>,
}

#[derive(Debug)]
struct Version {
    number: String,
    manifest: Map<String, Value>,
    tarball: Vec<u8>,
    time: SystemTime,
}

impl Shelf {
    /// Adds a version, as if it was published at this time.
    pub fn put(&mut self, package: &Package, time: SystemTime) {
        let number = package.version().to_owned();
        let kept = self.packages.entry(package.name().to_owned()).or_default();
        let tags = &mut kept.dist_tags;
        tags.insert(package.dist_tag().to_owned(), number.clone());
        // Whatever the tag, the first version of all is the latest one.
        tags.entry("latest".to_owned())
            .or_insert_with(|| number.clone());
        let tarball = package.tarball();
        kept.versions.push(Version {
            manifest: manifest(package, &tarball),
            number,
            tarball,
            time,
        });
    }

    /// Points a tag at a version.
    pub fn tag(&mut self, name: &str, tag: &str, version: &str) {
        let kept = self.packages.get_mut(name).unwrap();
        kept.dist_tags.insert(tag.to_owned(), version.to_owned());
    }

    /// Says that a version should not be used.
    pub fn deprecate(&mut self, name: &str, version: &str, why: &str) {
        let mut versions = self.packages.get_mut(name).unwrap().versions.iter_mut();
        let version = versions.find(|kept| kept.number == version).unwrap();
        version.manifest.insert("deprecated".into(), why.into());
    }

    /// Serves everything, on a free port.
    pub fn serve(self) -> Reference {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut contents = Contents::default();
        for (name, kept) in self.packages {
            let document = document(&name, &kept, &base);
            contents.documents.insert(name.clone(), document);
            for version in kept.versions {
                let path = tarball_path(&name, &version.number);
                contents.tarballs.insert(path, version.tarball);
            }
        }
        Reference::start(listener, contents)
    }
}

/// What was published, with what a registry adds.
fn manifest(package: &Package, tarball: &[u8]) -> Map<String, Value> {
    let mut manifest = package.manifest().clone();
    let id = format!("{}@{}", package.name(), package.version());
    manifest.insert("_id".into(), id.into());
    let runs = |script| !manifest["scripts"][script].is_null();
    if manifest.contains_key("scripts") && ["preinstall", "install", "postinstall"].iter().any(runs)
    {
        manifest.insert("hasInstallScript".into(), true.into());
    }
    if files_of(tarball).contains_key("package/npm-shrinkwrap.json") {
        manifest.insert("_hasShrinkwrap".into(), true.into());
    }
    let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, tarball);
    let shasum = sha1.as_ref().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let integrity = sha512_of(tarball);
    let dist = json!({ "integrity": integrity, "shasum": shasum });
    manifest.insert("dist".into(), dist);
    manifest
}

/// Returns the SHA-512 of a tarball, as `sha512-…`.
pub fn sha512_of(tarball: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA512, tarball);
    format!("sha512-{}", STANDARD.encode(digest))
}

/// Returns what is in a tarball, by path.
pub fn files_of(tarball: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = tar::Archive::new(GzDecoder::new(tarball));
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (path, bytes)
    });
    entries.collect()
}

fn tarball_path(name: &str, version: &str) -> String {
    let file = name.rsplit('/').next().unwrap();
    format!("/{name}/-/{file}-{version}.tgz")
}

fn document(name: &str, kept: &Kept, base: &str) -> Document {
    let mut full = Map::new();
    let mut abbreviated = Map::new();
    let mut times = Map::new();
    let text = |time| humantime::format_rfc3339_millis(time).to_string();
    for version in &kept.versions {
        let mut manifest = version.manifest.clone();
        let url = base.to_owned() + &tarball_path(name, &version.number);
        manifest["dist"]["tarball"] = url.into();
        full.insert(version.number.clone(), manifest.clone().into());
        manifest.retain(|key, _| ABBREVIATED.contains(&key.as_str()));
        abbreviated.insert(version.number.clone(), manifest.into());
        times.insert(version.number.clone(), text(version.time).into());
    }
    let (first, last) = (&kept.versions[0], kept.versions.last().unwrap());
    let modified = text(last.time);
    times.insert("created".into(), text(first.time).into());
    times.insert("modified".into(), modified.clone().into());
    let full = json!({
        "_id": name,
        "_rev": "1-0",
        "name": name,
        "dist-tags": kept.dist_tags,
        "versions": full,
        "time": times,
    });
    let abbreviated = json!({
        "name": name,
        "modified": modified,
        "dist-tags": kept.dist_tags,
        "versions": abbreviated,
        // Not in what the public registry documents. It spares pnpm a second question.
        "time": times,
    });
    Document {
        full: full.to_string().into(),
        abbreviated: abbreviated.to_string().into(),
    }
}
