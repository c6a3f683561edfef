//! Texts as parts of a URL.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in a URL as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// Writes a text as one part of a path, or as a value of a query.
pub(super) fn word(text: &str) -> String {
    match text {
        // These would lead elsewhere.
        "." => "%2e".to_owned(),
        ".." => "%2e%2e".to_owned(),
        text => utf8_percent_encode(text, PLAIN).to_string(),
    }
}

/// Joins what is to be asked; a value that is missing is left out.
pub(super) fn query(path: &str, values: &[(&str, Option<String>)]) -> String {
    let said = values.iter().filter_map(|(name, value)| {
        let value = value.as_deref()?;
        Some(format!("{name}={}", word(value)))
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", said.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leads_to_another_path() {
        for (text, expected) in [
            ("alice", "alice"),
            ("a/b?c#d", "a%2Fb%3Fc%23d"),
            ("..", "%2e%2e"),
            ("ü\u{202e}", "%C3%BC%E2%80%AE"),
            ("", ""),
        ] {
            assert_eq!(word(text), expected);
        }
        let values = [
            ("a", Some("1 2".to_owned())),
            ("b", None),
            ("c", Some("&".to_owned())),
        ];
        assert_eq!(query("p", &values), "p?a=1%202&c=%26");
        assert_eq!(query("p", &[("b", None)]), "p");
    }
}
