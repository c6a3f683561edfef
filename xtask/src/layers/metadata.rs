//! What cargo knows about the workspace: its members and the arrows between them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Deserialize;

use crate::shell::{self, Shell, ShellError};

/// The part of `cargo metadata` that is used here.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    packages: Vec<Package>,
    /// Where cargo puts what it makes.
    pub(crate) target_directory: PathBuf,
}

#[derive(Debug, Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    /// The package's own name, also where the dependency is renamed.
    name: String,
    /// Set for a dependency in a folder of this machine.
    path: Option<PathBuf>,
}

/// A crate of the workspace.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// The members that it depends on, in any way: normal, build or dev.
    pub(crate) names: BTreeSet<String>,
}

/// Why cargo's answer could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MetadataError {
    /// Cargo failed.
    #[error(transparent)]
    Shell(#[from] ShellError),
    /// Cargo said something else than expected.
    #[error("could not understand `cargo metadata`: {0}")]
    Json(#[from] serde_json::Error),
}

/// Asks cargo about the workspace.
pub(crate) fn read(shell: &Shell) -> Result<Metadata, MetadataError> {
    let json =
        shell::capture(&mut shell.cargo(["metadata", "--no-deps", "--format-version", "1"]))?;
    Ok(serde_json::from_slice(&json)?)
}

impl Metadata {
    /// Lists the members of the workspace.
    pub(crate) fn members(&self) -> Vec<Member> {
        let is_member = |name: &str| self.packages.iter().any(|package| package.name == name);
        // A crate that names itself does so to test with other features; that leads nowhere.
        let leads_out =
            |package: &Package, dependency: &Dependency| dependency.name != package.name;
        let member = |package: &Package| Member {
            name: package.name.clone(),
            names: package
                .dependencies
                .iter()
                .filter(|dependency| dependency.path.is_some() && is_member(&dependency.name))
                .filter(|dependency| leads_out(package, dependency))
                .map(|dependency| dependency.name.clone())
                .collect(),
        };
        self.packages.iter().map(member).collect()
    }
}
