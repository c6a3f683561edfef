//! One transaction over one package, and what follows it.

use std::{sync::Arc, time::SystemTime};

use catalog::{CatalogError, PackageRow, Write, WriteError};
use npm_model::PackageName;

use crate::{store::Store, summary};

impl Store {
    /// Runs a change of one package, gives the package its next `_rev`, forgets its rendered
    /// documents and announces it, and returns that `_rev`. `missing` says that there is no such package.
    pub(crate) async fn update<E>(
        &self,
        package: &PackageName,
        missing: fn(PackageName) -> E,
        change: impl FnOnce(&Write<'_>, &PackageName, &PackageRow) -> Result<(), E> + Send + 'static,
    ) -> Result<String, E>
    where
        E: From<CatalogError> + Send + 'static,
    {
        let (name, changed) = (package.clone(), package.clone());
        let shared = Arc::clone(&self.shared);
        let written = self.shared.catalog.write(
            move |rows| in_transaction(rows, &name, missing, change),
            move |_| shared.changed(&changed),
        );
        written.await.map_err(why)
    }
}

/// The same in the transaction of whoever keeps no rendered documents.
pub(crate) fn in_transaction<E: From<CatalogError>>(
    rows: &Write<'_>,
    name: &PackageName,
    missing: fn(PackageName) -> E,
    change: impl FnOnce(&Write<'_>, &PackageName, &PackageRow) -> Result<(), E>,
) -> Result<String, E> {
    let Some(row) = rows.package(name)? else {
        return Err(missing(name.clone()));
    };
    change(rows, name, &row)?;
    rows.touch_package(row.id, SystemTime::now())?;
    // A change that removed the last version removed the package.
    let Some(row) = rows.package(name)? else {
        return Ok(String::new());
    };
    summary::refresh(rows, name, row.id)?;
    Ok(row.rev)
}

/// Why a change was not made.
pub(crate) fn why<E: From<CatalogError>>(error: WriteError<E>) -> E {
    match error {
        WriteError::Refused(refusal) => refusal,
        WriteError::Catalog(error) => error.into(),
    }
}
