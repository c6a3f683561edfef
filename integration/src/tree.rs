//! A folder with all that is in it, to be compared with another one.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// What is at one path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Entry {
    /// A folder, which may be empty.
    Folder,
    /// A symbolic link, with its target.
    Link(String),
    /// A file.
    File {
        /// Its bytes.
        bytes: Vec<u8>,
        /// Whether its owner may run it.
        executable: bool,
    },
}

/// Everything below one folder, by the path from there.
#[derive(Clone, Debug, Default)]
pub struct Tree(pub BTreeMap<String, Entry>);

impl Tree {
    /// Reads a folder. Links are kept and not followed.
    pub fn read(folder: &Path) -> Self {
        let mut tree = Self::default();
        tree.add(folder, "");
        tree
    }

    fn add(&mut self, folder: &Path, prefix: &str) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            let kind = entry.file_type().unwrap();
            let found = if kind.is_dir() {
                self.add(&entry.path(), &format!("{path}/"));
                Entry::Folder
            } else if kind.is_symlink() {
                let target = fs::read_link(entry.path()).unwrap();
                Entry::Link(target.to_str().unwrap().to_owned())
            } else {
                Entry::File {
                    bytes: fs::read(entry.path()).unwrap(),
                    executable: entry.metadata().unwrap().permissions().mode() & 0o100 != 0,
                }
            };
            self.0.insert(path, found);
        }
    }

    /// Returns the text of a file.
    #[track_caller]
    pub fn text(&self, path: &str) -> &str {
        match self.0.get(path) {
            Some(Entry::File { bytes, .. }) => std::str::from_utf8(bytes).unwrap(),
            found => panic!("{path} should be a file, not {found:?}"),
        }
    }

    /// Changes every text: the targets of links, and the files that are in UTF-8.
    pub fn rewrite(&mut self, mut change: impl FnMut(&str, &str) -> String) {
        for (path, entry) in &mut self.0 {
            match entry {
                Entry::Folder => (),
                Entry::Link(target) => *target = change(path, target),
                Entry::File { bytes, .. } => {
                    if let Ok(text) = std::str::from_utf8(bytes) {
                        *bytes = change(path, text).into();
                    }
                }
            }
        }
    }

    /// Says in what another tree differs, a line for each path.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let paths = self.0.keys().chain(other.0.keys());
        let mut paths: Vec<&String> = paths.collect();
        paths.sort();
        paths.dedup();
        paths
            .into_iter()
            .filter_map(|path| match (self.0.get(path), other.0.get(path)) {
                (Some(here), Some(there)) if here == there => None,
                (here, there) => Some(format!("{path}: {}", difference(here, there))),
            })
            .collect()
    }
}

fn difference(here: Option<&Entry>, there: Option<&Entry>) -> String {
    let (Some(Entry::File { bytes: here, .. }), Some(Entry::File { bytes: there, .. })) =
        (here, there)
    else {
        return format!("{} and {}", shown(here), shown(there));
    };
    let (here, there) = (
        String::from_utf8_lossy(here),
        String::from_utf8_lossy(there),
    );
    let (mut left, mut right) = (here.lines(), there.lines());
    for number in 1.. {
        match (left.next(), right.next()) {
            (None, None) => break,
            (left, right) if left == right => (),
            (left, right) => return format!("line {number} is {left:?} and {right:?}"),
        }
    }
    "only one can be run".to_owned()
}

fn shown(entry: Option<&Entry>) -> String {
    match entry {
        None => "nothing".to_owned(),
        Some(Entry::Folder) => "a folder".to_owned(),
        Some(Entry::Link(target)) => format!("a link to {target}"),
        Some(Entry::File { .. }) => "a file".to_owned(),
    }
}
