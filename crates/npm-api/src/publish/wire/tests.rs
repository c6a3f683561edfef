use base64::{Engine, engine::general_purpose::STANDARD};
use npm_model::{Digests, Integrity};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::publish::testing::arrived;

fn name(text: &str) -> PackageName {
    PackageName::parse(text).unwrap()
}

/// What npm sends for `@sc/name` 1.0.0.
fn document() -> Value {
    json!({
        "_id": "@sc/name",
        "name": "@sc/name",
        "description": "a name",
        "dist-tags": {"latest": "1.0.0"},
        "versions": {
            "1.0.0": {
                "name": "@sc/name",
                "version": "1.0.0",
                "readme": "# inside",
                "readmeFilename": "README.md",
                "dist": {"tarball": "http://localhost/@sc/name/-/@sc/name-1.0.0.tgz"},
            },
        },
        "access": null,
        "_attachments": {
            "@sc/name-1.0.0.tgz": {
                "content_type": "application/octet-stream",
                "data": "H4sI",
                "length": 3,
            },
        },
    })
}

/// Receives a body as it comes from a client, and reads it; with the base64 of its tarball.
fn parse_body(body: &[u8], package: &PackageName) -> Result<(Publishable, Integrity), Reject> {
    let arrived = arrived(body, package)?;
    let it = Publishable::parse(&arrived, package)?;
    Ok((it, arrived.tarball.unwrap().received.digests().integrity))
}

/// Whatever is sent, the server is at no fault.
fn taken_or_refused(body: &[u8], package: &PackageName) {
    if let Err(reject) = parse_body(body, package) {
        let response = reject.into_response();
        assert!(response.status().is_client_error(), "{response:?}");
    }
}

fn bytes(base64: &str) -> Integrity {
    Digests::of(&STANDARD.decode(base64).unwrap()).integrity
}

type Parsed = (Manifest, Vec<DistTag>, Option<String>, Integrity);

fn parse(document: &Value) -> Result<Parsed, String> {
    parse_as(document, "@sc/name")
}

fn parse_as(document: &Value, package: &str) -> Result<Parsed, String> {
    let body = serde_json::to_vec(document).unwrap();
    match parse_body(&body, &name(package)) {
        Ok((it, tarball)) => Ok((it.manifest, it.dist_tags, it.readme, tarball)),
        Err(reject) => {
            let response = reject.into_response();
            assert_eq!(response.status(), 400);
            assert!(
                response.body().length() < Some(2000),
                "the refusal repeats what was sent"
            );
            Err(format!("{:?}", response.body()))
        }
    }
}

/// Checks that the changed document is refused for that reason.
fn check_refused(change: impl FnOnce(&mut Value), reason: &str) {
    let mut document = document();
    change(&mut document);
    match parse(&document) {
        Ok(_) => panic!("this was taken: {document}"),
        Err(text) => assert!(
            text.contains(reason),
            "{text} has no {reason:?}: {document}"
        ),
    }
}

fn tags(document: &Value) -> Vec<String> {
    let (_, tags, ..) = parse(document).unwrap();
    tags.iter().map(ToString::to_string).collect()
}

#[test]
fn what_clients_send_is_understood() {
    let (manifest, tags, readme, data) = parse(&document()).unwrap();
    assert_eq!(manifest.name().as_str(), "@sc/name");
    assert_eq!(manifest.version().as_str(), "1.0.0");
    assert_eq!(tags, [DistTag::latest()]);
    assert_eq!(readme.as_deref(), Some("# inside"));
    assert_eq!(data, bytes("H4sI"));

    // yarn 4 has the readme on top alone, yarn 1 in both places; bun says little on top.
    let mut yarn = document();
    yarn["readme"] = json!("# on top");
    yarn["access"] = json!("restricted");
    assert_eq!(parse(&yarn).unwrap().2.as_deref(), Some("# on top"));
    let mut bun = document();
    let object = bun.as_object_mut().unwrap();
    object.remove("description");
    object.remove("_id");
    object.remove("name");
    bun["versions"]["1.0.0"]
        .as_object_mut()
        .unwrap()
        .remove("readme");
    bun["_attachments"]["@sc/name-1.0.0.tgz"]
        .as_object_mut()
        .unwrap()
        .remove("length");
    assert_eq!(parse(&bun).unwrap().2, None);
}

#[test]
fn an_attachment_is_named_with_or_without_its_scope() {
    let mut document = document();
    let attachment = document["_attachments"]["@sc/name-1.0.0.tgz"].take();
    document["_attachments"] = json!({"name-1.0.0.tgz": attachment});
    assert_eq!(parse(&document).unwrap().3, bytes("H4sI"));
}

#[test]
fn escapes_in_the_base64_are_undone() {
    let check = |escaped: &str| {
        let body = document().to_string().replace("H4sI", escaped);
        let body = body.replace("\"length\":3", "\"length\":4");
        parse_body(body.as_bytes(), &name("@sc/name")).map(|(_, tarball)| tarball)
    };
    assert_eq!(check(r"\u0048\/\/+AA==").unwrap(), bytes("H//+AA=="));
    assert!(check(r"\u0048\/\/+AA==\n").is_err());
}

#[test]
fn the_tags_are_those_that_were_sent() {
    let mut document = document();
    document["dist-tags"] = json!({"next": "1.0.0", "beta": "1.0.0"});
    assert_eq!(tags(&document), ["beta", "next"]);
    document["dist-tags"] = json!({});
    assert_eq!(tags(&document), ["latest"]);
    document.as_object_mut().unwrap().remove("dist-tags");
    assert_eq!(tags(&document), ["latest"]);
    check_refused(
        |it| it["dist-tags"] = json!({"latest": "2.0.0"}),
        "not the version",
    );
    check_refused(|it| it["dist-tags"] = json!({"1.0.0": "1.0.0"}), "dist-tag");
    check_refused(|it| it["dist-tags"] = json!({"^1": "1.0.0"}), "dist-tag");
    check_refused(
        |it| it["dist-tags"] = json!({"__proto__": "1.0.0"}),
        "dist-tag",
    );
    check_refused(
        |it| it["dist-tags"] = json!({"latest": "1.0.0", "old": "0.9.0"}),
        "not the version",
    );
    check_refused(
        |it| it["dist-tags"] = json!({"latest": null}),
        "not a publish document",
    );
}

#[test]
fn names_and_versions_have_to_agree() {
    check_refused(|it| it["name"] = json!("@sc/other"), "the path says");
    check_refused(|it| it["_id"] = json!("@sc/other"), "the path says");
    check_refused(|it| it["_id"] = json!("@sc/name@1.0.0"), "the path says");
    check_refused(|it| it["name"] = json!("@SC/name"), "the path says");
    check_refused(
        |it| it["versions"]["1.0.0"]["name"] = json!("@sc/other"),
        "the path says",
    );
    check_refused(
        |it| it["versions"]["1.0.0"]["version"] = json!("1.0.1"),
        "stands under",
    );
    check_refused(
        |it| it["versions"]["1.0.0"]["version"] = json!("v1.0.0"),
        "manifest",
    );
    check_refused(
        |it| it["versions"]["1.0.0"]["version"] = json!("1.0"),
        "manifest",
    );
    check_refused(
        |it| it["versions"]["1.0.0"]["version"] = json!(1),
        "manifest",
    );
    check_refused(
        |it| it["versions"]["1.0.0"]["name"] = json!("../../x"),
        "manifest",
    );
    check_refused(|it| it["versions"]["1.0.0"] = json!(null), "manifest");
    check_refused(|it| it["versions"]["1.0.0"] = json!([]), "manifest");
    check_refused(|it| it["versions"]["1.0.0"] = json!({}), "manifest");
}

#[test]
fn a_document_holds_one_version_and_its_tarball() {
    check_refused(|it| it["versions"] = json!({}), "holds 0");
    check_refused(
        |it| it["versions"]["2.0.0"] = it["versions"]["1.0.0"].clone(),
        "holds 2",
    );
    check_refused(|it| it["_attachments"] = json!({}), "no tarball");
    check_refused(
        |it| _ = it.as_object_mut().unwrap().remove("_attachments"),
        "no tarball",
    );
    check_refused(|it| *it = json!({}), "holds 0");
    let tarball = json!({"data": "H4sI"});
    let with = |name: &str| {
        let (name, tarball) = (name.to_owned(), tarball.clone());
        move |it: &mut Value| it["_attachments"] = json!({name: tarball})
    };
    for name in [
        "@sc/name-1.0.1.tgz",
        "@sc/other-1.0.0.tgz",
        "@other/name-1.0.0.tgz",
        "name.tgz",
        "",
        "../name-1.0.0.tgz",
        "@sc/name-1.0.0.tar",
        "package.json",
    ] {
        check_refused(with(name), "is not the tarball");
    }
    check_refused(with("@sc/name-1.0.0.sigstore"), "no tarball");
    let beside = |name: &str| {
        let name = name.to_owned();
        move |it: &mut Value| it["_attachments"][name] = json!({"data": "{}", "length": 2})
    };
    check_refused(beside("@sc/name-1.0.0.sigstore"), "not a Sigstore bundle");
    check_refused(beside("name-1.0.0.sigstore"), "not a Sigstore bundle");
    for name in [
        "@sc/name-1.0.1.sigstore",
        "@sc/other-1.0.0.sigstore",
        "@sc/name.sigstore",
        ".sigstore",
    ] {
        check_refused(beside(name), "is not the provenance");
    }
    // Both spellings of one name would be two tarballs of one version.
    check_refused(
        |it| it["_attachments"]["name-1.0.0.tgz"] = tarball.clone(),
        "is not the first",
    );
}

#[test]
fn a_part_of_the_wrong_type_is_refused() {
    for part in ["_id", "name", "dist-tags", "versions", "_attachments"] {
        for value in [
            json!(1),
            json!("x"),
            json!([1]),
            json!(true),
            json!({"x": 1}),
        ] {
            let fits = matches!((part, &value), ("_id" | "name", Value::String(_)));
            if !fits {
                check_refused(|it| it[part] = value.clone(), "");
            }
        }
    }
    for value in [
        json!(null),
        json!(1),
        json!("x"),
        json!([]),
        json!({}),
        json!({"data": null}),
        json!({"data": 1}),
        json!({"data": "", "length": -1}),
        json!({"data": "", "length": "3"}),
    ] {
        check_refused(
            |it| it["_attachments"]["@sc/name-1.0.0.tgz"] = value.clone(),
            "not a publish document",
        );
    }
    // A readme is only for show, so one that is no text is taken for none.
    for value in [
        json!(null),
        json!(1),
        json!([]),
        json!({"a": []}),
        json!(""),
    ] {
        let mut document = document();
        document["readme"] = value;
        assert_eq!(parse(&document).unwrap().2.as_deref(), Some("# inside"));
    }
    for body in [
        "",
        " ",
        "null",
        "[]",
        "1",
        "\"x\"",
        "{",
        "{}x",
        "\u{feff}{}",
    ] {
        assert!(
            parse_body(body.as_bytes(), &name("@sc/name")).is_err(),
            "{body}"
        );
    }
}

#[test]
fn a_refusal_shows_little_of_a_long_document() {
    let long = "x".repeat(20_000);
    for part in [
        "/_id",
        "/name",
        "/dist-tags",
        "/dist-tags/latest",
        "/versions",
        "/versions/1.0.0",
        "/versions/1.0.0/name",
        "/versions/1.0.0/version",
        "/_attachments",
        "/_attachments/@sc~1name-1.0.0.tgz",
    ] {
        let mut document = document();
        *document.pointer_mut(part).unwrap() = json!(long);
        // It checks the length.
        assert!(parse(&document).is_err(), "{part}");
    }
    check_refused(
        |it| it["versions"] = json!({&long: it["versions"]["1.0.0"]}),
        "stands under",
    );
    check_refused(|it| it["dist-tags"] = json!({&long: "1.0.0"}), "dist-tag");
    check_refused(
        |it| it["_attachments"] = json!({&long: {"data": ""}}),
        "is not the tarball",
    );
}

#[test]
fn a_part_that_is_there_twice_is_refused_or_the_last_one_counts() {
    let package = name("a");
    let twice = r#"{"name":"a","name":"b","versions":{},"_attachments":{}}"#;
    assert!(parse_body(twice.as_bytes(), &package).is_err());
    let manifest = r#"{"name":"a","version":"1.0.0"}"#;
    let tarball = r#""a-1.0.0.tgz":{"data":"AAAA"}"#;
    let twice = |versions: &str, attachments: &str| {
        let body = format!(r#"{{"versions":{{{versions}}},"_attachments":{{{attachments}}}}}"#);
        parse_body(body.as_bytes(), &package).map(|(it, _)| it.manifest.name().clone())
    };
    let manifests = format!(r#""1.0.0":{{"name":"evil","version":"1.0.0"}},"1.0.0":{manifest}"#);
    assert_eq!(twice(&manifests, tarball).unwrap(), package);
    // Of two tarballs none can be the one that was meant.
    let manifest = format!(r#""1.0.0":{manifest}"#);
    assert!(twice(&manifest, tarball).is_ok());
    for attachments in [
        r#""a-1.0.0.tgz":{"data":"AAAA"},"a-1.0.0.tgz":{"data":"BBBB"}"#,
        r#""a-1.0.0.tgz":{"data":"AAAA"},"a-1.0.0.tgz":{"length":3}"#,
        r#""a-1.0.0.tgz":{"data":"AAAA","data":"AAAA"}"#,
        r#""a-1.0.0.tgz":{"data":"AAAA","d\u0061ta":"BBBB"}"#,
        r#""a-1.0.0.tgz":{"data":"AAAA"}},"_attachments":{"a-1.0.0.tgz":{"data":"AAAA"}"#,
        r#""a-1.0.0.tgz":{"data":"AAAA"}},"_attachments":{"#,
    ] {
        assert!(twice(&manifest, attachments).is_err(), "{attachments}");
    }
}

#[test]
fn the_table_of_names() {
    // As far as a publish document is concerned; whether a new package can have the name is for
    // `storage` to say.
    let publish = |package: &str| {
        let base = package.rsplit('/').next().unwrap();
        let document = json!({
            "name": package,
            "versions": {"1.0.0": {"name": package, "version": "1.0.0"}},
            "_attachments": {format!("{base}-1.0.0.tgz"): {"data": "H4sI"}},
        });
        parse_as(&document, package).map(|(manifest, ..)| manifest.name().to_string())
    };
    for package in [
        "a",
        "constructor",
        "prototype",
        "con",
        "nul",
        "com1",
        "@s/node_modules",
        "@s/_x",
        "@s/-x",
        "@.s/x",
    ] {
        assert_eq!(publish(package), Ok(package.to_owned()));
    }
    for package in [
        "__proto__",
        "node_modules",
        "favicon.ico",
        "-",
        "-dash",
        "_under",
        ".dot",
        "..",
        "@s/.x",
        "a b",
        "a%b",
        "é",
        "a:b",
        "a\\b",
        "a/b",
        "@s/",
        "@/x",
        "@s/a/b",
        "",
        " a",
    ] {
        assert!(PackageName::parse(package).is_err(), "{package}");
    }
    for package in [
        "UPPER",
        "toString",
        "MixedCase",
        "a~b",
        "a!b",
        "a'b",
        "a(b)",
        "a*b",
        "http",
        &"a".repeat(215),
    ] {
        assert!(name(package).check_new().is_err(), "{package}");
    }
    assert_eq!(name(&"a".repeat(214)).check_new(), Ok(()));
}

#[test]
fn deep_nesting_ends_in_an_answer() {
    const DEEP: usize = 50_000;
    let nested = |open: &str, close: &str| open.repeat(DEEP) + &close.repeat(DEEP);
    let arrays = nested("[", "]");
    let objects = nested("{\"a\":", "}").replace(":}", ":1}");
    let manifest = r#"{"name":"a","version":"1.0.0"}"#;
    let attachments = r#"{"a-1.0.0.tgz":{"data":"AAAA"}}"#;
    for deep in [&arrays, &objects] {
        for body in [
            deep.clone(),
            format!(r#"{{"_id":{deep}}}"#),
            format!(r#"{{"dist-tags":{{"latest":{deep}}}}}"#),
            format!(r#"{{"versions":{deep}}}"#),
            format!(r#"{{"versions":{{"1.0.0":{deep}}},"_attachments":{attachments}}}"#),
            format!(
                r#"{{"versions":{{"1.0.0":{{"name":"a","version":"1.0.0","x":{deep}}}}},"_attachments":{attachments}}}"#
            ),
            format!(
                r#"{{"versions":{{"1.0.0":{manifest}}},"_attachments":{{"a-1.0.0.tgz":{deep}}}}}"#
            ),
            format!(
                r#"{{"versions":{{"1.0.0":{manifest}}},"_attachments":{{"a-1.0.0.tgz":{{"data":{deep}}}}}}}"#
            ),
            deep.chars().take(DEEP).collect(),
        ] {
            assert!(
                parse_body(body.as_bytes(), &name("a")).is_err(),
                "{body:.80}"
            );
        }
        // What nobody asked for is skipped, however deep it is.
        let unknown = format!(
            r#"{{"x":{deep},"readme":{deep},"versions":{{"1.0.0":{manifest}}},"_attachments":{attachments}}}"#
        );
        assert!(parse_body(unknown.as_bytes(), &name("a")).is_ok());
    }
}

#[test]
fn a_document_cut_at_any_byte_is_refused() {
    let body = document().to_string();
    for end in 0..body.len() {
        assert!(
            parse_body(&body.as_bytes()[..end], &name("@sc/name")).is_err(),
            "{end}"
        );
    }
}

#[test]
fn a_document_with_any_byte_exchanged_never_panics() {
    let body = document().to_string().into_bytes();
    for place in 0..body.len() {
        for other in [0, b'"', b'\\', b'{', b'}', b'9', 0x80, 0xff] {
            let mut body = body.clone();
            body[place] = other;
            taken_or_refused(&body, &name("@sc/name"));
        }
    }
}

/// Any JSON, among it the keys and texts that mean something here.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "a|1\\.0\\.0|latest|a-1\\.0\\.0\\.tgz|AAAA|a-1\\.0\\.0\\.sigstore|dist|shasum|integrity",
        "\\PC{0,8}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    let key = prop_oneof![
        "_id|name|version|dist-tags|versions|_attachments|readme|data|length|dist",
        text
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 2))]

    #[test]
    fn no_json_panics(document in any_json()) {
        taken_or_refused(document.to_string().as_bytes(), &name("a"));
    }

    #[test]
    fn no_part_of_a_good_document_can_be_exchanged_for_a_panic(
        part in prop::sample::select(vec!["/_id", "/name", "/dist-tags", "/dist-tags/latest", "/versions", "/versions/1.0.0",
            "/versions/1.0.0/name", "/versions/1.0.0/version", "/versions/1.0.0/dist", "/_attachments", "/_attachments/@sc~1name-1.0.0.tgz"]),
        value in any_json(),
    ) {
        let mut document = document();
        *document.pointer_mut(part).unwrap() = value;
        taken_or_refused(document.to_string().as_bytes(), &name("@sc/name"));
    }

    #[test]
    fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert!(parse_body(&body, &name("a")).is_err());
    }
}
