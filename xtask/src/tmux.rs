//! Finds tmux, in which the terminal's screens are tested, and installs the system's own where it can.

use crate::shell::{Shell, ShellError};
use crate::system;

const ADVICE: &str = "install it, for example with `sudo apt-get install tmux`";

/// Why there is no tmux.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TmuxError {
    /// It is not installed, and this program cannot do it.
    #[error("tmux, in which the terminal's screens are tested, was not found; {ADVICE}")]
    Missing,
    /// The system's package manager failed.
    #[error("{0}; {ADVICE}")]
    Shell(#[from] ShellError),
}

/// Makes sure that there is one: says which, or installs Debian's own as root.
pub(crate) fn install(shell: &Shell) -> Result<(), TmuxError> {
    match system::find(&["tmux"]) {
        Some(found) => println!("    {}", found.display()),
        None if system::can_install() => {
            println!("    no tmux was found; installing Debian's");
            system::install(shell, "tmux")?;
        }
        None => return Err(TmuxError::Missing),
    }
    Ok(())
}
