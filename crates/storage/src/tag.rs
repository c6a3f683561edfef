//! Moving dist-tags.

use catalog::{CatalogError, EventKind, Origin, PackageRow, Write};
use npm_model::{DistTag, PackageName, Version};

use crate::store::Store;

/// Why a dist-tag was not moved.
#[derive(Debug, thiserror::Error)]
pub enum TagError {
    /// There is no such package.
    #[error("{package} is not published here")]
    NoSuchPackage {
        /// The package.
        package: PackageName,
    },
    /// A tag can only point at a version that is there.
    #[error("{package} has no version {version}")]
    NoSuchVersion {
        /// The package.
        package: PackageName,
        /// The version.
        version: Version,
    },
    /// There is no such tag.
    #[error("{package} has no dist-tag {tag}")]
    NoSuchTag {
        /// The package.
        package: PackageName,
        /// The tag.
        tag: DistTag,
    },
    /// Clients take `latest` for granted; it can be moved and not removed.
    #[error("the dist-tag latest of {package} cannot be removed, only moved to another version")]
    LatestStays {
        /// The package.
        package: PackageName,
    },
    /// The catalogue refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

impl Store {
    /// Points a tag at a published version.
    pub async fn set_dist_tag(
        &self,
        package: &PackageName,
        tag: &DistTag,
        version: &Version,
        by: &Origin,
    ) -> Result<(), TagError> {
        let tags = vec![(tag.clone(), version.clone())];
        self.set_dist_tags(package, tags, by).await
    }

    /// Points tags at published versions, all of them or none. Tags that are not named stay.
    pub async fn set_dist_tags(
        &self,
        package: &PackageName,
        tags: Vec<(DistTag, Version)>,
        by: &Origin,
    ) -> Result<(), TagError> {
        let by = by.clone();
        let set = self.update(package, missing, move |rows, package, row| {
            tags.into_iter()
                .try_for_each(|(tag, version)| set(rows, package, row, &tag, version, &by))
        });
        set.await.map(drop)
    }

    /// Removes a tag.
    pub async fn remove_dist_tag(
        &self,
        package: &PackageName,
        tag: &DistTag,
        by: &Origin,
    ) -> Result<(), TagError> {
        let (tag, by) = (tag.clone(), by.clone());
        let removed = self.update(package, missing, move |rows, package, row| {
            remove(rows, package, row, tag, &by)
        });
        removed.await.map(drop)
    }
}

pub(crate) const fn missing(package: PackageName) -> TagError {
    TagError::NoSuchPackage { package }
}

/// Points a tag of a package that is there at a version.
pub(crate) fn set(
    rows: &Write<'_>,
    package: &PackageName,
    row: &PackageRow,
    tag: &DistTag,
    version: Version,
    by: &Origin,
) -> Result<(), TagError> {
    let Some(published) = rows.find_version(row.id, &version)? else {
        let package = package.clone();
        return Err(TagError::NoSuchVersion { package, version });
    };
    rows.set_dist_tag(row.id, tag, &published)?;
    let detail = format!("{tag}: {published}");
    rows.add_event(by, EventKind::DistTagSet, package.as_str(), &detail)?;
    Ok(())
}

/// Removes a tag of a package that is there.
pub(crate) fn remove(
    rows: &Write<'_>,
    package: &PackageName,
    row: &PackageRow,
    tag: DistTag,
    by: &Origin,
) -> Result<(), TagError> {
    let package = package.clone();
    if tag.is_latest() {
        return Err(TagError::LatestStays { package });
    }
    if !rows.remove_dist_tag(row.id, &tag)? {
        return Err(TagError::NoSuchTag { package, tag });
    }
    let kind = EventKind::DistTagRemove;
    rows.add_event(by, kind, package.as_str(), tag.as_str())?;
    Ok(())
}
