//! What people type while developing: `cargo xtask COMMAND`.
//!
//! Each command has a file: [`mod@test`], [`dev`], [`layers`], [`mod@bench`], [`ci`]. They share [`shell`], which
//! runs other programs, and [`steps`], which names and times what a command does. [`clients`] installs the
//! JavaScript clients that the integration stories drive, and [`browser`] finds the browser.
//! [`matrix`] prints what was tried with which client.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the terminal talks on it"
)]

mod bench;
mod browser;
mod ci;
mod clients;
mod dev;
mod layers;
mod matrix;
mod shell;
mod steps;
mod system;
mod test;
mod tmux;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::shell::Shell;

/// Builds, tests and watches this workspace.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Test(test::Options),
    Dev(dev::Options),
    Layers(layers::Options),
    Bench(bench::Options),
    Ci(ci::Options),
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let shell = Shell::from_env()?;
    match args.command {
        Command::Test(options) => test::run(&shell, &options)?,
        Command::Dev(options) => dev::run(&shell, &options)?,
        Command::Layers(options) => layers::run(&shell, &options)?,
        Command::Bench(options) => bench::run(&shell, &options)?,
        Command::Ci(options) => ci::run(&shell, &options)?,
    }
    Ok(())
}
