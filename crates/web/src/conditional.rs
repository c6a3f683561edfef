use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::{Response, reply};

/// Answers 304 to a client that has the bytes with that strong entity tag already, else with what
/// `whole` makes. Both carry the tag.
pub fn unless_known<E>(
    headers: &HeaderMap,
    etag: &str,
    whole: impl FnOnce() -> Result<Response, E>,
) -> Result<Response, E> {
    let mut response = if none_match(headers, etag) {
        reply::empty(StatusCode::NOT_MODIFIED)
    } else {
        whole()?
    };
    // A tag of ours is text; without it the client only asks for the bytes again.
    if let Ok(etag) = HeaderValue::from_str(etag) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

/// Tells whether `If-None-Match` names the entity tag, which makes the answer 304.
///
/// The comparison is the weak one, as RFC 9110 section 13.1.2 asks for. `If-Modified-Since` is not
/// looked at: pnpm sends it together with `If-None-Match`, which wins.
fn none_match(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(headers: &[&str], expected: bool) {
        let mut map = HeaderMap::new();
        for value in headers {
            map.append(header::IF_NONE_MATCH, value.parse().unwrap());
        }
        assert_eq!(none_match(&map, "\"1-a\""), expected, "{headers:?}");
    }

    #[test]
    fn any_of_the_named_tags_matches() {
        check(&[], false);
        check(&["\"1-a\""], true);
        check(&["W/\"1-a\""], true);
        check(&["*"], true);
        check(&["\"0\", \"1-a\""], true);
        check(&["\"0\"", "\"1-a\""], true);
        check(&["\"1-b\""], false);
        check(&["1-a"], false);
        check(&["\"1-a"], false);
    }

    proptest! {
        #[test]
        fn a_tag_matches_only_where_it_stands_whole(
            values in prop::collection::vec("(W/|w/|\"|1-a|\\*|,| |[ -~]){0,12}", 0..4),
            place in 0..4_usize,
        ) {
            let mut values = values;
            let map = |values: &[String]| {
                let mut map = HeaderMap::new();
                for value in values {
                    if let Ok(value) = HeaderValue::from_str(value) {
                        map.append(header::IF_NONE_MATCH, value);
                    }
                }
                map
            };
            let named = values.iter().any(|value| value.contains("\"1-a\"") || value.contains('*'));
            prop_assert!(named || !none_match(&map(&values), "\"1-a\""), "{values:?}");
            values.insert(place.min(values.len()), "\"x\" , W/\"1-a\"".to_owned());
            prop_assert!(none_match(&map(&values), "\"1-a\""), "{values:?}");
        }

        #[test]
        fn no_bytes_in_a_header_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                let mut map = HeaderMap::new();
                map.insert(header::IF_NONE_MATCH, value);
                none_match(&map, "\"1-a\"");
            }
        }
    }
}
