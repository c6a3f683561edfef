use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::integrity::Digests;
use crate::manifest::{Dist, Manifest, StoredManifest};

const BASE: &str = "http://localhost:4873";

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn at(secs: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(secs)
}

fn head(name: &str) -> PackumentHead {
    PackumentHead {
        name: PackageName::parse(name).unwrap(),
        rev: "3-abc".to_owned(),
        created: at(0),
        modified: at(86_400) + Duration::from_millis(5),
        dist_tags: vec![
            (DistTag::latest(), version("1.0.0")),
            (DistTag::parse("next").unwrap(), version("2.0.0-rc.1+b")),
        ],
        readme: Some("# \"Left\"\n".to_owned()),
        readme_filename: Some("README.md".to_owned()),
        maintainers: vec![Maintainer {
            name: "alice".to_owned(),
            email: String::new(),
        }],
        times: vec![(version("1.0.0"), at(0)), (version("2.0.0-rc.1+b"), at(60))],
        stars: vec!["bob".to_owned()],
    }
}

/// Versions 1.0.0 and 2.0.0-rc.1+b as they are stored.
fn stored(name: &str) -> Vec<(Version, StoredManifest)> {
    let Digests {
        integrity, shasum, ..
    } = Digests::of(b"abc");
    let dist = Dist {
        integrity,
        shasum,
        file_count: Some(1),
        unpacked_size: None,
        signatures: Vec::new(),
    };
    let one = |version: &str, description: &str| {
        let json = json!({
            "name": name, "version": version, "description": description, "license": "MIT", "author": null,
            "keywords": ["a"], "main": "x.js", "dependencies": {"b": "^1"},
        });
        let manifest = Manifest::parse(json.to_string().as_bytes()).unwrap();
        (manifest.version().clone(), manifest.to_stored(&dist))
    };
    vec![one("1.0.0", "stable"), one("2.0.0-rc.1+b", "early")]
}

fn entry<'a>(version: &'a Version, stored: &'a str) -> VersionEntry<'a> {
    VersionEntry {
        version,
        stored,
        deprecated: None,
        provenance: None,
    }
}

fn full(head: &PackumentHead, base: &str) -> Value {
    let stored = stored(head.name.as_str());
    let versions = stored
        .iter()
        .map(|(version, stored)| entry(version, &stored.full));
    let bytes = render_full(head, versions, base);
    assert_eq!(
        bytes,
        render_full(
            head,
            stored
                .iter()
                .map(|(version, stored)| entry(version, &stored.full)),
            base
        )
    );
    serde_json::from_slice(&bytes).unwrap()
}

fn abbreviated(head: &PackumentHead, base: &str) -> Value {
    let stored = stored(head.name.as_str());
    let versions = stored
        .iter()
        .map(|(version, stored)| entry(version, &stored.abbreviated));
    serde_json::from_slice(&render_abbreviated(head, versions, base)).unwrap()
}

fn expected_dist(name: &str, file: &str) -> Value {
    let digests = Digests::of(b"abc");
    json!({
        "integrity": digests.integrity.to_string(), "shasum": digests.shasum.to_string(), "fileCount": 1,
        "tarball": format!("{BASE}/{name}/-/{file}"),
    })
}

#[test]
fn the_full_packument() {
    let name = "@sc/left";
    let manifest = |version: &str, description: &str| {
        json!({
            "name": name, "version": version, "description": description, "license": "MIT", "author": null,
            "keywords": ["a"], "main": "x.js", "dependencies": {"b": "^1"}, "_id": format!("{name}@{version}"),
            "dist": expected_dist(name, &format!("left-{version}.tgz")),
        })
    };
    let expected = json!({
        "_id": name, "_rev": "3-abc", "name": name,
        "dist-tags": {"latest": "1.0.0", "next": "2.0.0-rc.1+b"},
        "versions": {"1.0.0": manifest("1.0.0", "stable"), "2.0.0-rc.1+b": manifest("2.0.0-rc.1+b", "early")},
        "time": {
            "created": "1970-01-01T00:00:00.000Z", "modified": "1970-01-02T00:00:00.005Z",
            "1.0.0": "1970-01-01T00:00:00.000Z", "2.0.0-rc.1+b": "1970-01-01T00:01:00.000Z",
        },
        "maintainers": [{"name": "alice", "email": ""}],
        "description": "stable", "license": "MIT", "keywords": ["a"],
        "readme": "# \"Left\"\n", "readmeFilename": "README.md", "users": {"bob": true}, "_attachments": {},
    });
    assert_eq!(full(&head(name), BASE), expected);
}

#[test]
fn the_abbreviated_packument() {
    let name = "left";
    let manifest = |version: &str| {
        let dist = expected_dist(name, &format!("left-{version}.tgz"));
        json!({"name": name, "version": version, "dependencies": {"b": "^1"}, "dist": dist})
    };
    let expected = json!({
        "name": name, "_rev": "3-abc", "modified": "1970-01-02T00:00:00.005Z",
        "dist-tags": {"latest": "1.0.0", "next": "2.0.0-rc.1+b"},
        "maintainers": head(name).maintainers,
        "versions": {"1.0.0": manifest("1.0.0"), "2.0.0-rc.1+b": manifest("2.0.0-rc.1+b")},
        "time": {
            "created": "1970-01-01T00:00:00.000Z", "modified": "1970-01-02T00:00:00.005Z",
            "1.0.0": "1970-01-01T00:00:00.000Z", "2.0.0-rc.1+b": "1970-01-01T00:01:00.000Z",
        },
    });
    assert_eq!(abbreviated(&head(name), BASE), expected);
}

#[test]
fn keys_come_in_this_order() {
    let head = PackumentHead {
        dist_tags: vec![],
        times: vec![],
        stars: vec![],
        maintainers: vec![],
        ..head("a")
    };
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let time =
        r#""time":{"created":"1970-01-01T00:00:00.000Z","modified":"1970-01-02T00:00:00.005Z"}"#;
    assert_eq!(
        text(render_full(&head, std::iter::empty(), BASE)),
        format!(
            r##"{{"_id":"a","_rev":"3-abc","name":"a","dist-tags":{{}},"versions":{{}},{time},"maintainers":[],"readme":"# \"Left\"\n","readmeFilename":"README.md","users":{{}},"_attachments":{{}}}}"##
        )
    );
    assert_eq!(
        text(render_abbreviated(&head, std::iter::empty(), BASE)),
        format!(
            r#"{{"name":"a","_rev":"3-abc","modified":"1970-01-02T00:00:00.005Z","dist-tags":{{}},"maintainers":[],"versions":{{}},{time}}}"#
        )
    );
}

#[test]
fn the_package_is_described_by_latest_or_else_by_the_last_version() {
    fn check(dist_tags: Vec<(DistTag, Version)>, expected: &str) {
        let head = PackumentHead {
            dist_tags,
            ..head("a")
        };
        assert_eq!(full(&head, BASE)["description"], expected);
    }
    let next = DistTag::parse("next").unwrap();
    check(
        vec![
            (next.clone(), version("2.0.0-rc.1+b")),
            (DistTag::latest(), version("1.0.0")),
        ],
        "stable",
    );
    check(vec![(DistTag::latest(), version("2.0.0-rc.1+b"))], "early");
    check(vec![(DistTag::latest(), version("9.9.9"))], "early");
    check(vec![(next, version("1.0.0"))], "early");
    check(vec![], "early");
}

#[test]
fn one_version() {
    let name = PackageName::parse("left").unwrap();
    for (version, stored) in stored("left") {
        let rendered = render_manifest(&name, entry(&version, &stored.full), BASE);
        let rendered: Value = serde_json::from_slice(&rendered).unwrap();
        assert_eq!(
            rendered,
            full(&head("left"), BASE)["versions"][version.as_str()]
        );
    }
}

#[test]
fn a_deprecation_stands_behind_what_was_published() {
    let name = PackageName::parse("left").unwrap();
    let (version, stored) = stored("left").swap_remove(0);
    let mut entry = entry(&version, &stored.full);
    let plain: Value = serde_json::from_slice(&render_manifest(&name, entry, BASE)).unwrap();
    entry.deprecated = Some("use \"right\"");
    let mut marked: Value = serde_json::from_slice(&render_manifest(&name, entry, BASE)).unwrap();
    assert_eq!(marked["deprecated"], "use \"right\"");
    marked.as_object_mut().unwrap().remove("deprecated");
    assert_eq!(marked, plain);
}

#[test]
fn provenance_is_found_under_the_base_that_was_asked_under() {
    let name = PackageName::parse("@sc/left").unwrap();
    let stored = stored("@sc/left");
    let entries = || {
        stored.iter().map(|(version, stored)| VersionEntry {
            provenance: Some("https://slsa.dev/\"v1\""),
            ..entry(version, &stored.full)
        })
    };
    for base in [BASE, "https://registry.example/under"] {
        let rendered = render_full(&head("@sc/left"), entries(), base);
        let rendered: Value = serde_json::from_slice(&rendered).unwrap();
        for entry in entries() {
            let alone = render_manifest(&name, entry, base);
            let mut alone: Value = serde_json::from_slice(&alone).unwrap();
            let version = entry.version.as_str();
            assert_eq!(rendered["versions"][version], alone);
            let expected = json!({
                "url": format!("{base}/-/npm/v1/attestations/@sc%2fleft@{version}"),
                "provenance": {"predicateType": "https://slsa.dev/\"v1\""},
            });
            let dist = alone["dist"].as_object_mut().unwrap();
            assert_eq!(dist.remove("attestations"), Some(expected));
            let without = full(&head("@sc/left"), base)["versions"][version].clone();
            assert_eq!(alone, without);
        }
    }
}

#[test]
fn a_damaged_stored_manifest_is_passed_on() {
    let name = PackageName::parse("left").unwrap();
    for damaged in ["", "}", "{}", "null"] {
        assert_eq!(
            render_manifest(&name, entry(&version("1.0.0"), damaged), BASE),
            damaged.as_bytes()
        );
    }
    let versions = [(version("1.0.0"), "null")];
    let versions = versions
        .iter()
        .map(|(version, stored)| entry(version, stored));
    let rendered: Value =
        serde_json::from_slice(&render_full(&head("left"), versions, BASE)).unwrap();
    assert_eq!(rendered["versions"], json!({"1.0.0": null}));
}

#[test]
fn times_have_one_form() {
    fn check(time: SystemTime, expected: &str) {
        assert_eq!(rfc3339_millis(time), expected);
    }
    check(
        at(1_769_860_800) + Duration::from_micros(1_999),
        "2026-01-31T12:00:00.001Z",
    );
    check(at(0) - Duration::from_secs(1), "1970-01-01T00:00:00.000Z");
    check(
        at(253_402_300_799) + Duration::from_nanos(999_999_999),
        "9999-12-31T23:59:59.999Z",
    );
    check(at(253_402_300_800), "9999-12-31T23:59:59.999Z");
    check(at(u64::MAX >> 1), "9999-12-31T23:59:59.999Z");
}

#[test]
fn one_allocation_is_enough() {
    let stored = stored("@sc/left");
    let versions: Vec<Version> = (0..500)
        .map(|n| version(&format!("1.{n}.0-beta.{n}")))
        .collect();
    let times = versions
        .iter()
        .map(|version| (version.clone(), at(0)))
        .collect();
    let head = PackumentHead {
        times,
        readme: Some("a line of text\n".repeat(5000)),
        ..head("@sc/left")
    };
    for form in [&stored[0].1.full, &stored[0].1.abbreviated] {
        let pairs = versions.iter().map(|version| entry(version, form));
        let reserved = JsonWriter::new(&head, &pairs.clone().collect::<Vec<_>>(), BASE)
            .0
            .capacity();
        let bytes = render_full(&head, pairs, BASE);
        assert!(bytes.len() <= reserved, "{} in {reserved}", bytes.len());
        assert!(
            reserved < bytes.len() + bytes.len() / 4,
            "{} in {reserved}",
            bytes.len()
        );
    }
}

#[test]
fn maintainers_without_an_address_have_an_empty_one() {
    let read: Maintainer = serde_json::from_str(r#"{"name":"alice"}"#).unwrap();
    assert_eq!(
        serde_json::to_string(&read).unwrap(),
        r#"{"name":"alice","email":""}"#
    );
}

proptest! {
    #[test]
    fn hostile_text_stays_text(
        base in any::<String>(), rev in any::<String>(), readme in any::<String>(), user in any::<String>(),
        email in any::<String>(),
    ) {
        let maintainers = vec![Maintainer { name: user.clone(), email: email.clone() }];
        let head = PackumentHead {
            rev: rev.clone(), readme: Some(readme.clone()), stars: vec![user.clone()], maintainers, ..head("@sc/left")
        };
        let full = full(&head, &base);
        prop_assert_eq!(&full["_rev"], &rev);
        prop_assert_eq!(&full["readme"], &readme);
        prop_assert_eq!(&full["users"], &json!({&user: true}));
        prop_assert_eq!(&full["maintainers"], &json!([{"name": user, "email": email}]));
        let tarball = format!("{base}/@sc/left/-/left-1.0.0.tgz");
        for packument in [&full, &abbreviated(&head, &base)] {
            prop_assert_eq!(packument["versions"].as_object().unwrap().len(), 2);
            prop_assert_eq!(&packument["versions"]["1.0.0"]["dist"]["tarball"], &tarball);
        }
    }
}

#[test]
fn a_hostile_base_adds_no_key() {
    let base = r#"http://x"},"dependencies":{"evil":"*"},"y":{"z":""#;
    let dist = &full(&head("left"), base)["versions"]["1.0.0"]["dist"];
    assert_eq!(dist["tarball"], format!("{base}/left/-/left-1.0.0.tgz"));
    assert_eq!(dist.as_object().unwrap().len(), 4);
}
