//! A cursor in a list that is longer than the screen, and a view into a text that is.

use std::ops::Range;

use crate::input::{Key, KeyCode};

/// Which row of a list the cursor is in, and which are seen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cursor {
    at: usize,
    top: usize,
    page: usize,
}

impl Cursor {
    pub(crate) const fn at(self) -> usize {
        self.at
    }

    pub(crate) const fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Does what a key does in a list of so many rows. Tells whether it does anything.
    pub(crate) fn key(&mut self, key: Key, len: usize) -> bool {
        let page = self.page.saturating_sub(1).max(1);
        let at = match (key.code, key.typed()) {
            (KeyCode::Up, _) | (_, Some('k')) => self.at.saturating_sub(1),
            (KeyCode::Down, _) | (_, Some('j')) => self.at.saturating_add(1),
            (KeyCode::PageUp, _) => self.at.saturating_sub(page),
            (KeyCode::PageDown, _) => self.at.saturating_add(page),
            (KeyCode::Home, _) | (_, Some('g')) => 0,
            (KeyCode::End, _) | (_, Some('G')) => usize::MAX,
            _ => return false,
        };
        self.at = at.min(len.saturating_sub(1));
        true
    }

    /// Goes some rows without a key.
    pub(crate) fn scroll(&mut self, down: bool, rows: usize, len: usize) {
        let at = if down {
            self.at.saturating_add(rows)
        } else {
            self.at.saturating_sub(rows)
        };
        self.at = at.min(len.saturating_sub(1));
    }

    /// Returns the rows that are seen in a window, among them the one that the cursor is in.
    pub(crate) fn seen(&mut self, len: usize, height: u16) -> Range<usize> {
        let height = usize::from(height);
        self.page = height;
        self.at = self.at.min(len.saturating_sub(1));
        let highest = self.at.saturating_sub(height.saturating_sub(1));
        let last_top = len.saturating_sub(height);
        self.top = self.top.clamp(highest, self.at.max(highest)).min(last_top);
        self.top..(self.top + height).min(len)
    }
}

/// Which lines of a text are seen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct View {
    top: usize,
    page: usize,
}

impl View {
    /// Does what a key does to a text. Tells whether it does anything.
    pub(crate) fn key(&mut self, key: Key) -> bool {
        let page = self.page.saturating_sub(1).max(1);
        self.top = match (key.code, key.typed()) {
            (KeyCode::Up, _) | (_, Some('k')) => self.top.saturating_sub(1),
            (KeyCode::Down, _) | (_, Some('j')) => self.top.saturating_add(1),
            (KeyCode::PageUp, _) => self.top.saturating_sub(page),
            (KeyCode::PageDown, _) | (_, Some(' ')) => self.top.saturating_add(page),
            (KeyCode::Home, _) | (_, Some('g')) => 0,
            (KeyCode::End, _) | (_, Some('G')) => usize::MAX,
            _ => return false,
        };
        true
    }

    /// Goes some lines without a key.
    pub(crate) const fn scroll(&mut self, down: bool, lines: usize) {
        self.top = if down {
            self.top.saturating_add(lines)
        } else {
            self.top.saturating_sub(lines)
        };
    }

    /// Returns the lines that are seen in a window.
    pub(crate) fn seen(&mut self, len: usize, height: u16) -> Range<usize> {
        let height = usize::from(height);
        self.page = height;
        self.top = self.top.min(len.saturating_sub(height));
        self.top..(self.top + height).min(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_is_always_among_what_is_seen() {
        let mut cursor = Cursor::default();
        let down = Key::plain(KeyCode::Down);
        for _ in 0..30 {
            cursor.key(down, 20);
            let seen = cursor.seen(20, 5);
            assert!(seen.contains(&cursor.at()) && seen.len() == 5);
        }
        assert_eq!(cursor.at(), 19);
        cursor.key(Key::plain(KeyCode::PageUp), 20);
        assert_eq!((cursor.at(), cursor.seen(20, 5)), (15, 15..20));
        cursor.key(Key::plain(KeyCode::Home), 20);
        assert_eq!(cursor.seen(20, 5), 0..5);
        // The list has become shorter, or is empty.
        cursor.go_to(18);
        assert_eq!((cursor.seen(3, 5), cursor.at()), (0..3, 2));
        assert_eq!((cursor.seen(0, 5), cursor.at()), (0..0, 0));
        assert_eq!(cursor.seen(3, 0), 0..0);
    }

    #[test]
    fn a_text_ends_at_its_last_line() {
        let mut view = View::default();
        view.key(Key::plain(KeyCode::End));
        assert_eq!(view.seen(20, 5), 15..20);
        view.key(Key::plain(KeyCode::Up));
        assert_eq!(view.seen(20, 5), 14..19);
        assert_eq!(view.seen(3, 5), 0..3);
    }
}
