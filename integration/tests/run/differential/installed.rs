//! What an install left in a project.

use std::path::Path;

use integration::{Client, Entry, Tree};
use serde_json::Value;

use super::world::Published;

/// A project after an install, without what tells one home, one minute or one address from another.
pub(super) struct Installed {
    pub(super) tree: Tree,
}

impl Installed {
    pub(super) fn read(client: &Client, project: &Path, base: &str, published: &Published) -> Self {
        let mut tree = Tree::read(project);
        // Of yarn, packed, with addresses and paths in it; what it holds is in yarn.lock and .yarn-state.yml too.
        tree.0.remove(".yarn/install-state.gz");
        // Of pnpm: the project's own manifest, settings, and when it was looked at to the nanosecond.
        tree.0.remove("node_modules/.pnpm-workspace-state-v1.json");
        let address = base.strip_prefix("http://").unwrap();
        let replaced = [
            (address.to_owned(), "ADDRESS"),
            (address.replace(':', "%3A"), "ADDRESS"),
            (text(project), "PROJECT"),
            (text(client.home()), "HOME"),
        ];
        tree.rewrite(|path, text| {
            let mut text = text.to_owned();
            for (from, to) in &replaced {
                text = text.replace(from, to);
            }
            lines_without_times(path, &text, published)
        });
        Self { tree }
    }

    /// Returns the folder and the name and version of each package, for each place where it really lies.
    pub(super) fn packages(&self) -> Vec<(&str, String)> {
        let entries = self.tree.0.iter();
        let packages = entries.filter_map(|(path, entry)| {
            let Entry::File { bytes, .. } = entry else {
                return None;
            };
            let folder = path.strip_suffix("/package.json")?;
            let name = name_in(folder)?;
            let manifest: Value = serde_json::from_slice(bytes).unwrap();
            // A package under an alias has its own name inside.
            let (own, version) = (manifest["name"].as_str()?, manifest["version"].as_str()?);
            assert!(own == name || name.contains("alias"), "{own} in {folder}");
            Some((folder, format!("{own}@{version}")))
        });
        packages.collect()
    }
}

/// Returns the name that a folder gives to the package in it: what follows the last `node_modules/`, if that
/// is a name.
fn name_in(folder: &str) -> Option<&str> {
    let (_, name) = folder.rsplit_once("node_modules/")?;
    let slashes = name.matches('/').count();
    (slashes == usize::from(name.starts_with('@'))).then_some(name)
}

/// pnpm notes when it last looked what is not needed any more, and in which order versions were published.
fn lines_without_times(path: &str, text: &str, published: &Published) -> String {
    let lines = text.split_inclusive('\n').filter_map(|line| match path {
        "node_modules/.modules.yaml" => (!line.contains("\"prunedAt\"")).then(|| line.to_owned()),
        "pnpm-lock.yaml" | "node_modules/.pnpm/lock.yaml" => {
            Some(wave_in(line, published).unwrap_or_else(|| line.to_owned()))
        }
        _ => Some(line.to_owned()),
    });
    lines.collect()
}

/// Puts the wave in place of a time: `left@1.0.0: '2026-01-31T12:00:00.000Z'`.
fn wave_in(line: &str, published: &Published) -> Option<String> {
    let (id, time) = line.trim_end().rsplit_once(": ")?;
    let time = humantime::parse_rfc3339(time.trim_matches('\'')).ok()?;
    let wave = published.wave_of(time)?;
    Some(format!("{id}: wave {wave}\n"))
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
