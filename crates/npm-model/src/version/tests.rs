use std::hash::{BuildHasher as _, RandomState};

use proptest::prelude::*;

use super::*;

#[test]
fn only_the_normalised_form_is_read() {
    fn check(text: &str) {
        let malformed = VersionError::Malformed {
            version: Quoted::new(text),
        };
        assert_eq!(Version::parse(text), Err(malformed), "{text:?}");
    }
    for text in [
        "",
        "banana",
        "v1.0.0",
        "=1.0.0",
        " 1.0.0",
        "1.0.0 ",
        "1.0.0\n",
        "1",
        "1.0",
        "1.0.0.0",
        "01.0.0",
        "1.00.0",
        "1.0.00",
        "1..0",
        "1.0.",
        ".1.0",
        "-1.0.0",
        "+1.0.0",
        "1.0.0-",
        "1.0.0+",
        "1.0.0-+b",
        "1.0.0-a..b",
        "1.0.0-01",
        "1.0.0-a.00",
        "1.0.0+a..b",
        "1.0.0+a+b",
        "1.0.0-a_b",
        "1.0.0-é",
        "1.x.0",
        "١.0.0",
        "../../x",
        "__proto__",
        "1.0.0-a/b",
        "1.0.0beta",
        "latest",
    ] {
        check(text);
    }
}

#[test]
fn limits_are_javascripts() {
    assert!(Version::parse("9007199254740991.9007199254740991.9007199254740991").is_ok());
    for text in [
        "9007199254740992.0.0",
        "0.9007199254740992.0",
        "0.0.18446744073709551616",
    ] {
        let too_big = VersionError::NumberTooBig {
            version: Quoted::new(text),
        };
        assert_eq!(Version::parse(text), Err(too_big));
    }
    assert!(Version::parse(&format!("1.0.0-{}", "a".repeat(250))).is_ok());
    let long = format!("1.0.0-{}", "a".repeat(251));
    let too_long = VersionError::TooLong {
        version: Quoted::new(&long),
        length: 257,
    };
    assert_eq!(Version::parse(&long), Err(too_long));
    assert!(Version::parse(&"9".repeat(10_000_000)).is_err());
}

#[test]
fn build_metadata_is_kept_and_can_be_dropped() {
    fn check(text: &str, without: &str) {
        let version = Version::parse(text).unwrap();
        assert_eq!(version.to_string(), text);
        let stripped = version.without_build();
        assert_eq!(stripped, Version::parse(without).unwrap());
        assert_eq!(
            (stripped.build(), stripped.prerelease()),
            (None, version.prerelease())
        );
        assert_eq!(version.precedence(&stripped), Ordering::Equal);
    }
    check("1.0.0", "1.0.0");
    check("1.0.0+b1", "1.0.0");
    check("1.0.0-rc.1", "1.0.0-rc.1");
    check("1.0.0-rc.1+b-1.001", "1.0.0-rc.1");
    check("1.0.0+b-not.a-prerelease", "1.0.0");
}

#[test]
fn order_is_precedence_then_build() {
    let ordered = [
        "0.0.0-0",
        "0.0.0",
        "1.0.0-0",
        "1.0.0-9007199254740993",
        "1.0.0-90071992547409930",
        "1.0.0--",
        "1.0.0-A",
        "1.0.0-a",
        "1.0.0-a.1",
        "1.0.0-a.1.0",
        "1.0.0-a.b",
        "1.0.0",
        "1.0.0+0",
        "1.0.0+01",
        "1.0.0+1",
        "1.0.0+2",
        "1.0.0+10",
        "1.0.0+a",
        "1.0.0+a.b",
        "1.0.1-0",
        "1.0.1",
        "1.2.0",
        "1.10.0",
        "2.0.0",
    ];
    let versions: Vec<_> = ordered
        .iter()
        .map(|text| Version::parse(text).unwrap())
        .collect();
    let mut sorted = versions.clone();
    sorted.reverse();
    sorted.sort();
    assert_eq!(sorted, versions);
}

prop_compose! {
    /// Versions that are close to each other, so that every way of comparing is met.
    fn close_version()(
        text in "[01]\\.[01]\\.[01](-(0|1|10|a|a-|-1)(\\.(0|2|b)){0,2})?(\\+(0|00|1|01|a)(\\.1)?)?",
    ) -> Version {
        Version::parse(&text).unwrap()
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        if let Ok(version) = Version::parse(&text) {
            prop_assert_eq!(version.as_str(), text);
        }
    }

    #[test]
    fn equality_order_and_hash_agree(a in close_version(), b in close_version()) {
        prop_assert_eq!(a == b, a.cmp(&b) == Ordering::Equal);
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a == b, a.as_str() == b.as_str());
        let same_release = a.without_build() == b.without_build();
        prop_assert_eq!(same_release, a.precedence(&b) == Ordering::Equal);
        if a == b {
            let hasher = RandomState::new();
            prop_assert_eq!(hasher.hash_one(&a), hasher.hash_one(&b));
        }
    }

    #[test]
    fn order_is_transitive(a in close_version(), b in close_version(), c in close_version()) {
        let mut sorted = [&a, &b, &c];
        sorted.sort();
        prop_assert!(sorted[0] <= sorted[1] && sorted[1] <= sorted[2] && sorted[0] <= sorted[2]);
    }

    #[test]
    fn a_version_is_the_sum_of_its_parts(text in prop_oneof!["[0-9]{1,17}\\.[0-9]{1,2}\\.[0-9]{1,2}[+.a-c0-9-]{0,10}", "[0-9a-zA-Z.+-]{0,24}"]) {
        if let Ok(version) = Version::parse(&text) {
            let mut whole = format!("{}.{}.{}", version.major(), version.minor(), version.patch());
            for (mark, part) in [('-', version.prerelease()), ('+', version.build())] {
                if let Some(part) = part {
                    whole.push(mark);
                    whole.push_str(part);
                }
            }
            prop_assert_eq!(&whole, &text);
            prop_assert_eq!(Version::parse(&whole), Ok(version));
        }
    }
}
