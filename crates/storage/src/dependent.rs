//! Which packages need which, going by what their `latest` points at.

use std::{collections::BTreeSet, sync::Arc};

use npm_model::{Manifest, PackageName};
use serde_json::{Map, Value};

use crate::{
    read::{ReadError, blocking},
    store::Store,
    summary::Summary,
};

/// Dependencies of one package that are kept. The packages that need most by far, which were made for
/// that, need a thousand.
const MOST: usize = 2000;

/// Longest name of a dependency that is kept, in bytes: no package has a longer one.
const LONGEST: usize = 1024;

/// A package that needs another one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Dependent {
    /// The package.
    pub package: PackageName,
    /// What it says of itself, empty when it says nothing.
    pub description: String,
}

impl Store {
    /// Returns the packages that need this one, in the order of their names.
    pub async fn dependents(&self, dependency: &str) -> Result<Vec<Dependent>, ReadError> {
        let (dependency, shared) = (dependency.to_owned(), Arc::clone(&self.shared));
        blocking(move || {
            let mut found = Vec::new();
            shared.catalog.read(|rows| {
                rows.dependents(&dependency, |package, summary| {
                    let description = Summary::parse(summary).map(|it| it.description);
                    found.push(Dependent {
                        package,
                        description: description.unwrap_or_default(),
                    });
                })
            })?;
            Ok(found)
        })
        .await
    }
}

/// What a version needs to run, by name.
pub(crate) fn dependencies(manifest: &Manifest) -> BTreeSet<String> {
    let needed = manifest
        .get("dependencies")
        .and_then(|it| serde_json::from_str::<Map<String, Value>>(it.get()).ok())
        .unwrap_or_default();
    let names = needed.keys().map(|name| name.trim().to_owned());
    names
        .filter(|name| !name.is_empty() && name.len() <= LONGEST)
        .take(MOST)
        .collect()
}
