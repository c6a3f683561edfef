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
mod sigstore;
mod tags;
mod tokens;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;
use std::{env, fs, path::PathBuf};

use integration::ClientKind;
use serde_json::{Value, json};

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
    // What has begun and then says nothing of its cells has failed.
    write_down(name, &[]);
    let stage = Stage::new(kind);
    let (mut cells, mut failures) = (Vec::new(), Vec::new());
    for (row, cell) in rows() {
        let began = Instant::now();
        let outcome = match told(&stage, row, cell) {
            Ok(Told::Passed) => json!({ "row": row, "outcome": "passed" }),
            Ok(Told::NotThere(why)) => json!({ "row": row, "outcome": "absent", "why": why }),
            Err(failure) => {
                failures.push(format!("{row}, with {name}: {failure}"));
                json!({ "row": row, "outcome": "failed" })
            }
        };
        println!(
            "{row}: {} after {:.1?}",
            outcome["outcome"],
            began.elapsed()
        );
        cells.push(outcome);
    }
    write_down(name, &cells);
    assert!(
        failures.is_empty(),
        "{} cells of {name} failed:\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

fn write_down(column: &str, cells: &[Value]) {
    if let Some(folder) = env::var_os(RESULTS).map(PathBuf::from) {
        fs::create_dir_all(&folder).unwrap();
        let text = json!({ "column": column, "cells": cells }).to_string();
        fs::write(folder.join(format!("{column}.json")), text).unwrap();
    }
}

/// Tells one cell; a failure says which commands there were and what they said.
fn told(stage: &Stage, row: &str, cell: Cell) -> Result<Told, String> {
    let scene = stage.scene(row);
    let told = catch_unwind(AssertUnwindSafe(|| cell(&scene)));
    told.map_err(|panic| {
        let mut failure = words_of(panic.as_ref());
        for note in scene.notes() {
            // Most failures are of what a command said, and have it already.
            if !failure.contains(&note) {
                failure.push('\n');
                failure.push_str(&note);
            }
        }
        failure
    })
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}

told_with!(no_cell_passes_with_a_client_that_does_nothing with every client);

/// So that every cell above is known to be able to fail, and to look at what came of the command.
fn no_cell_passes_with_a_client_that_does_nothing(kind: ClientKind) {
    let stage = Stage::idle(kind);
    let mut rows = rows();
    rows.retain(|(row, cell)| matches!(told(&stage, row, *cell), Ok(Told::Passed)));
    let passed: Vec<&str> = rows.iter().map(|(row, _)| *row).collect();
    assert_eq!(passed, [""; 0], "should have failed");
}
