//! What is looked for in a list, as it is typed.

use ratatui::layout::{Position, Rect};

use crate::{
    canvas::{Canvas, from_column},
    edit::Editor,
    input::{Key, KeyCode},
    theme::Role,
};

/// How much of a text is searched, in bytes.
const SEARCHED: usize = 1024;

/// What has come of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Filtered {
    /// It means nothing here.
    Unused,
    /// It was used up, and finds the same.
    Same,
    /// What was found is to be searched again: something was added.
    Narrower,
    /// Everything is to be searched again.
    Other,
}

/// Words that all have to be somewhere in what is found.
#[derive(Default)]
pub(crate) struct Filter {
    editor: Editor,
    words: Vec<String>,
    is_typing: bool,
}

impl Filter {
    pub(crate) const fn is_typing(&self) -> bool {
        self.is_typing
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Begins to take keys.
    pub(crate) const fn open(&mut self) {
        self.is_typing = true;
    }

    /// Forgets what is looked for.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Does what a key does here.
    pub(crate) fn key(&mut self, key: Key) -> Filtered {
        match key.code {
            KeyCode::Enter => self.is_typing = false,
            KeyCode::Escape => {
                self.clear();
                return Filtered::Other;
            }
            KeyCode::Backspace if self.editor.is_empty() => self.is_typing = false,
            _ if self.editor.key(key) => return self.changed(),
            _ => return Filtered::Unused,
        }
        Filtered::Same
    }

    /// Takes a text that was pasted.
    pub(crate) fn paste(&mut self, text: &str) -> Filtered {
        self.editor.insert(text.trim());
        self.changed()
    }

    fn changed(&mut self) -> Filtered {
        let text = folded(&[&self.editor.text()]);
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let before = std::mem::replace(&mut self.words, words);
        if before == self.words {
            return Filtered::Same;
        }
        let is_kept = |old: &String| self.words.iter().any(|new| new.contains(old.as_str()));
        if before.iter().all(is_kept) {
            Filtered::Narrower
        } else {
            Filtered::Other
        }
    }

    /// Whether something is found, by its text as [`folded`] makes it.
    pub(crate) fn finds(&self, folded: &str) -> bool {
        self.words.iter().all(|word| folded.contains(word.as_str()))
    }

    /// Draws what is looked for, and returns where the cursor is.
    pub(crate) fn draw(&self, canvas: &mut Canvas<'_>, row: Rect) -> Option<Position> {
        let used = canvas.put(row, "/", Role::Title) + 1;
        let place = from_column(row, used);
        let (seen, cursor) = self.editor.view(place.width.into());
        canvas.put(place, &seen, Role::Strong);
        let column = u16::try_from(cursor).unwrap_or(u16::MAX);
        let last = place.width.saturating_sub(1);
        self.is_typing
            .then(|| Position::new(place.x + column.min(last), place.y))
    }
}

/// Returns texts as they are searched: in small letters, and not longer than anybody reads.
pub(crate) fn folded(texts: &[&str]) -> String {
    let mut folded = String::new();
    for text in texts {
        let text = crate::text::head(text, SEARCHED);
        if text.is_ascii() {
            folded.push_str(text);
            folded.make_ascii_lowercase();
        } else {
            folded.push_str(&text.to_lowercase());
        }
        // No word that is looked for reaches from one text into the next.
        folded.push('\n');
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(filter: &mut Filter, text: &str) -> Filtered {
        let keys = text.chars().map(|letter| Key::plain(KeyCode::Char(letter)));
        keys.map(|key| filter.key(key)).last().unwrap()
    }

    #[test]
    fn all_words_have_to_be_there_in_any_case_and_order() {
        let mut filter = Filter::default();
        let text = folded(&["@Acme/Left-Pad", "Pads a STRING", "ÄPFEL"]);
        assert!(filter.finds(&text));
        for (typed, found) in [("pad acme", true), ("äpfel", true), ("padpads", false)] {
            filter.clear();
            types(&mut filter, typed);
            assert_eq!(filter.finds(&text), found, "{typed}");
        }
    }

    #[test]
    fn it_is_told_whether_less_is_found_than_before() {
        let mut filter = Filter::default();
        assert_eq!(types(&mut filter, "p"), Filtered::Narrower);
        assert_eq!(types(&mut filter, "a"), Filtered::Narrower);
        assert_eq!(types(&mut filter, " "), Filtered::Same);
        assert_eq!(types(&mut filter, "x"), Filtered::Narrower);
        let back = Key::plain(KeyCode::Backspace);
        assert_eq!(filter.key(back), Filtered::Other);
        assert_eq!(filter.key(Key::plain(KeyCode::Enter)), Filtered::Same);
        assert!(!filter.is_typing());
        assert_eq!(filter.key(Key::plain(KeyCode::Escape)), Filtered::Other);
        assert!(filter.is_empty());
    }
}
