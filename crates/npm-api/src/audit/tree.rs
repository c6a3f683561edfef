//! The dependency tree that old clients send: what their lockfile says, package in package.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Packages of one tree that are looked at.
const MOST: usize = 200_000;

/// Longest text that all places together may have, in bytes. Each place names all that it is in, so a
/// long name with much in it would be said again and again.
const LONGEST_PLACES: usize = 16 * 1024 * 1024;

/// One level of the tree.
#[derive(Default, Deserialize)]
pub(super) struct Tree {
    #[serde(default)]
    dependencies: BTreeMap<String, Node>,
}

#[derive(Deserialize)]
struct Node {
    #[serde(default)]
    version: String,
    #[serde(default)]
    dev: bool,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    dependencies: BTreeMap<String, Node>,
}

/// Where a version of a package is in a tree.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Found {
    /// The names on the way to each place, joined by `>`.
    pub(super) paths: Vec<String>,
    pub(super) dev: bool,
    pub(super) optional: bool,
}

/// What is in a tree.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// By name, then by version.
    pub(super) packages: BTreeMap<String, BTreeMap<String, Found>>,
    pub(super) dependencies: usize,
    pub(super) dev: usize,
    pub(super) optional: usize,
}

impl Tree {
    pub(super) fn inventory(&self) -> Inventory {
        let mut inventory = Inventory::default();
        let mut told = 0;
        let mut waiting: Vec<(String, &BTreeMap<String, Node>)> =
            vec![(String::new(), &self.dependencies)];
        while let Some((path, level)) = waiting.pop() {
            for (name, node) in level {
                let seen = inventory.dependencies + inventory.dev + inventory.optional;
                told += path.len() + name.len();
                if seen >= MOST || told > LONGEST_PLACES {
                    return inventory;
                }
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}>{name}")
                };
                match (node.dev, node.optional) {
                    (true, _) => inventory.dev += 1,
                    (false, true) => inventory.optional += 1,
                    (false, false) => inventory.dependencies += 1,
                }
                let versions = inventory.packages.entry(name.clone()).or_default();
                let found = versions.entry(node.version.clone()).or_default();
                found.dev |= node.dev;
                found.optional |= node.optional;
                found.paths.push(path.clone());
                waiting.push((path, &node.dependencies));
            }
        }
        inventory
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_found_at_every_depth() {
        let tree: Tree = serde_json::from_str(
            r#"{"name":"p","requires":{"a":"^1"},"dependencies":{
                "a":{"version":"1.0.0","dependencies":{"b":{"version":"2.0.0"}}},
                "b":{"version":"1.0.0","dev":true}}}"#,
        )
        .unwrap();
        let inventory = tree.inventory();
        let b = &inventory.packages["b"];
        assert_eq!(b["2.0.0"].paths, ["a>b"]);
        assert_eq!(
            (b["1.0.0"].paths.as_slice(), b["1.0.0"].dev),
            (&["b".to_owned()][..], true)
        );
        assert_eq!((inventory.dependencies, inventory.dev), (2, 1));
        let long = "x".repeat(1 << 20);
        let many: Vec<String> = (0..1000).map(|n| format!("\"{n}\":{{}}")).collect();
        let many = many.join(",");
        let tree = format!(r#"{{"dependencies":{{"{long}":{{"dependencies":{{{many}}}}}}}}}"#);
        let tree: Tree = serde_json::from_str(&tree).unwrap();
        assert!(tree.inventory().dependencies < 20, "16 MiB in all");
        assert!(
            serde_json::from_str::<Tree>("{}")
                .unwrap()
                .inventory()
                .packages
                .is_empty()
        );
    }
}
