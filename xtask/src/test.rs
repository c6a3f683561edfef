//! `cargo xtask test`: everything that can be tested, in the order in which it is needed.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::shell::{self, Shell, ShellError};
use crate::steps::{Steps, StepsFailed};
use crate::{browser, clients, matrix, tmux};

/// Programs that the integration stories start.
const BINARIES: [&str; 2] = ["registryd", "registry-term"];

const TOOLS: &str = "node and npm";
const CLIENTS: &str = "pinned clients";
const BROWSER: &str = "browser";
const TMUX: &str = "tmux";
const BUILD: &str = "build";
const RUST: &str = "Rust tests";
const PACKAGES: &str = "example packages";

/// Runs all tests: the workspace with real clients, and the example packages.
///
/// Installs the pinned JavaScript clients (`npm ci` in integration/clients) when the lock file has changed, and
/// Debian's Chromium and tmux when they are missing and this runs as root; builds the binaries that the integration stories start.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Run only one half.
    #[arg(long, value_enum)]
    only: Option<Half>,
    /// Passed on to the test binaries: a part of a test's name, or flags such as `--nocapture`. Names also
    /// select tests of the example packages.
    #[arg(last = true)]
    filter: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Half {
    /// Tests of the workspace's crates, unit tests to integration stories.
    Rust,
    /// Tests of the example packages in packages/.
    Js,
}

/// Why the example packages were not tested or failed.
#[derive(Debug, thiserror::Error)]
enum PackagesError {
    #[error(transparent)]
    Shell(#[from] ShellError),
    #[error("could not list {}: {source}", path.display())]
    List { path: PathBuf, source: io::Error },
}

/// Runs the command.
pub(crate) fn run(shell: &Shell, options: &Options) -> Result<(), StepsFailed> {
    let mut steps = Steps::default();
    add_steps(&mut steps, shell, options);
    steps.finish()
}

/// Runs the steps of this command as a part of another one.
pub(crate) fn add_steps(steps: &mut Steps, shell: &Shell, options: &Options) {
    steps.run(TOOLS, &[], || clients::check_tools(shell));
    if options.only != Some(Half::Js) {
        steps.run(CLIENTS, &[TOOLS], || clients::install(shell));
        steps.run(BROWSER, &[], || browser::install(shell));
        steps.run(TMUX, &[], || tmux::install(shell));
        steps.run(BUILD, &[TOOLS], || build(shell));
        steps.run(RUST, &[CLIENTS, BROWSER, TMUX, BUILD], || {
            rust(shell, &options.filter)
        });
    }
    if options.only != Some(Half::Rust) {
        steps.run(PACKAGES, &[TOOLS], || packages(shell, &options.filter));
    }
}

fn build(shell: &Shell) -> Result<(), ShellError> {
    shell::stream(
        shell
            .cargo(["build"])
            .args(BINARIES.iter().flat_map(|name| ["-p", name])),
    )
}

fn rust(shell: &Shell, filter: &[String]) -> Result<(), ShellError> {
    let mut command = shell.cargo(["test", "--workspace", "--no-fail-fast"]);
    command.env("REGISTRY_TEST_CLIENTS", clients::node_modules(shell));
    if let Ok(browser) = browser::find() {
        command.env("REGISTRY_TEST_BROWSER", browser);
    }
    // A table of the last run would be a lie in this one.
    let cleared = matrix::clear(shell);
    if cleared.is_ok() {
        command.env("REGISTRY_TEST_MATRIX", matrix::folder(shell));
    }
    if !filter.is_empty() {
        command.arg("--").args(filter);
    }
    let told = shell::stream(&mut command);
    if cleared.is_ok() {
        matrix::print(shell);
    }
    told
}

fn packages(shell: &Shell, filter: &[String]) -> Result<(), PackagesError> {
    let scope = shell.root().join("packages").join("@mycompany");
    let mut failure = None;
    for folder in folders_with_a_manifest(&scope)? {
        println!(
            "    {}",
            folder
                .strip_prefix(shell.root())
                .unwrap_or(&folder)
                .display()
        );
        let mut command = shell.command("npm");
        command
            .args(["test", "--loglevel=error", "--"])
            .current_dir(&folder);
        let names = filter.iter().filter(|word| !word.starts_with('-'));
        command.args(names.map(|name| format!("--test-name-pattern={name}")));
        if let Err(error) = shell::stream(&mut command) {
            failure.get_or_insert(error);
        }
    }
    failure.map_or(Ok(()), |error| Err(error.into()))
}

fn folders_with_a_manifest(parent: &Path) -> Result<Vec<PathBuf>, PackagesError> {
    let failed = |source| PackagesError::List {
        path: parent.to_owned(),
        source,
    };
    let mut folders = Vec::new();
    for entry in fs::read_dir(parent).map_err(failed)? {
        let folder = entry.map_err(failed)?.path();
        if folder.join("package.json").is_file() {
            folders.push(folder);
        }
    }
    folders.sort();
    Ok(folders)
}
