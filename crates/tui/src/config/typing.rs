//! A byte or a field that is being typed, and the command that comes of it.

use config13::{Field, FieldValue, LEN, TerminalMode};

use super::{ConfigScreen, Edit, Known, Pane, Row};
use crate::{
    edit::Editor,
    input::{Key, KeyCode},
    screen::Step,
};

impl ConfigScreen {
    /// A digit begins to change what the cursor is on.
    pub(super) fn digit(&mut self, known: Known, letter: char) -> Step {
        match (self.pane, self.row()) {
            (Pane::Bytes, _) if letter.is_ascii_hexdigit() => {
                self.byte_key(known, None, Key::plain(KeyCode::Char(letter)))
            }
            (Pane::Fields, Row::Field(Field::TerminalMode)) => {
                let mode = letter.to_digit(10).and_then(|byte| u8::try_from(byte).ok());
                match mode.and_then(TerminalMode::from_byte) {
                    Some(mode) => self.set(FieldValue::TerminalMode(mode)),
                    None => Step::Unused,
                }
            }
            (Pane::Fields, Row::Field(_)) if letter.is_ascii_digit() => {
                let mut editor = Editor::default();
                editor.set(letter.encode_utf8(&mut [0; 4]));
                self.edit = Some(Edit::Field(editor));
                Step::Used
            }
            _ => Step::Unused,
        }
    }

    pub(super) fn byte_key(&mut self, known: Known, first: Option<u8>, key: Key) -> Step {
        let digit = key.typed().and_then(|letter| letter.to_digit(16));
        let digit = digit.and_then(|digit| u8::try_from(digit).ok());
        match (key.code, first, digit) {
            (KeyCode::Escape, ..) | (KeyCode::Enter, None, _) => self.edit = None,
            (KeyCode::Enter, Some(value), _) => return self.set_byte(known, value),
            (KeyCode::Backspace, ..) => self.edit = Some(Edit::Byte(None)),
            (_, None, Some(digit)) => self.edit = Some(Edit::Byte(Some(digit))),
            (_, Some(high), Some(low)) => return self.set_byte(known, high << 4 | low),
            (KeyCode::Char(_), ..) => {}
            // Whatever leads away ends it.
            _ => {
                self.edit = None;
                return self.key(key);
            }
        }
        Step::Used
    }

    /// Asks for the value that the byte's field would have with this byte.
    fn set_byte(&mut self, known: Known, value: u8) -> Step {
        self.edit = None;
        let mut then = self.ahead(known);
        if let Err(invalid) = then.set_byte(self.byte, value) {
            return Step::Wrong(invalid.to_string());
        }
        let field = self.row().field();
        if self.byte + 1 < LEN {
            self.go_to_byte(self.byte + 1);
        }
        self.set(then.get(field))
    }

    pub(super) fn field_key(&mut self, key: Key) -> Step {
        let field = self.row().field();
        let Some(Edit::Field(editor)) = &mut self.edit else {
            return Step::Unused;
        };
        match key.code {
            KeyCode::Escape => self.edit = None,
            KeyCode::Enter => match FieldValue::parse(field, editor.text().trim()) {
                Ok(value) => {
                    self.edit = None;
                    return self.set(value);
                }
                Err(invalid) => return Step::Wrong(invalid.to_string()),
            },
            KeyCode::Up | KeyCode::Down | KeyCode::Tab | KeyCode::BackTab => {
                self.edit = None;
                return self.key(key);
            }
            _ if editor.key(key) => {}
            _ => return Step::Unused,
        }
        Step::Used
    }

    /// Takes a text that was pasted into a field.
    pub(crate) fn paste(&mut self, text: &str) {
        if let Some(Edit::Field(editor)) = &mut self.edit {
            editor.insert(text.trim());
        }
    }
}
