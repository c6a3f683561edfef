use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::integrity::Digests;

fn sha512() -> Integrity {
    Digests::of(b"tarball").integrity
}

fn statement() -> Value {
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "pkg:npm/%40sc/name@1.0.0", "digest": {"sha512": sha512().to_hex()}}],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {"buildDefinition": {}, "runDetails": {}},
    })
}

fn bundle(statement: &Value) -> Value {
    json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"certificate": {"rawBytes": "AAAA"}, "tlogEntries": []},
        "dsseEnvelope": {
            "payload": STANDARD.encode(statement.to_string()),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": "AAAA", "keyid": ""}],
        },
    })
}

fn checked(bundle: &str, package: &str, version: &str) -> Result<Provenance, ProvenanceError> {
    let provenance = Provenance::parse(bundle)?;
    let package = PackageName::parse(package).unwrap();
    provenance.check_subject(&package, &Version::parse(version).unwrap(), &sha512())?;
    Ok(provenance)
}

#[test]
fn a_bundle_that_is_about_the_version_is_kept_as_it_is() {
    let text = bundle(&statement()).to_string();
    let provenance = checked(&text, "@sc/name", "1.0.0").unwrap();
    assert_eq!(provenance.bundle(), text);
    assert_eq!(
        provenance.predicate_type(),
        "https://slsa.dev/provenance/v1"
    );
    // The first versions of npm that could do this wrote the media type so.
    let mut old = bundle(&statement());
    old["mediaType"] = json!("application/vnd.dev.sigstore.bundle+json;version=0.2");
    checked(&old.to_string(), "@sc/name", "1.0.0").unwrap();
    let mut plain = statement();
    plain["subject"][0]["name"] = json!("pkg:npm/name@1.0.0-rc.1");
    checked(&bundle(&plain).to_string(), "name", "1.0.0-rc.1").unwrap();
    let mut upper = statement();
    upper["subject"][0]["digest"]["sha512"] = json!(sha512().to_hex().to_uppercase());
    checked(&bundle(&upper).to_string(), "@sc/name", "1.0.0").unwrap();
}

#[test]
fn what_is_about_something_else_is_refused() {
    let text = bundle(&statement()).to_string();
    for (package, version) in [
        ("@sc/name", "1.0.1"),
        ("@sc/other", "1.0.0"),
        ("@other/name", "1.0.0"),
        ("name", "1.0.0"),
    ] {
        let refused = checked(&text, package, version).unwrap_err();
        let name = matches!(refused, ProvenanceError::OtherName { .. });
        assert!(name, "{refused}");
        assert!(refused.to_string().contains("pkg:npm/%40sc/name@1.0.0"));
    }
    for name in [
        "pkg:npm/@sc/name@1.0.0",
        "pkg:npm/%40sc%2fname@1.0.0",
        "pkg:npm/%40sc/name",
        "%40sc/name@1.0.0",
        "",
    ] {
        let mut other = statement();
        other["subject"][0]["name"] = json!(name);
        assert!(checked(&bundle(&other).to_string(), "@sc/name", "1.0.0").is_err());
    }
    let other_digest = Digests::of(b"other").integrity.to_hex();
    let mut short = sha512().to_hex();
    short.pop();
    for digest in [&other_digest, "", "xyz", &short] {
        let mut other = statement();
        other["subject"][0]["digest"]["sha512"] = json!(digest);
        let refused = checked(&bundle(&other).to_string(), "@sc/name", "1.0.0");
        assert!(matches!(refused, Err(ProvenanceError::OtherBytes)));
    }
}

#[test]
fn what_clients_could_not_read_is_refused() {
    let check = |spoil: &dyn Fn(&mut Value, &mut Value), told: &str| {
        let mut statement = statement();
        let mut around = bundle(&json!(null));
        spoil(&mut around, &mut statement);
        if around["dsseEnvelope"]["payload"] == STANDARD.encode("null") {
            around["dsseEnvelope"]["payload"] = json!(STANDARD.encode(statement.to_string()));
        }
        let refused = Provenance::parse(&around.to_string())
            .unwrap_err()
            .to_string();
        assert!(refused.contains(told), "{refused} has no {told:?}");
        assert!(refused.len() < 500, "the refusal repeats what was sent");
    };
    check(&|it, _| *it = json!(null), "not a Sigstore bundle");
    check(&|it, _| *it = json!([]), "not a Sigstore bundle");
    check(&|it, _| it["mediaType"] = json!(1), "not a Sigstore bundle");
    check(
        &|it, _| it["mediaType"] = json!("x".repeat(9000)),
        "media type",
    );
    check(
        &|it, _| it["dsseEnvelope"] = json!({}),
        "not a Sigstore bundle",
    );
    let envelope = |key: &'static str, value: Value| {
        move |it: &mut Value, _: &mut Value| it["dsseEnvelope"][key] = value.clone()
    };
    check(&envelope("payloadType", json!("text/plain")), "in-toto");
    check(&envelope("signatures", json!([])), "no signature");
    check(
        &envelope("signatures", json!([{}])),
        "not a Sigstore bundle",
    );
    check(&envelope("payload", json!("AAA")), "not valid base64");
    check(&envelope("payload", json!("")), "cannot be read");
    check(
        &envelope("payload", json!(STANDARD.encode("{}"))),
        "cannot be read",
    );
    check(&|_, it| it["subject"] = json!([]), "has 0");
    check(
        &|_, it| it["subject"] = json!([it["subject"][0], it["subject"][0]]),
        "has 2",
    );
    check(
        &|_, it| it["subject"][0]["digest"] = json!({}),
        "cannot be read",
    );
    check(&|_, it| it["predicateType"] = json!(""), "predicate type");
    check(
        &|_, it| it["predicateType"] = json!("x".repeat(257)),
        "predicate type",
    );
    check(&|_, it| it["predicateType"] = json!(null), "cannot be read");
    let deep = |it: &mut Value, _: &mut Value| {
        it["x"] = (0..MAX_DEPTH).fold(json!(1), |inner, _| json!([inner]));
    };
    check(&deep, "levels deep");
}

#[test]
fn a_scope_is_one_piece_of_the_path() {
    let path = |name: &str, version: &str| {
        let version = Version::parse(version).unwrap();
        attestations_path(&PackageName::parse(name).unwrap(), &version)
    };
    assert_eq!(path("a", "1.0.0"), "-/npm/v1/attestations/a@1.0.0");
    let scoped = "-/npm/v1/attestations/@sc%2fname@1.0.0-rc.1+b";
    assert_eq!(path("@sc/name", "1.0.0-rc.1+b"), scoped);
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = Provenance::parse(&text);
    }

    #[test]
    fn no_byte_exchanged_panics(place in any::<prop::sample::Index>(), byte in 32_u8..127) {
        let mut text = bundle(&statement()).to_string().into_bytes();
        let place = place.index(text.len());
        text[place] = byte;
        let _ = checked(std::str::from_utf8(&text).unwrap(), "@sc/name", "1.0.0");
    }
}
