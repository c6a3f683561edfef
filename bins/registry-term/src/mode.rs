//! What the 13 bytes say of the terminal, while they change.

use std::process::ExitCode;

use config13::{Config13, TerminalMode};
use tokio::sync::watch;

/// What comes after a mode.
#[derive(Debug)]
pub(crate) enum Next {
    /// Nothing: the program ends.
    Leave(ExitCode),
    /// The 13 bytes say another mode now.
    Mode(TerminalMode),
}

/// What the 13 bytes say. Without a lockfile they say nothing, and never will.
#[derive(Clone, Debug)]
pub(crate) struct Modes {
    settings: watch::Receiver<Option<Config13>>,
    /// Whether there is a whole screen to take.
    has_screen: bool,
}

impl Modes {
    pub(crate) const fn new(settings: watch::Receiver<Option<Config13>>, has_screen: bool) -> Self {
        Self {
            settings,
            has_screen,
        }
    }

    /// Returns the settings as they are.
    pub(crate) fn settings(&self) -> Option<Config13> {
        *self.settings.borrow()
    }

    /// Returns what the terminal is: what the settings say, where nobody says all, and lines where there
    /// is no screen to take.
    pub(crate) fn mode(&self) -> TerminalMode {
        let said = self.settings().map(|settings| settings.terminal_mode());
        match said.unwrap_or(TerminalMode::Raw) {
            TerminalMode::Raw if !self.has_screen => TerminalMode::Cooked,
            mode => mode,
        }
    }

    /// Waits until the settings are others.
    pub(crate) async fn changed(&mut self) {
        if self.settings.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until the terminal may be something else than this.
    pub(crate) async fn other_than(&mut self, mode: TerminalMode) -> TerminalMode {
        loop {
            let now = self.mode();
            if now != mode {
                return now;
            }
            self.changed().await;
        }
    }
}
