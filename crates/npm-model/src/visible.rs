//! What a terminal or a page shows of text that somebody else has written.

use std::borrow::Cow;

/// Writes a text so that all of it is seen: what a terminal would obey, what turns the direction of a
/// line and what has no width are escaped. They would make one name look like another, or a table say
/// what is not in it.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut seen = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unseen(character) {
            seen.extend(character.escape_default());
        } else {
            seen.push(character);
        }
    }
    Cow::Owned(seen)
}

/// Whether a character does something to the text around it and is not seen itself.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_escaped_and_the_rest_stays() {
        for plain in ["", "alice", "é@exämple.de", "鍵 🔑", "مفتاح", r"a\b"] {
            assert_eq!(visible(plain), plain);
        }
        for (text, seen) in [
            ("a\u{1b}[2Jb\n", r"a\u{1b}[2Jb\n"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("ci\u{202e}nimda", r"ci\u{202e}nimda"),
            ("\u{2066}x\u{2069}", r"\u{2066}x\u{2069}"),
            (
                "a\u{200b}\u{200f}\u{ad}\u{61c}",
                r"a\u{200b}\u{200f}\u{ad}\u{61c}",
            ),
            ("\u{feff}\u{2060}\u{206f}", r"\u{feff}\u{2060}\u{206f}"),
            ("\u{2028}\u{e0041}", r"\u{2028}\u{e0041}"),
        ] {
            assert_eq!(visible(text), seen);
        }
    }
}
