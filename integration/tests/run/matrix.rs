//! The client matrix: every command that talks to a registry, with every client that has it.
//!
//! A row is a command and what has to come of it; a column is a client. Each cell runs the client's own
//! words for it and looks at the outcome: at files, at what was printed, at what the registry says then.
//! A client that does not have a command says why, which is a fact about the client and not about the
//! registry. `cargo xtask test` prints the table from what the columns write down.

mod account;
mod install;
mod lifecycle;
mod page;
mod people;
mod publish;
mod reading;
mod scene;
mod tags;
mod tokens;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{env, fs, path::PathBuf};

use integration::ClientKind;
use serde_json::json;

use scene::{Scene, Stage};

/// Where the columns write down how their cells ended; `cargo xtask test` sets it.
const RESULTS: &str = "REGISTRY_TEST_MATRIX";

/// How a cell ended that did not fail.
enum Told {
    /// The command did what it should.
    Passed,
    /// The client has no such command, or it never reaches a registry; why.
    NotThere(&'static str),
}

/// A command, told with one client.
type Cell = fn(&Scene) -> Told;

/// Every row, in the order in which the table shows them.
fn rows() -> Vec<(&'static str, Cell)> {
    [
        account::ROWS,
        publish::ROWS,
        install::ROWS,
        reading::ROWS,
        tags::ROWS,
        lifecycle::ROWS,
        people::ROWS,
        tokens::ROWS,
    ]
    .concat()
}

#[test]
fn npm11() {
    column("npm 11", ClientKind::Npm11);
}

#[test]
fn npm12() {
    column("npm 12", ClientKind::Npm12);
}

#[test]
fn pnpm() {
    column("pnpm", ClientKind::Pnpm);
}

#[test]
fn yarn1() {
    column("yarn 1", ClientKind::Yarn1);
}

#[test]
fn yarn4() {
    column("yarn 4", ClientKind::Yarn4);
}

#[test]
fn bun() {
    column("bun", ClientKind::Bun);
}

#[test]
fn deno() {
    column("deno", ClientKind::Deno);
}

/// Tells every row with one client, whichever of them fail, and writes down how they ended.
fn column(name: &str, kind: ClientKind) {
    let stage = Stage::new(kind);
    let (mut cells, mut failures) = (Vec::new(), Vec::new());
    for (row, cell) in rows() {
        let scene = stage.scene(row);
        let outcome = match catch_unwind(AssertUnwindSafe(|| cell(&scene))) {
            Ok(Told::Passed) => json!({ "row": row, "outcome": "passed" }),
            Ok(Told::NotThere(why)) => json!({ "row": row, "outcome": "absent", "why": why }),
            Err(panic) => {
                failures.push(format!("{row}: {}", words_of(panic.as_ref())));
                json!({ "row": row, "outcome": "failed" })
            }
        };
        cells.push(outcome);
    }
    if let Some(folder) = env::var_os(RESULTS).map(PathBuf::from) {
        fs::create_dir_all(&folder).unwrap();
        let text = json!({ "column": name, "cells": cells }).to_string();
        fs::write(folder.join(format!("{name}.json")), text).unwrap();
    }
    assert!(
        failures.is_empty(),
        "{} cells of {name} failed:\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}
