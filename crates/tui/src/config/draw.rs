//! How the 13 bytes look.

use config13::{Config13, Feature, Field, FieldValue, LEN};
use ratatui::layout::{Position, Rect};

use super::{ConfigScreen, Edit, Known, Pane, ROWS, Row, effect};
use crate::{
    canvas::{Canvas, Spot, from_column, from_row, part, row_of},
    news::{Connection, Lockfile, Server},
    text::wrap,
    theme::Role,
};

/// From this width on the bytes have labels, and fields show their offsets and bytes.
const LABELLED_COLS: u16 = 72;
/// From this width on what saving will do stands beside the fields.
const BESIDE_COLS: u16 = 120;
/// From this height on there are blank rows between the parts.
const ROOMY_ROWS: u16 = 17;
/// What a server that does not answer leaves.
const DOWN: &str = "The server is down; the 13 bytes can be edited all the same.";
/// Up to this height each effect has one row, cut if need be.
const SHORT_ROWS: u16 = 6;
/// How wide the column of fields is where something stands beside it.
const FIELD_COLS: u16 = 78;

/// Where the columns of the list begin.
struct Columns {
    offset: Option<u16>,
    bytes: Option<u16>,
    name: u16,
    value: u16,
    pending: u16,
}

const NARROW: Columns = Columns {
    offset: None,
    bytes: None,
    name: 1,
    value: 15,
    pending: 26,
};

const WIDE: Columns = Columns {
    offset: Some(1),
    bytes: Some(8),
    name: 22,
    value: 43,
    pending: 55,
};

impl ConfigScreen {
    /// Draws the screen and returns where the cursor is, if something is typed.
    pub(crate) fn draw(
        &mut self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        connection: &Connection,
        is_active: bool,
    ) -> Option<Position> {
        let Some(known) = self.known else {
            draw_nothing(canvas, area, connection);
            return None;
        };
        let is_labelled = area.width >= LABELLED_COLS;
        let gap = u16::from(area.height >= ROOMY_ROWS);
        let mut cursor = self.draw_bytes(canvas, area, &known, is_labelled, is_active);
        let below = from_row(area, 3 + gap);
        let is_beside = area.width >= BESIDE_COLS;
        let list_height = u16::try_from(ROWS.len()).unwrap_or(u16::MAX);
        let words_height = if is_beside { 0 } else { 1 + 2 * gap };
        let list = Rect {
            height: list_height.min(below.height.saturating_sub(words_height)),
            width: if is_beside { FIELD_COLS } else { below.width },
            ..below
        };
        cursor = cursor.or(self.draw_list(canvas, list, &known, is_labelled, is_active));
        let words = if is_beside {
            from_column(below, FIELD_COLS + 3)
        } else {
            from_row(below, list.height + gap)
        };
        let words = Rect {
            width: words.width.saturating_sub(1).min(100),
            ..words
        };
        self.draw_words(canvas, words, &known, connection);
        cursor
    }

    /// The bytes under their offsets, and under them what is pending.
    fn draw_bytes(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        known: &Known,
        is_labelled: bool,
        is_active: bool,
    ) -> Option<Position> {
        let left = if is_labelled { 11 } else { 1 };
        if is_labelled {
            for (index, label) in ["offset", "saved", "pending"].into_iter().enumerate() {
                canvas.put(from_column(row_of(area, index), 1), label, Role::Dim);
            }
        }
        let is_here = is_active && self.pane == Pane::Bytes;
        let mut cursor = None;
        for index in 0..LEN {
            let column = left + 3 * u16::try_from(index).unwrap_or_default();
            let cell = |row: usize, wide| part(row_of(area, row), column, wide);
            let place = Rect {
                height: 3.min(area.height),
                ..part(area, column, 3)
            };
            canvas.spot(place, Spot::Byte(index));
            canvas.put(cell(0, 2), &format!("{index:02X}"), Role::Dim);
            let (now, then) = (byte(&known.saved, index), byte(&known.pending, index));
            let is_changed = self.watch.is_changed(index);
            let is_field = self.row().field().range().contains(&index);
            let role = if is_changed { Role::Warn } else { Role::Base };
            canvas.put(cell(1, 2), &format!("{now:02x}"), role);
            if is_changed {
                canvas.put(from_column(cell(1, 3), 2), "*", Role::Warn);
            }
            if now != then {
                canvas.put(cell(2, 2), &format!("{then:02x}"), Role::Warn);
                if self.watch.is_conflict(index, known.saved, known.pending) {
                    canvas.put(from_column(cell(2, 3), 2), "!", Role::Bad);
                }
            }
            let is_edited = is_here && index == self.byte;
            match (&self.edit, is_edited) {
                (Some(Edit::Byte(digit)), true) => {
                    let digits = digit.map_or("__".to_owned(), |digit| format!("{digit:x}_"));
                    canvas.put(cell(2, 2), &digits, Role::Strong);
                    let typed = u16::from(digit.is_some());
                    let place = cell(2, 2);
                    cursor = Some(Position::new(place.x + typed, place.y));
                }
                (_, true) => canvas.mark(cell(1, 2), Role::Cursor),
                (_, false) if is_field => {
                    let to_next = if self.row().field().range().end == index + 1 {
                        2
                    } else {
                        3
                    };
                    canvas.mark(cell(1, to_next), Role::Marked);
                }
                _ => {}
            }
        }
        cursor
    }

    fn draw_list(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        known: &Known,
        is_labelled: bool,
        is_active: bool,
    ) -> Option<Position> {
        let columns = if is_labelled { &WIDE } else { &NARROW };
        let shown = usize::from(area.height);
        let is_here = is_active && self.pane == Pane::Fields;
        // The cursor's row is kept in view, in the middle where that is possible.
        let last = ROWS.len().saturating_sub(shown);
        let first = self.row.saturating_sub(shown / 2).min(last);
        let mut cursor = None;
        for (place, (index, row)) in ROWS.iter().enumerate().skip(first).take(shown).enumerate() {
            let line = row_of(area, place);
            canvas.spot(line, Spot::Row(index));
            match row {
                Row::Field(field) => self.draw_field(canvas, line, known, *field, columns),
                Row::Switch(feature) => draw_switch(canvas, line, known, *feature, columns),
            }
            if index != self.row {
                continue;
            }
            if let Some(Edit::Field(editor)) = &self.edit {
                let value = from_column(line, columns.value);
                canvas.clear(value);
                let (seen, column) = editor.view(11);
                canvas.put(part(value, 0, 11), &seen, Role::Strong);
                canvas.mark(part(value, 0, 11), Role::Marked);
                let column = u16::try_from(column).unwrap_or_default();
                cursor = Some(Position::new(value.x + column.min(10), value.y));
            } else if is_here {
                canvas.mark(line, Role::Selected);
            }
        }
        cursor
    }

    fn draw_field(
        &self,
        canvas: &mut Canvas<'_>,
        line: Rect,
        known: &Known,
        field: Field,
        columns: &Columns,
    ) {
        let Known { saved, pending } = *known;
        if let Some(column) = columns.offset {
            let offset = format!("0x{:02X}", field.offset());
            canvas.put(from_column(line, column), &offset, Role::Dim);
        }
        if let Some(column) = columns.bytes {
            let bytes = saved.field_hex(field).to_string();
            canvas.put(from_column(line, column), &bytes, Role::Dim);
        }
        canvas.put(from_column(line, columns.name), field.name(), Role::Base);
        let value = saved.get(field).value().to_string();
        canvas.put(from_column(line, columns.value), &value, Role::Strong);
        let rest = from_column(line, columns.pending);
        let mut bytes = field.range();
        let is_conflict = bytes.any(|index| self.watch.is_conflict(index, saved, pending));
        let is_changed = field.range().any(|index| self.watch.is_changed(index));
        if saved.get(field) != pending.get(field) {
            let then = format!("→ {}", pending.get(field).value());
            let used = canvas.put(rest, &then, Role::Warn);
            let rest = from_column(rest, used);
            if is_conflict {
                canvas.put(rest, " ! changed elsewhere", Role::Bad);
            }
        } else if is_changed {
            canvas.put(rest, "* changed elsewhere", Role::Warn);
        } else {
            canvas.put(rest, meaning(saved, field), Role::Dim);
        }
    }

    /// What saving will do; or, while nothing is pending, what the cursor is on.
    fn draw_words(
        &self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        known: &Known,
        connection: &Connection,
    ) {
        let columns = usize::from(area.width.saturating_sub(1));
        let mut lines: Vec<(String, Role)> = Vec::new();
        let say = |lines: &mut Vec<(String, Role)>, text: &str, role| {
            lines.extend(wrap(text, columns).into_iter().map(|line| (line, role)));
        };
        let mut effects = effect::effects(known);
        let is_short = area.height <= SHORT_ROWS;
        let is_down = matches!(connection.server, Server::Down { .. });
        if area.height == 1 {
            effects.retain(|(row, _)| *row == self.row());
        }
        if let Some(Edit::Field(_)) = &self.edit {
            let field = self.row().field();
            say(
                &mut lines,
                &format!("{field}: {}", field.allowed()),
                Role::Accent,
            );
        } else if self.is_saving {
            let question = format!("write {}? s or Enter writes, Esc does not", written(known));
            say(&mut lines, &question, Role::Warn);
        } else if is_down && area.height == 1 {
            say(&mut lines, DOWN, Role::Warn);
        } else if effects.is_empty() {
            say(&mut lines, effect::about(self.row()), Role::Dim);
        }
        let has_conflict =
            (0..LEN).any(|index| self.watch.is_conflict(index, known.saved, known.pending));
        if has_conflict {
            say(
                &mut lines,
                "! saving undoes what somebody else has changed meanwhile",
                Role::Bad,
            );
        }
        if !effects.is_empty() && area.height > 5 {
            say(&mut lines, "Saving will do this:", Role::Title);
        }
        for (row, text) in &effects {
            let text = format!("{}: {text}", row.name());
            if is_short {
                lines.push((text, Role::Base));
            } else {
                say(&mut lines, &text, Role::Base);
            }
        }
        let shown = usize::from(area.height);
        if is_down && lines.len() < shown && shown > 1 {
            say(&mut lines, DOWN, Role::Warn);
        }
        if let Lockfile::Here { path } = &connection.lockfile
            && lines.len() + 1 < shown
        {
            say(&mut lines, "", Role::Base);
            say(&mut lines, &format!("lockfile {path}"), Role::Dim);
        }
        for (index, (text, role)) in lines.iter().take(shown).enumerate() {
            let row = from_column(row_of(area, index), 1);
            if index + 1 == shown && lines.len() > shown {
                // What does not fit is cut where it is seen that there is more.
                let rest = lines.iter().skip(index).map(|(text, _)| text.as_str());
                let rest = rest.collect::<Vec<_>>().join(" ");
                canvas.put(row, &rest, *role);
            } else {
                canvas.put(row, text, *role);
            }
        }
    }
}

fn draw_switch(
    canvas: &mut Canvas<'_>,
    line: Rect,
    known: &Known,
    feature: Feature,
    columns: &Columns,
) {
    let is_on = |config: Config13| config.feature_flags().contains(feature);
    let (now, then) = (is_on(known.saved), is_on(known.pending));
    let mark = if then { "[x]" } else { "[ ]" };
    let role = if now == then {
        Role::Accent
    } else {
        Role::Warn
    };
    let name = from_column(line, columns.name);
    let used = canvas.put(name, mark, role) + 1;
    canvas.put(from_column(name, used), feature.name(), Role::Base);
    let rest = from_column(line, columns.pending);
    if now != then {
        let text = if then { "→ on" } else { "→ off" };
        canvas.put(rest, text, Role::Warn);
    } else if columns.offset.is_some() {
        let text = if now { "on" } else { "off" };
        canvas.put(from_column(line, columns.value), text, Role::Strong);
    }
}

fn draw_nothing(canvas: &mut Canvas<'_>, area: Rect, connection: &Connection) {
    let text = match (&connection.lockfile, &connection.server) {
        (Lockfile::Missing { why }, _) | (_, Server::Down { why, .. }) => {
            format!("The 13 bytes cannot be shown: {why}")
        }
        _ => "The 13 bytes are being read …".to_owned(),
    };
    let place = Rect {
        width: area.width.saturating_sub(2),
        ..from_column(from_row(area, 1), 1)
    };
    canvas.put_wrapped(place, &text, Role::Dim);
}

/// The bytes that saving would write: `0x05 00→04, 0x0A 00→28`.
fn written(known: &Known) -> String {
    let bytes = (0..LEN).filter_map(|index| {
        let (now, then) = (byte(&known.saved, index), byte(&known.pending, index));
        (now != then).then(|| format!("0x{index:02X} {now:02x}→{then:02x}"))
    });
    bytes.collect::<Vec<_>>().join(", ")
}

fn byte(config: &Config13, index: usize) -> u8 {
    config.as_bytes().get(index).copied().unwrap_or_default()
}

fn meaning(config: Config13, field: Field) -> &'static str {
    match config.get(field) {
        FieldValue::Rows(0) | FieldValue::Cols(0) => "follows the window",
        _ => "",
    }
}
