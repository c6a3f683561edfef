//! An [`App`] with a person before it.

use std::time::{Duration, SystemTime};

use config13::Config13;
use ratatui::{buffer::Buffer, layout::Position, layout::Rect};
use tui::{
    App, Ask, Connection, Input, Key, KeyCode, Lockfile, Mouse, MouseKind, News, Options, Outcome,
    Said, Server, Theme,
};

use crate::snapshot;

/// Screens in a window.
pub(crate) struct Stage {
    pub(crate) app: App,
    rows: u16,
    cols: u16,
}

impl Stage {
    /// Screens that were told nothing.
    pub(crate) fn empty(theme: Theme) -> Self {
        let options = Options {
            theme,
            ..Options::default()
        };
        Self {
            app: App::new(options),
            rows: 24,
            cols: 80,
        }
    }

    /// Screens with a server, a lockfile and 13 bytes.
    pub(crate) fn usual() -> Self {
        let mut stage = Self::empty(Theme::Dark);
        stage.connect();
        stage.bytes(saved(), saved());
        stage
    }

    pub(crate) fn connect(&mut self) {
        self.app.tell(News::Connection(Connection {
            server: Server::Up {
                url: "http://localhost:4873".to_owned(),
                user: Some("alice".to_owned()),
            },
            lockfile: Lockfile::Here {
                path: "/srv/npm/.registry/registry.lockb".to_owned(),
            },
        }));
    }

    pub(crate) fn disconnect(&mut self) {
        self.app.tell(News::Connection(Connection {
            server: Server::Down {
                url: "http://localhost:4873".to_owned(),
                why: "nothing answers".to_owned(),
            },
            lockfile: Lockfile::Here {
                path: "registry.lockb".to_owned(),
            },
        }));
    }

    pub(crate) fn bytes(&mut self, saved: Config13, pending: Config13) {
        self.app.tell(News::Config { saved, pending });
    }

    pub(crate) fn size(&mut self, rows: u16, cols: u16) {
        (self.rows, self.cols) = (rows, cols);
    }

    /// Draws a frame.
    pub(crate) fn draw(&mut self) -> (Buffer, Option<Position>) {
        let mut cells = Buffer::empty(Rect::new(0, 0, self.cols, self.rows));
        let cursor = self.app.draw(&mut cells);
        (cells, cursor)
    }

    pub(crate) fn text(&mut self) -> String {
        snapshot::text(&self.draw().0)
    }

    pub(crate) fn looks(&mut self) -> String {
        snapshot::looks(&self.draw().0)
    }

    /// Compares the frame with the one that is kept, at each of the sizes.
    pub(crate) fn check(&mut self, name: &str) {
        for (rows, cols) in snapshot::SIZES {
            self.size(rows, cols);
            let text = self.text();
            snapshot::check(&format!("{name}_{cols}x{rows}"), &text);
        }
    }

    pub(crate) fn press(&mut self, code: KeyCode) -> Vec<Ask> {
        self.app.input(Input::Key(Key::plain(code)))
    }

    pub(crate) fn control(&mut self, letter: char) -> Vec<Ask> {
        self.app.input(Input::Key(Key::control(letter)))
    }

    pub(crate) fn alt(&mut self, letter: char) -> Vec<Ask> {
        self.app.input(Input::Key(Key::alt(KeyCode::Char(letter))))
    }

    /// Types a text, and returns what was asked for at its last character.
    pub(crate) fn types(&mut self, text: &str) -> Vec<Ask> {
        let asks = text.chars().map(|letter| self.press(KeyCode::Char(letter)));
        asks.last().unwrap_or_default()
    }

    /// Clicks where a text is seen.
    pub(crate) fn click(&mut self, wanted: &str) -> Vec<Ask> {
        self.mouse(MouseKind::Press, wanted)
    }

    pub(crate) fn mouse(&mut self, kind: MouseKind, wanted: &str) -> Vec<Ask> {
        let text = self.text();
        let mut rows = text.lines().enumerate();
        let found = rows.find_map(|(row, line)| line.find(wanted).map(|at| (row, line, at)));
        let (row, line, at) = found.unwrap_or_else(|| panic!("no {wanted} in\n{text}"));
        let col = unicode_width::UnicodeWidthStr::width(&line[..at]);
        self.app.input(Input::Mouse(Mouse {
            kind,
            row: u16::try_from(row).unwrap(),
            col: u16::try_from(col).unwrap(),
        }))
    }

    /// Tells what a command came to.
    pub(crate) fn said(&mut self, line: &str, text: &str, outcome: Outcome) {
        self.app.tell(News::Said(Said {
            line: line.to_owned(),
            text: text.to_owned(),
            notes: Vec::new(),
            outcome,
        }));
    }

    /// Whether a text is seen.
    pub(crate) fn shows(&mut self, wanted: &str) -> bool {
        self.text().contains(wanted)
    }
}

/// 2026-11-24 15:57 and some seconds.
pub(crate) fn time(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_535_820 + seconds)
}

/// The 13 bytes of a new registry.
pub(crate) fn saved() -> Config13 {
    Config13::new(0x28aa_1533)
}

/// Those bytes with some fields changed.
pub(crate) fn changed(values: &[&str]) -> Config13 {
    let mut config = saved();
    for value in values {
        config.set(value.parse().unwrap());
    }
    config
}

pub(crate) fn run(line: &str) -> Vec<Ask> {
    vec![Ask::Run(line.to_owned())]
}
