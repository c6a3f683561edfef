//! Installs the JavaScript clients that `integration/clients/package-lock.json` pins.

use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs, io, thread};

use crate::shell::{self, Shell, ShellError};

/// The oldest Node that the example packages and the pinned clients run on.
const OLDEST_NODE: u32 = 20;
/// How often the installation is tried: networks flake.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(2);

const ADVICE: &str = "install Node.js 20 or newer, which brings npm: https://nodejs.org/en/download, \
    or your system's packages `nodejs` and `npm`";

/// Why the clients are not ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClientsError {
    /// Node or npm is not installed.
    #[error("`{program}` was not found; {ADVICE}")]
    Missing { program: &'static str },
    /// Node is too old.
    #[error("node is {version}; {ADVICE}")]
    OldNode { version: String },
    /// A program failed.
    #[error(transparent)]
    Shell(#[from] ShellError),
    /// The disk refused.
    #[error("could not {step} {}: {source}", path.display())]
    Io {
        step: &'static str,
        path: PathBuf,
        source: io::Error,
    },
}

/// Checks that Node and npm are there.
pub(crate) fn check_tools(shell: &Shell) -> Result<(), ClientsError> {
    let node = version(shell, "node")?;
    let npm = version(shell, "npm")?;
    println!("    node {node}, npm {npm}");
    if is_too_old(&node) {
        Err(ClientsError::OldNode { version: node })
    } else {
        Ok(())
    }
}

fn version(shell: &Shell, program: &'static str) -> Result<String, ClientsError> {
    match shell::capture(shell.command(program).arg("--version")) {
        Ok(stdout) => Ok(String::from_utf8_lossy(&stdout).trim().to_owned()),
        Err(error) if error.is_missing_program() => Err(ClientsError::Missing { program }),
        Err(error) => Err(error.into()),
    }
}

fn is_too_old(version: &str) -> bool {
    let major = version.trim_start_matches('v').split('.').next();
    major
        .and_then(|major| major.parse::<u32>().ok())
        .is_none_or(|major| major < OLDEST_NODE)
}

/// Returns the folder in which the clients are installed.
pub(crate) fn node_modules(shell: &Shell) -> PathBuf {
    folder(shell).join("node_modules")
}

fn folder(shell: &Shell) -> PathBuf {
    shell.root().join("integration").join("clients")
}

/// Installs the clients, unless what is installed is what the lock file says.
pub(crate) fn install(shell: &Shell) -> Result<(), ClientsError> {
    let lock_path = folder(shell).join("package-lock.json");
    let lock = fs::read_to_string(&lock_path).map_err(|source| ClientsError::Io {
        step: "read",
        path: lock_path,
        source,
    })?;
    // The stamp lies in `node_modules`, so whoever removes the clients removes it too. It names the platform,
    // because a folder that is shared with a container holds the binaries of one of both.
    let stamp_path = node_modules(shell).join(".installed-for");
    let stamp = format!("{} {}\n{lock}", env::consts::OS, env::consts::ARCH);
    if fs::read_to_string(&stamp_path).is_ok_and(|found| found == stamp) {
        println!("    up to date with the lock file");
        return Ok(());
    }
    npm_ci(shell)?;
    fs::write(&stamp_path, stamp).map_err(|source| ClientsError::Io {
        step: "write",
        path: stamp_path,
        source,
    })
}

fn npm_ci(shell: &Shell) -> Result<(), ClientsError> {
    let mut command = shell.command("npm");
    command.args([
        "ci",
        "--prefix",
        "integration/clients",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]);
    // What a user's own configuration may have switched off and the clients need: the binaries of bun, deno and pnpm are
    // optional dependencies that a script moves into place, and npm 12 asks for a newer Node than it needs.
    command.args([
        "--include=optional",
        "--ignore-scripts=false",
        "--engine-strict=false",
    ]);
    println!("    $ {}", shell::line(&command));
    let mut attempt = 1;
    loop {
        match shell::capture(&mut command) {
            Ok(_) => return Ok(()),
            Err(error) if attempt == ATTEMPTS || error.is_missing_program() => {
                return Err(error.into());
            }
            Err(_) => {
                println!("    attempt {attempt} of {ATTEMPTS} failed; trying again");
                thread::sleep(PAUSE * attempt);
                attempt += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_unreadable_versions_of_node_are_refused() {
        assert!(is_too_old("v18.20.4"));
        assert!(is_too_old("v9.0.0"));
        assert!(is_too_old("nonsense"));
        assert!(!is_too_old("v20.0.0"));
        assert!(!is_too_old("v100.1.2"));
    }
}
