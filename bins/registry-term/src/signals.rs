//! Signals, which have to leave the terminal as it was.

use std::io;

use crossterm::terminal;
use signal_hook::{
    consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP},
    low_level::emulate_default_handler,
};
use tokio::signal::unix::{self, SignalKind, signal};

/// A signal that was sent to us.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Signal {
    /// Step back until called again.
    Stop,
    /// Somebody has called us again, who may have used the terminal meanwhile.
    Continue,
    /// End, by this signal.
    Terminate(i32),
}

pub(crate) struct Signals {
    stop: unix::Signal,
    go_on: unix::Signal,
    terminate: unix::Signal,
    hang_up: unix::Signal,
    interrupt: unix::Signal,
    quit: unix::Signal,
}

impl Signals {
    pub(crate) fn listen() -> io::Result<Self> {
        let listen = |number| signal(SignalKind::from_raw(number));
        Ok(Self {
            stop: listen(SIGTSTP)?,
            go_on: listen(SIGCONT)?,
            terminate: listen(SIGTERM)?,
            hang_up: listen(SIGHUP)?,
            interrupt: listen(SIGINT)?,
            quit: listen(SIGQUIT)?,
        })
    }

    pub(crate) async fn next(&mut self) -> Signal {
        tokio::select! {
            Some(()) = self.terminate.recv() => Signal::Terminate(SIGTERM),
            Some(()) = self.hang_up.recv() => Signal::Terminate(SIGHUP),
            Some(()) = self.interrupt.recv() => Signal::Terminate(SIGINT),
            Some(()) = self.quit.recv() => Signal::Terminate(SIGQUIT),
            Some(()) = self.stop.recv() => Signal::Stop,
            Some(()) = self.go_on.recv() => Signal::Continue,
            else => std::future::pending().await,
        }
    }
}

/// Stops this process, and returns once it goes on.
pub(crate) fn stop() -> io::Result<()> {
    emulate_default_handler(SIGTSTP)
}

/// Ends this process as the signal would have.
pub(crate) fn die_of(signal: i32) -> io::Result<()> {
    emulate_default_handler(signal)
}

/// Obeys signals as if nobody listened to them, for as long as this is polled: whoever has listened once
/// gets them for ever. Whoever is being asked for a secret gets a terminal back that shows what is typed.
pub(crate) async fn obey(mut signals: Signals) -> io::Result<()> {
    loop {
        match signals.next().await {
            Signal::Stop => {
                let is_asked = terminal::is_raw_mode_enabled()?;
                terminal::disable_raw_mode()?;
                stop()?;
                if is_asked {
                    terminal::enable_raw_mode()?;
                }
            }
            Signal::Continue => {}
            Signal::Terminate(signal) => {
                // A terminal that is gone needs nothing, and is no reason to stay.
                let _ = terminal::disable_raw_mode();
                die_of(signal)?;
            }
        }
    }
}
