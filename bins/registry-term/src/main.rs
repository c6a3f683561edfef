//! `registry-term`: the registry in a terminal.
//!
//! This is the thin part: it finds the lockfile and the server, and lets the 13 bytes decide whether a
//! person gets lines, the screens, or nothing. What can be typed is `console`'s, what is drawn `tui`'s.

mod args;
mod complete;
mod desk;
mod line;
mod lines;
mod lockfile;
mod mode;
mod output;
mod person;
mod place;
mod screen;
mod signals;
mod task;

use std::{
    io::{self, IsTerminal},
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser as _};
use clap_complete::CompleteEnv;
use config13::TerminalMode;
use console::{CommandError, Done, Session};
use tokio::runtime::Builder;

use args::Args;
use mode::{Modes, Next};
use person::Person;
use place::Place;
use task::Ends;

fn main() -> ExitCode {
    // A shell that asks what can follow a word gets its answer here.
    CompleteEnv::with_factory(Args::command).complete();
    let args = Args::parse();
    let ended = if args.man { man() } else { run(args) };
    ended.unwrap_or_else(|error| output::failure(&error))
}

fn run(args: Args) -> Done<ExitCode> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::failed("cannot start", &error))?;
    let ended = runtime.block_on(serve(args));
    // A thread that waits for a terminal would wait for ever.
    runtime.shutdown_background();
    ended
}

/// Prints the manual page.
fn man() -> Done<ExitCode> {
    let page = clap_mangen::Man::new(Args::command());
    match page.render(&mut io::stdout()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(CommandError::failed("the manual cannot be printed", &error))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Does what the 13 bytes say, for as long as they say it.
async fn serve(args: Args) -> Done<ExitCode> {
    let colours = screen::theme(args.theme);
    let place = Place::find(args)?;
    let has_screen = io::stdin().is_terminal() && io::stdout().is_terminal() && !is_dumb();
    let mut modes = Modes::new(place.lockfile().settings(), has_screen);
    // A registry that is started after us makes its lockfile only then.
    let looked_for = place.lockfile().clone();
    let _looking = Ends(tokio::spawn(async move { looked_for.made().await }));
    let mut session = Session::new(place.desk(), Person::Nobody);
    let mut mode = modes.mode();
    loop {
        let next = match mode {
            TerminalMode::Disabled => return Err(disabled(&place)),
            TerminalMode::Cooked => line::run(&mut session, &mut modes).await?,
            TerminalMode::Raw => {
                let (back, next) = screen::run(session, &place, modes.clone(), colours).await?;
                session = back;
                next
            }
        };
        match next {
            Next::Leave(code) => return Ok(code),
            Next::Mode(other) => mode = other,
        }
    }
}

fn disabled(place: &Place) -> CommandError {
    let lockfile = place.lockfile().path();
    let error = CommandError::unavailable(format_args!(
        "terminals are disabled: the byte at 0x09 of {} is 0",
        lockfile.display()
    ));
    error.hint(format_args!(
        "`registryd config set terminal_mode raw --lockfile {}` enables them",
        lockfile.display()
    ))
}

/// Whether the terminal can do no more than a teleprinter.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
