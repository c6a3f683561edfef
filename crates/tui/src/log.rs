//! The screen of what happens, the newest at the bottom.

use std::collections::VecDeque;

use ratatui::layout::{Position, Rect};

use crate::{
    canvas::{Canvas, from_column, from_row, part, row_of},
    filter::{Filter, Filtered, folded},
    input::{Key, KeyCode},
    news::{Connection, LogEvent, Server},
    screen::Step,
    text::{count, head, minute, second_of_day},
    theme::Role,
};

/// How many events are kept.
const KEPT: usize = 2000;
/// How much of a text of an event is kept, in bytes.
const LONGEST: usize = 512;

/// The screen.
#[derive(Default)]
pub(crate) struct LogScreen {
    events: VecDeque<Entry>,
    /// Why nothing is told of what happens, where that is so.
    untold: Option<String>,
    filter: Filter,
    /// How many of the events that are found lie below the view; none while it follows.
    below: usize,
    page: usize,
}

struct Entry {
    event: LogEvent,
    folded: String,
    is_found: bool,
}

impl LogScreen {
    /// Takes why nothing is told.
    pub(crate) fn close(&mut self, why: &str) {
        self.untold = Some(head(why, LONGEST).to_owned());
    }

    /// Takes an event.
    pub(crate) fn tell(&mut self, mut event: LogEvent) {
        self.untold = None;
        for text in [&mut event.kind, &mut event.target, &mut event.detail] {
            *text = head(text, LONGEST).to_owned();
        }
        event.actor = event.actor.map(|actor| head(&actor, LONGEST).to_owned());
        let actor = event.actor.as_deref().unwrap_or("nobody");
        let outcome = outcome(event.refused);
        let texts = [actor, &event.kind, &event.target, outcome, &event.detail];
        let folded = folded(&texts);
        let is_found = self.filter.finds(&folded);
        if self.events.len() >= KEPT {
            self.events.pop_front();
        }
        self.events.push_back(Entry {
            event,
            folded,
            is_found,
        });
        // Whoever has scrolled back goes on seeing the same.
        if self.below > 0 && is_found {
            self.below += 1;
        }
    }

    fn found(&self) -> impl DoubleEndedIterator<Item = &LogEvent> {
        let found = self.events.iter().filter(|entry| entry.is_found);
        found.map(|entry| &entry.event)
    }

    /// Whether letters are being typed here.
    pub(crate) const fn is_typing(&self) -> bool {
        self.filter.is_typing()
    }

    /// Does what a key does here.
    pub(crate) fn key(&mut self, key: Key) -> Step {
        if self.filter.is_typing() {
            let found = self.filter.key(key);
            if found != Filtered::Unused {
                self.refind(found);
                return Step::Used;
            }
        }
        let page = self.page.saturating_sub(1).max(1);
        match (key.code, key.typed()) {
            (KeyCode::Up, _) | (_, Some('k')) => self.scroll(false, 1),
            (KeyCode::Down, _) | (_, Some('j')) => self.scroll(true, 1),
            (KeyCode::PageUp, _) => self.scroll(false, page),
            (KeyCode::PageDown, _) => self.scroll(true, page),
            (KeyCode::Home, _) | (_, Some('g')) => self.scroll(false, usize::MAX),
            (KeyCode::End, _) | (_, Some('f' | 'G')) => self.below = 0,
            (_, Some('/')) => self.filter.open(),
            (KeyCode::Escape, _) if !self.filter.is_empty() => {
                self.filter.clear();
                self.refind(Filtered::Other);
            }
            _ => return Step::Unused,
        }
        Step::Used
    }

    fn refind(&mut self, found: Filtered) {
        if matches!(found, Filtered::Same | Filtered::Unused) {
            return;
        }
        for entry in &mut self.events {
            entry.is_found = self.filter.finds(&entry.folded);
        }
        self.below = 0;
    }

    /// Takes a text that was pasted.
    pub(crate) fn paste(&mut self, text: &str) {
        let found = self.filter.paste(text);
        self.refind(found);
    }

    pub(crate) fn scroll(&mut self, down: bool, rows: usize) {
        let most = self.found().count().saturating_sub(self.page);
        self.below = if down {
            self.below.saturating_sub(rows)
        } else {
            self.below.saturating_add(rows).min(most)
        };
    }

    /// Draws the screen and returns where the cursor is, if something is typed.
    pub(crate) fn draw(
        &mut self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        connection: &Connection,
    ) -> Option<Position> {
        let rows = from_row(area, 1);
        self.page = rows.height.into();
        let found = self.found().count();
        self.below = self.below.min(found.saturating_sub(self.page));
        let cursor = self.draw_head(canvas, from_column(row_of(area, 0), 1), found);
        if found == 0 {
            self.draw_nothing(canvas, from_column(from_row(area, 2), 1), connection);
            return cursor;
        }
        let seen: Vec<&LogEvent> = self
            .found()
            .rev()
            .skip(self.below)
            .take(self.page)
            .collect();
        for (line, event) in seen.into_iter().rev().enumerate() {
            draw_event(canvas, from_column(row_of(rows, line), 1), event);
        }
        cursor
    }

    fn draw_head(&self, canvas: &mut Canvas<'_>, row: Rect, found: usize) -> Option<Position> {
        let following = if self.below == 0 {
            "following ".to_owned()
        } else {
            format!("{} newer, End follows ", self.below)
        };
        let used = canvas.put_right(row, &following, Role::Dim);
        let left = part(row, 0, row.width.saturating_sub(used + 2));
        if self.filter.is_typing() || !self.filter.is_empty() {
            return self.filter.draw(canvas, left);
        }
        let used = canvas.put(left, "Log", Role::Title);
        let number = format!("  {}", count(found, "event"));
        canvas.put(from_column(left, used), &number, Role::Dim);
        None
    }

    fn draw_nothing(&self, canvas: &mut Canvas<'_>, area: Rect, connection: &Connection) {
        let text = match &connection.server {
            Server::Down { why, .. } => format!("The server is down: {why}"),
            _ if !self.filter.is_empty() => {
                "No event is like that; Esc forgets the filter.".to_owned()
            }
            _ => self.untold.as_ref().map_or_else(
                || "Nothing has happened yet. What does is shown here; `log` shows what did before.".to_owned(),
                |why| format!("What happens is not told here: {why}"),
            ),
        };
        let area = Rect {
            width: area.width.saturating_sub(1),
            ..area
        };
        canvas.put_wrapped(area, &text, Role::Dim);
    }
}

fn draw_event(canvas: &mut Canvas<'_>, row: Rect, event: &LogEvent) {
    let actor = event.actor.as_deref().unwrap_or("nobody");
    let role = if event.refused { Role::Bad } else { Role::Dim };
    if row.width < 60 {
        canvas.put(part(row, 0, 8), &second_of_day(event.at), Role::Dim);
        canvas.put(part(row, 9, 1), if event.refused { "!" } else { "" }, role);
        let actor_cols = 7;
        canvas.put(part(row, 11, actor_cols), actor, Role::Base);
        let what = format!("{} {}", event.kind, event.target);
        canvas.put(from_column(row, 12 + actor_cols), &what, Role::Base);
        return;
    }
    let is_wide = row.width >= 120;
    let time = if is_wide {
        let second = second_of_day(event.at);
        format!(
            "{}{}",
            minute(event.at),
            second.get(5..).unwrap_or_default()
        )
    } else {
        second_of_day(event.at)
    };
    let columns: [(u16, &str, Role); 5] = [
        (if is_wide { 19 } else { 8 }, &time, Role::Dim),
        (if is_wide { 20 } else { 11 }, actor, Role::Base),
        (if is_wide { 16 } else { 10 }, &event.kind, Role::Base),
        (if is_wide { 40 } else { 18 }, &event.target, Role::Strong),
        (7, outcome(event.refused), role),
    ];
    let mut used = 0;
    for (wide, text, role) in columns {
        canvas.put(part(row, used, wide), text, role);
        used += wide + 2;
    }
    canvas.put(from_column(row, used), &event.detail, Role::Dim);
}

const fn outcome(refused: bool) -> &'static str {
    if refused { "refused" } else { "done" }
}
