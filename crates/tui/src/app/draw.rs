//! How the whole looks: tabs, screen, output, keys, command line.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use super::App;
use crate::{
    canvas::{Canvas, Spot, columns, from_column, part, row_of},
    keys::{self, KeyLine},
    layout::{self, LEAST_COLS, LEAST_ROWS},
    news::{Progress, Server},
    screen::Screen,
    text,
    theme::Role,
};

impl App {
    pub(super) fn draw_into(&mut self, buffer: &mut Buffer) -> Option<Position> {
        let area = buffer.area;
        let (rows, cols) = self.size(area.height, area.width);
        let mut spots = std::mem::take(&mut self.spots);
        spots.clear();
        let mut canvas = Canvas {
            buffer,
            theme: self.options.theme,
            spots: &mut spots,
        };
        canvas.clear(area);
        self.window = Rect {
            width: cols,
            height: rows,
            ..area
        };
        let cursor = if cols < LEAST_COLS || rows < LEAST_ROWS {
            let text = format!("{LEAST_COLS}×{LEAST_ROWS} needed, this is {cols}×{rows}");
            for (index, line) in text::wrap(&text, cols.into()).iter().enumerate() {
                canvas.put(row_of(self.window, index), line, Role::Base);
            }
            None
        } else {
            self.draw_parts(&mut canvas)
        };
        self.spots = spots;
        cursor
    }

    fn draw_parts(&mut self, canvas: &mut Canvas<'_>) -> Option<Position> {
        let parts = layout::divide(self.window);
        self.draw_tabs(canvas, parts.tabs);
        for rule in parts.rules {
            canvas.rule(rule);
        }
        let cursor = self.draw_screen(canvas, parts.body);
        self.panel.draw(canvas, parts.body);
        if let Some(question) = &self.question {
            question.draw_long(canvas, parts.body);
        }
        self.draw_keys(canvas, parts.keys);
        self.draw_bar(canvas, parts.bar).or(cursor)
    }

    fn draw_screen(&mut self, canvas: &mut Canvas<'_>, area: Rect) -> Option<Position> {
        let is_active = !self.is_on_tabs && !self.bar.is_open() && self.question.is_none();
        let connection = &self.connection;
        match self.screen {
            Screen::Config => self.config.draw(canvas, area, connection, is_active),
            Screen::Packages => self.packages.draw(canvas, area, connection, is_active),
            Screen::Status => {
                self.status
                    .draw(canvas, area, connection, self.config.saved());
                None
            }
            Screen::Log => self.log.draw(canvas, area, connection),
            Screen::Access => {
                self.access.draw(canvas, area, connection, is_active);
                None
            }
            Screen::Help => {
                self.help.draw(canvas, area);
                None
            }
        }
    }

    fn draw_tabs(&self, canvas: &mut Canvas<'_>, row: Rect) {
        let is_roomy = row.width >= 72;
        let mut used = 1;
        for (index, screen) in Screen::ALL.into_iter().enumerate() {
            let place = from_column(row, used);
            let number = if is_roomy {
                canvas.put(place, &format!("{} ", index + 1), Role::Dim)
            } else {
                0
            };
            let role = if screen == self.screen {
                Role::Title
            } else {
                Role::Dim
            };
            let wide = canvas.put(from_column(place, number), screen.title(), role);
            if screen == self.screen {
                let look = if self.is_on_tabs {
                    Role::Cursor
                } else {
                    Role::Marked
                };
                canvas.mark(part(place, number, wide), look);
            }
            canvas.spot(part(place, 0, number + wide), Spot::Tab(screen));
            used += number + wide + if is_roomy { 2 } else { 1 };
        }
        let rest = from_column(row, used);
        let inner = Rect {
            width: rest.width.saturating_sub(1),
            ..rest
        };
        let (sign, words, role) = match &self.connection.server {
            Server::Unknown => ("…", "connecting".to_owned(), Role::Dim),
            Server::Up { url, user } => {
                let user = user.as_deref().unwrap_or("nobody");
                let host = url.split_once("://").map_or(url.as_str(), |(_, host)| host);
                let both = format!("{host} {user}");
                let fits = text::width(&both) + 2 <= inner.width.into();
                ("●", if fits { both } else { user.to_owned() }, Role::Good)
            }
            Server::Down { .. } => ("○", "server down".to_owned(), Role::Bad),
        };
        if inner.width < 12 {
            canvas.put_right(row, sign, role);
            return;
        }
        let words = text::fit(&words, usize::from(inner.width.saturating_sub(2)));
        let wide = columns(&words) + 2;
        let place = from_column(inner, inner.width.saturating_sub(wide));
        let used = canvas.put(place, sign, role) + 1;
        canvas.put(from_column(place, used), &words, Role::Dim);
    }

    fn draw_keys(&self, canvas: &mut Canvas<'_>, row: Rect) {
        if let Some(question) = &self.question {
            draw_key_list(canvas, row, question.keys().iter().copied());
            return;
        }
        if self.bar.is_open() {
            if self.bar.has_choice() {
                self.bar.draw_choice(canvas, row);
                return;
            }
            draw_key_list(canvas, row, short(keys::COMMAND_LINE));
            return;
        }
        let help = "? help ";
        canvas.put_right(row, help, Role::Dim);
        let left = part(row, 0, row.width.saturating_sub(columns(help) + 1));
        let here = short(keys::of(self.screen)).chain(short(keys::EVERYWHERE));
        draw_key_list(canvas, left, here.chain([("q", "leave")]));
    }

    fn draw_bar(&self, canvas: &mut Canvas<'_>, row: Rect) -> Option<Position> {
        if let Some(question) = &self.question {
            return Some(question.draw(canvas, row));
        }
        if self.bar.is_open() {
            return Some(self.bar.draw(canvas, row));
        }
        if let Some(progress) = &self.progress {
            draw_progress(canvas, row, progress);
            return None;
        }
        canvas.spot(row, Spot::Bar);
        let unsaved = self.config.unsaved_words().unwrap_or_default();
        let taken = if unsaved.is_empty() {
            0
        } else {
            columns(&unsaved) + 2
        };
        let place = part(row, 1, row.width.saturating_sub(taken + 2));
        if let Some((text, role)) = &self.message {
            canvas.put(place, text, *role);
        } else if self.running > 0 {
            canvas.put(place, "running …", Role::Dim);
        }
        if !self.is_leaving {
            let inner = part(row, 0, row.width.saturating_sub(1));
            canvas.put_right(inner, &unsaved, Role::Warn);
        }
        None
    }
}

fn short(lines: &'static [KeyLine]) -> impl Iterator<Item = (&'static str, &'static str)> {
    let told = lines.iter().filter(|line| !line.short.is_empty());
    told.map(|line| (line.keys, line.short))
}

/// Draws keys with what they do, as many as there is room for.
fn draw_key_list(
    canvas: &mut Canvas<'_>,
    row: Rect,
    keys: impl Iterator<Item = (&'static str, &'static str)>,
) {
    let mut used = 1;
    for (key, does) in keys {
        if columns(key) + 1 + columns(does) > row.width.saturating_sub(used) {
            continue;
        }
        let place = from_column(row, used);
        let wide = canvas.put_all(
            place,
            &[(key, Role::Accent), (" ", Role::Base), (does, Role::Dim)],
        );
        used += wide + 2;
    }
}

fn draw_progress(canvas: &mut Canvas<'_>, row: Rect, progress: &Progress) {
    let place = from_column(row, 1);
    let most = usize::from(place.width / 2);
    let label = text::fit(&progress.label, most);
    let used = canvas.put(place, &label, Role::Base) + 1;
    let Some(total) = progress.total.filter(|total| *total > 0) else {
        canvas.put(from_column(place, used), "…", Role::Dim);
        return;
    };
    let done = progress.done.min(total);
    let share = |parts: u64| u128::from(done) * u128::from(parts) / u128::from(total);
    let percent = format!(" {:>3} % ", share(100));
    let room = from_column(place, used);
    let wide = room.width.saturating_sub(columns(&percent));
    let full = u16::try_from(share(wide.into())).unwrap_or(wide);
    canvas.put(room, &"━".repeat(full.into()), Role::Accent);
    canvas.put(
        part(room, full, wide - full),
        &"─".repeat(usize::from(wide - full)),
        Role::Rule,
    );
    canvas.put(from_column(room, wide), &percent, Role::Strong);
}
