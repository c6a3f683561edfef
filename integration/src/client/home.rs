//! A client's home: the files and variables that point it at one registry and keep it from anything else.
//!
//! pnpm, yarn 4 and deno hold back what is younger than a day, so each is told not to; and each client that
//! would look for a newer version of itself, or fetch the version a project names, is told not to. Both yarns
//! send a token for scoped packages only, and are told to send it always.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, iter};

use tempfile::TempDir;

use super::ClientKind;

/// A folder that one client has for itself.
#[derive(Debug)]
pub(super) struct Home {
    folder: TempDir,
    base: String,
}

impl Home {
    /// Makes a home whose owner uses the registry at this base URL, with a token or without.
    pub(super) fn new(kind: ClientKind, base: String, token: Option<&str>) -> Self {
        let home = Self {
            folder: tempfile::tempdir().unwrap(),
            base,
        };
        home.write("global.npmrc", "");
        if kind == ClientKind::Yarn4 {
            home.write(".yarnrc.yml", &yarnrc_yml(&home.base, token));
        } else {
            home.write(".npmrc", &npmrc(kind, &home.base, token));
        }
        match kind {
            ClientKind::Pnpm => home.write(
                ".config/pnpm/config.yaml",
                &format!(
                    "storeDir: {}\nminimumReleaseAge: 0\npmOnFail: ignore\nupdateNotifier: false\n",
                    home.path().join("store").display()
                ),
            ),
            ClientKind::Yarn1 => home.write(".yarnrc", "disable-self-update-check true\n"),
            _ => (),
        }
        home
    }

    /// Returns the folder.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Returns where the user's `.npmrc` is.
    pub(super) fn npmrc_path(&self) -> PathBuf {
        self.path().join(".npmrc")
    }

    /// Lets a command live here. Nothing of the caller's environment gets through but the search path: no
    /// `npm_config_*`, no proxy.
    pub(super) fn house(&self, command: &mut Command) {
        let home = self.path();
        command
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
            .env("DENO_DIR", home.join("deno"))
            .env("DENO_NO_PROMPT", "1")
            .env("DENO_NO_UPDATE_CHECK", "1")
            // Else yarn 1 takes /usr/local/share for root's home: its cache, and what its login writes.
            .env("FAKEROOTKEY", "none")
            // Where deno looks for what it did not find, to suggest it; else that is a host on the internet.
            .env("JSR_URL", format!("{}/", self.base))
            .env("DO_NOT_TRACK", "1")
            .env("NO_COLOR", "1");
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn npmrc(kind: ClientKind, base: &str, token: Option<&str>) -> String {
    let mut text = format!("registry={base}/\nupdate-notifier=false\nfund=false\n");
    match kind {
        ClientKind::Deno => text.push_str("min-release-age=0\n"),
        ClientKind::Yarn1 => text.push_str("always-auth=true\n"),
        _ => (),
    }
    if let Some(token) = token {
        let host = base.trim_start_matches("http:");
        let _ = writeln!(text, "{host}/:_authToken={token}");
    }
    text
}

fn yarnrc_yml(base: &str, token: Option<&str>) -> String {
    let mut text = format!(
        "npmRegistryServer: \"{base}\"\n\
         unsafeHttpWhitelist: [\"localhost\", \"127.0.0.1\"]\n\
         npmMinimalAgeGate: 0\n\
         nodeLinker: node-modules\n\
         enableTelemetry: false\n"
    );
    if let Some(token) = token {
        // Without a token it would refuse to ask at all.
        let _ = writeln!(text, "npmAuthToken: \"{token}\"\nnpmAlwaysAuth: true");
    }
    text
}
