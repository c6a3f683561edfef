//! Outside text as it may appear in an error: short, on one line, without control characters.

use std::fmt;

/// How many characters of the original are shown.
const SHOWN: usize = 64;

/// Holds the beginning of a refused text, escaped and in quotes, so that an error can name it.
///
/// A refused value can be megabytes long or full of terminal escapes, and the message ends up in logs
/// and on people's screens.
#[derive(Clone, Eq, PartialEq)]
pub struct Quoted(Box<str>);

impl Quoted {
    /// Quotes the beginning of `text`; an ellipsis after the closing quote says that there was more.
    pub fn new(text: &str) -> Self {
        let mut characters = text.chars();
        let mut quoted = String::from("\"");
        quoted.extend(characters.by_ref().take(SHOWN).flat_map(char::escape_debug));
        quoted.push('"');
        if characters.next().is_some() {
            quoted.push('…');
        }
        Self(quoted.into())
    }
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_short_and_escaped() {
        assert_eq!(Quoted::new("left-pad").to_string(), r#""left-pad""#);
        assert_eq!(
            Quoted::new("a\n\u{1b}[2J\"").to_string(),
            r#""a\n\u{1b}[2J\"""#
        );
        let long = Quoted::new(&"é".repeat(1_000_000)).to_string();
        assert_eq!(long, format!("\"{}\"…", "é".repeat(SHOWN)));
    }
}
