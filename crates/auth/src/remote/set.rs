//! Reading the keys that an issuer publishes.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use rsa::{BigUint, RsaPublicKey, pkcs1::EncodeRsaPublicKey};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    jwk::Jwk,
    keys::{Algorithm, VerifyingKey},
};

/// Shortest RSA key that is taken, and longest that ring verifies with, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A key of an issuer elsewhere.
#[derive(Clone)]
pub(crate) struct RemoteKey {
    pub(crate) verifying: VerifyingKey,
    pub(crate) jwk: Jwk,
}

/// The keys of an issuer, by their names.
pub(super) type KeySet = HashMap<String, RemoteKey>;

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct Entry {
    kty: String,
    kid: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

/// Reads a set. Keys that are for something else, or too weak, are left out: sets have all kinds in
/// them. Of two with one name the first counts.
pub(super) fn parse(json: &[u8]) -> Result<KeySet, String> {
    let document: Document =
        serde_json::from_slice(json).map_err(|error| format!("this is no set of keys: {error}"))?;
    let mut set = KeySet::new();
    for entry in document.keys {
        let entry = serde_json::from_value::<Entry>(entry);
        if let Some((kid, key)) = entry.ok().and_then(key) {
            set.entry(kid).or_insert(key);
        }
    }
    Ok(set)
}

fn key(entry: Entry) -> Option<(String, RemoteKey)> {
    let verifies = entry.usage.as_deref().is_none_or(|usage| usage == "sig")
        && entry
            .key_ops
            .as_ref()
            .is_none_or(|ops| ops.iter().any(|op| op == "verify"));
    if !verifies {
        return None;
    }
    let kid = entry.kid.clone();
    let key = match entry.kty.as_str() {
        "OKP" => ed25519(entry),
        "RSA" => rsa(entry),
        _ => None,
    };
    key.map(|key| (kid, key))
}

fn ed25519(entry: Entry) -> Option<RemoteKey> {
    // Since RFC 9864 the algorithm has a name of its own.
    let is_ours = matches!(entry.alg.as_deref(), None | Some("EdDSA" | "Ed25519"));
    let public = URL_SAFE_NO_PAD.decode(entry.x?).ok()?;
    if !is_ours || entry.crv.as_deref() != Some("Ed25519") || public.len() != 32 {
        return None;
    }
    Some(RemoteKey {
        verifying: VerifyingKey {
            algorithm: Algorithm::EdDsa,
            decoding: DecodingKey::from_ed_der(&public),
        },
        jwk: Jwk::ed25519(entry.kid, &public),
    })
}

fn rsa(entry: Entry) -> Option<RemoteKey> {
    // Some issuers leave the algorithm out, and mean this one.
    let is_ours = matches!(entry.alg.as_deref(), None | Some("RS256"));
    let number = |text: Option<String>| {
        let bytes = URL_SAFE_NO_PAD.decode(text?).ok()?;
        Some(BigUint::from_bytes_be(&bytes))
    };
    let (n, e) = (number(entry.n)?, number(entry.e)?);
    if !is_ours || !RSA_BITS.contains(&n.bits()) {
        return None;
    }
    let jwk = Jwk::rsa(entry.kid, &n.to_bytes_be(), &e.to_bytes_be());
    let public = RsaPublicKey::new_with_max_size(n, e, *RSA_BITS.end()).ok()?;
    let der = public.to_pkcs1_der().ok()?;
    Some(RemoteKey {
        verifying: VerifyingKey {
            algorithm: Algorithm::Rs256,
            decoding: DecodingKey::from_rsa_der(der.as_bytes()),
        },
        jwk,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    /// A modulus of so many bits.
    fn modulus(bits: usize) -> String {
        let mut bytes = vec![0xff; bits / 8];
        bytes[0] = 0x80;
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Whether a key is taken, after some fields of it were changed.
    fn is_taken(mut key: Value, changes: &Value) -> bool {
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => drop(key.as_object_mut().unwrap().remove(name)),
                value => key[name] = value.clone(),
            }
        }
        let set = parse(json!({ "keys": [key] }).to_string().as_bytes());
        !set.unwrap().is_empty()
    }

    #[test]
    fn only_keys_that_verify_with_what_is_known_here_are_taken() {
        let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": X});
        for (changes, taken) in [
            (json!({}), true),
            (
                json!({"alg": "EdDSA", "use": "sig", "key_ops": ["verify"], "x5c": []}),
                true,
            ),
            (json!({"alg": "Ed25519"}), true),
            (json!({"alg": "HS256"}), false),
            (json!({"alg": "RS256"}), false),
            (json!({"alg": "none"}), false),
            (json!({"use": "enc"}), false),
            (json!({"key_ops": ["sign"]}), false),
            (json!({"kid": null}), false),
            (json!({"kid": 1}), false),
            (json!({"x": null}), false),
            (json!({"x": "AAAA"}), false),
            (json!({"x": format!("{X}=")}), false),
            (json!({"crv": "X25519"}), false),
            (json!({"crv": null}), false),
            (json!({"kty": "oct", "k": X}), false),
            (json!({"kty": "EC", "crv": "P-256", "y": X}), false),
            (json!({"kty": null}), false),
        ] {
            assert_eq!(is_taken(key.clone(), &changes), taken, "{changes}");
        }
    }

    #[test]
    fn rsa_keys_have_to_be_long_enough_and_of_the_one_algorithm() {
        let key = json!({"kty": "RSA", "kid": "k", "n": modulus(2048), "e": "AQAB"});
        for (changes, taken) in [
            (json!({}), true),
            (json!({"alg": "RS256"}), true),
            (json!({"alg": "RS512"}), false),
            (json!({"alg": "PS256"}), false),
            (json!({"alg": "HS256"}), false),
            (json!({"n": modulus(4096)}), true),
            (json!({"n": modulus(2040)}), false),
            (json!({"n": modulus(1024)}), false),
            (json!({"n": modulus(16384)}), false),
            (json!({"n": ""}), false),
            (json!({"e": "AA"}), false),
            (json!({"e": null}), false),
        ] {
            assert_eq!(is_taken(key.clone(), &changes), taken, "{changes}");
        }
        // A zero in front makes the number no larger.
        let bytes = URL_SAFE_NO_PAD.decode(modulus(2040)).unwrap();
        let padded = URL_SAFE_NO_PAD.encode([&[0][..], &bytes].concat());
        assert!(!is_taken(key, &json!({"n": padded})));
    }

    #[test]
    fn what_is_no_set_is_an_error_and_an_empty_one_is_not() {
        assert!(parse(br#"{"keys":[]}"#).unwrap().is_empty());
        assert!(parse(br#"{"keys":[1,"x",null,{},[]]}"#).unwrap().is_empty());
        for json in ["", "{}", "[]", "null", r#"{"keys":{}}"#, "<html>"] {
            assert!(parse(json.as_bytes()).is_err(), "{json}");
        }
    }

    #[test]
    fn of_two_keys_with_one_name_the_first_counts() {
        let rsa = json!({"kty": "RSA", "kid": "k", "n": modulus(2048), "e": "AQAB"});
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": X});
        let set = parse(json!({ "keys": [ed, rsa] }).to_string().as_bytes()).unwrap();
        assert_eq!(set["k"].verifying.algorithm, Algorithm::EdDsa);
    }
}
