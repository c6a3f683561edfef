//! Moving dist-tags.

use std::{sync::Arc, time::SystemTime};

use catalog::{CatalogError, WriteError};
use npm_model::{DistTag, PackageName, Version};

use crate::store::Store;

/// Why a dist-tag was not moved.
#[derive(Debug, thiserror::Error)]
pub enum TagError {
    /// There is no such package.
    #[error("package {package} is not published here")]
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
    ) -> Result<(), TagError> {
        let (tag, version) = (tag.clone(), version.clone());
        self.change_tags(package, move |rows, package, id| {
            let Some(published) = rows.find_version(id, &version)? else {
                let package = package.clone();
                return Err(TagError::NoSuchVersion { package, version });
            };
            Ok(rows.set_dist_tag(id, &tag, &published)?)
        })
        .await
    }

    /// Removes a tag.
    pub async fn remove_dist_tag(
        &self,
        package: &PackageName,
        tag: &DistTag,
    ) -> Result<(), TagError> {
        if tag.is_latest() {
            return Err(TagError::LatestStays {
                package: package.clone(),
            });
        }
        let tag = tag.clone();
        self.change_tags(package, move |rows, package, id| {
            if rows.remove_dist_tag(id, &tag)? {
                Ok(())
            } else {
                Err(TagError::NoSuchTag {
                    package: package.clone(),
                    tag,
                })
            }
        })
        .await
    }

    async fn change_tags(
        &self,
        package: &PackageName,
        change: impl FnOnce(
            &catalog::Write<'_>,
            &PackageName,
            catalog::PackageId,
        ) -> Result<(), TagError>
        + Send
        + 'static,
    ) -> Result<(), TagError> {
        let (name, changed) = (package.clone(), package.clone());
        let shared = Arc::clone(&self.shared);
        let written = self.shared.catalog.write(
            move |rows| {
                let Some(row) = rows.package(&name)? else {
                    return Err(TagError::NoSuchPackage { package: name });
                };
                change(rows, &name, row.id)?;
                Ok(rows.touch_package(row.id, SystemTime::now())?)
            },
            move |()| shared.rendered.forget(&changed),
        );
        written.await.map_err(|error| match error {
            WriteError::Refused(refusal) => refusal,
            WriteError::Catalog(error) => error.into(),
        })
    }
}
