//! npm and bun as people have them, each in a home of its own.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{env, iter};

use tempfile::TempDir;

use crate::program::clients_folder;
use crate::registry::Registry;
use crate::run::{Finished, run};
use crate::user::User;

/// How long one command may take; npm alone needs a second, and all cores may be busy.
const LIMIT: Duration = Duration::from_secs(90);

/// Which client a story is told with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ClientKind {
    /// npm 11, at the pinned version.
    Npm11,
    /// npm 12, at the pinned version.
    Npm12,
    /// The npm that is installed on this machine.
    MachineNpm,
    /// bun, at the pinned version.
    Bun,
}

impl ClientKind {
    /// Whether it is one of the npms.
    pub fn is_npm(self) -> bool {
        self != Self::Bun
    }

    /// Returns the words that come before a command's own.
    fn program(self) -> Vec<OsString> {
        let npm = |folder: &str| {
            let script = clients_folder().join(folder).join("bin/npm-cli.js");
            vec!["node".into(), script.into()]
        };
        match self {
            Self::Npm11 => npm("npm11"),
            Self::Npm12 => npm("npm12"),
            Self::MachineNpm => vec!["npm".into()],
            Self::Bun => vec![clients_folder().join(".bin/bun").into()],
        }
    }
}

/// A client with its own home, cache and `.npmrc`, pointed at one registry.
#[derive(Debug)]
pub struct Client {
    kind: ClientKind,
    home: TempDir,
    base: String,
    preload: Option<PathBuf>,
}

impl Client {
    /// Prepares a client that nobody has logged in with.
    pub fn anonymous(kind: ClientKind, registry: &Registry) -> Self {
        let client = Self {
            kind,
            home: tempfile::tempdir().unwrap(),
            base: registry.url(),
            preload: None,
        };
        fs::write(client.home.path().join("global.npmrc"), "").unwrap();
        client.write_npmrc(None);
        client
    }

    /// Prepares a client that somebody has logged in with.
    pub fn of(kind: ClientKind, registry: &Registry, user: &User) -> Self {
        let client = Self::anonymous(kind, registry);
        client.write_npmrc(Some(&user.token));
        client
    }

    /// Lets node run this JavaScript before each command, to stand in for what is not on the loopback.
    #[must_use]
    pub fn preloading(mut self, script: &str) -> Self {
        let path = self.home.path().join("preload.cjs");
        fs::write(&path, script).unwrap();
        self.preload = Some(path);
        self
    }

    /// Finds the registry below this path, such as `/reg`, in place of at the root.
    #[must_use]
    pub fn below(mut self, path: &str) -> Self {
        let old = self.base.trim_start_matches("http:").to_owned();
        let npmrc = self.npmrc().replace(&old, &format!("{old}{path}"));
        fs::write(self.npmrc_path(), npmrc).unwrap();
        self.base.push_str(path);
        self
    }

    /// Returns which client this is.
    pub fn kind(&self) -> ClientKind {
        self.kind
    }

    /// Returns what the user's `.npmrc` holds now.
    pub fn npmrc(&self) -> String {
        fs::read_to_string(self.npmrc_path()).unwrap()
    }

    /// Returns a new empty project to install into.
    pub fn project(&self) -> PathBuf {
        let folder = tempfile::Builder::new()
            .prefix("project-")
            .tempdir_in(self.home.path())
            .unwrap()
            .keep();
        let manifest = r#"{ "name": "project", "version": "0.0.0", "private": true }"#;
        fs::write(folder.join("package.json"), manifest).unwrap();
        folder
    }

    /// Runs one command in a folder.
    #[track_caller]
    pub fn run(&self, folder: &Path, words: &[&str]) -> Finished {
        self.converse(folder, words, &[])
    }

    /// Runs one command and types an answer after each prompt.
    #[track_caller]
    pub fn converse(&self, folder: &Path, words: &[&str], answers: &[(&str, &str)]) -> Finished {
        let program = self.kind.program();
        let mut command = self.command(&program[0], folder);
        command.args(&program[1..]).args(words);
        run(&mut command, answers, LIMIT)
    }

    /// Runs a JavaScript module text in a folder: with bun if this is bun, else with node.
    #[track_caller]
    pub fn evaluate(&self, folder: &Path, module: &str) -> Finished {
        let (program, first) = match self.kind {
            ClientKind::Bun => (self.kind.program().remove(0), None),
            _ => ("node".into(), Some("--input-type=module")),
        };
        let mut command = self.command(&program, folder);
        command.args(first).args(["-e", module]);
        run(&mut command, &[], LIMIT)
    }

    /// Runs a command that a package brought, from `node_modules/.bin`.
    #[track_caller]
    pub fn run_installed(&self, folder: &Path, name: &str, words: &[&str]) -> Finished {
        let program = folder.join("node_modules/.bin").join(name);
        let mut command = self.command(program.as_os_str(), folder);
        command.args(words);
        run(&mut command, &[], LIMIT)
    }

    /// Nothing of the caller's environment gets through but the search path: no `npm_config_*`, no proxy.
    fn command(&self, program: &OsStr, folder: &Path) -> Command {
        let home = self.home.path();
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .env_clear()
            .envs(iter::once("PATH").filter_map(|name| Some((name, env::var_os(name)?))))
            .env("HOME", home)
            .env("TMPDIR", home)
            .env("npm_config_userconfig", self.npmrc_path())
            .env("npm_config_globalconfig", home.join("global.npmrc"))
            .env("npm_config_cache", home.join("cache"))
            .env("npm_config_prefix", home.join("prefix"))
            .env("BUN_INSTALL", home.join("bun"))
            .env("BUN_INSTALL_CACHE_DIR", home.join("bun-cache"))
            .env("DO_NOT_TRACK", "1")
            .env("NO_COLOR", "1");
        if let Some(script) = &self.preload {
            command.env("NODE_OPTIONS", format!("--require={}", script.display()));
        }
        command
    }

    fn npmrc_path(&self) -> PathBuf {
        self.home.path().join(".npmrc")
    }

    fn write_npmrc(&self, token: Option<&str>) {
        let base = &self.base;
        let mut text = format!("registry={base}/\nupdate-notifier=false\nfund=false\n");
        if let Some(token) = token {
            let host = base.trim_start_matches("http:");
            let _ = writeln!(text, "{host}/:_authToken={token}");
        }
        fs::write(self.npmrc_path(), text).unwrap();
    }
}
