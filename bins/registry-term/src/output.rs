//! Standard output and error, to which a reader may stop listening.

use std::{
    fmt,
    io::{self, Write},
    process::ExitCode,
};

use console::{CommandError, Done, ErrorKind, Progress};

/// Writes a line. A reader that has gone, as in `registry-term | head`, is no failure.
pub(crate) fn line(text: impl fmt::Display) -> Done<()> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CommandError::failed(
            "standard output takes nothing",
            &error,
        )),
        _ => Ok(()),
    }
}

/// Writes a line to standard error: what people are told, and scripts that read the result are not.
pub(crate) fn note(text: impl fmt::Display) {
    // Nobody can be told that nobody can be told.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Tells why a command was not done.
pub(crate) fn error(error: &CommandError) {
    note(format_args!("error: {error}"));
    if let Some(hint) = &error.hint {
        note(format_args!("hint: {hint}"));
    }
}

/// Tells why the program ends, and returns with what.
pub(crate) fn failure(error: &CommandError) -> ExitCode {
    note(format_args!("registry-term: {error}"));
    if let Some(hint) = &error.hint {
        note(format_args!("hint: {hint}"));
    }
    match error.kind {
        ErrorKind::Wrong | ErrorKind::Unavailable => ExitCode::from(2),
        ErrorKind::NotFound | ErrorKind::Refused | ErrorKind::Failed => ExitCode::FAILURE,
    }
}

/// Shows how far a long work is, on one line that is written over.
pub(crate) fn progress(progress: &Progress) {
    let Progress { what, done, total } = progress;
    let percent = done.saturating_mul(100) / (*total).max(1);
    let end = if done >= total { "\n" } else { "" };
    let _ = write!(io::stderr(), "\r{what} {percent:3} %{end}");
}
