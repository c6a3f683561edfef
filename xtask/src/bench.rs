//! `cargo xtask bench`: the measurements.

use crate::layers::metadata;
use crate::shell::{self, Shell};
use crate::steps::{Steps, StepsFailed};

/// Runs the benchmarks of config13 and of the whole system.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Run only the benchmarks whose name contains this.
    name: Option<String>,
}

/// Runs the command.
pub(crate) fn run(shell: &Shell, options: &Options) -> Result<(), StepsFailed> {
    let mut steps = Steps::default();
    for package in ["config13", "performance"] {
        steps.run(package, &[], || {
            let mut command = shell.cargo(["bench", "-p", package]);
            if let Some(name) = &options.name {
                command.arg("--").arg(name);
            }
            shell::stream(&mut command)
        });
    }
    let outcome = steps.finish();
    if let Ok(metadata) = metadata::read(shell) {
        println!(
            "    results: {}",
            metadata.target_directory.join("criterion").display()
        );
    }
    outcome
}
