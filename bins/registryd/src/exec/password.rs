//! How a secret gets in: typed without being shown, or on standard input. Never as a word of the
//! command line, which other users of the machine can see.

use std::io::{self, BufRead as _, IsTerminal, Read as _};

use auth::check_password;

use crate::failure::Failure;

/// Reads a password that somebody is to have from now on.
pub(super) fn new(prompt: &str, from_stdin: bool) -> Result<String, Failure> {
    if from_stdin || !io::stdin().is_terminal() {
        let password = from_input()?;
        check(&password).map_err(|failure| failure.hint("it was read from standard input"))?;
        return Ok(password);
    }
    let password = typed(prompt)?;
    // One that cannot be is not asked for a second time.
    check(&password)?;
    if typed("Again: ")? == password {
        Ok(password)
    } else {
        Err(Failure::failed(
            "the two passwords differ; nothing was changed",
        ))
    }
}

/// Reads a secret that is there already.
pub(super) fn known(prompt: &str, from_stdin: bool) -> Result<String, Failure> {
    if from_stdin || !io::stdin().is_terminal() {
        from_input()
    } else {
        typed(prompt)
    }
}

fn check(password: &str) -> Result<(), Failure> {
    check_password(password).map_err(|error| Failure::refused(error.to_string()))
}

/// Reads a line of standard input: the next command may ask for the next one.
fn from_input() -> Result<String, Failure> {
    let unreadable = |error: &dyn std::error::Error| {
        Failure::failed("it cannot be read from standard input").caused_by(error)
    };
    let mut bytes = Vec::new();
    let limit = u64::try_from(prompt::LONGEST).unwrap_or(u64::MAX);
    let mut input = io::stdin().lock().take(limit);
    input
        .read_until(b'\n', &mut bytes)
        .map_err(|error| unreadable(&error))?;
    let mut line = String::from_utf8(bytes).map_err(|error| unreadable(&error.utf8_error()))?;
    if line.ends_with('\n') {
        line.pop();
        if line.ends_with('\r') {
            line.pop();
        }
    }
    Ok(line)
}

/// Asks on the terminal, and shows nothing of the answer.
fn typed(prompt: &str) -> Result<String, Failure> {
    let answer = prompt::secret(prompt).map_err(|error| {
        Failure::failed("it cannot be asked for")
            .caused_by(&error)
            .hint("pass it on standard input")
    })?;
    answer.ok_or_else(|| Failure::failed("cancelled; nothing was changed"))
}
