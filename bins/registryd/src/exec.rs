//! `registryd exec`: commands of the console on a data directory, with or without a running server,
//! which follows at once.
//!
//! All commands are read before the first one is run, and their words looked at as far as it goes without
//! asking what the registry keeps, so that a slip of the finger changes nothing. Not so an e-mail address,
//! the name of a key and a number of days: `auth` looks at those when it makes something of them.
//! They are run in order up to the first that fails.

mod desk;
mod password;
mod surface;

use std::{
    io::{self, Read as _},
    process::ExitCode,
};

use console::{Command, CommandError, ErrorKind, Line, Session, Then, parse};
use tokio::runtime::Builder;

use crate::{failure::Failure, log, output, settings::Settings};

use desk::LocalDesk;
pub(crate) use surface::{Answers, CommandLine, Unasked};

/// Most bytes of commands that are read from standard input.
const LONGEST: u64 = 1024 * 1024;

/// What is written in place of commands that come on standard input.
const STDIN: &str = "-";

/// Runs commands that were typed.
pub(crate) fn run(settings: Settings, commands: &str, json: bool) -> Result<ExitCode, Failure> {
    let from_stdin = commands == STDIN;
    let text = if from_stdin {
        read_stdin()?
    } else {
        commands.to_owned()
    };
    let lines =
        parse(&text).map_err(|error| Failure::refused(error.to_string()).hint(error.hint()))?;
    if lines.is_empty() {
        return Err(Failure::refused("there is no command").hint("`help` shows which there are"));
    }
    let lines = lines.into_iter().map(|line| Line {
        json: line.json || json,
        ..line
    });
    let answers = if from_stdin {
        Answers::Nowhere
    } else {
        Answers::Anywhere
    };
    let surface = CommandLine::new(answers, Unasked::Refused);
    run_lines(settings, lines.collect(), surface)
}

/// Runs one command that another one of `registryd` stands for.
pub(crate) fn run_one(
    settings: Settings,
    command: Command,
    json: bool,
    surface: CommandLine,
) -> Result<ExitCode, Failure> {
    let name = "";
    run_lines(
        settings,
        vec![Line {
            name,
            command,
            json,
        }],
        surface,
    )
}

fn run_lines(
    settings: Settings,
    lines: Vec<Line>,
    surface: CommandLine,
) -> Result<ExitCode, Failure> {
    // Warnings about the files of keys are for whoever looks after them.
    log::start(settings.always_debug);
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed("cannot start").caused_by(&error))?;
    let session = Session::new(LocalDesk::new(settings), surface);
    runtime.block_on(run_in(session, lines))
}

async fn run_in(
    mut session: Session<LocalDesk, CommandLine>,
    lines: Vec<Line>,
) -> Result<ExitCode, Failure> {
    let several = lines.len() > 1;
    for line in &lines {
        if let Err(error) = session.check(&line.command) {
            let error = if several {
                CommandError {
                    text: format!("{}: {}; no command was run", line.name, error.text),
                    ..error
                }
            } else {
                error
            };
            return Err(error.into());
        }
    }
    let mut done = 0;
    let mut code = ExitCode::SUCCESS;
    let mut lines = lines.into_iter();
    while let Some(line) = lines.next() {
        let ran = session.run(line.command).await;
        session.surface().end_progress();
        let reply = match ran {
            Ok(reply) => reply,
            Err(error) if several => {
                let error = of_several(error, line.name, done, lines.len());
                return Err(error.into());
            }
            Err(error) => return Err(error.into()),
        };
        match reply.then {
            Then::Clear => CommandLine::clear()?,
            // Each command reads what it shows.
            Then::GoOn | Then::Reload | Then::Exit => {}
        }
        if line.json {
            output::line(&reply.json)?;
        } else {
            if !reply.text.is_empty() {
                output::line(&reply.text)?;
            }
            reply.notes.iter().for_each(output::note);
        }
        if reply.is_no {
            code = ExitCode::FAILURE;
        }
        if reply.then == Then::Exit {
            // It has said what is not saved.
            return Ok(code);
        }
        done += 1;
    }
    session.farewell().await?.iter().for_each(output::note);
    Ok(code)
}

/// An error that says which of several commands failed, and what was left undone. After one that was
/// done it is no longer so that nothing was.
fn of_several(error: CommandError, name: &str, done: usize, left: usize) -> CommandError {
    let left = match left {
        0 => String::new(),
        1 => "; the command after it was not run".to_owned(),
        left => format!("; the {left} commands after it were not run"),
    };
    let kind = if done == 0 {
        error.kind
    } else {
        ErrorKind::Failed
    };
    CommandError {
        kind,
        text: format!("{name}: {}{left}", error.text),
        hint: error.hint,
    }
}

fn read_stdin() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let unreadable = |error: &dyn std::error::Error| {
        Failure::failed("the commands cannot be read from standard input").caused_by(error)
    };
    io::stdin()
        .lock()
        .take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Failure::refused(format!(
            "there are more than {LONGEST} bytes of commands on standard input"
        )));
    }
    String::from_utf8(bytes).map_err(|error| unreadable(&error.utf8_error()))
}
