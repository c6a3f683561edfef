//! Text of another server as it may appear in an error.

use npm_model::visible;

/// How many characters of it are shown.
const SHOWN: usize = 2000;

/// Returns the beginning of a text, with all of it seen. Lines stay lines.
pub(crate) fn shown(text: &str) -> String {
    let text = text.trim();
    let end = text.char_indices().nth(SHOWN).map(|(end, _)| end);
    let head = end.and_then(|end| text.get(..end)).unwrap_or(text);
    let lines: Vec<_> = head.split('\n').map(visible).collect();
    let rest = if end.is_some() { "…" } else { "" };
    format!("{}{rest}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_short_and_seen() {
        assert_eq!(
            shown(" no\nsuch\u{1b}[2J thing\u{202e} "),
            "no\nsuch\\u{1b}[2J thing\\u{202e}"
        );
        assert_eq!(shown(&"é".repeat(9999)).chars().count(), SHOWN + 1);
    }
}
