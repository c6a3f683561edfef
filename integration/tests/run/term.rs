//! `registry-term`, in pipes and in a real terminal.

mod every_command;
mod lines;
mod modes;
mod screens;
mod signals;
mod transcript;

use integration::{Registry, Terminal, User};

use crate::console::prepared;

/// The screens of a registry, as whoever it is.
#[track_caller]
fn screens(registry: &Registry, user: Option<&User>, rows: u16, cols: u16) -> Terminal {
    let terminal = Terminal::start(&registry.term(user), rows, cols);
    terminal.shows("1 Config");
    terminal
}
