//! The screen of what can be pressed.

use ratatui::layout::Rect;

use crate::{
    canvas::{Canvas, from_column, part, row_of},
    input::Key,
    keys::{self, KeyLine},
    list::View,
    screen::{Screen, Step},
    text::wrap,
    theme::Role,
};

/// From this width on the help stands in two columns.
const TWO_COLS: u16 = 150;

/// The screen.
#[derive(Default)]
pub(crate) struct HelpScreen {
    view: View,
}

type Line = Vec<(String, Role)>;

impl HelpScreen {
    /// Does what a key does here.
    pub(crate) fn key(&mut self, key: Key) -> Step {
        if self.view.key(key) {
            Step::Used
        } else {
            Step::Unused
        }
    }

    pub(crate) const fn scroll(&mut self, down: bool, rows: usize) {
        self.view.scroll(down, rows);
    }

    pub(crate) fn draw(&mut self, canvas: &mut Canvas<'_>, area: Rect) {
        let inner = Rect {
            width: area.width.saturating_sub(2),
            ..from_column(area, 1)
        };
        if inner.width < TWO_COLS {
            let mut lines = general(inner.width);
            lines.extend(by_screen(inner.width));
            let seen = self.view.seen(lines.len(), inner.height);
            for (row, line) in lines.iter().skip(seen.start).take(seen.len()).enumerate() {
                canvas.put_line(row_of(inner, row), line);
            }
            return;
        }
        let half = inner.width / 2;
        let columns = [
            (part(inner, 0, half - 2), general(half - 2)),
            (from_column(inner, half), by_screen(half - 2)),
        ];
        let longest = columns.iter().map(|(_, lines)| lines.len()).max();
        let seen = self.view.seen(longest.unwrap_or_default(), inner.height);
        for (place, lines) in columns {
            for (row, line) in lines.iter().skip(seen.start).take(seen.len()).enumerate() {
                canvas.put_line(row_of(place, row), line);
            }
        }
    }
}

fn general(columns: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    let text = "Each change is a line of the command language: the screens type it for you. \
                Type `:help` for all commands, and `:help COMMAND` for one.";
    let wrapped = wrap(text, columns.into()).into_iter();
    lines.extend(wrapped.map(|line| vec![(line, Role::Dim)]));
    lines.push(Line::new());
    group(&mut lines, "Everywhere", keys::EVERYWHERE, columns);
    group(&mut lines, "Command line", keys::COMMAND_LINE, columns);
    lines
}

fn by_screen(columns: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    for screen in Screen::ALL {
        let keys = keys::of(screen);
        if !keys.is_empty() {
            group(&mut lines, screen.title(), keys, columns);
        }
    }
    lines
}

fn group(lines: &mut Vec<Line>, title: &str, keys: &[KeyLine], columns: u16) {
    lines.push(vec![(title.to_owned(), Role::Title)]);
    let columns = usize::from(columns);
    let keys_cols = if columns < 60 { 13 } else { 24 };
    for key in keys {
        let texts = wrap(key.does, columns.saturating_sub(keys_cols + 2));
        let names = wrap(key.keys, keys_cols - 1);
        for index in 0..texts.len().max(names.len()) {
            let name = names.get(index).map_or("", String::as_str);
            let text = texts.get(index).cloned().unwrap_or_default();
            lines.push(vec![
                (format!("  {name:<keys_cols$}"), Role::Accent),
                (text, Role::Base),
            ]);
        }
    }
    lines.push(Line::new());
}
