//! Finds the browser that pages are tested in, and installs the system's own where it can.

use std::env;
use std::path::PathBuf;

use crate::shell::{Shell, ShellError};
use crate::system;

/// Names a browser in place of one that is found.
const CHOSEN: &str = "REGISTRY_TEST_BROWSER";

/// What the browsers of that family are called, the free one first.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];

const ADVICE: &str = "install Chromium, for example with `sudo apt-get install chromium`, or name a browser of \
    its family in REGISTRY_TEST_BROWSER";

/// Why there is no browser.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BrowserError {
    /// The one that was named is not there.
    #[error("REGISTRY_TEST_BROWSER names {}, which is not there", .0.display())]
    Chosen(PathBuf),
    /// None is installed, and this program cannot do it.
    #[error("no browser was found; {ADVICE}")]
    Missing,
    /// The system's package manager failed.
    #[error("{0}; {ADVICE}")]
    Shell(#[from] ShellError),
}

/// Returns the browser that is there.
pub(crate) fn find() -> Result<PathBuf, BrowserError> {
    if let Some(chosen) = env::var_os(CHOSEN) {
        let chosen = PathBuf::from(chosen);
        return if chosen.is_file() {
            Ok(chosen)
        } else {
            Err(BrowserError::Chosen(chosen))
        };
    }
    system::find(&NAMES).ok_or(BrowserError::Missing)
}

/// Makes sure that there is one: says which, or installs Debian's own as root.
pub(crate) fn install(shell: &Shell) -> Result<(), BrowserError> {
    match find() {
        Ok(found) => {
            println!("    {}", found.display());
            return Ok(());
        }
        Err(BrowserError::Missing) if system::can_install() => {}
        Err(error) => return Err(error),
    }
    println!("    no browser was found; installing Debian's Chromium, which takes a minute");
    system::install(shell, "chromium")?;
    find().map(|_| ())
}
