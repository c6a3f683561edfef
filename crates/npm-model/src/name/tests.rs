use proptest::prelude::*;

use super::*;

/// What a name is good for.
#[derive(Debug, Eq, PartialEq)]
enum Verdict {
    /// A new package can have it.
    New,
    /// It can be read; the error is that of a new package.
    Old(NameError),
    /// No package can have it.
    Never(NameError),
}

fn verdict(text: &str) -> Verdict {
    match PackageName::parse(text) {
        Err(error) => {
            assert_eq!(PackageName::parse_new(text), Err(error.clone()), "{text:?}");
            Verdict::Never(error)
        }
        Ok(name) => {
            assert_eq!(name.as_str(), text);
            assert_eq!(name.check_new().err(), PackageName::parse_new(text).err());
            name.check_new()
                .map_or_else(Verdict::Old, |()| Verdict::New)
        }
    }
}

fn check_new(texts: &[&str]) {
    for text in texts {
        assert_eq!(verdict(text), Verdict::New, "{text:?}");
    }
}

fn check_old(texts: &[&str], error: fn(Quoted) -> NameError) {
    for text in texts {
        assert_eq!(
            verdict(text),
            Verdict::Old(error(Quoted::new(text))),
            "{text:?}"
        );
    }
}

fn check_never(texts: &[&str], error: fn(Quoted) -> NameError) {
    for text in texts {
        assert_eq!(
            verdict(text),
            Verdict::Never(error(Quoted::new(text))),
            "{text:?}"
        );
    }
}

#[test]
fn names_for_new_packages() {
    check_new(&[
        "left-pad",
        "a",
        "0",
        "some-package",
        "example.com",
        "under_score",
        "period.js",
        "123numeric",
    ]);
    check_new(&[
        "@npm/thingy",
        "@s/_x",
        "@s/-x",
        "@s/node_modules",
        "@s/http",
        "@.s/x",
        "@-s/x",
        "@s~/x",
        "@../x",
    ]);
    check_new(&[
        "con",
        "nul",
        "aux",
        "com1",
        "constructor",
        "prototype",
        "a__proto__",
        "a..b",
        "a.",
    ]);
    check_new(&["@sys/fs", "@s/favicon.ico", "@s/con", "favicon.ico2"]);
    check_new(&[&"a".repeat(214), &format!("@s/{}", "a".repeat(211))]);
}

#[test]
fn names_of_existing_packages_only() {
    check_old(
        &[
            "UPPER",
            "MixedCase",
            "@S/x",
            "@s/X",
            "toString",
            "CAPITAL-LETTERS",
        ],
        |name| NameError::Capitals { name },
    );
    check_old(
        &["a~b", "a!b", "a'b", "a(b)", "a*b", "~x", "@s/x~", "crazy!"],
        |name| NameError::Special { name },
    );
    check_old(
        &["http", "HTTP", "process", "fs", "string_decoder", "zlib"],
        |name| NameError::CoreModule { name },
    );
    for (text, length) in [
        ("a".repeat(215), 215),
        (format!("@s/{}", "a".repeat(212)), 215),
        ("a".repeat(1024), 1024),
    ] {
        let too_long = NameError::TooLong {
            name: Quoted::new(&text),
            length,
            limit: 214,
        };
        assert_eq!(verdict(&text), Verdict::Old(too_long));
    }
}

#[test]
fn names_of_no_package() {
    assert_eq!(verdict(""), Verdict::Never(NameError::Empty));
    check_never(
        &[
            "__proto__",
            "_under",
            "-",
            "-dash",
            ".dot",
            ".",
            "..",
            "-/x",
            "_http_agent",
        ],
        |name| NameError::Start { name },
    );
    check_never(
        &["node_modules", "NODE_MODULES", "favicon.ico", "Favicon.ICO"],
        |name| NameError::Reserved { name },
    );
    check_never(&["@s/.x", "@s/.", "@s/.."], |name| NameError::BaseStart {
        name,
    });
    check_never(
        &[
            "a b",
            " a",
            "a ",
            "a%b",
            "a%2fb",
            "é",
            "a:b",
            "a\\b",
            "a/b",
            "@s/",
            "@/x",
            "@s/a/b",
            "@s",
            "@",
            "@/",
            "@@s/x",
            "@s/@s/x",
            "@s//x",
            "s@/x",
            "a@b",
            "a?b",
            "a#b",
            "a+b",
            "a\0b",
            "a\nb",
            "@s/x ",
            "@s\u{a0}/x",
            "@s\\/x",
            "assert/strict",
            "node:test",
            "%2e",
            "http://a",
            "ＡＢ",
        ],
        |name| NameError::NotUrlSafe { name },
    );
    let text = "a".repeat(1025);
    let too_long = NameError::TooLong {
        name: Quoted::new(&text),
        length: 1025,
        limit: 1024,
    };
    assert_eq!(verdict(&text), Verdict::Never(too_long));
}

#[test]
fn names_have_parts() {
    fn check(text: &str, scope: Option<&str>, base: &str) {
        let name = PackageName::parse(text).unwrap();
        assert_eq!((name.scope(), name.base()), (scope, base));
    }
    check("left-pad", None, "left-pad");
    check("@acme/left-pad", Some("acme"), "left-pad");
    check("@.s/-x", Some(".s"), "-x");
}

#[test]
fn similar_names_share_a_key() {
    fn key(text: &str) -> String {
        PackageName::parse(text).unwrap().similarity_key()
    }
    for similar in [
        "leftpad",
        "left.pad",
        "left_pad",
        "Left-Pad",
        "l-e-f-t-p-a-d",
        "leftpad-",
    ] {
        assert_eq!(key(similar), key("left-pad"));
    }
    assert_eq!(key("@my-org/left-pad"), key("@myorg/leftpad"));
    for different in ["left-pads", "left~pad", "@left/pad", "@l/eft-pad"] {
        assert_ne!(key(different), key("left-pad"));
    }
    assert_ne!(key("@a/bc"), key("@ab/c"));
}

#[test]
fn messages_are_short_and_say_what_is_allowed() {
    let message = PackageName::parse(&format!("\u{1b}[31m{}", "x".repeat(1000)))
        .unwrap_err()
        .to_string();
    assert!(
        message.contains(r#""\u{1b}[31mxxx"#) && message.len() < 300,
        "{message}"
    );
    let message = PackageName::parse("a b").unwrap_err().to_string();
    assert_eq!(
        message,
        r#"package name "a b" must be `name` or `@scope/name`, each of letters, digits and -_.!~*'()"#
    );
}

#[test]
fn core_modules_are_sorted_and_within_reach() {
    assert!(CORE_MODULES.is_sorted());
    for module in CORE_MODULES {
        assert!(PackageName::parse(module).is_ok(), "{module}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = verdict(&text);
    }

    #[test]
    fn a_name_is_its_parts(text in "@?[a-zA-Z0-9._~-]{0,6}/?[a-zA-Z0-9._~-]{0,6}") {
        if let Ok(name) = PackageName::parse(&text) {
            let whole = name.scope().map_or(name.base().to_owned(), |scope| format!("@{scope}/{}", name.base()));
            prop_assert_eq!(whole, text);
            prop_assert!(!name.base().is_empty() && !name.base().contains('/'));
        }
    }
}
