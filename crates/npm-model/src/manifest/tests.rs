use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::integrity::Digests;

fn manifest(json: &str) -> Manifest {
    Manifest::parse(json.as_bytes()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// A manifest with these fields after its name and version.
fn with(fields: &str) -> Manifest {
    manifest(&format!(r#"{{"name":"@sc/a","version":"1.0.0",{fields}}}"#))
}

fn dist() -> Dist {
    let Digests {
        integrity, shasum, ..
    } = Digests::of(b"abc");
    Dist {
        integrity,
        shasum,
        file_count: None,
        unpacked_size: None,
        signatures: Vec::new(),
    }
}

/// The end of every stored manifest whose tarball is `abc`.
fn stored_dist() -> String {
    format!(
        r#""dist":{{"integrity":"{}","shasum":"{}"}}}}"#,
        dist().integrity,
        dist().shasum
    )
}

#[test]
fn what_is_stored() {
    fn check(fields: &str, full: &str, abbreviated: &str) {
        let stored = with(fields).to_stored(&dist());
        let head = r#"{"name":"@sc/a","version":"1.0.0","#;
        let dist = stored_dist();
        assert_eq!(
            stored.full,
            format!(r#"{head}{full}"_id":"@sc/a@1.0.0",{dist}"#)
        );
        assert_eq!(stored.abbreviated, format!("{head}{abbreviated}{dist}"));
    }
    check(r#""x":1"#, r#""x":1,"#, "");
    check(
        r#""os":[ "linux" ] , "x":1.0E5"#,
        r#""os":[ "linux" ],"x":1.0E5,"#,
        r#""os":[ "linux" ],"#,
    );
    // What only the readme, the attachments and the publisher's dist are good for goes.
    check(
        r#""readme":"x","readmeFilename":"y","_attachments":{},"_id":"z","dist":{"tarball":"http://evil/"}"#,
        "",
        "",
    );
    check(r#""deprecated":"bad""#, "", "");
    // Keys are compared as text, whatever escapes they were written with, and written anew.
    check(r#""\u0072eadme":"x","a\"b\n":1"#, r#""a\"b\n":1,"#, "");
    let scripts = r#""scripts":{"test":"x","postinstall":"y"},"#;
    check(
        scripts.trim_end_matches(','),
        &format!(r#"{scripts}"hasInstallScript":true,"#),
        r#""hasInstallScript":true,"#,
    );
    let scripts = r#""scripts":{"test":"x","install":"","preinstall":1},"#;
    check(scripts.trim_end_matches(','), scripts, "");
    check(r#""scripts":["install"]"#, r#""scripts":["install"],"#, "");
    let told = r#""hasInstallScript":false,"#;
    check(
        &format!(r#"{told}"scripts":{{"install":"x"}}"#),
        &format!(r#"{told}"scripts":{{"install":"x"}},"#),
        told,
    );
}

#[test]
fn the_abbreviated_form_has_every_field_an_install_needs() {
    let fields = ABBREVIATED.map(|key| {
        format!(
            r#""{key}":"{}""#,
            if key == "version" { "1.0.0" } else { "a" }
        )
    });
    let manifest = manifest(&format!(r#"{{"private":1,{},"main":2}}"#, fields.join(",")));
    let stored = manifest.to_stored(&dist());
    assert_eq!(
        stored.abbreviated,
        format!("{{{},{}", fields.join(","), stored_dist())
    );
}

#[test]
fn sizes_are_stored_when_they_are_known() {
    let dist = Dist {
        file_count: Some(3),
        unpacked_size: Some(u64::MAX),
        ..dist()
    };
    let stored = with(r#""x":1"#).to_stored(&dist);
    for text in [stored.full, stored.abbreviated] {
        assert!(
            text.ends_with(r#""fileCount":3,"unpackedSize":18446744073709551615}}"#),
            "{text}"
        );
    }
}

#[test]
fn a_stored_manifest_is_stored_the_same_again() {
    let stored =
        with(r#""x": [1, {"a":0.10}],"os":["linux"],"scripts":{"install":"x"}"#).to_stored(&dist());
    let again = manifest(&stored.full);
    assert_eq!(
        again.claimed_dist().unwrap().integrity,
        Some(dist().integrity)
    );
    assert_eq!(again.to_stored(&dist()), stored);
}

#[test]
fn what_is_no_manifest() {
    fn check(json: &str, expected: &str) {
        let error = Manifest::parse(json.as_bytes()).unwrap_err().to_string();
        assert!(
            error.starts_with(expected) && error.len() < 400,
            "{json:.80}: {error}"
        );
    }
    let name = r#""name":"a""#;
    let version = r#""version":"1.0.0""#;
    for json in [
        "",
        " ",
        "null",
        "[]",
        "1",
        "\"{}\"",
        &format!("\"{}\"", "x".repeat(1_000_000)),
        "\u{feff}{}",
    ] {
        check(json, "a manifest must be a JSON object");
    }
    for json in [
        "{",
        "{}}",
        "{]",
        r#"{"name"}"#,
        r#"{"name":"a",}"#,
        &format!("{{{name},{version}}} x"),
        "{\"\\ud800\":1}",
    ] {
        check(json, "the manifest is not valid JSON");
    }
    check("{}", r#"the manifest must have a "name" that is a string"#);
    check(
        &format!("{{{version}}}"),
        r#"the manifest must have a "name""#,
    );
    check(
        r#"{"name":null,"version":"1.0.0"}"#,
        r#"the manifest must have a "name""#,
    );
    check(
        &format!("{{{name}}}"),
        r#"the manifest must have a "version""#,
    );
    check(
        r#"{"name":"a","version":1}"#,
        r#"the manifest must have a "version""#,
    );
    check(
        r#"{"name":"a","version":["1.0.0"]}"#,
        r#"the manifest must have a "version""#,
    );
    check(
        &format!(r#"{{"name":"{}",{version}}}"#, "a b".repeat(300)),
        "the manifest's name is not valid: package name \"a b",
    );
    check(
        &format!(r#"{{{name},"version":"banana"}}"#),
        "the manifest's version is not valid: version \"banana\" must be",
    );
    let deep = format!(r#"{{{name},{version},"x":{}"#, "[".repeat(10_000_000));
    check(&deep, "the manifest nests more than 100 levels deep");
    assert!(matches!(
        Manifest::parse(b"{\"name\":\"\xff\"}"),
        Err(ManifestError::Json(_))
    ));
}

#[test]
fn nesting_is_counted_outside_of_strings() {
    let braces = r#""x":"[[{{\"[[\\""#;
    assert_eq!(depth(with(braces).to_stored(&dist()).full.as_bytes()), 2);
    let nested = |levels: usize| format!(r#""x":{}1{}"#, "[".repeat(levels), "]".repeat(levels));
    assert!(
        with(&nested(99))
            .to_stored(&dist())
            .full
            .contains(&nested(99))
    );
    let deeper = format!(r#"{{"name":"a","version":"1.0.0",{}}}"#, nested(100));
    assert!(matches!(
        Manifest::parse(deeper.as_bytes()),
        Err(ManifestError::TooDeep)
    ));
}

#[test]
fn the_last_of_a_repeated_key_counts() {
    let manifest = manifest(r#"{"x":1,"name":"b","version":"1.0.0","x":{"y":2},"name":"a"}"#);
    assert_eq!(manifest.name().as_str(), "a");
    assert_eq!(
        serde_json::to_string(&manifest).unwrap(),
        r#"{"x":{"y":2},"name":"a","version":"1.0.0"}"#
    );
}

#[test]
fn many_keys_take_linear_time() {
    let fields: Vec<_> = (0..200_000)
        .map(|n| format!(r#""k{}":1"#, n % 150_000))
        .collect();
    assert_eq!(with(&fields.join(",")).fields().count(), 150_002);
}

#[test]
fn fields_can_be_changed() {
    let mut manifest = with(r#""x":1,"y":2"#);
    manifest.set("x", &json!({"a": [1]})).unwrap();
    manifest.set("z", "text").unwrap();
    manifest.remove("y");
    manifest.remove("y");
    assert_eq!(manifest.get("x").map(RawValue::get), Some(r#"{"a":[1]}"#));
    assert_eq!(manifest.get_str("z").as_deref(), Some("text"));
    assert_eq!(
        (manifest.get_str("x"), manifest.get("y").map(RawValue::get)),
        (None, None)
    );

    manifest.set("name", "b").unwrap();
    manifest.set("version", "2.0.0").unwrap();
    assert_eq!(
        (manifest.name().as_str(), manifest.version().as_str()),
        ("b", "2.0.0")
    );
    assert!(matches!(
        manifest.set("name", "a b"),
        Err(ManifestError::Name(_))
    ));
    assert!(matches!(
        manifest.set("version", &1),
        Err(ManifestError::Missing { field: "version" })
    ));
    let unwritable = HashMap::from([(vec![1], 1)]);
    assert!(matches!(
        manifest.set("x", &unwritable),
        Err(ManifestError::Unwritable(_))
    ));
    manifest.remove("name");
    manifest.remove("version");
    assert_eq!(
        serde_json::to_string(&manifest).unwrap(),
        r#"{"name":"b","version":"2.0.0","x":{"a":[1]},"z":"text"}"#
    );
}

#[test]
fn only_a_text_deprecates() {
    fn check(fields: &str, expected: Option<&str>) {
        assert_eq!(with(fields).deprecated().as_deref(), expected, "{fields}");
    }
    check(r#""x":1"#, None);
    check(r#""deprecated":"use b""#, Some("use b"));
    check(r#""deprecated":"""#, None);
    check(r#""deprecated":true"#, None);
}

#[test]
fn claims_about_the_tarball() {
    let Dist {
        integrity, shasum, ..
    } = dist();
    let check = |dist: &str, expected: (Option<Integrity>, Option<Shasum>)| {
        let claimed = with(&format!(r#""dist":{dist}"#)).claimed_dist().unwrap();
        assert_eq!((claimed.integrity, claimed.shasum), expected, "{dist}");
    };
    assert_eq!(
        with(r#""x":1"#).claimed_dist().unwrap(),
        ClaimedDist::default()
    );
    check("null", (None, None));
    check("{}", (None, None));
    check(
        r#"{"integrity":null,"shasum":null,"tarball":7}"#,
        (None, None),
    );
    check(
        r#"{"integrity":"sha1-qZk+NkcGgWq6PiVxeFDCbJzQ2J0="}"#,
        (None, None),
    );
    check(
        &format!(r#"{{"integrity":"{integrity}"}}"#),
        (Some(integrity), None),
    );
    check(
        &format!(r#"{{"shasum":"{shasum}","integrity":"sha1-x {integrity}"}}"#),
        (Some(integrity), Some(shasum)),
    );

    let check = |dist: &str, expected: fn(&ManifestError) -> bool| {
        let error = with(&format!(r#""dist":{dist}"#))
            .claimed_dist()
            .unwrap_err();
        assert!(expected(&error), "{dist}: {error}");
    };
    for dist in ["1", "[]", "\"x\"", r#"{"integrity":1}"#, r#"{"shasum":{}}"#] {
        check(dist, |error| matches!(error, ManifestError::Dist));
    }
    check(r#"{"integrity":"sha512-x"}"#, |error| {
        matches!(error, ManifestError::Integrity(_))
    });
    check(r#"{"shasum":"xyz"}"#, |error| {
        matches!(error, ManifestError::Shasum(_))
    });
    check(r#"{"shasum":""}"#, |error| {
        matches!(error, ManifestError::Shasum(_))
    });
}

/// The text of any JSON value: numbers that no float holds, escapes and space where JSON allows them.
fn any_json() -> impl Strategy<Value = String> {
    let number = "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?";
    let string = "\"([a-z \\[\\]{}é]|\\\\[\"\\\\/bfnrt]|\\\\u(0041|d800|00e9|0000)){0,8}\"";
    let leaf = prop_oneof![
        prop::sample::select(vec!["null", "true", "false", "{}", "[ ]"]).prop_map(str::to_owned),
        number,
        string,
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let space = "[ \t\r\n]{0,2}";
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..4), space).prop_map(|(items, space)| format!(
                "[{space}{}{space}]",
                items.join(&format!(",{space}"))
            )),
            (prop::collection::vec(("[a-z]{0,3}", inner), 0..4), space).prop_map(
                |(entries, space)| {
                    let entries = entries
                        .iter()
                        .map(|(key, value)| format!("\"{key}\"{space}:{value}"));
                    format!("{{{space}{}}}", entries.collect::<Vec<_>>().join(","))
                }
            ),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in any::<Vec<u8>>(), text in any::<String>()) {
        let _ = Manifest::parse(&bytes);
        let _ = Manifest::parse(format!("{{{text}}}").as_bytes());
        let _ = with(&format!("\"x\":{}", Value::from(text.as_str()))).to_stored(&dist());
    }

    #[test]
    fn unknown_values_keep_their_exact_text(
        before in prop::collection::vec(("[A-Z]{1,3}", any_json()), 0..5),
        after in prop::collection::vec((any::<String>(), any_json()), 0..5),
        space in "[ \t\r\n]{0,2}",
    ) {
        let entry = |(key, value): &(String, String)| format!("{}{space}:{space}{value}{space}", Value::from(key.as_str()));
        let own = [("name".to_owned(), "\"a\"".to_owned()), ("version".to_owned(), "\"1.0.0\"".to_owned())];
        let written: Vec<_> = before.iter().chain(&own).chain(&after).collect();
        let json = format!("{space}{{{}}}", written.iter().map(|one| entry(one)).collect::<Vec<_>>().join(","));
        prop_assume!(after.iter().all(|(key, _)| !own.iter().any(|(taken, _)| taken == key)));

        let manifest = manifest(&json);
        let stored = manifest.to_stored(&dist());
        let again = Manifest::parse(stored.full.as_bytes()).unwrap();
        let last: HashMap<_, _> = written.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        for (key, value) in &last {
            prop_assert_eq!(manifest.get(key).map(RawValue::get), Some(*value));
            prop_assert_eq!(again.get(key).map(RawValue::get), Some(*value));
        }
        let order: Vec<_> = manifest.fields().map(|(key, _)| key).collect();
        let mut first_seen: Vec<&str> = Vec::new();
        for (key, _) in &written {
            if !first_seen.contains(&key.as_str()) {
                first_seen.push(key);
            }
        }
        prop_assert_eq!(&order, &first_seen);
        let stored_order: Vec<_> = again.fields().map(|(key, _)| key).collect();
        prop_assert_eq!(&stored_order[..order.len()], &order[..]);
        prop_assert_eq!(&stored_order[order.len()..], ["_id", "dist"]);

        for text in [&stored.full, &stored.abbreviated] {
            prop_assert!(text.ends_with("}}"));
            prop_assert!(serde_json::from_str::<&RawValue>(text).is_ok());
        }
        // Sending it through `Serialize` keeps all of it as well.
        let copy = serde_json::to_string(&manifest).unwrap();
        prop_assert_eq!(Manifest::parse(copy.as_bytes()).unwrap().to_stored(&dist()), stored);
    }
}
