//! Whoever types the commands: at the prompt of the line mode, on the screens, or nobody at all.

use std::io::{self, IsTerminal};

use console::{CommandError, Done, Progress, Secret, Surface};
use tokio::sync::{mpsc, oneshot};

use crate::output;

/// Whoever types the commands.
#[derive(Debug)]
pub(crate) enum Person {
    /// Somebody at a terminal, who types lines.
    AtPrompt,
    /// A program that sends lines: nobody who could be asked.
    Nobody,
    /// Somebody who looks at the screens.
    AtScreens(mpsc::Sender<FromCommand>),
}

/// What a command that runs has for the screens.
#[derive(Debug)]
pub(crate) enum FromCommand {
    /// It asks something. Who drops the sender has given no answer.
    Asks {
        /// What.
        question: String,
        /// How it is answered.
        kind: tui::PromptKind,
        /// Where the answer goes.
        answer: oneshot::Sender<tui::Answer>,
    },
    /// It tells how far it is.
    Progress(Progress),
}

impl Person {
    /// Whoever is at standard input.
    pub(crate) fn at_stdin() -> Self {
        if io::stdin().is_terminal() {
            Self::AtPrompt
        } else {
            Self::Nobody
        }
    }
}

impl Surface for Person {
    async fn ask_secret(&mut self, secret: &Secret) -> Done<String> {
        match self {
            Self::Nobody => Err(CommandError::wrong(
                "the commands came on standard input, so a secret cannot",
            )
            .hint("run registry-term at a terminal, where it is asked for")),
            Self::AtPrompt => {
                let typed = typed(&secret.prompt()).await?;
                if matches!(secret, Secret::NewPassword { .. })
                    && typed != self::typed("Again: ").await?
                {
                    return Err(differ());
                }
                Ok(typed)
            }
            Self::AtScreens(screens) => {
                let kind = tui::PromptKind::Secret;
                let typed = asked(screens, secret.prompt(), kind).await?;
                let tui::Answer::Text(typed) = typed else {
                    return Err(given_up());
                };
                if matches!(secret, Secret::NewPassword { .. }) {
                    let again = asked(screens, "Again: ".to_owned(), kind).await?;
                    if again != tui::Answer::Text(typed.clone()) {
                        return Err(differ());
                    }
                }
                Ok(typed)
            }
        }
    }

    async fn confirm(&mut self, question: &str) -> Done<bool> {
        match self {
            Self::Nobody => Err(CommandError::refused(
                "it was not done, since nobody can be asked whether it should be",
            )
            .hint("add --yes")),
            Self::AtPrompt => {
                let question = question.to_owned();
                at_terminal(move || prompt::confirm(&question)).await
            }
            Self::AtScreens(screens) => {
                let kind = tui::PromptKind::YesNo;
                let answer = asked(screens, question.to_owned(), kind).await?;
                Ok(answer == tui::Answer::Yes(true))
            }
        }
    }

    fn progress(&mut self, progress: Progress) {
        match self {
            Self::AtPrompt if io::stderr().is_terminal() => {
                output::progress(&progress);
            }
            Self::Nobody | Self::AtPrompt => {}
            // Whoever is busy misses one of many.
            Self::AtScreens(screens) => drop(screens.try_send(FromCommand::Progress(progress))),
        }
    }
}

async fn asked(
    screens: &mpsc::Sender<FromCommand>,
    question: String,
    kind: tui::PromptKind,
) -> Done<tui::Answer> {
    let (answer, answered) = oneshot::channel();
    let asks = FromCommand::Asks {
        question,
        kind,
        answer,
    };
    screens.send(asks).await.map_err(|_| given_up())?;
    answered.await.map_err(|_| given_up())
}

async fn typed(prompt: &str) -> Done<String> {
    let prompt = prompt.to_owned();
    at_terminal(move || prompt::secret(&prompt))
        .await?
        .ok_or_else(given_up)
}

/// Waits for a terminal on a thread that may wait.
async fn at_terminal<T: Send + 'static>(
    ask: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Done<T> {
    let asked = tokio::task::spawn_blocking(ask).await;
    let answer = asked.unwrap_or_else(|error| Err(io::Error::other(error)));
    answer.map_err(|error| CommandError::failed("it cannot be asked for", &error))
}

fn given_up() -> CommandError {
    CommandError::refused("cancelled; nothing was changed")
}

fn differ() -> CommandError {
    CommandError::refused("the two passwords differ; nothing was changed")
}
