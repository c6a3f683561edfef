//! Query strings. What an endpoint does not know is ignored, as clients add cache busters.

use percent_encoding::percent_decode_str;

/// Returns the first value of that name, decoded. One that is no text is there all the same, and is not
/// taken for one that was left out.
pub(crate) fn value(query: Option<&str>, name: &str) -> Option<String> {
    let (_, raw) = query?
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .find(|(key, _)| *key == name)?;
    let spaced = raw.replace('+', " ");
    Some(percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}

/// Whether a list is wanted in the form that npm prints: it says so, and pnpm says so elsewhere.
pub(crate) fn is_for_cli(query: Option<&str>) -> bool {
    value(query, "format").as_deref() == Some("cli")
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_value_of_a_name_is_decoded() {
        let check = |query: &str, name: &str, expected: Option<&str>| {
            assert_eq!(value(Some(query), name).as_deref(), expected, "{query}");
        };
        check("a=1&b=2&b=3", "b", Some("2"));
        check("key=%22alice%22", "key", Some("\"alice\""));
        check("text=left+pad%2b", "text", Some("left pad+"));
        check("a", "a", Some(""));
        check("ab=1", "a", None);
        check("a=%ff", "a", Some("\u{fffd}"));
        assert_eq!(value(None, "a"), None);
    }

    proptest! {
        #[test]
        fn any_query_is_read_or_passed_over(query in "([&=%+]|%[0-9a-f]{2}|\\PC){0,40}", name in "[a-z]{0,3}") {
            let _ = value(Some(&query), &name);
            is_for_cli(Some(&query));
        }

        #[test]
        fn a_value_comes_back_as_it_was_encoded(text: String, before in "[b-z=%+]{0,8}") {
            let encoded = percent_encode(text.as_bytes(), NON_ALPHANUMERIC);
            let query = format!("{before}&a={encoded}&a=other");
            prop_assert_eq!(value(Some(&query), "a"), Some(text));
        }
    }
}
