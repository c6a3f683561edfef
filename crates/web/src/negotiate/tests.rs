use http::HeaderValue;
use proptest::prelude::*;

use super::*;

const CORGI: &str = "application/vnd.npm.install-v1+json";
const JSON: &str = "application/json";
const CODINGS: [&str; 3] = ["zstd", "br", "gzip"];

fn with(name: HeaderName, value: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(value) = value {
        headers.insert(name, value.parse().unwrap());
    }
    headers
}

#[test]
fn each_client_gets_the_document_it_asks_for() {
    let check = |accept: Option<&str>, expected: Option<usize>| {
        let headers = with(header::ACCEPT, accept);
        assert_eq!(best_match(&headers, &[JSON, CORGI]), expected, "{accept:?}");
    };
    // yarn 4; npm install; pnpm and npm publish; deno; yarn 1 info
    check(None, Some(0));
    check(Some(JSON), Some(0));
    check(
        Some("application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*"),
        Some(1),
    );
    check(
        Some("application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8"),
        Some(1),
    );
    check(Some(CORGI), Some(1));
    check(Some("*/*"), Some(0));
    check(
        Some("application/*;q=0.5, application/vnd.npm.install-v1+json;q=0.6"),
        Some(1),
    );
    check(Some("text/html"), None);
    check(Some("application/json;q=0, */*"), Some(1));
    check(Some("application/json;q=banana"), None);
    check(Some(""), None);
}

#[test]
fn each_client_gets_an_encoding_that_it_takes() {
    let check = |accept: Option<&str>, expected: Option<&str>| {
        let headers = with(header::ACCEPT_ENCODING, accept);
        let chosen = best_encoding(&headers, &CODINGS).map(|place| CODINGS[place]);
        assert_eq!(chosen, expected, "{accept:?}");
    };
    // npm; pnpm; bun install and bun whoami; yarn 4; deno
    check(Some("gzip,deflate"), Some("gzip"));
    check(Some("zstd,gzip,deflate"), Some("zstd"));
    check(Some("gzip, deflate, br, zstd"), Some("zstd"));
    check(Some("gzip/deflate"), None);
    check(Some("gzip, deflate, br"), Some("br"));
    check(Some("gzip,br"), Some("br"));
    check(None, None);
    check(Some(""), None);
    check(Some("deflate"), None);
    check(Some("identity"), None);
    check(Some("GZIP"), Some("gzip"));
    check(Some("x, GZip ; Q=0.5"), Some("gzip"));

    check(Some("gzip;q=0"), None);
    check(Some("zstd;q=0, br;q=0.000, gzip"), Some("gzip"));
    check(Some("zstd;q=0.1, br;q=0.2, gzip;q=0.15"), Some("br"));
    check(Some("gzip;q=1.0, zstd;q=0.999"), Some("gzip"));
    check(Some("gzip;q=2, br;q=-1, zstd;q=x"), None);

    check(Some("*"), Some("zstd"));
    check(Some("*;q=0"), None);
    check(Some("*, zstd;q=0"), Some("br"));
    check(Some("gzip;q=0.5, *;q=0.4"), Some("gzip"));
    check(Some("gzip, *;q=0"), Some("gzip"));

    check(Some("gzip;q=0.5, identity;q=1"), None);
    check(Some("gzip;q=0.5, identity;q=0.5"), Some("gzip"));
    check(Some("gzip;q=0.001, identity;q=0"), Some("gzip"));
    check(Some("identity;q=0"), None);
    check(Some("identity;q=0, *"), Some("zstd"));
}

/// Several header values, of any bytes that a header can have.
fn any_values() -> impl Strategy<Value = Vec<HeaderValue>> {
    // Words that mean something, among bytes that do not.
    let word = prop_oneof![
        "gzip|br|zstd|identity|\\*|q|q=|;|,|=|0|1|0\\.5|1\\.000|application/json|\\*/\\*|application/\\*",
        "[ -~]{0,8}",
    ];
    let text = prop::collection::vec(word, 0..12).prop_map(|words| words.concat().into_bytes());
    let bytes = prop_oneof![text, prop::collection::vec(any::<u8>(), 0..64)];
    let value = bytes.prop_filter_map("a header value", |bytes| {
        HeaderValue::from_bytes(&bytes).ok()
    });
    prop::collection::vec(value, 0..4)
}

fn with_all(name: &HeaderName, values: Vec<HeaderValue>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(name, value);
    }
    headers
}

proptest! {
    #[test]
    fn no_accept_header_panics(values in any_values()) {
        let headers = with_all(&header::ACCEPT, values);
        let offered = [JSON, CORGI];
        let chosen = best_match(&headers, &offered);
        prop_assert!(chosen.is_none_or(|place| place < offered.len()));
        prop_assert_eq!(best_match(&headers, &[]), None);
        // Something without a slash cannot be offered by mistake either.
        best_match(&headers, &["", "json"]);
    }

    #[test]
    fn no_accept_encoding_header_panics(values in any_values()) {
        let headers = with_all(&header::ACCEPT_ENCODING, values);
        let chosen = best_encoding(&headers, &CODINGS);
        prop_assert!(chosen.is_none_or(|place| place < CODINGS.len()));
        prop_assert_eq!(best_encoding(&headers, &[]), None);
    }

    /// Said of weights by their definition, without looking for the best one.
    #[test]
    fn no_other_encoding_is_liked_better_than_the_chosen_one(weights in [0..=1000_u16, 0..=1000, 0..=1000, 0..=1000]) {
        let q = |weight: u16| format!("{}.{:03}", weight / 1000, weight % 1000);
        let [zstd, br, gzip, identity] = weights;
        let accept = format!("gzip;q={}, identity;q={},br;q={} , zstd;q={}", q(gzip), q(identity), q(br), q(zstd));
        let chosen = best_encoding(&with(header::ACCEPT_ENCODING, Some(&accept)), &CODINGS);
        let offered = [zstd, br, gzip];
        match chosen {
            Some(place) => {
                prop_assert!(offered[place] > 0 && offered[place] >= identity);
                for (other, weight) in offered.into_iter().enumerate() {
                    prop_assert!(weight < offered[place] || weight == offered[place] && place <= other);
                }
            }
            None => prop_assert!(offered.into_iter().all(|weight| weight == 0 || weight < identity)),
        }
    }

    #[test]
    fn the_higher_weight_wins_and_the_first_offer_a_tie(json in 0..=1000_u16, corgi in 0..=1000_u16) {
        let q = |weight: u16| format!("{}.{:03}", weight / 1000, weight % 1000);
        let accept = format!("{CORGI};q={}, {JSON}; Q={}", q(corgi), q(json));
        let headers = with(header::ACCEPT, Some(&accept));
        let expected = match (json, corgi) {
            (0, 0) => None,
            _ if json >= corgi => Some(0),
            _ => Some(1),
        };
        prop_assert_eq!(best_match(&headers, &[JSON, CORGI]), expected);
    }
}
