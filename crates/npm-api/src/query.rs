//! Query strings. What an endpoint does not know is ignored, as clients add cache busters.

use percent_encoding::percent_decode_str;

/// Returns the first value of that name, decoded.
pub(crate) fn value(query: Option<&str>, name: &str) -> Option<String> {
    let (_, raw) = query?
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .find(|(key, _)| *key == name)?;
    let spaced = raw.replace('+', " ");
    percent_decode_str(&spaced)
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}

/// Whether a list is wanted in the form that npm prints: it says so, and pnpm says so elsewhere.
pub(crate) fn is_for_cli(query: Option<&str>) -> bool {
    value(query, "format").as_deref() == Some("cli")
}

#[cfg(test)]
mod tests {
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
        check("a=%ff", "a", None);
        assert_eq!(value(None, "a"), None);
    }
}
