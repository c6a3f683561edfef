use std::io::{self, Write as _};

use crossterm::{
    event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers},
    terminal,
};

/// Most bytes that are taken; no password is as long.
pub const LONGEST: usize = 4096;

/// Asks for a secret, and shows nothing of the answer. Returns nothing when it is given up, with Ctrl-C
/// or Ctrl-D.
pub fn secret(prompt: &str) -> io::Result<Option<String>> {
    // Before the prompt, so that not even the quickest answer is shown.
    let raw = Raw::enter()?;
    let answer = ask(prompt);
    drop(raw);
    // In raw mode nothing has ended the line.
    let _ = writeln!(io::stderr());
    match answer? {
        Ended::With(secret) => Ok(Some(secret)),
        Ended::GivenUp => Ok(None),
    }
}

fn ask(prompt: &str) -> io::Result<Ended> {
    let mut out = io::stderr();
    write!(out, "{prompt}")?;
    out.flush()?;
    let mut line = Line::default();
    loop {
        if let Event::Key(key) = event::read()?
            && let Some(ended) = line.press(key)
        {
            return Ok(ended);
        }
    }
}

/// How a line ended.
#[derive(Debug, Eq, PartialEq)]
enum Ended {
    With(String),
    GivenUp,
}

/// A line as it is typed.
#[derive(Default)]
struct Line(String);

impl Line {
    /// Takes a key. Returns how the line ended, if it did.
    fn press(&mut self, key: KeyEvent) -> Option<Ended> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Enter => return Some(self.end()),
            // What ends a line of text that is pasted.
            KeyCode::Char('j' | 'm') if control => return Some(self.end()),
            KeyCode::Char('c') if control => return Some(Ended::GivenUp),
            KeyCode::Char('d') if control && self.0.is_empty() => return Some(Ended::GivenUp),
            KeyCode::Char('u') if control => self.0.clear(),
            KeyCode::Char('h') if control => drop(self.0.pop()),
            KeyCode::Backspace => drop(self.0.pop()),
            KeyCode::Char(character) if !control && self.0.len() < LONGEST => {
                self.0.push(character);
            }
            _ => {}
        }
        None
    }

    fn end(&mut self) -> Ended {
        Ended::With(std::mem::take(&mut self.0))
    }
}

/// A terminal that shows nothing of what is typed and leaves Ctrl-C to us, until this is dropped.
struct Raw;

impl Raw {
    fn enter() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        Ok(Self)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // Nothing can be done about a terminal that does not obey.
        let _ = terminal::disable_raw_mode();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Presses the keys and says how the line ended.
    fn typed(keys: &[(KeyCode, KeyModifiers)]) -> Option<Ended> {
        let mut line = Line::default();
        let mut keys = keys.iter();
        keys.find_map(|(code, modifiers)| line.press(KeyEvent::new(*code, *modifiers)))
    }

    fn check(keys: &str, expected: Option<&Ended>) {
        let keys: Vec<_> = keys
            .chars()
            .map(|key| match key {
                '\r' => (KeyCode::Enter, KeyModifiers::NONE),
                '\u{7f}' => (KeyCode::Backspace, KeyModifiers::NONE),
                '\t' => (KeyCode::Tab, KeyModifiers::NONE),
                '\u{1}'..='\u{1a}' => {
                    let letter = char::from_u32(u32::from(key) + 0x60).unwrap();
                    (KeyCode::Char(letter), KeyModifiers::CONTROL)
                }
                other if other.is_uppercase() => (KeyCode::Char(other), KeyModifiers::SHIFT),
                other => (KeyCode::Char(other), KeyModifiers::NONE),
            })
            .collect();
        assert_eq!(typed(&keys).as_ref(), expected, "{keys:?}");
    }

    fn with(text: &str) -> Ended {
        Ended::With(text.to_owned())
    }

    #[test]
    fn keys_become_a_password() {
        check("Pass wörd 1\r", Some(&with("Pass wörd 1")));
        check("abc", None);
        check("\r", Some(&with("")));
        check("abx\u{7f}c\u{8}\r", Some(&with("ab")));
        check("é\u{7f}\u{7f}a\r", Some(&with("a")));
        check("wrong\u{15}right\r", Some(&with("right")));
        check("pasted\u{a}more", Some(&with("pasted")));
        // Not letters, whatever they do elsewhere.
        check("a\u{1a}\u{17}\t\r", Some(&with("a")));
    }

    #[test]
    fn it_can_be_given_up() {
        check("abc\u{3}", Some(&Ended::GivenUp));
        check("\u{4}", Some(&Ended::GivenUp));
        check("a\u{4}\r", Some(&with("a")));
    }

    #[test]
    fn nobody_types_without_end() {
        let mut line = Line::default();
        for _ in 0..2 * LONGEST {
            line.press(KeyEvent::new(KeyCode::Char('é'), KeyModifiers::NONE));
        }
        assert!(line.0.len() <= LONGEST + 1);
    }
}
