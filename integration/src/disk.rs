//! A disk that is soon full.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// A disk of a few megabytes, mounted where only processes see it that enter its mount namespace.
///
/// The namespace lives as long as this value, so a server can be started on the same disk again.
#[derive(Debug)]
pub struct SmallDisk {
    folder: TempDir,
    holder: Child,
    own_user: bool,
}

impl SmallDisk {
    /// Mounts a disk of this size.
    ///
    /// # Panics
    ///
    /// Where mount namespaces are not permitted, with the reason.
    pub fn mounted(mebibytes: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut reasons = String::new();
        // An ordinary user may mount only in a user namespace, in which they pass for root.
        for own_user in [false, true] {
            match hold(folder.path(), mebibytes, own_user) {
                Ok(holder) => {
                    return Self {
                        folder,
                        holder,
                        own_user,
                    };
                }
                Err(reason) => reasons.push_str(&reason),
            }
        }
        panic!(
            "this story mounts a small disk in a mount namespace, and may not: {reasons}\
             run it as root, or allow user namespaces (kernel.unprivileged_userns_clone)"
        );
    }

    /// Returns where the disk is mounted, for processes that entered.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the same place as this process sees it.
    pub fn seen_from_outside(&self) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.holder.id()));
        root.join(self.folder.path().strip_prefix("/").unwrap())
    }

    /// Returns the words that, put before a command, make it see the disk.
    pub(crate) fn enter(&self) -> Vec<OsString> {
        let mut words = vec![
            "nsenter".into(),
            format!("--target={}", self.holder.id()).into(),
            "--mount".into(),
            // Entering would otherwise end in the root folder.
            "--wd=.".into(),
        ];
        if self.own_user {
            words.push("--user".into());
            words.push("--preserve-credentials".into());
        }
        words.push("--".into());
        words
    }
}

/// Starts the process that holds the namespace; it ends when its stdin closes, so even a killed test leaves
/// nothing mounted.
fn hold(folder: &Path, mebibytes: u32, own_user: bool) -> Result<Child, String> {
    const SCRIPT: &str =
        r#"mount -t tmpfs -o "size=$2m,mode=777" tmpfs "$1" && echo mounted && exec cat"#;
    let log = folder.with_extension("log");
    let mut command = Command::new("unshare");
    command.arg("--mount");
    if own_user {
        command.arg("--map-root-user");
    }
    command
        .args(["sh", "-c", SCRIPT, "sh"])
        .arg(folder)
        .arg(mebibytes.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&log).unwrap());
    let mut child = command
        .spawn()
        .map_err(|error| format!("unshare: {error}; "))?;
    let mut line = String::new();
    let _ = BufReader::new(child.stdout.take().unwrap()).read_line(&mut line);
    let complaint = fs::read_to_string(&log).unwrap();
    fs::remove_file(&log).unwrap();
    if line == "mounted\n" {
        Ok(child)
    } else {
        let _ = child.kill();
        let _ = child.wait();
        Err(format!("{}; ", complaint.trim()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
