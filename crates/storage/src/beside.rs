//! The packages of a data directory that another process may be serving.
//!
//! Nothing is claimed and nothing is kept in memory: each call asks the catalogue. What is changed is
//! announced in its own transaction, so that a store that is open forgets what it has rendered.

use std::{collections::BTreeMap, ops::ControlFlow, sync::Arc};

use catalog::{
    Catalog, CatalogError, Origin, PackageRow, PackumentForm, PackumentRows, StoredVersion, Write,
};
use npm_model::{DistTag, PackageName, Version, render_full};

use crate::{
    question::Question,
    summary::Summary,
    tag::{self, TagError},
    update,
};

/// The packages of one registry, for whoever stands beside its server.
#[derive(Clone, Debug)]
pub struct Beside {
    catalog: Arc<Catalog>,
}

/// A package as its server would show it.
#[derive(Clone, Debug)]
pub struct WholePackage {
    /// The packument in full, as JSON.
    pub packument: Vec<u8>,
    /// How many bytes the tarball of each version has.
    pub sizes: BTreeMap<String, u64>,
    /// The packages whose `latest` needs it, by name.
    pub dependents: Vec<PackageName>,
}

impl Beside {
    /// Of an open catalogue.
    pub const fn new(catalog: Arc<Catalog>) -> Self {
        Self { catalog }
    }

    /// Returns what is found, the best match first: up to `limit` of it, and how much there is. An
    /// empty question finds all, by name.
    pub async fn search(
        &self,
        question: Question,
        limit: usize,
    ) -> Result<(usize, Vec<(PackageName, Summary)>), CatalogError> {
        self.catalog
            .look(move |rows| {
                let words: Vec<&str> = question.words().iter().map(String::as_str).collect();
                let (mut total, mut first) = (0, Vec::new());
                rows.search(&words, |name, summary| {
                    // A summary that nobody is shown and nothing is asked of need not be read.
                    if first.len() < limit || !question.is_plain() {
                        let summary = Summary::parse(summary);
                        let fits = |it: &Summary| question.accepts(name.scope(), it);
                        let Some(summary) = summary.filter(fits) else {
                            return Ok(ControlFlow::Continue(()));
                        };
                        if first.len() < limit {
                            first.push((name, summary));
                        }
                    }
                    total += 1;
                    Ok(ControlFlow::Continue(()))
                })?;
                Ok((total, first))
            })
            .await
    }

    /// Returns a package, if there is one. `base` is what the URLs of its tarballs begin with.
    pub async fn package(
        &self,
        name: &PackageName,
        base: &str,
    ) -> Result<Option<WholePackage>, CatalogError> {
        let (name, base) = (name.clone(), base.to_owned());
        self.catalog
            .look(move |rows| {
                let found = rows.packument(&name, PackumentForm::Full)?;
                let Some(PackumentRows { head, versions }) = found else {
                    return Ok(None);
                };
                let stored = versions.iter().map(StoredVersion::entry);
                let packument = render_full(&head, stored, &base);
                let mut sizes = BTreeMap::new();
                for StoredVersion { version, .. } in versions {
                    if let Some(tarball) = rows.tarball(&name, &version)? {
                        sizes.insert(version.to_string(), tarball.size);
                    }
                }
                let mut dependents = Vec::new();
                rows.dependents(name.as_str(), |package, _| dependents.push(package))?;
                Ok(Some(WholePackage {
                    packument,
                    sizes,
                    dependents,
                }))
            })
            .await
    }

    /// Returns what the dist-tags of a package point at, if there is one.
    pub async fn dist_tags(
        &self,
        name: &PackageName,
    ) -> Result<Option<Vec<(DistTag, Version)>>, CatalogError> {
        let name = name.clone();
        self.catalog.look(move |rows| rows.dist_tags(&name)).await
    }

    /// Points a tag at a published version.
    pub async fn set_dist_tag(
        &self,
        package: &PackageName,
        tag: &DistTag,
        version: &Version,
        by: &Origin,
    ) -> Result<(), TagError> {
        let (tag, version, by) = (tag.clone(), version.clone(), by.clone());
        self.change(package, move |rows, package, row| {
            tag::set(rows, package, row, &tag, version, &by)
        })
        .await
    }

    /// Removes a tag.
    pub async fn remove_dist_tag(
        &self,
        package: &PackageName,
        tag: &DistTag,
        by: &Origin,
    ) -> Result<(), TagError> {
        let (tag, by) = (tag.clone(), by.clone());
        self.change(package, move |rows, package, row| {
            tag::remove(rows, package, row, tag, &by)
        })
        .await
    }

    async fn change(
        &self,
        package: &PackageName,
        change: impl FnOnce(&Write<'_>, &PackageName, &PackageRow) -> Result<(), TagError>
        + Send
        + 'static,
    ) -> Result<(), TagError> {
        let package = package.clone();
        let written = self.catalog.write(
            move |rows| {
                update::in_transaction(rows, &package, tag::missing, change)?;
                rows.note_document_change(std::slice::from_ref(&package))?;
                Ok(())
            },
            |()| (),
        );
        written.await.map_err(update::why)
    }
}
