//! Who owns a package.

use std::{sync::Arc, time::SystemTime};

use catalog::{CatalogError, EventKind, Origin, Write, WriteError};
use npm_model::{Maintainer, PackageName};

use crate::{
    change::ChangeError,
    read::{ReadError, blocking},
    store::Store,
    summary,
};

impl Store {
    /// Returns the package's owners, or nothing when there is no such package.
    pub async fn owners(
        &self,
        package: &PackageName,
    ) -> Result<Option<Vec<Maintainer>>, ReadError> {
        let (package, shared) = (package.clone(), Arc::clone(&self.shared));
        blocking(move || {
            shared.catalog.read(|rows| match rows.package(&package)? {
                Some(row) => Ok(Some(rows.owners(row.id)?)),
                None => Ok(None),
            })
        })
        .await
    }

    /// Replaces the package's owners. `rev`, if given, must be the package's.
    ///
    /// Returns the package's new `_rev`.
    pub async fn set_owners(
        &self,
        package: &PackageName,
        owners: Vec<String>,
        rev: Option<&str>,
        by: &Origin,
    ) -> Result<String, ChangeError> {
        let by = by.clone();
        self.change(package, rev, move |rows, package, id| {
            if owners.is_empty() {
                return Err(ChangeError::NoOwner {
                    package: package.clone(),
                });
            }
            rows.clear_owners(id)?;
            let detail = owners.join(", ");
            rows.add_event(&by, EventKind::PackageOwner, package.as_str(), &detail)?;
            for name in owners {
                if rows.account(&name)?.is_none() {
                    return Err(ChangeError::NoSuchUser { name });
                }
                rows.add_owner(id, &name)?;
            }
            Ok(())
        })
        .await
    }

    /// Makes an account an owner of the package, beside those that are.
    pub async fn add_owner(
        &self,
        package: &PackageName,
        name: &str,
        by: &Origin,
    ) -> Result<(), ChangeError> {
        let (name, by) = (name.to_owned(), by.clone());
        self.change(package, None, move |rows, package, id| {
            if rows.account(&name)?.is_none() {
                return Err(ChangeError::NoSuchUser { name });
            }
            let detail = format!("{name} added");
            rows.add_event(&by, EventKind::PackageOwner, package.as_str(), &detail)?;
            Ok(rows.add_owner(id, &name)?)
        })
        .await
        .map(|_| ())
    }

    /// Takes the package from one of its owners. The last one stays.
    pub async fn remove_owner(
        &self,
        package: &PackageName,
        name: &str,
        by: &Origin,
    ) -> Result<(), ChangeError> {
        let (name, by) = (name.to_owned(), by.clone());
        self.change(package, None, move |rows, package, id| {
            let detail = format!("{name} removed");
            rows.add_event(&by, EventKind::PackageOwner, package.as_str(), &detail)?;
            let package = || package.clone();
            let (removed, kept): (Vec<_>, Vec<_>) =
                rows.owners(id)?.into_iter().partition(|it| it.name == name);
            if removed.is_empty() {
                let package = package();
                return Err(ChangeError::NotAnOwner { package, name });
            }
            if kept.is_empty() {
                return Err(ChangeError::NoOwner { package: package() });
            }
            rows.clear_owners(id)?;
            for owner in kept {
                rows.add_owner(id, &owner.name)?;
            }
            Ok(())
        })
        .await
        .map(|_| ())
    }

    /// Makes the documents of everything that an account owns anew, because what they say of the
    /// account has changed.
    pub async fn refresh_owner(&self, account: &str) -> Result<(), ChangeError> {
        let (account, shared) = (account.to_owned(), Arc::clone(&self.shared));
        let written = self.shared.catalog.write(
            move |rows| {
                let packages = rows.owned_by(&account)?;
                refresh(rows, &packages)?;
                Ok::<_, CatalogError>(packages)
            },
            move |packages: &Vec<PackageName>| {
                for package in packages {
                    shared.changed(package);
                }
            },
        );
        match written.await {
            Ok(_) => Ok(()),
            Err(WriteError::Refused(error) | WriteError::Catalog(error)) => Err(error.into()),
        }
    }

    /// Forgets the rendered documents of packages that were changed without the store, and announces
    /// them.
    pub fn forget_rendered(&self, packages: &[PackageName]) {
        for package in packages {
            self.shared.changed(package);
        }
    }

    /// Forgets all rendered documents, because any package may have been changed without the store.
    pub fn forget_all_rendered(&self) {
        self.shared.rendered.forget_all();
    }
}

/// Notes that these packages have got other owners, in the transaction of whoever changed them past
/// the store: their revisions move, and what a search finds of them is made anew. A store that is
/// open forgets what it has rendered once it is told that documents have changed.
pub fn refresh_owners(rows: &Write<'_>, packages: &[PackageName]) -> Result<(), CatalogError> {
    refresh(rows, packages)?;
    rows.note_document_change(packages).map(|_| ())
}

fn refresh(rows: &Write<'_>, packages: &[PackageName]) -> Result<(), CatalogError> {
    for package in packages {
        if let Some(row) = rows.package(package)? {
            rows.touch_package(row.id, SystemTime::now())?;
            summary::refresh(rows, package, row.id)?;
        }
    }
    Ok(())
}
