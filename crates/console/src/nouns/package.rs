//! Packages as commands speak of them.

use std::{collections::BTreeMap, path::PathBuf, time::SystemTime};

use npm_model::DistTag;
use serde::{Deserialize, Serialize};

use super::time;

/// A package in a list.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct PackageLine {
    /// Its name.
    pub name: String,
    /// The version that `latest` points at.
    pub version: String,
    /// What it says of itself.
    pub description: String,
    /// Words by which it is found.
    pub keywords: Vec<String>,
    /// When that version was published.
    #[serde(with = "time::or_null", default)]
    pub published: Option<SystemTime>,
    /// By whom; empty when it is not said.
    pub publisher: String,
    /// Whether that version should not be used any more.
    pub deprecated: bool,
}

/// What a search found.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Found {
    /// How many there are.
    pub total: usize,
    /// The first of them, the best first.
    pub packages: Vec<PackageLine>,
}

/// All that is said of a package.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct PackageInfo {
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub description: String,
    /// Words by which it is found.
    pub keywords: Vec<String>,
    /// Its licence.
    pub license: Option<String>,
    /// Where it lives.
    pub homepage: Option<String>,
    /// Where its source is.
    pub repository: Option<String>,
    /// Who owns it.
    pub owners: Vec<String>,
    /// What its dist-tags point at.
    pub tags: BTreeMap<String, String>,
    /// Its versions, the oldest publish first.
    pub versions: Vec<VersionInfo>,
    /// Packages whose `latest` depends on it, among those that the caller may read.
    pub dependents: Vec<String>,
    /// When it was first published.
    #[serde(with = "time::or_null", default)]
    pub created: Option<SystemTime>,
    /// When it changed last.
    #[serde(with = "time::or_null", default)]
    pub modified: Option<SystemTime>,
}

/// A version of a package.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct VersionInfo {
    /// Which one.
    pub version: String,
    /// When it was published.
    #[serde(with = "time::or_null", default)]
    pub published: Option<SystemTime>,
    /// By whom; empty when it is not said.
    pub publisher: String,
    /// What its tarball's bytes have to be.
    pub integrity: String,
    /// Length of the tarball in bytes, where it is known.
    pub size: Option<u64>,
    /// Bytes of what is in it, where it is known.
    pub unpacked_size: Option<u64>,
    /// Files in it, where it is known.
    pub files: Option<u64>,
    /// Why it should not be used any more, if that was said.
    pub deprecated: Option<String>,
    /// What it depends on, with ranges.
    pub dependencies: BTreeMap<String, String>,
}

/// A folder that is to be published.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ToPublish {
    /// The folder.
    pub dir: PathBuf,
    /// The dist-tag that is to point at the version; what the package or npm's rule says when it is
    /// not said.
    pub tag: Option<DistTag>,
    /// Whether it is only said what would be published.
    pub dry_run: bool,
}

/// A folder that was published, or would be.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Published {
    /// The package.
    pub name: String,
    /// The version.
    pub version: String,
    /// What points at it now.
    pub tag: String,
    /// Where it is.
    pub registry: String,
    /// What the tarball's bytes are.
    pub integrity: String,
    /// Length of the tarball in bytes.
    pub size: u64,
    /// Bytes of what is in it.
    pub unpacked_size: u64,
    /// What is in it.
    pub files: Vec<PackedFile>,
    /// Whether nothing was sent.
    pub dry_run: bool,
    /// What the publisher should know.
    pub notes: Vec<String>,
}

/// A file in a tarball.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct PackedFile {
    /// Where it is in the package.
    pub path: String,
    /// Its length in bytes.
    pub size: u64,
}

/// How far a long work is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Progress {
    /// What is being done: `packing`, `sending`.
    pub what: &'static str,
    /// Bytes that are done.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}
