//! The command line.

#![allow(
    clippy::doc_markdown,
    reason = "these comments are what --help prints, backticks and all"
)]

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

const AFTER_HELP: &str = "\
MODES
  The byte terminal_mode of the 13 bytes decides, also while this runs:
  disabled  nothing is shown, and the exit code is 2
  cooked    commands are read line by line, from a person or from a pipe
  raw       the whole screen; a pipe gets lines all the same
  rows and cols fix the size that is drawn; 0 follows the window.

ENVIRONMENT
  REGISTRY_URL       in place of --registry
  REGISTRY_LOCKFILE  in place of --lockfile
  REGISTRY_DATA      the folder where registry.lockb is [default: ./.registry]
  REGISTRY_TOKEN     in place of --token, which other users of the machine could see
  NO_COLOR           no colours, whatever --theme says
  Without a token the one of .npmrc for that registry counts, as npm has it.

EXIT CODES
  0 done   1 a command failed   2 something is wrong with what was given, or the terminal is disabled";

/// The registry in a terminal: its 13 bytes, packages, figures, log and people.
///
/// `help` lists the commands. echo status | registry-term runs one.
#[derive(Debug, Parser)]
#[command(name = "registry-term", version, after_long_help = AFTER_HELP, after_help = "--help tells more.")]
pub(crate) struct Args {
    /// Where the registry is [default: http://localhost:4873]
    #[arg(long, env = "REGISTRY_URL", value_name = "URL", hide_env = true)]
    pub(crate) registry: Option<String>,
    /// The file whose first 13 bytes are the live settings [default: ./.registry/registry.lockb]
    #[arg(long, env = "REGISTRY_LOCKFILE", value_name = "FILE", hide_env = true)]
    pub(crate) lockfile: Option<PathBuf>,
    /// What proves who you are; better in REGISTRY_TOKEN or .npmrc, where nobody else sees it
    #[arg(long, env = "REGISTRY_TOKEN", value_name = "TOKEN", hide_env = true)]
    pub(crate) token: Option<String>,
    /// The colours of the screens
    #[arg(long, value_enum, default_value_t = Colours::Dark)]
    pub(crate) theme: Colours,
    /// Print the manual page
    #[arg(long)]
    pub(crate) man: bool,
    /// The folder where registry.lockb is
    #[arg(long, env = "REGISTRY_DATA", value_name = "DIR", hide = true)]
    pub(crate) data: Option<PathBuf>,
}

/// The colours of the screens.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Colours {
    /// For a dark background
    Dark,
    /// For a light background
    Light,
    /// None at all
    None,
}
