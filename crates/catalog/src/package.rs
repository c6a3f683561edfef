//! Packages, their versions, dist-tags, READMEs and owners.

use std::time::SystemTime;

use npm_model::{
    DistTag, Integrity, PackageName, PackumentHead, Shasum, StoredManifest, Version, VersionEntry,
};
use rusqlite::{Connection, OptionalExtension, Row, types::ValueRef};

use crate::{
    catalog::Read,
    error::CatalogError,
    time::{from_millis, to_millis},
    writer::Write,
};

/// The key of a package's row.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PackageId(pub(crate) i64);

/// What one row says of a package.
#[derive(Clone, Debug)]
pub struct PackageRow {
    /// The key the package's other rows carry.
    pub id: PackageId,
    /// Names this state of the package: changes with every change of its documents, and a package
    /// that is made again does not repeat it. The `_rev` of its packument.
    pub rev: String,
    created: SystemTime,
    modified: SystemTime,
}

/// Which of a version's two stored documents is wanted.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum PackumentForm {
    /// Everything that was published.
    Full,
    /// What an install needs, `application/vnd.npm.install-v1+json`.
    Abbreviated,
}

/// Everything a packument is rendered from, read in one state of the catalogue.
#[derive(Debug)]
pub struct PackumentRows {
    /// What the packument says of the package as a whole.
    pub head: PackumentHead,
    /// Each version, oldest publish first.
    pub versions: Vec<StoredVersion>,
}

/// A version with its stored document.
#[derive(Clone, Debug)]
pub struct StoredVersion {
    /// The version as it was published.
    pub version: Version,
    /// Its document, in the form that was asked for.
    pub stored: String,
    /// Why it should not be used any more, if it is deprecated.
    pub deprecated: Option<String>,
    /// The predicate type of its provenance, if it has one.
    pub provenance: Option<String>,
}

impl StoredVersion {
    /// The version as a packument takes it.
    pub fn entry(&self) -> VersionEntry<'_> {
        VersionEntry {
            version: &self.version,
            stored: &self.stored,
            deprecated: self.deprecated.as_deref(),
            provenance: self.provenance.as_deref(),
        }
    }
}

/// A version that is to be added.
#[derive(Clone, Debug)]
pub struct NewVersion {
    /// The version.
    pub version: Version,
    /// Its two documents.
    pub manifest: StoredManifest,
    /// Why it should not be used, when it is published as deprecated.
    pub deprecated: Option<String>,
    /// SHA-512 of the tarball.
    pub integrity: Integrity,
    /// SHA-1 of the tarball, for old clients.
    pub shasum: Shasum,
    /// Length of the tarball in bytes.
    pub size: u64,
    /// Who published it.
    pub publisher: String,
    /// When.
    pub published: SystemTime,
}

/// What a package's summary is made from.
#[derive(Clone, Debug)]
pub struct LatestVersion {
    /// The version as it was published.
    pub version: Version,
    /// Its stored full document.
    pub full: String,
    /// Who published it.
    pub publisher: String,
    /// When.
    pub published: SystemTime,
    /// Whether it should not be used any more.
    pub deprecated: bool,
}

/// What is needed to send a tarball.
#[derive(Clone, Copy, Debug)]
pub struct TarballRow {
    /// SHA-512 of the tarball: its address and its `ETag`.
    pub integrity: Integrity,
    /// Its length in bytes.
    pub size: u64,
}

/// A version as the lockfile and `verify` see it.
#[derive(Clone, Debug)]
pub struct PublishedVersion {
    /// The order of publishing, over all packages.
    pub seq: i64,
    /// The package.
    pub package: PackageName,
    /// The version.
    pub version: Version,
    /// SHA-512 of the tarball.
    pub integrity: Integrity,
    /// SHA-1 of the tarball.
    pub shasum: Shasum,
    /// Length of the tarball in bytes.
    pub size: u64,
}

impl Read<'_> {
    /// Returns the package's row.
    pub fn package(&self, name: &PackageName) -> Result<Option<PackageRow>, CatalogError> {
        package(&self.transaction, name)
    }

    /// Returns what a packument of that form is rendered from.
    pub fn packument(
        &self,
        name: &PackageName,
        form: PackumentForm,
    ) -> Result<Option<PackumentRows>, CatalogError> {
        let Some(row) = self.package(name)? else {
            return Ok(None);
        };
        let (versions, mut times) = self.versions(row.id, form)?;
        let mut head = PackumentHead {
            name: name.clone(),
            rev: row.rev,
            created: row.created,
            modified: row.modified,
            dist_tags: dist_tags(&self.transaction, row.id)?,
            readme: None,
            readme_filename: None,
            maintainers: self.owners(row.id)?,
            times: Vec::new(),
            stars: Vec::new(),
        };
        if form == PackumentForm::Full {
            (head.readme_filename, head.readme) = self.readme(row.id)?;
            head.stars = self.stars(row.id)?;
            times.extend(self.removed_times(name)?);
        }
        head.times = times;
        Ok(Some(PackumentRows { head, versions }))
    }

    /// Returns a version with its stored full document.
    pub fn manifest(
        &self,
        name: &PackageName,
        wanted: &Version,
    ) -> Result<Option<StoredVersion>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT v.version, v.full, v.deprecated, a.predicate_type
             FROM versions v
             JOIN packages p ON p.id = v.package_id
             LEFT JOIN attestations a ON a.seq = v.seq
             WHERE p.name = ?1 AND v.identity = ?2",
        )?;
        let mut rows = statement.query((name.as_str(), wanted.without_build().as_str()))?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        Ok(Some(StoredVersion {
            version: version(row, 0)?,
            stored: row.get(1)?,
            deprecated: row.get(2)?,
            provenance: row.get(3)?,
        }))
    }

    /// Returns where a version's tarball is and how long it is.
    pub fn tarball(
        &self,
        name: &PackageName,
        version: &Version,
    ) -> Result<Option<TarballRow>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT v.integrity, v.size FROM versions v JOIN packages p ON p.id = v.package_id
             WHERE p.name = ?1 AND v.identity = ?2",
        )?;
        let mut rows = statement.query((name.as_str(), version.without_build().as_str()))?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        Ok(Some(TarballRow {
            integrity: integrity(row, 0)?,
            size: size(row, 1)?,
        }))
    }

    /// Returns the package's dist-tags, or nothing when there is no such package.
    pub fn dist_tags(
        &self,
        name: &PackageName,
    ) -> Result<Option<Vec<(DistTag, Version)>>, CatalogError> {
        let Some(row) = self.package(name)? else {
            return Ok(None);
        };
        dist_tags(&self.transaction, row.id).map(Some)
    }

    fn versions(&self, id: PackageId, form: PackumentForm) -> Result<Versions, CatalogError> {
        let mut statement = self.transaction.prepare_cached(match form {
            PackumentForm::Full => {
                "SELECT v.version, v.published_ms, v.full, v.deprecated, a.predicate_type
                 FROM versions v LEFT JOIN attestations a ON a.seq = v.seq
                 WHERE v.package_id = ?1 ORDER BY v.seq"
            }
            PackumentForm::Abbreviated => {
                "SELECT v.version, v.published_ms, v.abbreviated, v.deprecated, a.predicate_type
                 FROM versions v LEFT JOIN attestations a ON a.seq = v.seq
                 WHERE v.package_id = ?1 ORDER BY v.seq"
            }
        })?;
        let mut rows = statement.query([id.0])?;
        let mut versions = Vec::new();
        let mut times = Vec::new();
        while let Some(row) = rows.next()? {
            let version = version(row, 0)?;
            times.push((version.clone(), from_millis(row.get(1)?)));
            versions.push(StoredVersion {
                version,
                stored: row.get(2)?,
                deprecated: row.get(3)?,
                provenance: row.get(4)?,
            });
        }
        Ok((versions, times))
    }

    fn readme(&self, id: PackageId) -> Result<(Option<String>, Option<String>), CatalogError> {
        let mut statement = self
            .transaction
            .prepare_cached("SELECT filename, readme FROM readmes WHERE package_id = ?1")?;
        let found = statement
            .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(found.unwrap_or_default())
    }
}

impl Write<'_> {
    /// Returns the package's row, as this transaction sees it.
    pub fn package(&self, name: &PackageName) -> Result<Option<PackageRow>, CatalogError> {
        package(self.connection, name)
    }

    /// Returns a package whose name could be mistaken for this one.
    pub fn similar_package(&self, name: &PackageName) -> Result<Option<String>, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT name FROM packages WHERE similarity = ?1 AND name <> ?2 LIMIT 1",
        )?;
        let key = (name.similarity_key(), name.as_str());
        Ok(statement.query_row(key, |row| row.get(0)).optional()?)
    }

    /// Adds a package without versions.
    pub fn add_package(
        &self,
        name: &PackageName,
        now: SystemTime,
    ) -> Result<PackageId, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO packages (name, similarity, revision, created_ms, modified_ms)
             VALUES (?1, ?2, 0, ?3, ?3)",
        )?;
        let id = statement.insert((name.as_str(), name.similarity_key(), to_millis(now)))?;
        Ok(PackageId(id))
    }

    /// Notes that the package's documents changed, which gives it its next `_rev`.
    pub fn touch_package(&self, id: PackageId, now: SystemTime) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "UPDATE packages SET revision = revision + 1, modified_ms = max(modified_ms, ?2)
                 WHERE id = ?1",
            )?
            .execute((id.0, to_millis(now)))?;
        Ok(())
    }

    /// Returns a published version as it is spelled there; build metadata makes no difference.
    pub fn find_version(
        &self,
        id: PackageId,
        wanted: &Version,
    ) -> Result<Option<Version>, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT version FROM versions WHERE package_id = ?1 AND identity = ?2",
        )?;
        let mut rows = statement.query((id.0, wanted.without_build().as_str()))?;
        rows.next()?.map(|row| version(row, 0)).transpose()
    }

    /// Adds a version and returns its place in the order of publishing.
    pub fn add_version(&self, id: PackageId, new: &NewVersion) -> Result<i64, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO versions (package_id, version, identity, integrity, shasum, size,
                                   published_ms, publisher, abbreviated, full, deprecated)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        let seq = statement.insert((
            id.0,
            new.version.as_str(),
            new.version.without_build().as_str(),
            new.integrity.as_bytes().as_slice(),
            new.shasum.as_bytes().as_slice(),
            i64::try_from(new.size).unwrap_or(i64::MAX),
            to_millis(new.published),
            &new.publisher,
            &new.manifest.abbreviated,
            &new.manifest.full,
            &new.deprecated,
        ))?;
        Ok(seq)
    }

    /// Returns the version a tag points at.
    pub fn dist_tag(&self, id: PackageId, tag: &DistTag) -> Result<Option<Version>, CatalogError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT version FROM dist_tags WHERE package_id = ?1 AND tag = ?2")?;
        let mut rows = statement.query((id.0, tag.as_str()))?;
        rows.next()?.map(|row| version(row, 0)).transpose()
    }

    /// Returns the version that `latest` points at.
    pub fn latest_version(&self, id: PackageId) -> Result<Option<LatestVersion>, CatalogError> {
        let Some(latest) = self.dist_tag(id, &DistTag::latest())? else {
            return Ok(None);
        };
        // By identity, which has an index: a package with many versions costs no more.
        let mut statement = self.connection.prepare_cached(
            "SELECT full, publisher, published_ms, deprecated IS NOT NULL
             FROM versions WHERE package_id = ?1 AND identity = ?2",
        )?;
        let mut rows = statement.query((id.0, latest.without_build().as_str()))?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        Ok(Some(LatestVersion {
            full: row.get(0)?,
            publisher: row.get(1)?,
            published: from_millis(row.get(2)?),
            deprecated: row.get(3)?,
            version: latest,
        }))
    }

    /// Points a tag at a version. The caller has made sure that the version exists.
    pub fn set_dist_tag(
        &self,
        id: PackageId,
        tag: &DistTag,
        version: &Version,
    ) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "INSERT INTO dist_tags (package_id, tag, version) VALUES (?1, ?2, ?3)
                 ON CONFLICT (package_id, tag) DO UPDATE SET version = excluded.version",
            )?
            .execute((id.0, tag.as_str(), version.as_str()))?;
        Ok(())
    }

    /// Removes a tag; `false` when there was none of that name.
    pub fn remove_dist_tag(&self, id: PackageId, tag: &DistTag) -> Result<bool, CatalogError> {
        let removed = self
            .connection
            .prepare_cached("DELETE FROM dist_tags WHERE package_id = ?1 AND tag = ?2")?
            .execute((id.0, tag.as_str()))?;
        Ok(removed == 1)
    }

    /// Replaces the package's README.
    pub fn set_readme(
        &self,
        id: PackageId,
        filename: Option<&str>,
        readme: &str,
    ) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "INSERT INTO readmes (package_id, filename, readme) VALUES (?1, ?2, ?3)
                 ON CONFLICT (package_id)
                 DO UPDATE SET filename = excluded.filename, readme = excluded.readme",
            )?
            .execute((id.0, filename, readme))?;
        Ok(())
    }
}

type Versions = (Vec<StoredVersion>, Vec<(Version, SystemTime)>);

fn package(
    connection: &Connection,
    name: &PackageName,
) -> Result<Option<PackageRow>, CatalogError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, revision, created_ms, modified_ms FROM packages WHERE name = ?1",
    )?;
    let row = statement.query_row([name.as_str()], |row| {
        let (revision, modified_ms): (i64, i64) = (row.get(1)?, row.get(3)?);
        Ok(PackageRow {
            id: PackageId(row.get(0)?),
            rev: format!("{revision}-{modified_ms:016x}"),
            created: from_millis(row.get(2)?),
            modified: from_millis(modified_ms),
        })
    });
    Ok(row.optional()?)
}

fn dist_tags(
    connection: &Connection,
    id: PackageId,
) -> Result<Vec<(DistTag, Version)>, CatalogError> {
    let mut statement = connection
        .prepare_cached("SELECT tag, version FROM dist_tags WHERE package_id = ?1 ORDER BY tag")?;
    let mut rows = statement.query([id.0])?;
    let mut tags = Vec::new();
    while let Some(row) = rows.next()? {
        let tag = text(row, 0)?;
        let tag = DistTag::parse(tag).map_err(|_| CatalogError::damaged("a dist-tag", tag))?;
        tags.push((tag, version(row, 1)?));
    }
    Ok(tags)
}

pub(crate) fn published_version(row: &Row<'_>) -> Result<PublishedVersion, CatalogError> {
    Ok(PublishedVersion {
        seq: row.get(0)?,
        package: package_name(row, 1)?,
        version: version(row, 2)?,
        integrity: integrity(row, 3)?,
        shasum: Shasum::from_bytes(bytes(row, 4, "a shasum")?),
        size: size(row, 5)?,
    })
}

pub(crate) fn package_name(row: &Row<'_>, column: usize) -> Result<PackageName, CatalogError> {
    let text = text(row, column)?;
    PackageName::parse(text).map_err(|_| CatalogError::damaged("a package name", text))
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, CatalogError> {
    row.get_ref(column)?
        .as_str()
        .map_err(|_| CatalogError::damaged("a text", ""))
}

pub(crate) fn version(row: &Row<'_>, column: usize) -> Result<Version, CatalogError> {
    let text = text(row, column)?;
    Version::parse(text).map_err(|_| CatalogError::damaged("a version", text))
}

fn size(row: &Row<'_>, column: usize) -> Result<u64, CatalogError> {
    let size: i64 = row.get(column)?;
    u64::try_from(size).map_err(|_| CatalogError::damaged("a size", &size.to_string()))
}

pub(crate) fn integrity(row: &Row<'_>, column: usize) -> Result<Integrity, CatalogError> {
    Ok(Integrity::from_bytes(bytes(row, column, "an integrity")?))
}

fn bytes<const N: usize>(
    row: &Row<'_>,
    column: usize,
    what: &'static str,
) -> Result<[u8; N], CatalogError> {
    match row.get_ref(column)? {
        ValueRef::Blob(blob) => blob.try_into().map_err(|_| CatalogError::damaged(what, "")),
        _ => Err(CatalogError::damaged(what, "")),
    }
}

#[cfg(test)]
mod tests;
