use proptest::prelude::*;

use super::*;

#[test]
fn the_token_of_a_bearer_header_is_found() {
    for (header, token) in [
        ("Bearer a.b.c", Some("a.b.c")),
        ("bearer a.b.c", Some("a.b.c")),
        ("BEARER   a.b.c  ", Some("a.b.c")),
        ("  Bearer a", Some("a")),
        ("Bearer", None),
        ("Bearer ", None),
        ("Bearer\ta", None),
        ("a.b.c", None),
        ("Basic YTpi", None),
        ("Bearera.b.c", None),
        ("", None),
        (" ", None),
    ] {
        assert_eq!(bearer(header), token, "{header:?}");
    }
}

#[test]
fn the_name_and_the_password_of_a_basic_header_are_found() {
    let basic = |header: &str| basic(header);
    let found = Some(("alice".to_owned(), "a:b".to_owned()));
    assert_eq!(basic("Basic YWxpY2U6YTpi"), found);
    assert_eq!(basic(" basic  YWxpY2U6YTpi "), found);
    for header in [
        "Basic",
        "Basic ",
        "Basic YWxpY2U=",
        "Basic not base64",
        "Basic /w==",
        "Bearer YWxpY2U6YTpi",
    ] {
        assert_eq!(basic(header), None, "{header}");
    }
    let long = STANDARD.encode("a:".to_owned() + &"b".repeat(LONGEST_BASIC));
    assert_eq!(basic(&format!("Basic {long}")), None);
}

proptest! {
    #[test]
    fn no_header_makes_the_search_for_a_token_panic(header in "\\PC{0,40}") {
        if let Some(token) = bearer(&header) {
            prop_assert!(!token.is_empty() && header.contains(token));
        }
    }
}
