//! What a person does.

use std::fmt;

/// One thing that a person did, or their window.
///
/// What is typed can be a secret, so `Debug` shows no character.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Input {
    /// A key went down, or was repeated.
    Key(Key),
    /// The mouse did something.
    Mouse(Mouse),
    /// A text was pasted.
    Paste(Pasted),
    /// The window has another size.
    Resize {
        /// Its height in cells.
        rows: u16,
        /// Its width in cells.
        cols: u16,
    },
}

impl Input {
    /// A text was pasted.
    pub fn paste(text: impl Into<String>) -> Self {
        Self::Paste(Pasted(text.into()))
    }
}

/// A text that was pasted.
#[derive(Clone, Eq, PartialEq)]
pub struct Pasted(pub String);

impl fmt::Debug for Pasted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A key with what was held down beside it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Key {
    /// Which key.
    pub code: KeyCode,
    /// What was held down.
    pub modifiers: Modifiers,
}

impl Key {
    /// A key by itself.
    pub const fn plain(code: KeyCode) -> Self {
        Self {
            code,
            modifiers: Modifiers::NONE,
        }
    }

    /// A letter with Control.
    pub const fn control(letter: char) -> Self {
        Self {
            code: KeyCode::Char(letter),
            modifiers: Modifiers {
                control: true,
                ..Modifiers::NONE
            },
        }
    }

    /// A key with Alt.
    pub const fn alt(code: KeyCode) -> Self {
        Self {
            code,
            modifiers: Modifiers {
                alt: true,
                ..Modifiers::NONE
            },
        }
    }

    /// The character that is typed, if it is one.
    pub(crate) const fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(letter) if !self.modifiers.control && !self.modifiers.alt => Some(letter),
            _ => None,
        }
    }

    /// Whether it is this letter with Control. Some terminals tell the letter in capitals.
    pub(crate) fn is_control(self, letter: char) -> bool {
        let KeyCode::Char(code) = self.code else {
            return false;
        };
        self.modifiers.control && !self.modifiers.alt && code.eq_ignore_ascii_case(&letter)
    }
}

/// What is held down beside a key.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Modifiers {
    /// Control.
    pub control: bool,
    /// Alt, which some keyboards call Option.
    pub alt: bool,
    /// Shift; a capital letter says it already.
    pub shift: bool,
}

impl Modifiers {
    /// Nothing is held down.
    pub const NONE: Self = Self {
        control: false,
        alt: false,
        shift: false,
    };
}

/// Which key.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum KeyCode {
    /// A character.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Tab.
    Tab,
    /// Tab with Shift.
    BackTab,
    /// The arrow to the left.
    Left,
    /// The arrow to the right.
    Right,
    /// The arrow up.
    Up,
    /// The arrow down.
    Down,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key, by its number.
    F(u8),
}

impl fmt::Debug for KeyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Char(_) => "Char(***)",
            Self::Enter => "Enter",
            Self::Escape => "Escape",
            Self::Backspace => "Backspace",
            Self::Delete => "Delete",
            Self::Tab => "Tab",
            Self::BackTab => "BackTab",
            Self::Left => "Left",
            Self::Right => "Right",
            Self::Up => "Up",
            Self::Down => "Down",
            Self::Home => "Home",
            Self::End => "End",
            Self::PageUp => "PageUp",
            Self::PageDown => "PageDown",
            Self::F(number) => return write!(f, "F({number})"),
        };
        f.write_str(name)
    }
}

/// The mouse did something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Mouse {
    /// What.
    pub kind: MouseKind,
    /// In which row of the buffer, from 0.
    pub row: u16,
    /// In which column.
    pub col: u16,
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MouseKind {
    /// The main button went down.
    Press,
    /// It moved with the main button down.
    Drag,
    /// The wheel was turned away.
    ScrollUp,
    /// The wheel was turned towards.
    ScrollDown,
}
