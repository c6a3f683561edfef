//! `cargo xtask dev`: builds and runs the registry, and again after each change of a source file.
//!
//! One loop owns everything. Other threads (file notifications, signals) only send it [`Events`].

mod events;
mod server;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;

use self::events::Events;
use self::server::{Server, ServerError};
use crate::shell::{self, Shell, ShellError};

/// The file that the registry itself reads its environment from.
const ENV_FILE: &str = ".env.local";
/// Turns debug logging on, unless the environment says otherwise.
const DEBUG: (&str, &str) = ("REGISTRY_FEATURE_DEBUG", "1");
/// How long nothing may change before a build starts: editors and git write several files at once.
const QUIET: Duration = Duration::from_millis(200);
/// How often the loop looks whether the registry still runs.
const LOOK: Duration = Duration::from_millis(200);
/// How long after a build an interrupt, which ended that build, may take to arrive here.
const SETTLE: Duration = Duration::from_millis(50);

/// Builds and runs registryd with debug logging, and restarts it when a source file changes.
///
/// The registry takes its settings from .env.local, as it always does. Watches crates/, bins/, Cargo.toml and
/// .env.local. After a failed build the running registry is left alone until the next change.
/// Ctrl-C drains the registry and ends.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Passed on to registryd.
    #[arg(last = true)]
    args: Vec<OsString>,
}

/// Why the command ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DevError {
    /// The source folders cannot be watched.
    #[error("could not watch for changes: {0}")]
    Watch(#[from] notify::Error),
    /// Signals cannot be received.
    #[error("could not receive signals: {0}")]
    Signals(#[source] io::Error),
    /// The running registry cannot be asked or stopped.
    #[error(transparent)]
    Server(#[from] ServerError),
}

/// Why the registry was not started after a change. The next change may mend it.
#[derive(Debug, thiserror::Error)]
enum BuildError {
    #[error(transparent)]
    Shell(#[from] ShellError),
    #[error("cargo did not say where it put registryd")]
    NoExecutable,
}

/// What to run: the binary as it was built, with the settings it will read.
#[derive(Debug)]
struct Built {
    executable: PathBuf,
    env_file: Vec<u8>,
}

/// Runs the command.
pub(crate) fn run(shell: &Shell, options: &Options) -> Result<(), DevError> {
    let mut events = Events::listen(shell.root())?;
    let mut server: Option<Server> = None;
    loop {
        say("building registryd");
        let built = build(shell);
        events.take_in(SETTLE);
        if events.stop().is_none() {
            server = match built {
                Ok(built) => Some(start(shell, options, built, server)?),
                Err(error) => {
                    eprintln!("xtask: {error}");
                    say(match server {
                        Some(_) => {
                            "the registry that runs is the one from before; waiting for the next change"
                        }
                        None => "waiting for the next change",
                    });
                    server
                }
            };
            server = wait(&mut events, server)?;
        }
        if let Some(signal) = events.stop() {
            if let Some(server) = server {
                say("stopping registryd");
                // Ctrl-C goes to the whole process group: the registry has it too and drains already.
                server.stop(signal == signal_hook::consts::SIGINT)?;
            }
            say("stopped");
            return Ok(());
        }
    }
}

/// Builds the registry and notes its settings.
fn build(shell: &Shell) -> Result<Built, BuildError> {
    // A file that is not there sets nothing, like an empty one; the registry says what it cannot read.
    let env_file = fs::read(shell.root().join(ENV_FILE)).unwrap_or_default();
    let mut command = shell.cargo([
        "build",
        "-p",
        "registryd",
        "--message-format=json-render-diagnostics",
    ]);
    let messages = shell::capture_stdout(command.stderr(Stdio::inherit()))?;
    let executable = executable(&messages).ok_or(BuildError::NoExecutable)?;
    Ok(Built {
        executable,
        env_file,
    })
}

/// Finds registryd among cargo's messages, one JSON object a line.
fn executable(messages: &[u8]) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Artifact {
        executable: Option<PathBuf>,
    }
    let artifacts = messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Artifact>(line).ok());
    artifacts
        .filter_map(|artifact| artifact.executable)
        .next_back()
}

/// Starts what was built in place of what runs, unless that is the same.
fn start(
    shell: &Shell,
    options: &Options,
    built: Built,
    running: Option<Server>,
) -> Result<Server, DevError> {
    let modified = built
        .executable
        .metadata()
        .and_then(|file| file.modified())
        .ok();
    if let Some(running) = running {
        if running.is_from(modified, &built.env_file) {
            say("the change does not concern registryd: it runs on");
            return Ok(running);
        }
        say("stopping registryd");
        running.stop(false)?;
    }
    let mut command = shell.command(&built.executable);
    command.args(&options.args);
    if std::env::var_os(DEBUG.0).is_none() {
        command.env(DEBUG.0, DEBUG.1);
    }
    say(&format!("starting {}", shell::line(&command)));
    Ok(Server::start(&mut command, modified, built.env_file)?)
}

/// Waits for a change or a signal; returns the registry if it still runs.
fn wait(events: &mut Events, mut server: Option<Server>) -> Result<Option<Server>, DevError> {
    loop {
        events.take_in(LOOK);
        if events.stop().is_some() {
            return Ok(server);
        }
        if events.has_changes() {
            while events.take_in(QUIET) && events.stop().is_none() {}
            if let Some(path) = events.take_change() {
                say(&format!("{} changed", path.display()));
            }
            return Ok(server);
        }
        if let Some(running) = &mut server
            && let Some(status) = running.ended()?
        {
            say(&format!(
                "registryd ended by itself ({status}); waiting for the next change"
            ));
            server = None;
        }
    }
}

fn say(what: &str) {
    println!("==> {what}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_is_found_among_cargos_messages() {
        let messages = br#"{"reason":"compiler-artifact","executable":null}
not json
{"reason":"compiler-artifact","executable":"/target/debug/registryd"}
{"reason":"build-finished","success":true}
"#;
        assert_eq!(
            executable(messages),
            Some(PathBuf::from("/target/debug/registryd"))
        );
        assert_eq!(executable(b""), None);
    }
}
