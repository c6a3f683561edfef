//! Packages: looking at them, and moving their dist-tags.

use std::collections::BTreeMap;

use console::{CommandError, Done, Found, PackageInfo, PackageLine};
use npm_model::{DistTag, PackageName, Version};
use storage::Question;

use super::{
    LocalDesk,
    errors::{self, no_package, of_tag},
    nouns,
};

pub(super) async fn packages(desk: &LocalDesk) -> Done<Vec<PackageLine>> {
    Ok(found(desk, "", usize::MAX).await?.packages)
}

pub(super) async fn search(desk: &LocalDesk, text: &str, limit: u32) -> Done<Found> {
    found(desk, text, usize::try_from(limit).unwrap_or(usize::MAX)).await
}

async fn found(desk: &LocalDesk, text: &str, limit: usize) -> Done<Found> {
    let store = desk.store().await?;
    let found = store.search(Question::parse(text), limit).await;
    let (total, packages) = found.map_err(|error| errors::of_catalog(&error))?;
    let packages = packages
        .into_iter()
        .map(|(name, summary)| nouns::package_line(&name, summary));
    Ok(Found {
        total,
        packages: packages.collect(),
    })
}

pub(super) async fn package(desk: &LocalDesk, name: &PackageName) -> Done<PackageInfo> {
    let (store, local) = (desk.store().await?, desk.local()?);
    let found = store.package(name, &local.url).await;
    let found = found.map_err(|error| errors::of_catalog(&error))?;
    let found = found.ok_or_else(|| no_package(name))?;
    let mut info = PackageInfo::of_packument(&found.packument).map_err(|error| {
        CommandError::failed(format!("the document of {name} cannot be read"), &error)
    })?;
    for version in &mut info.versions {
        version.size = found.sizes.get(&version.version).copied();
    }
    let dependents = found.dependents.iter().map(ToString::to_string);
    info.dependents = dependents.collect();
    Ok(info)
}

pub(super) async fn dist_tags(
    desk: &LocalDesk,
    name: &PackageName,
) -> Done<BTreeMap<String, String>> {
    let tags = desk.store().await?.dist_tags(name).await;
    let tags = tags.map_err(|error| errors::of_catalog(&error))?;
    let tags = tags.ok_or_else(|| no_package(name))?.into_iter();
    Ok(tags
        .map(|(tag, version)| (tag.to_string(), version.to_string()))
        .collect())
}

pub(super) async fn set_dist_tag(
    desk: &LocalDesk,
    name: &PackageName,
    version: &Version,
    tag: &DistTag,
) -> Done<()> {
    let store = desk.store().await?;
    let set = store.set_dist_tag(name, tag, version, &desk.by).await;
    set.map_err(of_tag)
}

pub(super) async fn remove_dist_tag(
    desk: &LocalDesk,
    name: &PackageName,
    tag: &DistTag,
) -> Done<()> {
    let store = desk.store().await?;
    let removed = store.remove_dist_tag(name, tag, &desk.by).await;
    removed.map_err(of_tag)
}
