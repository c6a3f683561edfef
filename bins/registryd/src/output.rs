//! Standard output, to which a reader may stop listening.

use std::io::{self, Write};

use crate::failure::Failure;

/// Writes a line to standard error: what people are told, and scripts that read the result are not.
pub(crate) fn note(text: impl std::fmt::Display) {
    // Nobody can be told that nobody can be told.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Writes a line. A reader that has gone, as in `registryd verify | head`, is no failure.
pub(crate) fn line(text: impl std::fmt::Display) -> Result<(), Failure> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::failed("cannot write to standard output").caused_by(&error))
        }
        _ => Ok(()),
    }
}
