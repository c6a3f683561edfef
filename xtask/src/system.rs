//! Programs of the system that tests need, found or installed.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::shell::{self, Shell, ShellError};

/// Returns the first of these programs that is on the path.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    names
        .iter()
        .flat_map(|name| env::split_paths(&path).map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}

/// Whether this process may install packages of the system, and knows how.
pub(crate) fn can_install() -> bool {
    is_root() && Path::new("/usr/bin/apt-get").is_file()
}

/// Installs one of Debian's packages.
pub(crate) fn install(shell: &Shell, package: &str) -> Result<(), ShellError> {
    let apt = |words: &[&str]| {
        let mut command = shell.command("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(words);
        println!("    $ {}", shell::line(&command));
        shell::capture(&mut command).map(|_| ())
    };
    apt(&["update"])?;
    apt(&["install", "--yes", "--no-install-recommends", package])
}

/// Where there is no `/proc`, there is no `apt-get` either.
fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let uids = lines.find_map(|line| line.strip_prefix("Uid:"));
    uids.and_then(|uids| uids.split_whitespace().nth(1)) == Some("0")
}
