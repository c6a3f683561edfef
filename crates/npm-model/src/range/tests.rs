use proptest::prelude::*;

use super::*;

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn check(text: &str, expected: Option<&str>) {
    let printed = Range::parse(text).ok().map(|range| range.to_string());
    assert_eq!(printed.as_deref(), expected, "{text:?}");
}

/// What npm makes of spellings that its fixtures leave out.
#[test]
fn odd_spellings() {
    check("", Some("*"));
    check(" || ", Some("*"));
    check("\u{feff}1\u{a0}", Some(">=1.0.0 <2.0.0-0"));
    check("\u{85}1", None);
    check("1.2.3+build.1 || +b 2.x", Some("1.2.3||>=2.0.0 <3.0.0-0"));
    check("1.2.3++b", None);
    check(">=1.0.0-a.b >=1.0.0-a.b", Some(">=1.0.0-a.b"));
    check(">=0.0.0 <1.0.0-rc", Some("<1.0.0-rc"));
    check("* || 1.0.0-beta", Some("*"));
    check("v1.2.3", Some("1.2.3"));
    check("=v1.2", Some(">=1.2.0 <1.3.0-0"));
    check("=v1.2.3", Some("1.2.3"));
    check("==1.2.3", None);
    check("==1.2", Some(">=1.2.0 <1.3.0-0"));
    check("> =1.2.3", Some(">=1.2.3"));
    check("> = 1.2.3", None);
    check("~ > 1", Some(">=1.0.0 <2.0.0-0"));
    check("~>1.2.3-beta", Some(">=1.2.3-beta <1.3.0-0"));
    check("~~1", None);
    check("^=1.2.3", Some(">=1.2.3 <2.0.0-0"));
    check("^1.x.5", Some(">=1.0.0 <2.0.0-0"));
    check("1.x.5", None);
    check("x.1", None);
    check("1.2.3*", Some("1.2.3"));
    check("1.2.3 - 2.0.0 - 3.0.0", None);
    check("v1.2.3 - v2.0.0-rc.1", Some(">=1.2.3 <=2.0.0-rc.1"));
    check("1 -2", None);
    check("1 | 2", None);
    check("1.2.3.4", None);
    check("1.2-beta", None);
    check("latest", None);
    check("next-1", None);
}

#[test]
fn numbers_have_javascripts_limit() {
    check("9007199254740991.0.0", Some("9007199254740991.0.0"));
    check("9007199254740992.0.0", None);
    check(">=9007199254740991", Some(">=9007199254740991.0.0"));
    check("9007199254740991", None);
    check("~1.9007199254740991", None);
    check("^0.0.9007199254740991", None);
    check("1 - 9007199254740991", None);
    check("18446744073709551616.x", None);
}

#[test]
fn a_prerelease_needs_one_of_its_own_release() {
    fn check(range: &str, text: &str, expected: bool) {
        assert_eq!(
            Range::parse(range).unwrap().satisfied_by(&version(text)),
            expected,
            "{range} {text}"
        );
    }
    check("^1.2.3-beta.1", "1.2.3-beta.2", true);
    check("^1.2.3-beta.1", "1.3.0-beta.2", false);
    check(">1.0.0-alpha >0.9.0", "1.0.0-beta", true);
    check(">=0.0.0 <2.0.0-beta", "2.0.0-alpha", true);
    check("*", "1.0.0-beta", false);
    check("1.0.0", "1.0.0+build", true);
    check("1.0.0+build", "1.0.0+other", true);
    check("<0.0.0-0", "0.0.0-0", false);
}

#[test]
fn the_highest_version_is_picked() {
    fn check(range: &str, versions: &[&str], expected: Option<&str>) {
        let versions: Vec<_> = versions.iter().map(|text| version(text)).collect();
        let found = Range::parse(range)
            .unwrap()
            .max_satisfying(&versions)
            .map(Version::as_str);
        assert_eq!(found, expected, "{range}");
    }
    check("^1", &["1.0.0", "1.10.0", "1.9.0", "2.0.0"], Some("1.10.0"));
    check("^1", &["1.0.0+b", "1.0.0+c"], Some("1.0.0+b"));
    check("^3", &["1.0.0", "2.0.0"], None);
    check("*", &[], None);
}

#[test]
fn long_input_is_refused_or_quick() {
    for text in [
        "1 ", "^", "~ ", "> ", "1||", "x.", "*", "+", "1 - ", "1-", "=v", "é",
    ] {
        let longest = text.repeat(MAX_LEN / text.len());
        let _ = Range::parse(&longest);
        let too_long = text.repeat(1_000_000);
        assert!(matches!(
            Range::parse(&too_long),
            Err(RangeError::TooLong { .. })
        ));
    }
    let distinct: Vec<_> = (0..200).map(|n| n.to_string()).collect();
    assert!(Range::parse(&distinct.join(" ")).is_ok());
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        let _ = Range::parse(&text);
    }

    #[test]
    fn a_printed_range_is_the_same_range(text in "([v^~<>=]{0,2} ?([0-3x*]\\.){0,2}[0-3x*](-[a0]\\.1)?(\\+b)?( - |\\|\\|| )?){0,4}") {
        if let Ok(range) = Range::parse(&text) {
            prop_assert_eq!(&Range::parse(&range.to_string()), &Ok(range));
        }
    }

    #[test]
    fn caret_and_tilde_start_at_their_version(major in 0..4_u64, minor in 0..4_u64, patch in 0..4_u64) {
        let text = format!("{major}.{minor}.{patch}");
        for range in [format!("^{text}"), format!("~{text}"), format!("{text} - {text}"), text.clone()] {
            let range = Range::parse(&range).unwrap();
            prop_assert!(range.satisfied_by(&version(&text)));
            let next_major = format!("{}.0.0", major + 1);
            prop_assert!(!range.satisfied_by(&version(&next_major)));
        }
    }

    /// A range is printed in other words than it was read in; what it allows stays the same.
    #[test]
    fn a_printed_range_allows_the_same(
        text in prop_oneof!["[0-3xX*v.^~<>=| a+-]{0,20}", "([v^~<>=]{0,2}[0-3]\\.[0-3x]\\.[0-3x](-[a0]\\.1)?( - |\\|\\|| )?){0,4}"],
        versions in prop::collection::vec("[0-3]\\.[0-3]\\.[0-3](-[a0](\\.[01])?)?", 8),
    ) {
        if let Ok(range) = Range::parse(&text) {
            let printed = Range::parse(&range.to_string()).unwrap();
            prop_assert_eq!(&printed, &range);
            for text in &versions {
                let version = version(text);
                prop_assert_eq!(range.satisfied_by(&version), printed.satisfied_by(&version), "{} {}", range, text);
            }
            let versions: Vec<_> = versions.iter().map(|text| version(text)).collect();
            let best = range.max_satisfying(&versions);
            let allowed = versions.iter().filter(|version| range.satisfied_by(version));
            prop_assert_eq!(best.is_none(), allowed.clone().next().is_none());
            if let Some(best) = best {
                prop_assert!(allowed.clone().all(|other| other.precedence(best) != Ordering::Greater));
            }
        }
    }
}
