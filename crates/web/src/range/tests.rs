use http::{HeaderName, HeaderValue};
use proptest::prelude::*;

use super::*;

const ETAG: &str = "\"sha512-abc\"";

fn of(headers: &[(HeaderName, &str)], length: u64) -> Wanted {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(name, value.parse().unwrap());
    }
    wanted(&Method::GET, &map, ETAG, length)
}

#[track_caller]
fn check(range: &str, expected: &Wanted) {
    let found = of(&[(header::RANGE, range)], 100);
    assert_eq!(found, *expected, "{range:?}");
}

#[test]
fn one_range_is_one_part() {
    check("bytes=0-0", &Wanted::Part(0..1));
    check("bytes=10-19", &Wanted::Part(10..20));
    check("bytes=0-99", &Wanted::Part(0..100));
    check("bytes=90-1000", &Wanted::Part(90..100));
    check("bytes=99-", &Wanted::Part(99..100));
    check("bytes=0-", &Wanted::Part(0..100));
    check("bytes=-1", &Wanted::Part(99..100));
    check("bytes=-100", &Wanted::Part(0..100));
    check("bytes=-1000", &Wanted::Part(0..100));
    check("Bytes = 007-8 ", &Wanted::Part(7..9));
    check("bytes=5-99999999999999999999999", &Wanted::Part(5..100));
    check("bytes=5-18446744073709551615", &Wanted::Part(5..100));
}

#[test]
fn what_lies_beyond_the_end_is_not_there() {
    for range in [
        "bytes=100-",
        "bytes=100-100",
        "bytes=1000-2000",
        "bytes=-0",
        "bytes=99999999999999999999999-",
    ] {
        check(range, &Wanted::NotThere);
    }
    for range in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
        let asked = [(header::RANGE, range)];
        assert_eq!(of(&asked, 0), Wanted::NotThere, "{range}");
    }
}

#[test]
fn several_ranges_and_what_is_no_range_are_passed_over() {
    for range in [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=5-4",
        "bytes=1-2,3-4",
        "bytes=1-2,",
        "bytes=--1",
        "bytes=1--2",
        "bytes=+1-2",
        "bytes=1- 2",
        "bytes=0x1-2",
        "bytes:1-2",
        "items=1-2",
        "1-2",
    ] {
        check(range, &Wanted::Whole);
    }
    assert_eq!(of(&[], 100), Wanted::Whole);
    let twice = [(header::RANGE, "bytes=1-2"), (header::RANGE, "bytes=1-2")];
    assert_eq!(of(&twice, 100), Wanted::Whole);
}

#[test]
fn if_range_has_to_name_the_very_same_bytes() {
    let asked = |if_range| {
        let headers = [(header::RANGE, "bytes=1-2"), (header::IF_RANGE, if_range)];
        of(&headers, 100)
    };
    assert_eq!(asked(ETAG), Wanted::Part(1..3));
    for other in [
        "W/\"sha512-abc\"",
        "sha512-abc",
        "\"sha512-abd\"",
        "*",
        "",
        "Thu, 01 Jan 2099 00:00:00 GMT",
    ] {
        assert_eq!(asked(other), Wanted::Whole, "{other:?}");
    }
}

#[test]
fn only_get_has_a_range() {
    let mut headers = HeaderMap::new();
    headers.insert(header::RANGE, HeaderValue::from_static("bytes=1-2"));
    for method in [Method::HEAD, Method::PUT] {
        assert_eq!(wanted(&method, &headers, ETAG, 100), Wanted::Whole);
    }
}

/// Header values that are nearly ranges, and such as are not.
fn any_value() -> impl Strategy<Value = HeaderValue> {
    let word = prop_oneof![
        "bytes=|bytes|=|-|,|0|1|9|[0-9]{1,24}|18446744073709551615| |\t",
        "[ -~]{0,4}",
    ];
    let text = prop::collection::vec(word, 0..8).prop_map(|words| words.concat().into_bytes());
    prop_oneof![text, prop::collection::vec(any::<u8>(), 0..32)]
        .prop_filter_map("a header value", |bytes| {
            HeaderValue::from_bytes(&bytes).ok()
        })
}

proptest! {
    #[test]
    fn a_part_is_never_empty_and_never_beyond_the_end(value in any_value(), length: u64) {
        for length in [length, length % 100, 0, u64::MAX] {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, value.clone());
            if let Wanted::Part(part) = wanted(&Method::GET, &headers, ETAG, length) {
                prop_assert!(part.start < part.end && part.end <= length, "{part:?} of {length}");
            }
        }
    }

    #[test]
    fn whoever_asks_for_what_is_there_gets_just_that(length in 1..=u64::MAX, one: u64, two: u64) {
        let (first, last) = (one.min(two) % length, one.max(two) % length);
        let (first, last) = (first.min(last), first.max(last));
        let asked = |range: String| of(&[(header::RANGE, range.as_str())], length);
        prop_assert_eq!(asked(format!("bytes={first}-{last}")), Wanted::Part(first..last + 1));
        prop_assert_eq!(asked(format!("bytes={first}-")), Wanted::Part(first..length));
        let count = length - first;
        prop_assert_eq!(asked(format!("bytes=-{count}")), Wanted::Part(first..length));
    }
}
