//! One line of text that is being typed.

use npm_model::visible;
use unicode_segmentation::UnicodeSegmentation;

use crate::{
    input::{Key, KeyCode},
    text::{head, width},
};

/// Longer than any command that somebody types, short enough to be drawn at each key.
const LONGEST: usize = 4096;

/// A line with a cursor in it.
#[derive(Clone, Default)]
pub(crate) struct Editor {
    before: String,
    after: String,
}

impl Editor {
    /// Whether nothing is typed.
    pub(crate) fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }

    /// Returns the whole line.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.before, self.after)
    }

    /// Returns what stands before the cursor.
    pub(crate) fn before(&self) -> &str {
        &self.before
    }

    /// Takes the whole line away.
    pub(crate) fn take(&mut self) -> String {
        let text = self.text();
        *self = Self::default();
        text
    }

    /// Puts a text in place of the line, and the cursor at its end.
    pub(crate) fn set(&mut self, text: &str) {
        *self = Self::default();
        self.insert(text);
    }

    /// Puts a text in place of what stands before the cursor.
    pub(crate) fn set_before(&mut self, text: &str) {
        self.before.clear();
        self.insert(text);
    }

    /// Types a text. It becomes one line; what is too long for one is left out.
    pub(crate) fn insert(&mut self, text: &str) {
        let room = LONGEST.saturating_sub(self.before.len() + self.after.len());
        let one_line = |character: char| match character {
            character if character.is_control() => ' ',
            character => character,
        };
        let text = head(text, room);
        self.before.extend(text.chars().map(one_line));
    }

    /// Does what a key does in a line. Tells whether it does anything there.
    pub(crate) fn key(&mut self, key: Key) -> bool {
        if let Some(letter) = key.typed() {
            self.insert(letter.encode_utf8(&mut [0; 4]));
            return true;
        }
        let by_word = key.modifiers.control || key.modifiers.alt;
        match key.code {
            KeyCode::Char(letter) => return self.chord(letter.to_ascii_lowercase(), key),
            KeyCode::Left if by_word => self.move_left(word_before(&self.before)),
            KeyCode::Right if by_word => self.move_right(word_after(&self.after)),
            KeyCode::Left => self.move_left(one_before(&self.before)),
            KeyCode::Right => self.move_right(one_after(&self.after)),
            KeyCode::Home => self.move_left(0),
            KeyCode::End => self.move_right(self.after.len()),
            KeyCode::Backspace if by_word => self.before.truncate(word_before(&self.before)),
            KeyCode::Backspace => self.before.truncate(one_before(&self.before)),
            KeyCode::Delete => drop(self.after.drain(..one_after(&self.after))),
            _ => return false,
        }
        true
    }

    /// The keys of GNU Readline that fingers know.
    fn chord(&mut self, letter: char, key: Key) -> bool {
        match (key.modifiers.control, key.modifiers.alt, letter) {
            (true, false, 'a') => self.move_left(0),
            (true, false, 'e') => self.move_right(self.after.len()),
            (true, false, 'b') => self.move_left(one_before(&self.before)),
            (true, false, 'f') => self.move_right(one_after(&self.after)),
            (true, false, 'u') => self.before.clear(),
            (true, false, 'k') => self.after.clear(),
            (true, false, 'w') => self.before.truncate(word_before(&self.before)),
            (true, false, 'h') => self.before.truncate(one_before(&self.before)),
            (true, false, 'd') => drop(self.after.drain(..one_after(&self.after))),
            (false, true, 'b') => self.move_left(word_before(&self.before)),
            (false, true, 'f') => self.move_right(word_after(&self.after)),
            (false, true, 'd') => drop(self.after.drain(..word_after(&self.after))),
            _ => return false,
        }
        true
    }

    fn move_left(&mut self, to: usize) {
        let passed = self.before.split_off(to.min(self.before.len()));
        self.after.insert_str(0, &passed);
    }

    fn move_right(&mut self, by: usize) {
        let rest = self.after.split_off(by.min(self.after.len()));
        self.before.push_str(&self.after);
        self.after = rest;
    }

    /// Returns what of the line is seen in that many columns, and in which of them the cursor is.
    pub(crate) fn view(&self, columns: usize) -> (String, usize) {
        let before = visible(&self.before);
        let mut cursor = width(&before);
        let mut seen = String::new();
        for grapheme in before.graphemes(true) {
            // The cursor takes a column of its own at the end of the line.
            if cursor >= columns.max(1) {
                cursor -= width(grapheme);
            } else {
                seen.push_str(grapheme);
            }
        }
        seen.push_str(&visible(&self.after));
        (seen, cursor)
    }
}

fn one_before(text: &str) -> usize {
    let last = text.grapheme_indices(true).next_back();
    last.map_or(0, |(start, _)| start)
}

fn one_after(text: &str) -> usize {
    text.graphemes(true).next().map_or(0, str::len)
}

fn word_before(text: &str) -> usize {
    let trimmed = text.trim_end();
    let start = trimmed.char_indices().rfind(|(_, c)| c.is_whitespace());
    start.map_or(0, |(at, blank)| at + blank.len_utf8())
}

fn word_after(text: &str) -> usize {
    let blanks = text.len() - text.trim_start().len();
    let word = text.trim_start().find(char::is_whitespace);
    word.map_or(text.len(), |end| blanks + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(editor: &mut Editor, code: KeyCode) {
        assert!(editor.key(Key::plain(code)));
    }

    fn check(text: &str, keys: &[Key], before: &str, after: &str) {
        let mut editor = Editor::default();
        editor.set(text);
        for key in keys {
            assert!(editor.key(*key), "{key:?} does nothing");
        }
        assert_eq!((editor.before(), editor.after.as_str()), (before, after));
    }

    #[test]
    fn the_cursor_goes_by_characters_and_words() {
        let left = Key::plain(KeyCode::Left);
        check("set rows", &[left, left], "set ro", "ws");
        check("e\u{301}e\u{301}", &[left], "e\u{301}", "e\u{301}");
        check(
            "set rows 40",
            &[Key::alt(KeyCode::Char('b'))],
            "set rows ",
            "40",
        );
        let forward = Key::alt(KeyCode::Char('f'));
        check("set rows", &[Key::control('a'), forward], "set", " rows");
        check(
            "set rows",
            &[Key::control('a'), forward, forward],
            "set rows",
            "",
        );
        check(
            "set",
            &[Key::plain(KeyCode::Home), Key::control('e')],
            "set",
            "",
        );
    }

    #[test]
    fn words_and_ends_are_deleted() {
        check("set rows 40 ", &[Key::control('w')], "set rows ", "");
        check("set rows", &[Key::control('u')], "", "");
        let ends = [Key::plain(KeyCode::Home), Key::control('k')];
        check("set rows", &ends, "", "");
        check("ab", &[Key::plain(KeyCode::Backspace)], "a", "");
        let deletes = [Key::plain(KeyCode::Home), Key::plain(KeyCode::Delete)];
        check("ab", &deletes, "", "b");
        let words = [Key::control('a'), Key::alt(KeyCode::Char('d'))];
        check("set rows", &words, "", " rows");
    }

    #[test]
    fn a_paste_is_one_line_and_has_an_end() {
        let mut editor = Editor::default();
        editor.insert("save\nrevert\u{1b}");
        assert_eq!(editor.text(), "save revert ");
        editor.insert(&"é".repeat(LONGEST));
        assert!(editor.text().len() <= LONGEST);
    }

    #[test]
    fn the_cursor_stays_in_view() {
        let mut editor = Editor::default();
        editor.set("abcdefgh");
        assert_eq!(editor.view(20), ("abcdefgh".to_owned(), 8));
        assert_eq!(editor.view(4), ("fgh".to_owned(), 3));
        press(&mut editor, KeyCode::Home);
        assert_eq!(editor.view(4).1, 0);
        editor.set("鍵鍵鍵");
        assert_eq!(editor.view(4), ("鍵".to_owned(), 2));
        assert_eq!(editor.view(0).1, 0);
    }
}
