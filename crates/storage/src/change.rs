//! Changing what is said of published versions: deprecation, removal, stars.
//!
//! Every change is one transaction; it gives the package its next `_rev` and makes the rendered
//! documents forget it.

use std::{collections::BTreeSet, time::SystemTime};

use catalog::{CatalogError, EventKind, ListedVersion, Origin, PackageId, Write};
use npm_model::{DistTag, PackageName, Version};

use crate::store::Store;

/// Why a package was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is no such package.
    #[error("{package} is not published here")]
    NoSuchPackage {
        /// The package.
        package: PackageName,
    },
    /// There is no such version.
    #[error("{package} has no version {version}")]
    NoSuchVersion {
        /// The package.
        package: PackageName,
        /// The version.
        version: Version,
    },
    /// The package has changed since the caller read it; reading it again and trying again is safe.
    #[error("{package} has changed meanwhile; try again")]
    Stale {
        /// The package.
        package: PackageName,
    },
    /// Versions are added by publishing them.
    #[error("{package} has no version {version}, and this is not the way to add one")]
    AddsVersion {
        /// The package.
        package: PackageName,
        /// The version that is not there.
        version: String,
    },
    /// An owner has to have an account.
    #[error("there is no user {name}")]
    NoSuchUser {
        /// The name.
        name: String,
    },
    /// Only an owner can be taken away.
    #[error("{name} is not an owner of {package}")]
    NotAnOwner {
        /// The package.
        package: PackageName,
        /// The name.
        name: String,
    },
    /// A package without owners could not be looked after.
    #[error("{package} needs at least one owner")]
    NoOwner {
        /// The package.
        package: PackageName,
    },
    /// The catalogue refused.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// A version and what is to be said of it: a reason not to use it, or nothing.
#[derive(Clone, Debug)]
pub struct Deprecation {
    /// The version.
    pub version: Version,
    /// The reason; none takes back what was said before.
    pub message: Option<String>,
}

impl Store {
    /// Sets the deprecations that differ from what is said already. Versions that are not listed
    /// stay as they are.
    ///
    /// Returns the package's `_rev`.
    ///
    /// `known` are the versions that the caller thinks there are: one that is not means that the
    /// caller meant to publish it.
    pub async fn deprecate(
        &self,
        package: &PackageName,
        known: BTreeSet<String>,
        deprecations: Vec<Deprecation>,
        by: &Origin,
    ) -> Result<String, ChangeError> {
        let by = by.clone();
        self.change(package, None, move |rows, package, id| {
            let listed = rows.list_versions(id)?;
            let is_listed = |key: &String| listed.iter().any(|it| it.version.as_str() == key);
            if let Some(version) = known.into_iter().find(|key| !is_listed(key)) {
                let package = package.clone();
                return Err(ChangeError::AddsVersion { package, version });
            }
            for Deprecation { version, message } in deprecations {
                let Some(known) = listed.iter().find(|it| it.version == version) else {
                    let package = package.clone();
                    return Err(ChangeError::NoSuchVersion { package, version });
                };
                if known.deprecated != message {
                    rows.set_deprecated(id, &version, message.as_deref())?;
                    let detail = match message {
                        Some(message) => format!("{version}: {message}"),
                        None => format!("{version} no longer"),
                    };
                    let kind = EventKind::PackageDeprecate;
                    rows.add_event(&by, kind, package.as_str(), &detail)?;
                }
            }
            Ok(())
        })
        .await
    }

    /// Removes the versions that `keep` does not name, if the package is still as `rev` says.
    ///
    /// Returns the package's new `_rev`.
    pub async fn keep_versions(
        &self,
        package: &PackageName,
        keep: BTreeSet<String>,
        rev: &str,
        by: &Origin,
    ) -> Result<String, ChangeError> {
        let by = by.clone();
        self.change(package, Some(rev), move |rows, package, id| {
            let listed = rows.list_versions(id)?;
            let (kept, removed): (Vec<_>, Vec<_>) = listed
                .into_iter()
                .partition(|it| keep.contains(it.version.as_str()));
            let is_kept = |key: &String| kept.iter().any(|it| it.version.as_str() == key);
            if let Some(version) = keep.iter().find(|key| !is_kept(key)) {
                let (package, version) = (package.clone(), version.clone());
                return Err(ChangeError::AddsVersion { package, version });
            }
            remove(rows, package, id, &kept, &removed, &by)
        })
        .await
    }

    /// Removes one version. Returns `false` when it was not there.
    pub async fn remove_version(
        &self,
        package: &PackageName,
        version: &Version,
        by: &Origin,
    ) -> Result<bool, ChangeError> {
        let (wanted, by) = (version.clone(), by.clone());
        let removed = self.change(package, None, move |rows, package, id| {
            let listed = rows.list_versions(id)?;
            let (removed, kept): (Vec<_>, Vec<_>) =
                listed.into_iter().partition(|it| it.version == wanted);
            if removed.is_empty() {
                let (package, version) = (package.clone(), wanted);
                return Err(ChangeError::NoSuchVersion { package, version });
            }
            remove(rows, package, id, &kept, &removed, &by)
        });
        match removed.await {
            Ok(_) => Ok(true),
            Err(ChangeError::NoSuchPackage { .. } | ChangeError::NoSuchVersion { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes the package with all its versions, if it is still as `rev` says.
    pub async fn remove_package(
        &self,
        package: &PackageName,
        rev: Option<&str>,
        by: &Origin,
    ) -> Result<(), ChangeError> {
        let by = by.clone();
        let removed = self.change(package, rev, move |rows, package, id| {
            let listed = rows.list_versions(id)?;
            remove(rows, package, id, &[], &listed, &by)
        });
        removed.await.map(|_| ())
    }

    /// Notes that an account likes the package, or no longer does.
    ///
    /// Returns the package's new `_rev`.
    pub async fn set_star(
        &self,
        package: &PackageName,
        account: &str,
        starred: bool,
    ) -> Result<String, ChangeError> {
        let account = account.to_owned();
        self.change(package, None, move |rows, _, id| {
            Ok(rows.set_star(id, &account, starred)?)
        })
        .await
    }

    /// Runs a change of a package that is there and, if `rev` is given, still as that says.
    pub(crate) async fn change(
        &self,
        package: &PackageName,
        rev: Option<&str>,
        change: impl FnOnce(&Write<'_>, &PackageName, PackageId) -> Result<(), ChangeError>
        + Send
        + 'static,
    ) -> Result<String, ChangeError> {
        let rev = rev.map(str::to_owned);
        let missing = |package| ChangeError::NoSuchPackage { package };
        self.update(package, missing, move |rows, name, row| {
            if rev.is_some_and(|rev| rev != row.rev) {
                return Err(ChangeError::Stale {
                    package: name.clone(),
                });
            }
            change(rows, name, row.id)
        })
        .await
    }
}

/// Removes versions, and the package when none is kept. A `latest` that goes with them moves to the
/// highest version that is left, stable before prerelease.
fn remove(
    rows: &Write<'_>,
    package: &PackageName,
    id: PackageId,
    kept: &[ListedVersion],
    removed: &[ListedVersion],
    by: &Origin,
) -> Result<(), ChangeError> {
    let now = SystemTime::now();
    for listed in removed {
        rows.remove_version(id, &listed.version, now)?;
        let (kind, version) = (EventKind::PackageUnpublish, listed.version.as_str());
        rows.add_event(by, kind, package.as_str(), version)?;
    }
    let stable_first = |it: &&ListedVersion| (!it.version.is_prerelease(), it.version.clone());
    match kept.iter().max_by_key(stable_first) {
        None => {
            rows.remove_package(id)?;
            // What teams may do with it is not meant for whoever publishes under that name next.
            rows.clear_grants(package)?;
            rows.note_access_change()?;
        }
        Some(highest) => {
            let latest = DistTag::latest();
            if rows.dist_tag(id, &latest)?.is_none() {
                rows.set_dist_tag(id, &latest, &highest.version)?;
            }
        }
    }
    Ok(())
}
