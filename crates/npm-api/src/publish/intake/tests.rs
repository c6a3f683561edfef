use std::io::Write;

use ::base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, header};
use npm_model::Digests;

use super::*;
use crate::publish::testing::Home;

fn package() -> PackageName {
    PackageName::parse("@sc/name").unwrap()
}

fn push(intake: &mut Intake, text: &str) -> Result<(), Reject> {
    intake.push(&[text.as_bytes().to_vec().into()])
}

const HEAD: &str = r#"{"_attachments":{"@sc/name-1.0.0.tgz":{"data":""#;

fn gzipped() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers
}

fn gzip(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap().into()
}

#[test]
fn a_tarball_goes_to_the_disk_and_nowhere_else() {
    let home = Home::new();
    let tarball: Vec<u8> = (0..1_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let body = format!("{HEAD}{}\"}}}},\"x\":1}}", STANDARD.encode(&tarball));
    let check = |mut intake: Intake, pieces: Vec<Bytes>| {
        for piece in pieces {
            intake.push(&[piece]).unwrap();
        }
        let arrived = intake.finish().unwrap();
        assert_eq!(home.incoming(), 1);
        assert_eq!(
            arrived.document,
            format!("{HEAD}\"}}}},\"x\":1}}").as_bytes()
        );
        let tarball_there = arrived.tarball.as_ref().unwrap();
        assert_eq!(tarball_there.received.digests(), Digests::of(&tarball));
        assert_eq!(tarball_there.name, "@sc/name-1.0.0.tgz");
        drop(arrived);
        assert_eq!(home.incoming(), 0);
    };
    let plain = home.intake(&package(), &HeaderMap::new(), None);
    let pieces = body.as_bytes().chunks(100_001);
    check(plain, pieces.map(Bytes::copy_from_slice).collect());
    let zipped = home.intake(&package(), &gzipped(), None);
    check(zipped, vec![gzip(body.as_bytes())]);
}

#[test]
fn who_may_not_publish_is_refused_before_a_file_is_made() {
    let home = Home::new();
    let denial = Reject::told(http::StatusCode::FORBIDDEN, "not you");
    let mut intake = home.intake(&package(), &HeaderMap::new(), Some(denial));
    push(&mut intake, r#"{"name":"@sc/name","_attachments":{"x":{"#).unwrap();
    let refused = push(&mut intake, r#""data":""#).unwrap_err();
    assert_eq!(refused.to_string(), "403 Forbidden not you");
    assert_eq!(home.incoming(), 0);
}

#[test]
fn what_is_refused_or_breaks_off_leaves_no_file() {
    let home = Home::new();
    let begun = || {
        let mut intake = home.intake(&package(), &HeaderMap::new(), None);
        push(&mut intake, HEAD).unwrap();
        push(&mut intake, &"AAAA".repeat(100_000)).unwrap();
        assert_eq!(home.incoming(), 1);
        intake
    };
    drop(begun());
    assert_eq!(home.incoming(), 0);
    // The document that ends here is not whole, which its reader will notice.
    let arrived = begun().finish().unwrap();
    assert!(arrived.tarball.is_none());
    assert!(serde_json::from_slice::<serde_json::Value>(&arrived.document).is_err());
    assert_eq!(home.incoming(), 0);
    for (wrong, told) in [
        ("AAA!\"", "not valid base64"),
        ("A\"", "not valid base64"),
        (r#""},"name-1.0.0.tgz":{"data":""#, "is not the first"),
        (r#""},"name-1.0.1.tgz":{"data":""#, "is not the first"),
        (r#""},"other-1.0.0.tgz":{"data":""#, "is not the tarball"),
        (
            r#""},"other-1.0.0.sigstore":{"data":""#,
            "is not the provenance",
        ),
    ] {
        let mut intake = begun();
        let refused = push(&mut intake, wrong).unwrap_err().to_string();
        assert!(refused.contains(told), "{refused}");
        drop(intake);
        assert_eq!(home.incoming(), 0, "{wrong}");
    }
}

#[test]
fn a_document_is_refused_at_its_limit_however_long_its_tarball_is() {
    let home = Home::new();
    let mut intake = home.intake(&package(), &HeaderMap::new(), None);
    push(&mut intake, HEAD).unwrap();
    let mebibyte = "A".repeat(1 << 20);
    for _ in 0..80 {
        push(&mut intake, &mebibyte).unwrap();
    }
    push(&mut intake, r#""}},"readme":""#).unwrap();
    let pushed = (0..80).try_for_each(|_| push(&mut intake, &mebibyte));
    let refused = pushed.unwrap_err();
    assert!(refused.is_too_large(), "{refused}");
    assert!(intake.parts.document.capacity() <= LONGEST_DOCUMENT);
}

#[test]
fn provenance_is_kept_as_text_up_to_its_limit() {
    let home = Home::new();
    let begun = || {
        let mut intake = home.intake(&package(), &HeaderMap::new(), None);
        let head = r#"{"_attachments":{"@sc/name-1.0.0.sigstore":{"data":""#;
        push(&mut intake, head).unwrap();
        intake
    };
    let mut intake = begun();
    for piece in [r#"{\"a\":\"\u"#, r"d83d\u", r#"de00\"}"#, r#""}}}"#] {
        push(&mut intake, piece).unwrap();
    }
    let arrived = intake.finish().unwrap();
    assert!(arrived.tarball.is_none());
    let provenance = arrived.provenance.unwrap();
    assert_eq!(provenance.text, "{\"a\":\"\u{1f600}\"}");
    assert_eq!(provenance.version.as_str(), "1.0.0");
    for wrong in [r#"\ud83d""#, r#"\x""#, "\n\""] {
        let refused = push(&mut begun(), wrong).unwrap_err().to_string();
        assert!(refused.contains("not a JSON text"), "{refused}");
    }
    let mut intake = begun();
    let long = "x".repeat(LONGEST_PROVENANCE);
    assert!(push(&mut intake, &long).unwrap_err().is_too_large());
}

#[test]
fn when_there_is_no_room_nothing_is_gathered() {
    let home = Home::new();
    let bodies = crate::bodies::Bodies::new();
    let intake = || {
        let inflater = Inflater::new(&HeaderMap::new(), usize::MAX).unwrap();
        Intake::new(&home.store, &package(), inflater, bodies.begin(), None)
    };
    let mut full = Vec::new();
    let refused = loop {
        let mut intake = intake();
        let text = format!("{{\"x\":\"{}", "x".repeat(30 << 20));
        match push(&mut intake, &text) {
            Ok(()) => full.push(intake),
            Err(refused) => break refused,
        }
    };
    assert!(refused.to_string().starts_with("503"), "{refused}");
    assert_eq!(
        full.len(),
        1,
        "each counts what it holds and what passes by"
    );
    drop(full);
    push(&mut intake(), "{}").unwrap();
}
