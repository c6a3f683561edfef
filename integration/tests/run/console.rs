//! The commands of the console, typed for `registryd exec`.

mod access;
mod answers;
mod config;
mod every_command;
mod packages;
mod refusals;
mod typing;

use std::time::Duration;

use integration::{Finished, PASSWORD, Registry, eventually};
use serde_json::Value;

pub(crate) use {answers::answers, every_command::stocked, refusals::REFUSED};

const LIMIT: Duration = Duration::from_secs(30);

/// A rule of the settings file, which the server and the commands read.
const FILE: &str = "[access.\"@file/*\"]\npublish = [\"bob\"]\n";

fn exec(registry: &Registry, commands: &str) -> Finished {
    registry.command(&["exec", commands])
}

/// Types a password for each of the commands that asks for one.
fn exec_fed(registry: &Registry, commands: &str, passwords: &[&str]) -> Finished {
    registry.command_fed(&["exec", commands], &passwords.join("\n"))
}

fn json_of(registry: &Registry, commands: &str) -> Value {
    registry
        .command(&["exec", commands, "--json"])
        .exits(0)
        .json()
}

/// A registry with an admin and somebody else, made before its first start.
pub(crate) fn prepared() -> Registry {
    let mut registry = Registry::options()
        .beside("registryd.toml", FILE)
        .prepared();
    let add = "user add root --role admin; user add bob --email bob@acme.example";
    let added = exec_fed(&registry, add, &[PASSWORD, PASSWORD]).exits(0);
    added
        .says("root was added as an admin\n")
        .says("bob was added as a publisher\n");
    registry.restart();
    registry
}

#[track_caller]
fn becomes(what: &str, is_so: impl Fn() -> bool) {
    eventually(what, LIMIT, || is_so().then_some(()));
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}
