//! Standard output, to which a reader may stop listening.

use std::io::{self, Write};

use crate::failure::Failure;

/// Writes a line. A reader that has gone, as in `registryd verify | head`, is no failure.
pub(crate) fn line(text: impl std::fmt::Display) -> Result<(), Failure> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::failed("cannot write to standard output").caused_by(&error))
        }
        _ => Ok(()),
    }
}
