//! Where screens draw: the buffer, the looks, and what can be clicked.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use crate::{
    screen::Screen,
    text::{fit, width, wrap},
    theme::{Role, Theme},
};

/// Something that can be clicked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Spot {
    /// The tab of a screen.
    Tab(Screen),
    /// One of the 13 bytes.
    Byte(usize),
    /// A row of a list, from its beginning.
    Row(usize),
    /// A row of the other list.
    OtherRow(usize),
    /// The details of what a list has.
    Details,
    /// The command line.
    Bar,
    /// A word that completes it.
    Candidate(usize),
    /// The output of commands.
    Panel,
}

/// The cells of one frame.
pub(crate) struct Canvas<'a> {
    pub(crate) buffer: &'a mut Buffer,
    pub(crate) theme: Theme,
    pub(crate) spots: &'a mut Vec<(Rect, Spot)>,
}

impl Canvas<'_> {
    /// Writes a text into a row, cut to its width. Returns how many columns it took.
    pub(crate) fn put(&mut self, row: Rect, text: &str, role: Role) -> u16 {
        let row = row.intersection(self.buffer.area);
        if row.is_empty() {
            return 0;
        }
        let text = fit(text, row.width.into());
        let style = self.theme.style(role);
        let limit = usize::from(row.width);
        let (end, _) = self.buffer.set_stringn(row.x, row.y, text, limit, style);
        end.saturating_sub(row.x)
    }

    /// Writes a line of texts. Returns how many columns they took.
    pub(crate) fn put_line(&mut self, row: Rect, line: &[(String, Role)]) -> u16 {
        let mut used = 0;
        for (text, role) in line {
            used += self.put(from_column(row, used), text, *role);
        }
        used
    }

    /// Writes a paragraph. Returns how many rows it took.
    pub(crate) fn put_wrapped(&mut self, area: Rect, text: &str, role: Role) -> u16 {
        let lines = wrap(text, area.width.into());
        for (index, line) in lines.iter().enumerate() {
            self.put(row_of(area, index), line, role);
        }
        u16::try_from(lines.len())
            .unwrap_or(area.height)
            .min(area.height)
    }

    /// Writes a text at the right end of a row. Returns how many columns it took.
    pub(crate) fn put_right(&mut self, row: Rect, text: &str, role: Role) -> u16 {
        let text = fit(text, row.width.into());
        let wide = columns(&text).min(row.width);
        self.put(right_part(row, wide), &text, role)
    }

    /// Writes texts one after the other. Returns how many columns they took.
    pub(crate) fn put_all(&mut self, row: Rect, parts: &[(&str, Role)]) -> u16 {
        let mut used = 0;
        for (text, role) in parts {
            used += self.put(from_column(row, used), text, *role);
        }
        used
    }

    /// Gives cells a look, whatever stands in them.
    pub(crate) fn mark(&mut self, area: Rect, role: Role) {
        let area = area.intersection(self.buffer.area);
        self.buffer.set_style(area, self.theme.style(role));
    }

    /// Draws a line across.
    pub(crate) fn rule(&mut self, row: Rect) {
        let row = row.intersection(self.buffer.area);
        let style = self.theme.style(Role::Rule);
        for position in row.positions() {
            if let Some(cell) = self.buffer.cell_mut(position) {
                cell.set_symbol("─").set_style(style);
            }
        }
    }

    /// Empties cells.
    pub(crate) fn clear(&mut self, area: Rect) {
        for position in area.intersection(self.buffer.area).positions() {
            if let Some(cell) = self.buffer.cell_mut(position) {
                cell.reset();
            }
        }
    }

    /// Lets cells be clicked.
    pub(crate) fn spot(&mut self, area: Rect, spot: Spot) {
        self.spots.push((area, spot));
    }
}

/// Returns what can be clicked at a position; what was drawn last lies on top.
pub(crate) fn spot_at(spots: &[(Rect, Spot)], position: Position) -> Option<Spot> {
    let mut spots = spots.iter().rev();
    spots
        .find(|(area, _)| area.contains(position))
        .map(|(_, spot)| *spot)
}

/// Returns how many columns a text takes that is known to be short.
pub(crate) fn columns(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

/// Returns a row of an area, from its top; an empty one outside.
pub(crate) fn row_of(area: Rect, index: usize) -> Rect {
    let index = u16::try_from(index).unwrap_or(u16::MAX);
    if index >= area.height {
        return Rect::ZERO;
    }
    Rect {
        y: area.y.saturating_add(index),
        height: 1,
        ..area
    }
}

/// Returns what of an area lies at and right of a column, counted in it.
pub(crate) fn from_column(area: Rect, column: u16) -> Rect {
    let column = column.min(area.width);
    Rect {
        x: area.x.saturating_add(column),
        width: area.width - column,
        ..area
    }
}

/// Returns what of an area lies between a column and another that many columns on.
pub(crate) fn part(area: Rect, column: u16, wide: u16) -> Rect {
    let rest = from_column(area, column);
    Rect {
        width: rest.width.min(wide),
        ..rest
    }
}

/// Returns the last columns of an area.
pub(crate) fn right_part(area: Rect, wide: u16) -> Rect {
    from_column(area, area.width.saturating_sub(wide))
}

/// Returns what of an area lies at and below a row, counted in it.
pub(crate) fn from_row(area: Rect, row: u16) -> Rect {
    let row = row.min(area.height);
    Rect {
        y: area.y.saturating_add(row),
        height: area.height - row,
        ..area
    }
}
