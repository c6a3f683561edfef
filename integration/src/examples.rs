//! The example packages that every guide publishes.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::program::workspace_root;

/// Copies of `packages/@mycompany/pkg-1` and `pkg-2`, so that publishing leaves no trace in the workspace.
#[derive(Debug)]
pub struct Examples {
    folder: TempDir,
}

impl Examples {
    /// Copies both.
    pub fn copied() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["pkg-1", "pkg-2"] {
            let from = workspace_root().join("packages/@mycompany").join(name);
            copy(&from, &folder.path().join(name));
        }
        Self { folder }
    }

    /// Returns the folder of `@mycompany/pkg-1`, the example utility.
    pub fn pkg_1(&self) -> PathBuf {
        self.folder.path().join("pkg-1")
    }

    /// Returns the folder of `@mycompany/pkg-2`, which depends on `pkg-1`.
    pub fn pkg_2(&self) -> PathBuf {
        self.folder.path().join("pkg-2")
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        // Installed dependencies would hide that the registry has none.
        if entry.file_name() == "node_modules" {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
