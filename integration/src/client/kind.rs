//! Which clients there are, and the words in which each wants to be told the same thing.

use std::ffi::OsString;
use std::fs;

use serde_json::Value;

use crate::program::{clients_folder, workspace_root};

/// Which client a story is told with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ClientKind {
    /// npm 11, at the pinned version.
    Npm11,
    /// npm 12, at the pinned version.
    Npm12,
    /// The npm that is installed on this machine.
    MachineNpm,
    /// pnpm, at the pinned version.
    Pnpm,
    /// yarn 1 ("classic"), at the pinned version.
    Yarn1,
    /// yarn 4 ("berry"), at the pinned version.
    Yarn4,
    /// bun, at the pinned version.
    Bun,
    /// deno, at the pinned version.
    Deno,
}

impl ClientKind {
    /// Whether it is one of the npms.
    pub fn is_npm(self) -> bool {
        matches!(self, Self::Npm11 | Self::Npm12 | Self::MachineNpm)
    }

    /// Returns the version that `integration/clients/package.json` pins.
    #[track_caller]
    pub fn pinned_version(self) -> String {
        let path = workspace_root().join("integration/clients/package.json");
        let manifest: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let pin = manifest["dependencies"][self.package()].as_str();
        // A package under an alias is pinned as `npm:NAME@VERSION`.
        let version = pin.and_then(|pin| pin.rsplit('@').next());
        version
            .unwrap_or_else(|| panic!("{self:?} is not pinned"))
            .to_owned()
    }

    /// Returns the name under which the client is pinned and installed.
    fn package(self) -> &'static str {
        match self {
            Self::Npm11 => "npm11",
            Self::Npm12 => "npm12",
            Self::MachineNpm => "npm",
            Self::Pnpm => "pnpm",
            Self::Yarn1 => "yarn1",
            Self::Yarn4 => "@yarnpkg/cli-dist",
            Self::Bun => "bun",
            Self::Deno => "deno",
        }
    }

    /// Returns the words that come before a command's own.
    pub(super) fn program(self) -> Vec<OsString> {
        // By file and not by name: both yarns are called `yarn`, and both npms `npm`.
        let script = |path: &str| {
            let script = clients_folder().join(self.package()).join(path);
            vec!["node".into(), script.into()]
        };
        match self {
            Self::Npm11 | Self::Npm12 => script("bin/npm-cli.js"),
            Self::MachineNpm => vec!["npm".into()],
            Self::Yarn1 | Self::Yarn4 => script("bin/yarn.js"),
            Self::Pnpm | Self::Bun | Self::Deno => {
                vec![clients_folder().join(".bin").join(self.package()).into()]
            }
        }
    }

    /// Returns the words that install these packages, or what the project lists if there are none.
    pub(super) fn install(self, specs: &[&str]) -> Vec<String> {
        let verb = if self.is_npm() || specs.is_empty() {
            "install"
        } else {
            "add"
        };
        // deno has more than one registry, and wants to be told which is meant.
        let prefix = if self == Self::Deno { "npm:" } else { "" };
        let specs = specs.iter().map(|spec| format!("{prefix}{spec}"));
        [verb.to_owned()].into_iter().chain(specs).collect()
    }

    /// Returns the words that publish a folder, or `None` for a client that cannot.
    pub(super) fn publish(self) -> Option<&'static [&'static str]> {
        match self {
            // Else it asks for the new version.
            Self::Yarn1 => Some(&["publish", "--non-interactive"]),
            Self::Yarn4 => Some(&["npm", "publish"]),
            // What it publishes goes to a registry of another kind.
            Self::Deno => None,
            _ => Some(&["publish"]),
        }
    }

    /// Returns the words that ask who is logged in, or `None` for a client that cannot.
    pub(super) fn whoami(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Yarn4 => Some(&["npm", "whoami"]),
            Self::Bun => Some(&["pm", "whoami"]),
            Self::Yarn1 | Self::Deno => None,
            _ => Some(&["whoami"]),
        }
    }
}
