//! Whoever sits at the command line, or the program that stands there.

use std::io::{self, IsTerminal};

use console::{CommandError, Done, ErrorKind, Progress, Secret, Surface};
use crossterm::{cursor, execute, terminal};
use indicatif::{ProgressBar, ProgressStyle};

use super::password;
use crate::failure::Failure;

/// Where answers come from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Answers {
    /// From the terminal if there is one, or else from standard input.
    Anywhere,
    /// From standard input.
    Stdin,
    /// From nowhere: standard input has been read for its commands.
    Nowhere,
}

/// The command line.
#[derive(Debug)]
pub(crate) struct CommandLine {
    answers: Answers,
    /// What is done without a terminal that could be asked.
    unasked: Unasked,
    /// What is drawn of a long work while it lasts.
    bar: Option<ProgressBar>,
}

impl CommandLine {
    pub(crate) const fn new(answers: Answers, unasked: Unasked) -> Self {
        Self {
            answers,
            unasked,
            bar: None,
        }
    }

    /// Takes away what was drawn of a command that has come to its end.
    pub(super) fn end_progress(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Clears the screen, where there is one.
    pub(super) fn clear() -> Done<()> {
        if !io::stdout().is_terminal() {
            return Ok(());
        }
        let cleared = execute!(
            io::stdout(),
            terminal::Clear(terminal::ClearType::All),
            terminal::Clear(terminal::ClearType::Purge),
            cursor::MoveTo(0, 0)
        );
        cleared.map_err(|error| CommandError::failed("the screen cannot be cleared", &error))
    }
}

/// What becomes of a question that nobody can be asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unasked {
    /// The answer is yes.
    Yes,
    /// It is refused, and says how to answer it beforehand.
    Refused,
}

impl Surface for CommandLine {
    async fn ask_secret(&mut self, secret: &Secret) -> Done<String> {
        if self.answers == Answers::Nowhere {
            return Err(CommandError::wrong(
                "the commands came on standard input, so a secret cannot",
            )
            .hint("pass this command as a word: registryd exec 'COMMAND'"));
        }
        let from_stdin = self.answers == Answers::Stdin;
        let prompt = secret.prompt();
        let read = match secret {
            Secret::NewPassword { .. } => password::new(&prompt, from_stdin),
            Secret::OwnPassword | Secret::Token => password::known(&prompt, from_stdin),
        };
        read.map_err(|failure| {
            let kind = if failure.is_refusal() {
                ErrorKind::Wrong
            } else {
                ErrorKind::Failed
            };
            failure.into_error(kind)
        })
    }

    async fn confirm(&mut self, question: &str) -> Done<bool> {
        if self.answers == Answers::Nowhere || !io::stdin().is_terminal() {
            return match self.unasked {
                Unasked::Yes => Ok(true),
                Unasked::Refused => Err(CommandError::refused(
                    "it was not done, since nobody can be asked whether it should be",
                )
                .hint("add --yes")),
            };
        }
        prompt::confirm(question).map_err(|error| {
            Failure::failed("cannot ask")
                .caused_by(&error)
                .into_error(ErrorKind::Failed)
        })
    }

    fn progress(&mut self, progress: Progress) {
        let Progress { what, done, total } = progress;
        let bar = self.bar.get_or_insert_with(|| bar(total));
        bar.set_message(what);
        bar.set_length(total);
        bar.set_position(done);
    }
}

/// Draws on standard error, and nothing at all when that is not a terminal.
fn bar(total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes}");
    ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
