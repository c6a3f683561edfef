//! Packages, their versions, dist-tags, READMEs and owners.

use std::time::SystemTime;

use npm_model::{
    DistTag, Integrity, Maintainer, PackageName, PackumentHead, Shasum, StoredManifest, Version,
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
pub struct PackageId(i64);

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
    /// Each version with its stored document, oldest publish first.
    pub versions: Vec<(Version, String)>,
}

/// A version that is to be added.
#[derive(Clone, Debug)]
pub struct NewVersion {
    /// The version.
    pub version: Version,
    /// Its two documents.
    pub manifest: StoredManifest,
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
        let (versions, times) = self.versions(row.id, form)?;
        let (readme_filename, readme) = match form {
            PackumentForm::Full => self.readme(row.id)?,
            PackumentForm::Abbreviated => (None, None),
        };
        let head = PackumentHead {
            name: name.clone(),
            rev: row.rev,
            created: row.created,
            modified: row.modified,
            dist_tags: dist_tags(&self.transaction, row.id)?,
            readme,
            readme_filename,
            maintainers: self.owners(row.id)?,
            times,
            stars: Vec::new(),
        };
        Ok(Some(PackumentRows { head, versions }))
    }

    /// Returns a version's stored full document.
    pub fn manifest(
        &self,
        name: &PackageName,
        version: &Version,
    ) -> Result<Option<String>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT v.full FROM versions v JOIN packages p ON p.id = v.package_id
             WHERE p.name = ?1 AND v.identity = ?2",
        )?;
        let key = (name.as_str(), version.without_build());
        Ok(statement
            .query_row((key.0, key.1.as_str()), |row| row.get(0))
            .optional()?)
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
                "SELECT version, published_ms, full FROM versions
                 WHERE package_id = ?1 ORDER BY seq"
            }
            PackumentForm::Abbreviated => {
                "SELECT version, published_ms, abbreviated FROM versions
                 WHERE package_id = ?1 ORDER BY seq"
            }
        })?;
        let mut rows = statement.query([id.0])?;
        let mut versions = Vec::new();
        let mut times = Vec::new();
        while let Some(row) = rows.next()? {
            let version = version(row, 0)?;
            times.push((version.clone(), from_millis(row.get(1)?)));
            versions.push((version, row.get(2)?));
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

    fn owners(&self, id: PackageId) -> Result<Vec<Maintainer>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT o.account, coalesce(a.email, '') FROM owners o
             LEFT JOIN accounts a ON a.name = o.account
             WHERE o.package_id = ?1 ORDER BY o.account",
        )?;
        let owners = statement.query_map([id.0], |row| {
            Ok(Maintainer {
                name: row.get(0)?,
                email: row.get(1)?,
            })
        })?;
        Ok(owners.collect::<Result<_, _>>()?)
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
                                   published_ms, publisher, abbreviated, full)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
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

    /// Makes an account an owner of the package.
    pub fn add_owner(&self, id: PackageId, account: &str) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "INSERT INTO owners (package_id, account) VALUES (?1, ?2)
                 ON CONFLICT (package_id, account) DO NOTHING",
            )?
            .execute((id.0, account))?;
        Ok(())
    }
}

type Versions = (Vec<(Version, String)>, Vec<(Version, SystemTime)>);

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
    let name = text(row, 1)?;
    Ok(PublishedVersion {
        seq: row.get(0)?,
        package: PackageName::parse(name)
            .map_err(|_| CatalogError::damaged("a package name", name))?,
        version: version(row, 2)?,
        integrity: integrity(row, 3)?,
        shasum: Shasum::from_bytes(bytes(row, 4, "a shasum")?),
        size: size(row, 5)?,
    })
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, CatalogError> {
    row.get_ref(column)?
        .as_str()
        .map_err(|_| CatalogError::damaged("a text", ""))
}

fn version(row: &Row<'_>, column: usize) -> Result<Version, CatalogError> {
    let text = text(row, column)?;
    Version::parse(text).map_err(|_| CatalogError::damaged("a version", text))
}

fn size(row: &Row<'_>, column: usize) -> Result<u64, CatalogError> {
    let size: i64 = row.get(column)?;
    u64::try_from(size).map_err(|_| CatalogError::damaged("a size", &size.to_string()))
}

fn integrity(row: &Row<'_>, column: usize) -> Result<Integrity, CatalogError> {
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
