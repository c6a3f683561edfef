//! `registryd verify`: is everything that was published still there, byte for byte?

use std::{process::ExitCode, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use storage::VerifyError;

use crate::{failure::Failure, output, settings::Settings};

pub(crate) fn run(settings: &Settings, json: bool) -> Result<ExitCode, Failure> {
    let bar = progress_bar();
    let checked = storage::verify(settings.data(), settings.lockfile(), |progress| {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
        bar.set_message(format!("{} MiB read", progress.bytes / (1024 * 1024)));
    });
    bar.finish_and_clear();
    let report = checked.map_err(|error| match error {
        VerifyError::NoRegistry { .. } => {
            Failure::refused(error.to_string()).hint("name its data directory with --data")
        }
        VerifyError::Open(_) => {
            Failure::refused("the catalogue cannot be checked").caused_by(&error)
        }
        VerifyError::Lockfile { .. } => Failure::refused("the lockfile cannot be checked")
            .caused_by(&error)
            .hint("name it with --lockfile"),
        _ => Failure::failed("the registry cannot be checked").caused_by(&error),
    })?;
    if json {
        let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
        output::line(json!({
            "versions": report.versions,
            "bytes": report.bytes,
            "unnamed_tarballs": report.unnamed_tarballs,
            "findings": findings,
        }))?;
    } else {
        for finding in &report.findings {
            output::line(finding)?;
        }
        if report.unnamed_tarballs > 0 {
            output::line(format_args!(
                "note: {} stored tarballs belong to no version: theirs was removed, or its publish did \
                 not come to its end. They take room and do no harm",
                report.unnamed_tarballs
            ))?;
        }
        output::line(format_args!(
            "{} versions checked, {} bytes read: {}",
            report.versions,
            report.bytes,
            match report.findings.len() {
                0 => "nothing is wrong".to_owned(),
                1 => "1 thing is wrong".to_owned(),
                count => format!("{count} things are wrong"),
            }
        ))?;
    }
    Ok(if report.findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Draws on standard error, and nothing at all when that is not a terminal.
fn progress_bar() -> ProgressBar {
    let template = "{bar:30} {pos}/{len} versions, {msg}, {eta} left";
    let style = ProgressStyle::with_template(template);
    let bar =
        ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
