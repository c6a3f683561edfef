//! Dependencies that travel inside the package, with those that they need.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use npm_model::PackageName;

use crate::{
    Note,
    package::{self, Package},
};

use super::{ListError, Root, Walk};

/// A package whose dependencies are gathered.
struct Node {
    /// Where it is, from the root package's folder.
    inside: String,
    /// Whether it is a link, whose own development dependencies are installed.
    is_link: bool,
    package: Package,
}

/// Adds the files of everything that is bundled.
pub(super) fn gather(walk: &mut Walk<'_>, root: &Path, package: &Package) -> Result<(), ListError> {
    let is_edge = |name: &&String| {
        let is_known = package.dependencies.contains(*name) || package.optional.contains(*name);
        is_known && !package.dev.contains(*name)
    };
    let mut seen = BTreeSet::new();
    let mut waiting = Vec::new();
    for name in &package.bundled {
        let found = if is_edge(&name) {
            find(root, "", name)
        } else {
            None
        };
        match found {
            Some(found) => waiting.push(found),
            None => walk.notes.push(Note::NotBundled { name: name.clone() }),
        }
    }
    waiting.reverse();
    while let Some(inside) = waiting.pop() {
        if !seen.insert(inside.clone()) {
            continue;
        }
        let node = add(walk, root, inside)?;
        let package = &node.package;
        let needed = package.dependencies.iter().chain(&package.optional);
        for name in needed {
            if node.is_link && package.dev.contains(name) {
                continue;
            }
            // What an optional dependency would be is not missed.
            waiting.extend(find(root, &node.inside, name));
        }
    }
    Ok(())
}

/// Adds the files of one bundled package.
fn add(walk: &mut Walk<'_>, root: &Path, inside: String) -> Result<Node, ListError> {
    let folder = root.join(&inside);
    let failed = |source| ListError::Read {
        path: folder.clone(),
        source,
    };
    let is_link = fs::symlink_metadata(&folder).map_err(failed)?.is_symlink();
    let is_there = folder.join("package.json").is_file();
    // Like npm, a package that cannot be read is packed for what it is.
    let document = package::read(&folder).unwrap_or_default();
    let package = Package::new(&document, &folder);
    let rules = Root {
        package: is_there.then_some(&package),
        has_defaults: is_link,
        has_ignore_files: is_link,
        more_defaults: String::new(),
        folders_read_package: package.workspaces.is_some(),
    };
    walk.walk(&folder, &format!("{inside}/"), &rules)?;
    Ok(Node {
        inside,
        is_link,
        package,
    })
}

/// Finds a dependency as node does: in the nearest `node_modules`, but in none outside the root package.
fn find(root: &Path, from: &str, name: &str) -> Option<String> {
    // A name is a path here, and nobody says where it may lead.
    PackageName::parse(name).ok()?;
    let mut place = PathBuf::from(from);
    loop {
        let is_modules = place.file_name().is_some_and(|name| name == "node_modules");
        if !is_modules {
            let inside = place.join("node_modules").join(name);
            if root.join(&inside).is_dir() {
                return inside.to_str().map(str::to_owned);
            }
        }
        if !place.pop() {
            return None;
        }
    }
}
