use proptest::prelude::*;

use super::*;

fn pieces(path: &str) -> Result<Vec<String>, PathError> {
    Pieces::parse(path).map(|pieces| pieces.0.into_iter().map(Cow::into_owned).collect())
}

fn check(path: &str, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(|&piece| piece.to_owned()).collect();
    assert_eq!(pieces(path), Ok(expected), "{path}");
}

#[test]
fn a_path_comes_apart_at_its_slashes() {
    check("/", &[]);
    check("//", &[]);
    check("/left-pad", &["left-pad"]);
    check("/left-pad/", &["left-pad"]);
    check("/left-pad/1.0.0", &["left-pad", "1.0.0"]);
    check("/a+b/1.0.0+b", &["a+b", "1.0.0+b"]);
    check("/a%2Bb", &["a+b"]);
    check("/%6C%65%66%74", &["left"]);
    check("/-/ping", &["-", "ping"]);
    check("/%2d/ping", &["-", "ping"]);
}

#[test]
fn a_scoped_name_has_one_reading_and_many_spellings() {
    for scoped in [
        "@sc/name",
        "@sc%2fname",
        "@sc%2Fname",
        "%40sc%2fname",
        "%40sc%2Fname",
        "%40sc/name",
        "@s%63/n%61me",
    ] {
        check(&format!("/{scoped}"), &["@sc", "name"]);
        check(&format!("/{scoped}/"), &["@sc", "name"]);
        check(
            &format!("/{scoped}/-/name-1.0.0.tgz"),
            &["@sc", "name", "-", "name-1.0.0.tgz"],
        );
        check(
            &format!("/-/package/{scoped}/dist-tags"),
            &["-", "package", "@sc", "name", "dist-tags"],
        );
    }
}

#[test]
fn a_path_is_decoded_once() {
    check("/%252f", &["%2f"]);
    check("/@sc%252fname", &["@sc%2fname"]);
    check("/%252e%252e/x", &["%2e%2e", "x"]);
    check("/100%", &["100%"]);
    check("/%zz", &["%zz"]);
}

#[test]
fn what_can_be_no_path_of_ours_is_refused() {
    for path in [
        "",
        "*",
        "x",
        "http://x/",
        "//x",
        "/x//",
        "/x//y",
        // Another way up, in each spelling.
        "/.",
        "/..",
        "/../x",
        "/x/..",
        "/x/../y",
        "/%2e%2e/x",
        "/%2E%2E",
        "/.%2e/x",
        "/@sc%2f..",
        "/@sc%2f.",
        "/x/%2e",
        // An encoded slash where no scope is.
        "/%2f",
        "/a%2fb",
        "/..%2fx",
        "/@sc%2fname%2f1.0.0",
        "/@sc%2f%2fname",
        "/@sc%2f",
        "/x/-/..%2f..%2fetc%2fpasswd",
        // Bytes that end a name or a line somewhere.
        "/x%00",
        "/%00",
        "/@sc%2fx%00",
        "/x%0a",
        "/x%0d%0ay",
        "/x%1b[2J",
        "/x%7f",
        "/\\x",
        "/x%5c..%5cy",
        "/@sc%2f%5c",
        // Not UTF-8.
        "/%ff",
        "/%c3%28",
        "/@sc%2f%ff",
    ] {
        assert_eq!(pieces(path), Err(PathError), "{path:?}");
    }
}

#[test]
fn a_name_is_split_off_the_front() {
    let split = |pieces: &[&str]| {
        split_name(pieces).map(|(name, rest)| {
            (
                name.scope.map(ToOwned::to_owned),
                name.base.to_owned(),
                rest.len(),
            )
        })
    };
    assert_eq!(split(&[]), None);
    assert_eq!(split(&["@sc"]), None);
    assert_eq!(split(&["a"]), Some((None, "a".to_owned(), 0)));
    assert_eq!(split(&["a", "@sc"]), Some((None, "a".to_owned(), 1)));
    assert_eq!(
        split(&["@sc", "a", "b"]),
        Some((Some("@sc".to_owned()), "a".to_owned(), 1))
    );
}

#[test]
fn a_token_in_a_path_is_kept_out_of_the_log() {
    const SECRET: &str = "eyJhbGciOi.SECRET.sig";
    for path in [
        "/-/user/token/{}",
        "/-/user/token/{}/",
        "/-/user/token/a/{}",
        "/-/user/token/%2f{}",
        "/-/user/token%2f{}",
        "/-/user/token%2F{}",
        "/%2d/user/token/{}",
        "/-/%75ser/t%6Fken/{}",
        "/%2D%2Fuser%2Ftoken%2F{}",
        "//-/user/token/{}",
        "/reg/-/user/token/{}",
        "/-/user/token/{}%ff",
        "/%ff/-/user/token/{}",
        "/_auth/keys/r13k_{}",
        "/r13%72_{}",
    ] {
        let path = path.replace("{}", SECRET);
        let shown = loggable_path(&path);
        assert!(!shown.contains("SECRET"), "{path} is logged as {shown}");
    }
    for path in [
        "/",
        "/-/whoami",
        "/-/user/org.couchdb.user:alice",
        "/@sc%2fname",
        "/-/user/token",
        "/%ff",
    ] {
        assert_eq!(loggable_path(path), path);
    }
}

/// Paths of pieces that mean something, are nearly right, or are anything.
fn any_path() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "@sc|name|-|-rev|dist-tags|package|user|token|latest|1\\.0\\.0|name-1\\.0\\.0\\.tgz|org\\.couchdb\\.user:a",
        "%2[fF]|%40|%00|%5c|%2e|%25|%|\\.|\\.\\.|@|",
        "\\PC{0,12}",
    ];
    prop::collection::vec((piece, "/|%2f|"), 0..10).prop_map(|pieces| {
        let text: String = pieces
            .into_iter()
            .map(|(piece, end)| piece + &end)
            .collect();
        format!("/{text}")
    })
}

proptest! {
    #[test]
    fn pieces_are_plain_whatever_the_path(path in any_path()) {
        if let Ok(pieces) = pieces(&path) {
            for piece in pieces {
                prop_assert!(!piece.is_empty() && piece != "." && piece != "..");
                prop_assert!(!piece.contains(['/', '\\', '\0', '\n', '\u{1b}']), "{:?}", piece);
            }
        }
    }

    #[test]
    fn any_text_can_be_taken_apart_or_refused(path in any::<String>()) {
        let _ = pieces(&path);
        loggable_path(&path);
    }

    /// The router and the log must agree on what is a token.
    #[test]
    fn a_token_that_is_routed_is_never_logged(encoded in prop::collection::vec(any::<bool>(), 14), slash in any::<bool>()) {
        let spelt: String = "/-/user/token/"
            .bytes()
            .zip(encoded)
            .map(|(byte, encoded)| match byte {
                b'/' => "/".to_owned(),
                byte if encoded => format!("%{byte:02x}"),
                byte => char::from(byte).to_string(),
            })
            .collect();
        let path = format!("{spelt}SECRET{}", if slash { "/" } else { "" });
        let pieces = pieces(&path).unwrap();
        prop_assert_eq!(pieces.last().map(String::as_str), Some("SECRET"));
        prop_assert!(!loggable_path(&path).contains("SECRET"));
    }
}
