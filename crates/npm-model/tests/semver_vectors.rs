//! Holds versions and ranges to npm's own vectors.
//!
//! The tables are taken from the fixtures of node-semver (`test/fixtures` of github.com/npm/node-semver):
//! their strict rows, that is without `loose` and without `includePrerelease`, one line for each range.
#![allow(clippy::panic, reason = "tests say what they expect by failing")]

use std::cmp::Ordering;

use npm_model::{Range, Version};

/// `range-include.js`: the range accepts each of the versions.
const INCLUDED: &[(&str, &str)] = &[
    ("1.0.0 - 2.0.0", "1.2.3"),
    ("^1.2.3+build", "1.2.3 1.3.0"),
    (
        "1.2.3-pre+asdf - 2.4.3-pre+asdf",
        "1.2.3 1.2.3-pre.2 2.4.3-alpha",
    ),
    ("1.2.3+asdf - 2.4.3+asdf", "1.2.3"),
    ("1.0.0", "1.0.0"),
    (">=*", "0.2.4"),
    ("", "1.0.0"),
    ("*", "1.2.3"),
    (">=1.0.0", "1.0.0 1.0.1 1.1.0"),
    (">1.0.0", "1.0.1 1.1.0"),
    ("<=2.0.0", "2.0.0 1.9999.9999 0.2.9"),
    ("<2.0.0", "1.9999.9999 0.2.9"),
    (">= 1.0.0", "1.0.0"),
    (">=  1.0.0", "1.0.1"),
    (">=   1.0.0", "1.1.0"),
    ("> 1.0.0", "1.0.1"),
    (">  1.0.0", "1.1.0"),
    ("<=   2.0.0", "2.0.0"),
    ("<= 2.0.0", "1.9999.9999"),
    ("<=  2.0.0", "0.2.9"),
    ("<    2.0.0", "1.9999.9999"),
    ("<	2.0.0", "0.2.9"),
    (">=0.1.97", "0.1.97"),
    ("0.1.20 || 1.2.4", "1.2.4"),
    (">=0.2.3 || <0.0.1", "0.0.0 0.2.3 0.2.4"),
    ("||", "1.3.4"),
    ("2.x.x", "2.1.3"),
    ("1.2.x", "1.2.3"),
    ("1.2.x || 2.x", "2.1.3 1.2.3"),
    ("x", "1.2.3"),
    ("2.*.*", "2.1.3"),
    ("1.2.*", "1.2.3"),
    ("1.2.* || 2.*", "2.1.3 1.2.3"),
    ("2", "2.1.2"),
    ("2.3", "2.3.1"),
    ("~0.0.1", "0.0.1 0.0.2"),
    ("~x", "0.0.9"),
    ("~2", "2.0.9"),
    ("~2.4", "2.4.0 2.4.5"),
    ("~>3.2.1", "3.2.2"),
    ("~1", "1.2.3"),
    ("~>1", "1.2.3"),
    ("~> 1", "1.2.3"),
    ("~1.0", "1.0.2"),
    ("~ 1.0", "1.0.2"),
    ("~ 1.0.3", "1.0.12"),
    (">=1", "1.0.0"),
    (">= 1", "1.0.0"),
    ("<1.2", "1.1.1"),
    ("< 1.2", "1.1.1"),
    ("~v0.5.4-pre", "0.5.5 0.5.4"),
    ("=0.7.x", "0.7.2"),
    ("<=0.7.x", "0.7.2 0.6.2"),
    (">=0.7.x", "0.7.2"),
    ("~1.2.1 >=1.2.3", "1.2.3"),
    ("~1.2.1 =1.2.3", "1.2.3"),
    ("~1.2.1 1.2.3", "1.2.3"),
    ("~1.2.1 >=1.2.3 1.2.3", "1.2.3"),
    ("~1.2.1 1.2.3 >=1.2.3", "1.2.3"),
    (">=1.2.1 1.2.3", "1.2.3"),
    ("1.2.3 >=1.2.1", "1.2.3"),
    (">=1.2.3 >=1.2.1", "1.2.3"),
    (">=1.2.1 >=1.2.3", "1.2.3"),
    (">=1.2", "1.2.8"),
    ("^1.2.3", "1.8.1"),
    ("^0.1.2", "0.1.2"),
    ("^0.1", "0.1.2"),
    ("^0.0.1", "0.0.1"),
    ("^1.2", "1.4.2"),
    ("^1.2 ^1", "1.4.2"),
    ("^1.2.3-alpha", "1.2.3-pre"),
    ("^1.2.0-alpha", "1.2.0-pre"),
    ("^0.0.1-alpha", "0.0.1-beta 0.0.1"),
    ("^0.1.1-alpha", "0.1.1-beta"),
    ("^x", "1.2.3"),
    ("x - 1.0.0", "0.9.7"),
    ("x - 1.x", "0.9.7"),
    ("1.0.0 - x", "1.9.7"),
    ("1.x - x", "1.9.7"),
    ("<=7.x", "7.9.9"),
];

/// `range-exclude.js`: the range accepts none of the versions.
const EXCLUDED: &[(&str, &str)] = &[
    ("1.0.0 - 2.0.0", "2.2.3"),
    ("1.2.3+asdf - 2.4.3+asdf", "1.2.3-pre.2 2.4.3-alpha"),
    ("^1.2.3+build", "2.0.0 1.2.0"),
    ("^1.2.3", "1.2.3-pre 1.2.3-beta 2.0.0-alpha 1.2.2"),
    ("^1.2", "1.2.0-pre 1.1.9"),
    (">1.2", "1.3.0-beta 1.2.8"),
    ("<=1.2.3", "1.2.3-beta"),
    ("=0.7.x", "0.7.0-asdf 0.8.2"),
    (">=0.7.x", "0.7.0-asdf 0.6.2"),
    ("1.0.0", "1.0.1"),
    (">=1.0.0", "0.0.0 0.0.1 0.1.0"),
    (">1.0.0", "0.0.1 0.1.0"),
    ("<=2.0.0", "3.0.0 2.9999.9999 2.2.9"),
    ("<2.0.0", "2.9999.9999 2.2.9"),
    (">=0.1.97", "0.1.93"),
    ("0.1.20 || 1.2.4", "1.2.3"),
    (">=0.2.3 || <0.0.1", "0.0.3 0.2.2"),
    ("2.x.x", "1.1.3 3.1.3"),
    ("1.2.x", "1.3.3"),
    ("1.2.x || 2.x", "3.1.3 1.1.3"),
    ("2.*.*", "1.1.3 3.1.3"),
    ("1.2.*", "1.3.3"),
    ("1.2.* || 2.*", "3.1.3 1.1.3"),
    ("2", "1.1.2"),
    ("2.3", "2.4.1"),
    ("~0.0.1", "0.1.0-alpha 0.1.0"),
    ("~2.4", "2.5.0 2.3.9"),
    ("~>3.2.1", "3.3.2 3.2.0"),
    ("~1", "0.2.3"),
    ("~>1", "2.2.3"),
    ("~1.0", "1.1.0"),
    ("<1", "1.0.0"),
    (">=1.2", "1.1.1"),
    ("~v0.5.4-beta", "0.5.4-alpha"),
    ("<0.7.x", "0.7.2"),
    ("<1.2.3", "1.2.3-beta"),
    ("=1.2.3", "1.2.3-beta"),
    ("^0.0.1", "0.0.2-alpha 0.0.2"),
    ("*", "1.2.3-foo"),
    ("^1.0.0", "2.0.0-rc1"),
];

/// `range-parse.js`: what the range comes down to, if it is one.
const PARSED: &[(&str, Option<&str>)] = &[
    ("1.0.0 - 2.0.0", Some(">=1.0.0 <=2.0.0")),
    ("1 - 2", Some(">=1.0.0 <3.0.0-0")),
    ("1.0 - 2.0", Some(">=1.0.0 <2.1.0-0")),
    ("1.0.0", Some("1.0.0")),
    (">=*", Some("*")),
    ("", Some("*")),
    ("*", Some("*")),
    (">=1.0.0", Some(">=1.0.0")),
    (">1.0.0", Some(">1.0.0")),
    ("<=2.0.0", Some("<=2.0.0")),
    ("1", Some(">=1.0.0 <2.0.0-0")),
    ("<2.0.0", Some("<2.0.0")),
    (">= 1.0.0", Some(">=1.0.0")),
    (">=  1.0.0", Some(">=1.0.0")),
    (">=   1.0.0", Some(">=1.0.0")),
    ("> 1.0.0", Some(">1.0.0")),
    (">  1.0.0", Some(">1.0.0")),
    ("<=   2.0.0", Some("<=2.0.0")),
    ("<= 2.0.0", Some("<=2.0.0")),
    ("<=  2.0.0", Some("<=2.0.0")),
    ("<    2.0.0", Some("<2.0.0")),
    ("<	2.0.0", Some("<2.0.0")),
    (">=0.1.97", Some(">=0.1.97")),
    ("0.1.20 || 1.2.4", Some("0.1.20||1.2.4")),
    (">=0.2.3 || <0.0.1", Some(">=0.2.3||<0.0.1")),
    ("||", Some("*")),
    ("2.x.x", Some(">=2.0.0 <3.0.0-0")),
    ("1.2.x", Some(">=1.2.0 <1.3.0-0")),
    ("1.2.x || 2.x", Some(">=1.2.0 <1.3.0-0||>=2.0.0 <3.0.0-0")),
    ("x", Some("*")),
    ("2.*.*", Some(">=2.0.0 <3.0.0-0")),
    ("1.2.*", Some(">=1.2.0 <1.3.0-0")),
    ("1.2.* || 2.*", Some(">=1.2.0 <1.3.0-0||>=2.0.0 <3.0.0-0")),
    ("2", Some(">=2.0.0 <3.0.0-0")),
    ("2.3", Some(">=2.3.0 <2.4.0-0")),
    ("~2.4", Some(">=2.4.0 <2.5.0-0")),
    ("~>3.2.1", Some(">=3.2.1 <3.3.0-0")),
    ("~1", Some(">=1.0.0 <2.0.0-0")),
    ("~>1", Some(">=1.0.0 <2.0.0-0")),
    ("~> 1", Some(">=1.0.0 <2.0.0-0")),
    ("~1.0", Some(">=1.0.0 <1.1.0-0")),
    ("~ 1.0", Some(">=1.0.0 <1.1.0-0")),
    ("^0", Some("<1.0.0-0")),
    ("^ 1", Some(">=1.0.0 <2.0.0-0")),
    ("^0.1", Some(">=0.1.0 <0.2.0-0")),
    ("^1.0", Some(">=1.0.0 <2.0.0-0")),
    ("^1.2", Some(">=1.2.0 <2.0.0-0")),
    ("^0.0.1", Some(">=0.0.1 <0.0.2-0")),
    ("^0.0.1-beta", Some(">=0.0.1-beta <0.0.2-0")),
    ("^0.1.2", Some(">=0.1.2 <0.2.0-0")),
    ("^1.2.3", Some(">=1.2.3 <2.0.0-0")),
    ("^1.2.3-beta.4", Some(">=1.2.3-beta.4 <2.0.0-0")),
    ("<1", Some("<1.0.0-0")),
    ("< 1", Some("<1.0.0-0")),
    (">=1", Some(">=1.0.0")),
    (">= 1", Some(">=1.0.0")),
    ("<1.2", Some("<1.2.0-0")),
    ("< 1.2", Some("<1.2.0-0")),
    (">01.02.03", None),
    ("~1.2.3beta", None),
    ("^ 1.2 ^ 1", Some(">=1.2.0 <2.0.0-0 >=1.0.0")),
    ("1.2 - 3.4.5", Some(">=1.2.0 <=3.4.5")),
    ("1.2.3 - 3.4", Some(">=1.2.3 <3.5.0-0")),
    ("1.2 - 3.4", Some(">=1.2.0 <3.5.0-0")),
    (">1", Some(">=2.0.0")),
    (">1.2", Some(">=1.3.0")),
    (">X", Some("<0.0.0-0")),
    ("<X", Some("<0.0.0-0")),
    ("<x <* || >* 2.x", Some("<0.0.0-0")),
    (">x 2.x || * || <x", Some("*")),
];

/// `version-gt-range.js` and `version-lt-range.js`: valid ranges that do not accept the version.
const OUTSIDE: &[(&str, &str)] = &[
    ("~1.2.2", "1.3.0 1.2.1"),
    ("~0.6.1-1", "0.7.1-1 0.6.1-0"),
    ("1.0.0 - 2.0.0", "2.0.1 0.0.1 0.2.3"),
    ("1.0.0", "1.0.1-beta1 2.0.0 0.0.0 0.0.1"),
    ("<=2.0.0", "2.1.1 3.2.9"),
    ("<2.0.0", "2.0.0"),
    ("0.1.20 || 1.2.4", "1.2.5 0.1.5"),
    ("2.x.x", "3.0.0 1.0.0"),
    ("1.2.x", "1.3.0 1.1.0"),
    ("1.2.x || 2.x", "3.0.0 1.0.0"),
    ("2.*.*", "5.0.1 1.0.1"),
    ("1.2.* || 2.*", "4.0.0 1.1.9999"),
    ("2", "3.0.0 3.1.2 1.0.0 1.9999.9999"),
    ("2.3", "2.4.2 2.2.2 2.2.1"),
    ("~2.4", "2.5.5 2.3.0 2.3.5"),
    ("~>3.2.1", "3.3.0 2.3.2"),
    ("~1", "2.2.3"),
    ("~>1", "2.2.4 0.2.3"),
    ("~> 1", "3.2.3 0.2.3"),
    ("~1.0", "1.1.2 0.1.2 0.0.0"),
    ("~ 1.0", "1.1.0 0.1.0"),
    ("<1.2", "1.2.0"),
    ("< 1.2", "1.2.1"),
    ("~v0.5.4-pre", "0.6.0 0.6.1-pre"),
    ("=0.7.x", "0.8.0 0.8.0-asdf 0.6.0 0.6.0-asdf 0.6.2"),
    ("<0.7.x", "0.7.0"),
    ("0.7.x", "0.7.2-beta"),
    ("1.0.0-beta.2", "1.0.0-beta.1"),
    (">=2.0.0", "1.1.1 1.2.9 1.0.0 1.9999.9999"),
    (">2.0.0", "2.0.0 1.2.9"),
    ("1.2.*", "1.1.3"),
    (">1.2", "1.2.0"),
    ("> 1.2", "1.2.1"),
    (">=0.7.x", "0.6.0"),
    (">1", "1.0.0"),
    ("^1", "1.0.0-0"),
    (">1.2.3", "1.3.0-alpha"),
];

/// `comparisons.js`: the first is greater.
const GREATER: &[(&str, &str)] = &[
    ("0.0.0", "0.0.0-foo"),
    ("0.0.1", "0.0.0"),
    ("1.0.0", "0.9.9"),
    ("0.10.0", "0.9.0"),
    ("0.99.0", "0.10.0"),
    ("2.0.0", "1.2.3"),
    ("1.2.3", "1.2.3-asdf"),
    ("1.2.3", "1.2.3-4"),
    ("1.2.3", "1.2.3-4-foo"),
    ("1.2.3-5-foo", "1.2.3-5"),
    ("1.2.3-5", "1.2.3-4"),
    ("1.2.3-5-foo", "1.2.3-5-Foo"),
    ("3.0.0", "2.7.2+asdf"),
    ("1.2.3-a.10", "1.2.3-a.5"),
    ("1.2.3-a.b", "1.2.3-a.5"),
    ("1.2.3-a.b", "1.2.3-a"),
    ("1.2.3-a.b.c.10.d.5", "1.2.3-a.b.c.5.d.100"),
    ("1.2.3-r2", "1.2.3-r100"),
    ("1.2.3-r100", "1.2.3-R2"),
];

/// `equality.js`: neither is greater.
const EQUIVALENT: &[(&str, &str)] = &[
    ("1.2.3-beta+build", "1.2.3-beta+otherbuild"),
    ("1.2.3+build", "1.2.3+otherbuild"),
];

/// A version, its three numbers, its prerelease and its build metadata.
type Parts = (
    &'static str,
    [u64; 3],
    Option<&'static str>,
    Option<&'static str>,
);

/// `valid-versions.js`.
const VALID: &[Parts] = &[
    ("1.0.0", [1, 0, 0], None, None),
    ("2.1.0", [2, 1, 0], None, None),
    ("3.2.1", [3, 2, 1], None, None),
    ("1.2.3-0", [1, 2, 3], Some("0"), None),
    ("1.2.3-123", [1, 2, 3], Some("123"), None),
    ("1.2.3-1.2.3", [1, 2, 3], Some("1.2.3"), None),
    ("1.2.3-1a", [1, 2, 3], Some("1a"), None),
    ("1.2.3-a1", [1, 2, 3], Some("a1"), None),
    ("1.2.3-alpha", [1, 2, 3], Some("alpha"), None),
    ("1.2.3-alpha.1", [1, 2, 3], Some("alpha.1"), None),
    ("1.2.3-alpha-1", [1, 2, 3], Some("alpha-1"), None),
    ("1.2.3-alpha-.-beta", [1, 2, 3], Some("alpha-.-beta"), None),
    ("1.2.3+456", [1, 2, 3], None, Some("456")),
    ("1.2.3+build", [1, 2, 3], None, Some("build")),
    ("1.2.3+new-build", [1, 2, 3], None, Some("new-build")),
    ("1.2.3+build.1", [1, 2, 3], None, Some("build.1")),
    ("1.2.3+build.1a", [1, 2, 3], None, Some("build.1a")),
    ("1.2.3+build.a1", [1, 2, 3], None, Some("build.a1")),
    ("1.2.3+build.alpha", [1, 2, 3], None, Some("build.alpha")),
    (
        "1.2.3+build.alpha.beta",
        [1, 2, 3],
        None,
        Some("build.alpha.beta"),
    ),
    ("1.2.3-alpha+build", [1, 2, 3], Some("alpha"), Some("build")),
];

fn version(text: &str) -> Version {
    Version::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn range(text: &str) -> Range {
    Range::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn check_range(rows: &[(&str, &str)], accepted: bool) {
    for (text, versions) in rows {
        for one in versions.split(' ').map(version) {
            assert_eq!(
                range(text).satisfied_by(&one),
                accepted,
                "{text:?} and {one}"
            );
        }
    }
}

#[test]
fn ranges_include() {
    check_range(INCLUDED, true);
}

#[test]
fn ranges_exclude() {
    check_range(EXCLUDED, false);
    check_range(OUTSIDE, false);
}

#[test]
fn ranges_come_down_to_comparators() {
    for (text, expected) in PARSED {
        let parsed = Range::parse(text).ok();
        assert_eq!(
            parsed.as_ref().map(ToString::to_string).as_deref(),
            *expected,
            "{text:?}"
        );
        if let Some(parsed) = parsed {
            assert_eq!(
                range(&parsed.to_string()),
                parsed,
                "{text:?} printed and read again"
            );
        }
    }
}

#[test]
fn versions_compare() {
    for (greater, less) in GREATER {
        let (greater, less) = (version(greater), version(less));
        assert_eq!(
            greater.precedence(&less),
            Ordering::Greater,
            "{greater} {less}"
        );
        assert_eq!(
            less.precedence(&greater),
            Ordering::Less,
            "{less} {greater}"
        );
        assert_eq!(greater.precedence(&greater), Ordering::Equal, "{greater}");
        assert!(greater > less && greater != less);
    }
    for (a, b) in EQUIVALENT {
        let (a, b) = (version(a), version(b));
        assert_eq!(a.precedence(&b), Ordering::Equal, "{a} {b}");
        assert_eq!(a.without_build(), b.without_build());
    }
}

#[test]
fn versions_have_parts() {
    for (text, numbers, prerelease, build) in VALID {
        let version = version(text);
        assert_eq!(
            [version.major(), version.minor(), version.patch()],
            *numbers,
            "{text}"
        );
        assert_eq!(version.prerelease(), *prerelease, "{text}");
        assert_eq!(version.build(), *build, "{text}");
        assert_eq!(version.is_prerelease(), prerelease.is_some(), "{text}");
    }
}

/// `invalid-versions.js`, and what `equality.js` reads in its loose rows.
#[test]
fn versions_that_are_none() {
    let long = "1".repeat(255) + ".0.0";
    let big = "90071992547409910";
    let big = [
        format!("{big}.0.0"),
        format!("0.{big}.0"),
        format!("0.0.{big}"),
    ];
    let junk = [
        "hello, world",
        "xyz",
        "/a regexp/",
        "/1.2.3/",
        "v1.2.3",
        "=1.2.3",
        "v 1.2.3",
        "= 1.2.3",
        " v1.2.3",
    ];
    let texts = big
        .iter()
        .map(String::as_str)
        .chain(junk)
        .chain([long.as_str()]);
    for text in texts {
        assert!(Version::parse(text).is_err(), "{text}");
    }
}
