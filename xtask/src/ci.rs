//! `cargo xtask ci`: what must pass before a change is accepted.

use crate::shell::{self, Shell};
use crate::steps::{Steps, StepsFailed};
use crate::{layers, test};

/// Checks everything: format, lints, layers, docs, the core without std, then all tests.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {}

/// Runs the command.
pub(crate) fn run(shell: &Shell, _options: &Options) -> Result<(), StepsFailed> {
    let cargo = |args: &[&str]| shell::stream(&mut shell.cargo(args));
    let mut steps = Steps::default();
    steps.run("format", &[], || cargo(&["fmt", "--all", "--check"]));
    steps.run("clippy", &[], || {
        cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--all-features",
            "--",
            "-D",
            "warnings",
        ])
    });
    steps.run("layers", &[], || layers::run(shell, &layers::Options {}));
    steps.run("docs", &[], || {
        let mut command = shell.cargo(["doc", "--workspace", "--no-deps"]);
        shell::stream(command.env("RUSTDOCFLAGS", "-Dwarnings"))
    });
    steps.run("config13 without std", &[], || {
        cargo(&["check", "-p", "config13", "--no-default-features"])
    });
    test::add_steps(&mut steps, shell, &test::Options::default());
    steps.finish()
}
