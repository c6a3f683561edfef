use std::fmt::Write;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Keeps everything, the data as it is written.
#[derive(Debug, Default, Eq, PartialEq)]
struct Kept {
    document: Vec<u8>,
    attachments: Vec<(String, Vec<u8>, bool)>,
}

impl Parts for Kept {
    fn document(&mut self, json: &[u8]) -> Result<(), Reject> {
        self.document.extend_from_slice(json);
        Ok(())
    }

    fn begin(&mut self, name: &str) -> Result<(), Reject> {
        self.attachments.push((name.to_owned(), Vec::new(), false));
        Ok(())
    }

    fn data(&mut self, json: &[u8]) -> Result<(), Reject> {
        let (_, data, ended) = self.attachments.last_mut().unwrap();
        assert!(!*ended);
        data.extend_from_slice(json);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Reject> {
        self.attachments.last_mut().unwrap().2 = true;
        Ok(())
    }
}

fn split<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Kept {
    let mut splitter = Splitter::default();
    let mut kept = Kept::default();
    for piece in pieces {
        splitter.push(piece, &mut kept).unwrap();
    }
    kept
}

/// Splits a document as `serde_json` reads it.
fn split_by_serde(json: &str) -> (Value, Vec<(String, String)>) {
    let mut document: Value = serde_json::from_str(json).unwrap();
    let mut data = Vec::new();
    let attachments = document
        .as_object_mut()
        .and_then(|document| document.get_mut("_attachments"));
    let attachments = attachments.and_then(Value::as_object_mut);
    for (name, attachment) in attachments.into_iter().flatten() {
        if let Some(attachment) = attachment.as_object_mut()
            && let Some(Value::String(text)) = attachment.get_mut("data")
        {
            data.push((name.clone(), std::mem::take(text)));
        }
    }
    (document, data)
}

fn check(json: &str) {
    let kept = split([json.as_bytes()]);
    let (document, data) = split_by_serde(json);
    let found: Value = serde_json::from_slice(&kept.document).unwrap();
    assert_eq!(found, document, "{json}");
    let unescaped = |text: &[u8]| {
        let quoted = [b"\"", text, b"\""].concat();
        serde_json::from_slice::<String>(&quoted).unwrap()
    };
    let mut found: Vec<_> = kept
        .attachments
        .iter()
        .map(|(name, text, ended)| {
            assert!(ended, "{json}");
            (name.clone(), unescaped(text))
        })
        .collect();
    found.sort();
    assert_eq!(found, data, "{json}");
    assert_eq!(split(json.as_bytes().chunks(1)), kept, "{json}");
}

#[test]
fn the_data_of_attachments_is_taken_out_whatever_the_order() {
    check(r#"{"_attachments":{"a":{"data":"AAAA"}}}"#);
    check(r#"{"_attachments":{"a":{"data":"AAAA","length":3}},"name":"a"}"#);
    check(r#"{"name":"a","_attachments":{"a":{"length":3,"data":"AAAA"},"b":{"data":""}}}"#);
    check(r#" { "_attachments" : { "a" : { "x" : [ { "data" : "no" } ] , "data" : "AA==" } } } "#);
    check(r#"{"_att\u0061chments":{"\u0061\n\"\\":{"d\u0061ta":"A\/\u002b\"\\"}}}"#);
    check("{\"_attachments\":{\"a\":{\"data\":\"\u{1f600}\u{e9}\"}},\"\u{1f600}\":\"\u{e9}\"}");
}

#[test]
fn data_elsewhere_stays_where_it_is() {
    for document in [
        r#"{"data":"no"}"#,
        r#"{"x":{"_attachments":{"a":{"data":"no"}}}}"#,
        r#"[{"_attachments":{"a":{"data":"no"}}}]"#,
        r#"{"_attachments":[{"a":{"data":"no"}}]}"#,
        r#"{"_attachments":{"a":[{"data":"no"}]}}"#,
        r#"{"_attachments":{"data":"no"}}"#,
        r#"{"_attachments":{"a":{"b":{"data":"no"}}}}"#,
        r#"{"_attachments":{"a":{"b":"data","c":"no"}}}"#,
        r#"{"_attachments":{"a":{"data":1}}}"#,
        r#"{"_attachments":{"a":{"data":{"data":"no"}}}}"#,
        r#"{"_attachments":{"a":{"data":["no"]}}}"#,
        r#"{"_attachments":"{\"a\":{\"data\":\"no\"}}"}"#,
        r#"{"x":"_attachments","a":{"a":{"data":"no"}}}"#,
        r#"{"_attachments":{},"b":{"a":{"data":"no"}}}"#,
        r#"{"_attachments":{"a":{}},"b":{"data":"no"}}"#,
        r#"{"_attachments ":{"a":{"data":"no"}}}"#,
        r#""_attachments""#,
        "null",
    ] {
        check(document);
        let kept = split([document.as_bytes()]);
        assert_eq!(kept.attachments, [], "{document}");
        assert_eq!(kept.document, document.as_bytes());
    }
}

#[test]
fn a_key_that_is_too_long_leads_nowhere() {
    let long = |length: usize| {
        let name = "n".repeat(length);
        split([format!(r#"{{"_attachments":{{"{name}":{{"data":"AAAA"}}}}}}"#).as_bytes()])
    };
    assert_eq!(long(LONGEST_KEY).attachments.len(), 1);
    assert_eq!(long(LONGEST_KEY + 1).attachments.len(), 0);
}

#[test]
fn any_depth_is_passed_through() {
    let deep = "[{\"a\":".repeat(100_000) + "1" + &"}]".repeat(100_000);
    let body = format!(r#"{{"x":{deep},"_attachments":{{"a":{{"x":{deep},"data":"AAAA"}}}}}}"#);
    let kept = split([body.as_bytes()]);
    assert_eq!(kept.attachments, [("a".to_owned(), b"AAAA".to_vec(), true)]);
    assert_eq!(kept.document.len(), body.len() - 4);
}

/// Any JSON, among it the keys that lead to attachments.
fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["data|_attachments|AAAA", "\\PC{0,8}", "[\"\\\\/\n]{0,4}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("_attachments".to_owned()),
        Just("data".to_owned()),
        text
    ];
    leaf.prop_recursive(6, 64, 5, move |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            3 => prop::collection::vec((key.clone(), inner), 0..5)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// A document in which the path to an attachment's data is likely.
fn any_document() -> impl Strategy<Value = Value> {
    let attachment = prop_oneof![
        any_json(),
        ("\\PC{0,40}", any_json()).prop_map(|(data, other)| json!({"a": other, "data": data})),
    ];
    let attachments = prop::collection::btree_map("\\PC{0,6}", attachment, 0..4);
    let attachments = attachments.prop_map(|it| json!(it));
    (
        any_json(),
        prop_oneof![3 => attachments, 1 => any_json()],
        any_json(),
    )
        .prop_map(|(a, it, z)| json!({"A": a, "_attachments": it, "z": z}))
}

/// Writes a document with some of its characters escaped.
fn escaped(document: &Value, seed: u32) -> String {
    let mut inside = false;
    let mut before = ' ';
    let mut state = seed;
    let mut text = String::new();
    for character in document.to_string().chars() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let escape = before == '\\' && inside;
        if character == '"' && !escape {
            inside = !inside;
        }
        let plain = character.is_ascii_alphanumeric() || matches!(character, '/' | '_');
        if inside && !escape && plain && state >> 29 == 0 {
            let _ = write!(text, "\\u{:04x}", u32::from(character));
        } else {
            text.push(character);
        }
        // A backslash that is escaped itself escapes nothing.
        before = if escape { ' ' } else { character };
    }
    text
}

proptest! {
    #[test]
    fn a_document_is_split_as_serde_reads_it(document in any_document(), seed in any::<u32>()) {
        check(&document.to_string());
        let escaped = escaped(&document, seed);
        // What stands behind a `\u` that was there is a digit too, and must not be escaped.
        if serde_json::from_str::<Value>(&escaped).is_ok_and(|it| it == document) {
            check(&escaped);
        }
    }

    #[test]
    fn the_pieces_make_no_difference(
        document in any_document(),
        sizes in prop::collection::vec(1_usize..20, 1..9),
        spoiled in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let mut json = document.to_string().into_bytes();
        // Nor whether it is JSON.
        if let Some((place, byte)) = spoiled {
            let place = place.index(json.len());
            json[place] = byte;
        }
        let mut rest = json.as_slice();
        let pieces = sizes.iter().cycle().map_while(|size| {
            let (piece, later) = rest.split_at((*size).min(rest.len()));
            rest = later;
            (!piece.is_empty()).then_some(piece)
        });
        prop_assert_eq!(split(pieces), split([json.as_slice()]));
    }

    /// What was wrong with the document is wrong with what is left of it, or in the data.
    #[test]
    fn what_is_not_json_is_not_made_json(
        document in any_document(),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut json = document.to_string().into_bytes();
        let place = place.index(json.len());
        json[place] = byte;
        if serde_json::from_slice::<Value>(&json).is_err() {
            let kept = split([json.as_slice()]);
            let readable = |text: &Vec<u8>| {
                serde_json::from_slice::<String>(&[b"\"", text.as_slice(), b"\""].concat()).is_ok()
            };
            let mut data = kept.attachments.iter();
            prop_assert!(
                serde_json::from_slice::<Value>(&kept.document).is_err()
                    || data.any(|(_, text, ended)| !ended || !readable(text))
            );
        }
    }
}
