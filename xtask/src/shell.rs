//! Runs other programs from the root of the workspace, and says what went wrong when they fail.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output};

/// The workspace that commands run in.
#[derive(Debug)]
pub(crate) struct Shell {
    root: PathBuf,
    cargo: OsString,
}

/// Why a program did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShellError {
    /// The environment that `cargo run` sets is absent.
    #[error("start this as `cargo xtask`, so that it knows where the workspace is")]
    NotUnderCargo,
    /// The program is not there or may not be run.
    #[error("could not start `{line}`: {source}")]
    Start { line: String, source: io::Error },
    /// The program ran and failed; what it had to say was streamed.
    #[error("`{line}` failed ({status})")]
    Failed { line: String, status: ExitStatus },
    /// The program ran and failed; what it had to say was held back until now.
    #[error("`{line}` failed ({status}):\n{output}")]
    FailedQuietly {
        line: String,
        status: ExitStatus,
        output: String,
    },
}

impl ShellError {
    /// Returns true when the program could not be found at all.
    pub(crate) fn is_missing_program(&self) -> bool {
        matches!(self, Self::Start { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

impl Shell {
    /// Finds the workspace from what `cargo run` tells its child.
    ///
    /// The run-time variable and not the compile-time one: a binary kept in a target directory that several
    /// clones share must not work on the clone it was built in.
    pub(crate) fn from_env() -> Result<Self, ShellError> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").ok_or(ShellError::NotUnderCargo)?;
        let root = Path::new(&manifest)
            .parent()
            .ok_or(ShellError::NotUnderCargo)?;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Ok(Self {
            root: root.to_owned(),
            cargo,
        })
    }

    /// Returns the root of the workspace.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns a cargo command with its arguments.
    pub(crate) fn cargo<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = self.command(&self.cargo);
        command.args(args);
        command
    }

    /// Returns a command that runs in the root of the workspace.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        // What cargo told us about ourselves: build scripts that track these variables (ring's does) would
        // run again after each change between `cargo xtask` and plain `cargo`.
        for (name, _) in std::env::vars_os() {
            if is_about_this_package(&name) {
                command.env_remove(name);
            }
        }
        command
    }
}

fn is_about_this_package(name: &OsStr) -> bool {
    const NAMES: [&str; 5] = [
        "CARGO_BIN_NAME",
        "CARGO_CRATE_NAME",
        "CARGO_MANIFEST_DIR",
        "CARGO_MANIFEST_PATH",
        "CARGO_PRIMARY_PACKAGE",
    ];
    name.to_str()
        .is_some_and(|name| NAMES.contains(&name) || name.starts_with("CARGO_PKG_"))
}

/// Runs a command with its output streamed, after showing its line.
pub(crate) fn stream(command: &mut Command) -> Result<(), ShellError> {
    println!("    $ {}", line(command));
    let status = command.status().map_err(|source| ShellError::Start {
        line: line(command),
        source,
    })?;
    if status.success() {
        Ok(())
    } else {
        Err(ShellError::Failed {
            line: line(command),
            status,
        })
    }
}

/// Runs a command with its output held back, and returns what it wrote to stdout.
pub(crate) fn capture(command: &mut Command) -> Result<Vec<u8>, ShellError> {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().map_err(|source| ShellError::Start {
        line: line(command),
        source,
    })?;
    if status.success() {
        return Ok(stdout);
    }
    let output = [stdout, stderr].concat();
    let output = String::from_utf8_lossy(&output).trim_end().to_owned();
    Err(ShellError::FailedQuietly {
        line: line(command),
        status,
        output,
    })
}

/// Runs a command and returns what it wrote to stdout; where its stderr goes is the caller's choice.
pub(crate) fn capture_stdout(command: &mut Command) -> Result<Vec<u8>, ShellError> {
    let Output { status, stdout, .. } = command.output().map_err(|source| ShellError::Start {
        line: line(command),
        source,
    })?;
    if status.success() {
        Ok(stdout)
    } else {
        Err(ShellError::Failed {
            line: line(command),
            status,
        })
    }
}

/// Returns a command the way a person would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(program).chain(command.get_args());
    words
        .map(|word| quote(&word.to_string_lossy()))
        .collect::<Vec<_>>()
        .join(" ")
}

fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+./:,@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_can_be_pasted_into_a_shell() {
        let mut command = Command::new("/opt/bin/cargo");
        command.args(["test", "--", "it's", ""]);
        assert_eq!(line(&command), r"cargo test -- 'it'\''s' ''");
    }

    #[test]
    fn a_missing_program_is_told_from_a_failing_one() {
        let missing = stream(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(missing.is_missing_program());
        let failing =
            capture(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"])).unwrap_err();
        assert!(!failing.is_missing_program());
        let text = failing.to_string();
        assert!(
            text.contains("exit status: 3") && text.ends_with("out\nerr"),
            "{text}"
        );
    }

    #[test]
    fn only_what_cargo_says_about_this_package_is_hidden() {
        assert!(is_about_this_package(OsStr::new("CARGO_PKG_NAME")));
        assert!(is_about_this_package(OsStr::new("CARGO_MANIFEST_DIR")));
        assert!(!is_about_this_package(OsStr::new("CARGO_TARGET_DIR")));
        assert!(!is_about_this_package(OsStr::new("CARGO_HOME")));
    }
}
