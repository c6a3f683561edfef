//! What the host is asked to do.

use std::fmt;

/// Something that the host is to do. Nothing here waits for it.
#[derive(Clone, Eq, PartialEq)]
pub enum Ask {
    /// Run a command line, after those before it, and tell what came of it: one
    /// [`Said`](crate::Said) for each, after the [`Config`](crate::News::Config) that it has changed.
    Run(String),
    /// Tell what can follow this beginning of a line, as [`Completions`](crate::Completions).
    Complete(String),
    /// Tell the details of this package.
    Load(String),
    /// Tell who has accounts and keys.
    LoadAccess,
    /// What was asked with a [`Prompt`](crate::Prompt) is answered.
    Answer(Answer),
    /// The question is not answered; or, where there is none, the command that runs is to stop.
    Cancel,
    /// Step back into the shell until called again.
    Suspend,
    /// Draw every cell anew.
    Redraw,
    /// Leave.
    Quit,
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(line) => f.debug_tuple("Run").field(&without_secret(line)).finish(),
            Self::Complete(line) => f
                .debug_tuple("Complete")
                .field(&without_secret(line))
                .finish(),
            Self::Load(name) => f.debug_tuple("Load").field(name).finish(),
            Self::LoadAccess => f.write_str("LoadAccess"),
            Self::Answer(answer) => f.debug_tuple("Answer").field(answer).finish(),
            Self::Cancel => f.write_str("Cancel"),
            Self::Suspend => f.write_str("Suspend"),
            Self::Redraw => f.write_str("Redraw"),
            Self::Quit => f.write_str("Quit"),
        }
    }
}

/// What somebody answered.
#[derive(Clone, Eq, PartialEq)]
pub enum Answer {
    /// A text that was asked for, often a secret.
    Text(String),
    /// Yes or no.
    Yes(bool),
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("***"),
            Self::Yes(yes) => yes.fmt(f),
        }
    }
}

/// Whether a command line may hold a secret: the one command that takes one is `verify TOKEN`.
pub(crate) fn holds_secret(line: &str) -> bool {
    // Several commands can stand in a line, and a word is the same one with quotes in it.
    let is_mark = |letter: &char| matches!(letter, '"' | '\'' | '\\');
    let bare: String = line.chars().filter(|letter| !is_mark(letter)).collect();
    bare.split([';', '\n']).any(|command| {
        let mut words = command.split_whitespace();
        words.any(|word| word == "verify") && words.next().is_some()
    })
}

fn without_secret(line: &str) -> &str {
    if holds_secret(line) { "***" } else { line }
}
