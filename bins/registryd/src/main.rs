//! `registryd`: a local-first private npm registry, and the commands that look after one.
//!
//! This is the thin part: it parses the command line, gathers the settings, wires the crates
//! together and turns their errors into words for people and into exit codes.

mod args;
mod beside;
mod config;
mod exec;
mod failure;
mod keys;
mod log;
mod man;
mod opening;
mod origin;
mod output;
mod serve;
mod settings;
mod user;
mod verify;

use std::process::ExitCode;

use clap::CommandFactory as _;
use clap_complete::CompleteEnv;

use args::{Args, Command};
use failure::Failure;
use settings::Settings;

fn main() -> ExitCode {
    // A shell that asks what can follow a word gets its answer here.
    CompleteEnv::with_factory(Args::command).complete();
    match args::parse(std::env::args_os()).and_then(run) {
        Ok(code) => code,
        Err(failure) => failure.report(&mut std::io::stderr()),
    }
}

fn run(args: Args) -> Result<ExitCode, Failure> {
    let settings = Settings::gather(&args.overrides)?;
    match args.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(settings, args.overrides).map(|()| ExitCode::SUCCESS),
        Command::Verify { json } => verify::run(&settings, json),
        Command::Config { action } => config::run(&settings, action).map(|()| ExitCode::SUCCESS),
        Command::User { action } => user::run(settings, action),
        Command::Exec { commands, json } => exec::run(settings, &commands, json),
        Command::Man { dir } => man::run(&dir),
        Command::Keys { action } => keys::run(&settings, &action),
    }
}
