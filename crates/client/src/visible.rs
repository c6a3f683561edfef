//! Text of another server as it may appear in an error.

/// How many characters of it are shown.
const SHOWN: usize = 2000;

/// Writes the beginning of a text so that all of it is seen: what a terminal would obey, what turns the
/// direction of a line and what has no width are escaped. Lines stay lines.
pub(crate) fn visible(text: &str) -> String {
    let mut characters = text.trim().chars();
    let mut seen = String::new();
    for character in characters.by_ref().take(SHOWN) {
        if character != '\n' && is_unseen(character) {
            seen.extend(character.escape_default());
        } else {
            seen.push(character);
        }
    }
    if characters.next().is_some() {
        seen.push('…');
    }
    seen
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
    fn what_a_server_says_is_short_and_seen() {
        assert_eq!(
            visible(" no\nsuch\u{1b}[2J thing\u{202e} "),
            "no\nsuch\\u{1b}[2J thing\\u{202e}"
        );
        assert_eq!(visible(&"é".repeat(9999)).chars().count(), SHOWN + 1);
    }
}
