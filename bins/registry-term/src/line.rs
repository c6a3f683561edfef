//! The line mode: a command a line, from a person or from a program.

use std::{
    io::{self, IsTerminal, Write as _},
    process::ExitCode,
};

use config13::TerminalMode;
use console::{CommandError, Done, Session, Then, parse};

use crate::{
    desk::TermDesk,
    lines::{LineError, Lines},
    mode::{Modes, Next},
    output,
    person::Person,
    signals::{self, Signals},
    task::Ends,
};

/// Reads commands and runs them, until there are no more or the 13 bytes say something else.
pub(crate) async fn run(session: &mut Session<TermDesk, Person>, modes: &mut Modes) -> Done<Next> {
    *session.surface() = Person::at_stdin();
    // The screens may have listened to them before.
    let signals = Signals::listen()
        .map_err(|error| CommandError::failed("signals cannot be received", &error))?;
    let _obeying = Ends(tokio::spawn(signals::obey(signals)));
    let mut lines = Lines::of_stdin()
        .map_err(|error| CommandError::failed("standard input cannot be read", &error))?;
    let mut typist = Typist {
        is_shown: io::stdin().is_terminal() && io::stdout().is_terminal(),
        failed: false,
    };
    if typist.is_shown {
        output::note("`help` lists the commands, `exit` leaves");
    }
    let mut has_left = false;
    loop {
        typist.prompt(session).await;
        let line = tokio::select! {
            line = lines.next() => line,
            mode = modes.other_than(TerminalMode::Cooked) => {
                typist.end_prompt();
                return Ok(Next::Mode(mode));
            }
        };
        let line = match line {
            Ok(Some(line)) => line,
            Ok(None) => {
                typist.end_prompt();
                break;
            }
            Err(error) => return Err(unreadable(error)),
        };
        if typist.run(session, &line).await? {
            has_left = true;
            break;
        }
    }
    // `exit` has said so itself, and without a lockfile nothing could be set.
    if !has_left && let Ok(Some(farewell)) = session.farewell().await {
        output::note(farewell);
    }
    // Whoever typed has seen what failed; a script has only the code.
    let code = if typist.failed && !typist.is_shown {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    };
    Ok(Next::Leave(code))
}

struct Typist {
    /// Whether somebody types and sees what is written.
    is_shown: bool,
    /// Whether a command failed, or was answered with no.
    failed: bool,
}

impl Typist {
    async fn prompt(&self, session: &Session<TermDesk, Person>) {
        if !self.is_shown {
            return;
        }
        let pending = match session.unsaved().await {
            Ok(1..) => "*",
            _ => "",
        };
        let mut out = io::stdout();
        // Nobody can be told that nobody can be told.
        let _ = write!(out, "registry{pending}> ").and_then(|()| out.flush());
    }

    /// Leaves the line of a prompt that nobody answered.
    fn end_prompt(&self) {
        if self.is_shown {
            let _ = writeln!(io::stdout());
        }
    }

    /// Runs the commands of a line, and returns whether it was the last one.
    async fn run(&mut self, session: &mut Session<TermDesk, Person>, line: &str) -> Done<bool> {
        let commands = match parse(line) {
            Ok(commands) => commands,
            Err(error) => {
                self.fail(&CommandError::wrong(&error).hint(error.hint()));
                return Ok(false);
            }
        };
        for command in commands {
            let reply = match session.run(command.command).await {
                Ok(reply) => reply,
                Err(error) => {
                    self.fail(&error);
                    // What follows in the line may have meant what was not done.
                    return Ok(false);
                }
            };
            if command.json {
                output::line(&reply.json)?;
            } else {
                if !reply.text.is_empty() {
                    output::line(&reply.text)?;
                }
                reply.notes.iter().for_each(output::note);
            }
            self.failed |= reply.is_no;
            match reply.then {
                Then::Exit => return Ok(true),
                Then::Clear => self.clear(),
                // Nothing is kept between two lines but what is pending.
                Then::Reload | Then::GoOn => {}
            }
        }
        Ok(false)
    }

    fn fail(&mut self, error: &CommandError) {
        self.failed = true;
        output::error(error);
    }

    fn clear(&self) {
        use crossterm::{cursor::MoveTo, execute, terminal};
        if self.is_shown {
            let all = terminal::Clear(terminal::ClearType::All);
            let _ = execute!(io::stdout(), all, MoveTo(0, 0));
        }
    }
}

fn unreadable(error: LineError) -> CommandError {
    match error {
        LineError::TooLong => CommandError::wrong("a line is longer than any command"),
        LineError::NotText => CommandError::wrong("a line is not UTF-8 text"),
        LineError::Io(error) => CommandError::failed("standard input cannot be read", &error),
    }
}
