//! Errors as people read them.

use std::{error::Error, fmt, io::Write, process::ExitCode};

use console::{CommandError, ErrorKind};

/// Why the program ends without having done what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
}

impl Failure {
    /// It started, and failed: exit code 1.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self {
            code: 1,
            message: message.into(),
            causes: Vec::new(),
            hint: None,
        }
    }

    /// The command line, settings, lockfile or data directory are wrong, and nothing was started:
    /// exit code 2.
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self {
            code: 2,
            ..Self::failed(message)
        }
    }

    /// Adds an error and what caused it in turn.
    pub(crate) fn caused_by(mut self, error: &dyn Error) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            let text = error.to_string();
            // A transparent error repeats the words of its cause.
            if self.causes.last() != Some(&text) {
                self.causes.push(text);
            }
            next = error.source();
        }
        self
    }

    /// Adds what to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether what was given is wrong, and nothing was started.
    pub(crate) const fn is_refusal(&self) -> bool {
        self.code == 2
    }

    /// The same for somebody who typed a command of the console.
    pub(crate) fn into_error(self, kind: ErrorKind) -> CommandError {
        let error = CommandError::new(kind, &self);
        match self.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }

    /// Writes it out on several lines and returns the exit code.
    pub(crate) fn report(&self, out: &mut impl Write) -> ExitCode {
        // Nobody can be told that nobody can be told.
        let _ = writeln!(out, "registryd: {}", self.message);
        for cause in &self.causes {
            let _ = writeln!(out, "caused by: {cause}");
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(out, "hint: {hint}");
        }
        ExitCode::from(self.code)
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        let failure = match error.kind {
            ErrorKind::Wrong | ErrorKind::Unavailable => Self::refused(error.text),
            ErrorKind::NotFound | ErrorKind::Refused | ErrorKind::Failed => {
                Self::failed(error.text)
            }
        };
        match error.hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl fmt::Display for Failure {
    /// On one line, for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.causes
            .iter()
            .try_for_each(|cause| write!(f, ": {cause}"))
    }
}

#[cfg(test)]
mod tests;
