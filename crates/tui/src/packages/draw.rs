//! How the packages look.

use ratatui::layout::{Position, Rect};

use super::{PackagesScreen, details};
use crate::{
    canvas::{Canvas, Spot, from_column, from_row, part, row_of},
    news::{Connection, PackageLine, Server},
    text::{count, day},
    theme::Role,
};

/// From this width on the details stand beside the list.
const BESIDE_COLS: u16 = 110;

impl PackagesScreen {
    /// Draws the screen and returns where the cursor is, if something is typed.
    pub(crate) fn draw(
        &mut self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        connection: &Connection,
        is_active: bool,
    ) -> Option<Position> {
        self.refresh();
        if area.width < BESIDE_COLS {
            if self.is_reading {
                self.draw_details(canvas, area, is_active);
                return None;
            }
            return self.draw_list(canvas, area, connection, is_active);
        }
        let left = part(area, 0, area.width * 9 / 20);
        let cursor = self.draw_list(canvas, left, connection, is_active);
        let right = from_column(area, left.width + 2);
        self.draw_details(canvas, right, is_active);
        cursor
    }

    fn draw_list(
        &mut self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        connection: &Connection,
        is_active: bool,
    ) -> Option<Position> {
        let cursor = self.draw_head(canvas, from_column(row_of(area, 0), 1));
        let rows = from_row(area, 1);
        if self.index.len() == 0 {
            self.draw_nothing(canvas, from_column(from_row(area, 2), 1), connection);
            return cursor;
        }
        let seen = self.cursor.seen(self.index.len(), rows.height);
        for (line, place) in seen.enumerate() {
            let row = row_of(rows, line);
            let Some(package) = self.index.get(place) else {
                continue;
            };
            draw_package(canvas, from_column(row, 1), package);
            canvas.spot(row, Spot::Row(place));
            if place == self.cursor.at() {
                let is_here = is_active && !self.is_reading;
                canvas.mark(
                    row,
                    if is_here {
                        Role::Selected
                    } else {
                        Role::Marked
                    },
                );
            }
        }
        cursor
    }

    fn draw_head(&self, canvas: &mut Canvas<'_>, row: Rect) -> Option<Position> {
        let (found, all) = (self.index.len(), self.index.all());
        let is_filtered = self.filter.is_typing() || !self.filter.is_empty();
        let number = if is_filtered {
            format!("{found} of {}", details::packages(all))
        } else {
            details::packages(all)
        };
        let right = format!("{number}, {} ", self.index.order().name());
        let used = canvas.put_right(row, &right, Role::Dim);
        let left = part(row, 0, row.width.saturating_sub(used + 2));
        if is_filtered {
            return self.filter.draw(canvas, left);
        }
        canvas.put(left, "Packages", Role::Title);
        None
    }

    fn draw_nothing(&self, canvas: &mut Canvas<'_>, area: Rect, connection: &Connection) {
        let area = Rect {
            width: area.width.saturating_sub(1),
            ..area
        };
        let text = match &connection.server {
            Server::Down { why, .. } => format!("The server is down: {why}"),
            _ if !self.filter.is_empty() => {
                "No package is like that; Esc forgets the filter.".to_owned()
            }
            _ if !self.index.is_told() => "The packages are being read …".to_owned(),
            Server::Up { url, .. } => {
                format!(
                    "No packages yet: `npm publish --registry {url}`, or press p and name a folder."
                )
            }
            Server::Unknown => "No packages yet: press p and name a folder.".to_owned(),
        };
        canvas.put_wrapped(area, &text, Role::Dim);
    }

    fn draw_details(&mut self, canvas: &mut Canvas<'_>, area: Rect, is_active: bool) {
        canvas.spot(area, Spot::Details);
        let inner = Rect {
            width: area.width.saturating_sub(2),
            ..from_column(area, 1)
        };
        let selected = self
            .index
            .get(self.cursor.at())
            .map(|package| &package.name);
        let shown = self.open.as_mut().filter(|open| {
            // Beside the list, what is open goes out of view with the cursor.
            self.is_reading || Some(&open.name) == selected
        });
        let Some(open) = shown else {
            self.draw_brief(canvas, inner);
            return;
        };
        match &mut open.page {
            None => {
                canvas.put(row_of(inner, 0), &open.name, Role::Title);
                canvas.put(row_of(inner, 2), "being read …", Role::Dim);
            }
            Some(Err(why)) => {
                canvas.put(row_of(inner, 0), &open.name, Role::Title);
                canvas.put_wrapped(from_row(inner, 2), why, Role::Bad);
            }
            Some(Ok(page)) => {
                let lines = page.lines(inner.width.into());
                let seen = open.view.seen(lines.len(), inner.height);
                let below = lines.len() - seen.end;
                for (row, line) in lines.iter().skip(seen.start).take(seen.len()).enumerate() {
                    canvas.put_line(row_of(inner, row), line);
                }
                if below > 0 {
                    let row = row_of(inner, usize::from(inner.height.saturating_sub(1)));
                    let more = format!(" {} below ", count(below, "line"));
                    canvas.put_right(row, &more, Role::Accent);
                }
                if self.is_reading && is_active {
                    canvas.mark(part(row_of(area, 0), 0, 1), Role::Cursor);
                }
            }
        }
    }

    /// What the list knows of the package that the cursor is on.
    fn draw_brief(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let Some(package) = self.index.get(self.cursor.at()) else {
            return;
        };
        let head = row_of(area, 0);
        let used = canvas.put(head, &package.name, Role::Title) + 1;
        canvas.put(from_column(head, used), &package.version, Role::Strong);
        let used = canvas.put_wrapped(from_row(area, 1), &package.description, Role::Base);
        let below = from_row(area, used + 2);
        canvas.put(
            row_of(below, 0),
            "Enter shows all that is known of it.",
            Role::Dim,
        );
    }
}

fn draw_package(canvas: &mut Canvas<'_>, row: Rect, package: &PackageLine) {
    let modified = package.modified.map(day).unwrap_or_default();
    let width = row.width.saturating_sub(1);
    if width < 60 {
        let version = width.min(56) / 3;
        let name = width.saturating_sub(version + 1);
        canvas.put(part(row, 0, name), &package.name, Role::Base);
        canvas.put_right(part(row, name + 1, version), &package.version, Role::Dim);
        return;
    }
    let name = (width * 3 / 8).min(40);
    canvas.put(part(row, 0, name), &package.name, Role::Base);
    canvas.put(part(row, name + 2, 12), &package.version, Role::Strong);
    canvas.put(part(row, name + 16, 10), &modified, Role::Dim);
    let description = part(row, name + 28, width.saturating_sub(name + 28));
    let line = package.description.lines().next().unwrap_or_default();
    canvas.put(description, line, Role::Dim);
}
