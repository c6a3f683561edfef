//! The real terminal: taken whole, and given back as it was, whatever ends us.

use std::{
    io::{self, Stdout, Write as _},
    panic,
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

use crossterm::{
    cursor, event, execute, queue,
    terminal::{self, BeginSynchronizedUpdate, EndSynchronizedUpdate},
};
use ratatui::{
    backend::{Backend as _, CrosstermBackend},
    buffer::Buffer,
    layout::{Position, Rect},
};

/// Whether the terminal is ours at this moment, for whoever gives it back in a hurry.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Most rows and columns that are drawn. No window has as many; one that says so would take all memory.
const MOST: u16 = 1024;

/// The terminal while it is ours.
pub(super) struct Screen {
    backend: CrosstermBackend<Stdout>,
    /// What is on the terminal.
    shown: Buffer,
    cursor: Option<Position>,
}

impl Screen {
    /// Takes the terminal.
    pub(super) fn take() -> io::Result<Self> {
        give_back_when_we_panic();
        let mut screen = Self {
            backend: CrosstermBackend::new(io::stdout()),
            shown: Buffer::default(),
            cursor: None,
        };
        screen.step_in()?;
        Ok(screen)
    }

    /// Gives the terminal back for a while.
    #[allow(
        clippy::unused_self,
        reason = "only who has the terminal gives it back"
    )]
    pub(super) fn step_back(&self) {
        leave();
    }

    /// Takes the terminal, whoever had it meanwhile.
    pub(super) fn step_in(&mut self) -> io::Result<()> {
        enter()?;
        self.redraw()
    }

    /// Draws every cell anew with the next picture.
    pub(super) fn redraw(&mut self) -> io::Result<()> {
        let (rows, cols) = self.size()?;
        self.shown = Buffer::empty(Rect::new(0, 0, cols, rows));
        self.cursor = None;
        execute!(
            io::stdout(),
            terminal::Clear(terminal::ClearType::All),
            cursor::Hide
        )
    }

    /// Returns the rows and columns of the window, as far as they are drawn.
    #[allow(clippy::unused_self, reason = "it is asked of the one that is ours")]
    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        let (cols, rows) = terminal::size()?;
        Ok(drawn(rows, cols))
    }

    /// Shows what the application draws, in one piece. What is there already is not written, so nothing
    /// is when nothing that is seen has changed.
    pub(super) fn draw(&mut self, app: &mut tui::App) -> io::Result<()> {
        let (rows, cols) = self.size()?;
        let window = Rect::new(0, 0, cols, rows);
        if self.shown.area != window {
            self.redraw()?;
        }
        let mut next = Buffer::empty(window);
        let cursor = app.draw(&mut next);
        if next == self.shown && cursor == self.cursor {
            return Ok(());
        }
        queue!(io::stdout(), BeginSynchronizedUpdate, cursor::Hide)?;
        self.backend.draw(self.shown.diff(&next).into_iter())?;
        if let Some(Position { x, y }) = cursor {
            queue!(io::stdout(), cursor::MoveTo(x, y), cursor::Show)?;
        }
        execute!(io::stdout(), EndSynchronizedUpdate)?;
        (self.shown, self.cursor) = (next, cursor);
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
    }
}

/// Returns as many rows and columns of a window as are drawn.
fn drawn(rows: u16, cols: u16) -> (u16, u16) {
    (rows.min(MOST), cols.min(MOST))
}

fn enter() -> io::Result<()> {
    terminal::enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(
        io::stdout(),
        terminal::EnterAlternateScreen,
        terminal::Clear(terminal::ClearType::All),
        event::EnableMouseCapture,
        event::EnableBracketedPaste,
        cursor::Hide,
    )
}

/// Gives the terminal back, once.
fn leave() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // Nothing can be done about a terminal that does not obey.
    let _ = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        event::DisableBracketedPaste,
        event::DisableMouseCapture,
        terminal::LeaveAlternateScreen,
        cursor::Show,
    );
    let _ = terminal::disable_raw_mode();
    let _ = io::stdout().flush();
}

/// What a panic says would be written over, and the shell left with a terminal that shows nothing.
fn give_back_when_we_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            leave();
            tell(info);
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_window_takes_all_memory() {
        assert_eq!(drawn(24, 80), (24, 80));
        assert_eq!(drawn(0, 1), (0, 1));
        let (rows, cols) = drawn(u16::MAX, u16::MAX);
        assert!(Rect::new(0, 0, cols, rows).area() <= 1 << 20);
    }
}
