//! Deprecating and removing versions, and what stays of those that were removed.

use std::time::SystemTime;

use npm_model::{Integrity, PackageName, Version};
use rusqlite::Connection;

use crate::{
    catalog::Read,
    error::CatalogError,
    package::{PackageId, integrity, version},
    time::{from_millis, to_millis},
    writer::Write,
};

/// A published version as the one who removes or deprecates it needs to see it.
#[derive(Clone, Debug)]
pub struct ListedVersion {
    /// The version.
    pub version: Version,
    /// Why it should not be used any more, if it is deprecated.
    pub deprecated: Option<String>,
}

/// What a change of a package is held against.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The package's `_rev`.
    pub rev: String,
    /// Its versions, oldest publish first.
    pub versions: Vec<Version>,
    /// The accounts that starred it.
    pub stars: Vec<String>,
}

impl Read<'_> {
    /// Returns what a change of the package is held against.
    pub fn overview(&self, name: &PackageName) -> Result<Option<Overview>, CatalogError> {
        let Some(row) = self.package(name)? else {
            return Ok(None);
        };
        let listed = list_versions(&self.transaction, row.id)?;
        Ok(Some(Overview {
            rev: row.rev,
            versions: listed.into_iter().map(|it| it.version).collect(),
            stars: self.stars(row.id)?,
        }))
    }

    /// Returns when the removed versions of a package had been published.
    pub(crate) fn removed_times(
        &self,
        package: &PackageName,
    ) -> Result<Vec<(Version, SystemTime)>, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT version, published_ms FROM tombstones WHERE package = ?1 ORDER BY published_ms",
        )?;
        let mut rows = statement.query([package.as_str()])?;
        let mut times = Vec::new();
        while let Some(row) = rows.next()? {
            times.push((version(row, 0)?, from_millis(row.get(1)?)));
        }
        Ok(times)
    }

    /// Tells whether that version, with those bytes, was published once and removed since.
    pub fn was_removed(
        &self,
        package: &str,
        version: &str,
        bytes: &Integrity,
    ) -> Result<bool, CatalogError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM tombstones
                            WHERE package = ?1 AND version = ?2 AND integrity = ?3)",
        )?;
        let key = (package, version, bytes.as_bytes().as_slice());
        Ok(statement.query_row(key, |row| row.get(0))?)
    }
}

impl Write<'_> {
    /// Returns the package's versions, oldest publish first.
    pub fn list_versions(&self, id: PackageId) -> Result<Vec<ListedVersion>, CatalogError> {
        list_versions(self.connection, id)
    }

    /// Says why a version should not be used any more, or takes that back.
    pub fn set_deprecated(
        &self,
        id: PackageId,
        version: &Version,
        message: Option<&str>,
    ) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached(
                "UPDATE versions SET deprecated = ?3 WHERE package_id = ?1 AND identity = ?2",
            )?
            .execute((id.0, version.without_build().as_str(), message))?;
        Ok(())
    }

    /// Removes a version and the tags that point at it, and remembers what it was.
    pub fn remove_version(
        &self,
        id: PackageId,
        version: &Version,
        now: SystemTime,
    ) -> Result<(), CatalogError> {
        let identity = version.without_build();
        self.connection
            .prepare_cached(
                "INSERT INTO tombstones
                     (package, identity, version, integrity, published_ms, removed_ms)
                 SELECT p.name, v.identity, v.version, v.integrity, v.published_ms, ?3
                 FROM versions v JOIN packages p ON p.id = v.package_id
                 WHERE v.package_id = ?1 AND v.identity = ?2
                 ON CONFLICT (package, identity) DO UPDATE SET removed_ms = excluded.removed_ms",
            )?
            .execute((id.0, identity.as_str(), to_millis(now)))?;
        self.connection
            .prepare_cached("DELETE FROM versions WHERE package_id = ?1 AND identity = ?2")?
            .execute((id.0, identity.as_str()))?;
        self.connection
            .prepare_cached("DELETE FROM dist_tags WHERE package_id = ?1 AND version = ?2")?
            .execute((id.0, version.as_str()))?;
        Ok(())
    }

    /// Removes a package without versions, with everything that belongs to it but its tombstones.
    pub fn remove_package(&self, id: PackageId) -> Result<(), CatalogError> {
        self.unindex(id)?;
        self.connection
            .prepare_cached("DELETE FROM packages WHERE id = ?1")?
            .execute([id.0])?;
        Ok(())
    }

    /// Forgets that a version was removed, because it is published again.
    pub fn clear_tombstone(
        &self,
        package: &PackageName,
        version: &Version,
    ) -> Result<(), CatalogError> {
        self.connection
            .prepare_cached("DELETE FROM tombstones WHERE package = ?1 AND identity = ?2")?
            .execute((package.as_str(), version.without_build().as_str()))?;
        Ok(())
    }

    /// Returns the bytes that a removed version had; build metadata makes no difference.
    pub fn tombstone(
        &self,
        package: &PackageName,
        version: &Version,
    ) -> Result<Option<Integrity>, CatalogError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT integrity FROM tombstones WHERE package = ?1 AND identity = ?2",
        )?;
        let mut rows = statement.query((package.as_str(), version.without_build().as_str()))?;
        rows.next()?.map(|row| integrity(row, 0)).transpose()
    }
}

fn list_versions(
    connection: &Connection,
    id: PackageId,
) -> Result<Vec<ListedVersion>, CatalogError> {
    let mut statement = connection.prepare_cached(
        "SELECT version, deprecated FROM versions WHERE package_id = ?1 ORDER BY seq",
    )?;
    let mut rows = statement.query([id.0])?;
    let mut versions = Vec::new();
    while let Some(row) = rows.next()? {
        versions.push(ListedVersion {
            version: version(row, 0)?,
            deprecated: row.get(1)?,
        });
    }
    Ok(versions)
}
