//! Why a command was not done.

use std::fmt;

use npm_model::visible;

/// What kind of failure it is, for colours and exit codes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ErrorKind {
    /// What was typed cannot be meant: the registry was not asked, or did not understand.
    Wrong,
    /// There is no such thing.
    NotFound,
    /// It may not be done, or not now.
    Refused,
    /// There is no registry, or the server is down.
    Unavailable,
    /// It was begun and failed.
    Failed,
}

/// Why a command was not done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct CommandError {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// What happened.
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl CommandError {
    /// An error of a kind. Names that somebody else has given may stand in its text.
    pub fn new(kind: ErrorKind, text: impl fmt::Display) -> Self {
        let text = text.to_string();
        let lines: Vec<_> = text.split('\n').map(visible).collect();
        Self {
            kind,
            text: lines.join("\n"),
            hint: None,
        }
    }

    /// What was typed cannot be meant.
    pub fn wrong(text: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Wrong, text)
    }

    /// There is no such thing.
    pub fn not_found(text: impl fmt::Display) -> Self {
        Self::new(ErrorKind::NotFound, text)
    }

    /// It may not be done, or not now.
    pub fn refused(text: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Refused, text)
    }

    /// There is no registry, or the server is down.
    pub fn unavailable(text: impl fmt::Display) -> Self {
        Self::new(ErrorKind::Unavailable, text)
    }

    /// It was begun and failed. Names what caused it in turn.
    pub fn failed(text: impl fmt::Display, cause: &dyn std::error::Error) -> Self {
        let mut text = text.to_string();
        let mut next = Some(cause);
        let mut last = String::new();
        while let Some(error) = next {
            let said = error.to_string();
            // A transparent error repeats the words of its cause.
            if said != last {
                text.push_str(": ");
                text.push_str(&said);
            }
            last = said;
            next = error.source();
        }
        Self::new(ErrorKind::Failed, text)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for CommandError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_escaped_and_lines_stay() {
        let error = CommandError::wrong("there is no a\u{202e}b\nin \u{1b}c");
        assert_eq!(error.text, "there is no a\\u{202e}b\nin \\u{1b}c");
    }
}
