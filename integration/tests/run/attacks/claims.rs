//! Tokens that say what is not true, or not any more, or not yet.

use integration::forge::{SigningKey, opened};
use serde_json::{Value, json};

use super::{Ground, VICTIM, now};

const DAY: u64 = 24 * 60 * 60;

fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}

fn without(claims: &Value, name: &str) -> Value {
    let mut claims = claims.clone();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

/// Signed by the registry's own key, as if it had another name.
#[test]
fn a_foreign_issuer_is_refused() {
    let ground = Ground::start();
    let ours = ground.claims(SigningKey::Rsa)["iss"]
        .as_str()
        .unwrap()
        .to_owned();
    for issuer in [
        "https://evil.example".to_owned(),
        "https://auth.example.com.evil.example".to_owned(),
        String::new(),
        "null".to_owned(),
        format!("{ours}/"),
        format!("{ours} "),
        format!("{ours}\0"),
        format!("{ours}#"),
        ours.to_uppercase(),
        ours.replace("https", "http"),
        ours[..ours.len() - 1].to_owned(),
        ground.registry.url(),
    ] {
        for key in SigningKey::BOTH {
            let claims = with(&ground.claims(key), "iss", json!(issuer));
            let token = ground.forge.proper(key, claims);
            ground.token_is_refused(&format!("issued by {issuer:?}"), &token, "wrong_issuer");
        }
    }
    ground.unharmed();
}

#[test]
fn a_token_that_has_expired_is_refused() {
    let ground = Ground::start();
    for key in SigningKey::BOTH {
        for expired in [0, 1, now() - DAY, now() - 60, now() - 2] {
            let claims = with(&ground.claims(key), "exp", json!(expired));
            let token = ground.forge.proper(key, claims);
            ground.token_is_refused(&format!("expired at {expired}"), &token, "expired");
        }
    }
    ground.unharmed();
}

#[test]
fn a_token_from_the_future_is_refused() {
    let ground = Ground::start();
    for key in SigningKey::BOTH {
        for begins in [now() + 60, now() + DAY, u64::from(u32::MAX), 1 << 53] {
            let claims = with(&ground.claims(key), "nbf", json!(begins));
            let token = ground.forge.proper(key, claims);
            ground.token_is_refused(&format!("good from {begins}"), &token, "not_yet_valid");
        }
    }
    ground.unharmed();
}

/// A thief of a token wants it to be somebody else's, or to be good for longer.
#[test]
fn claims_that_were_changed_are_refused() {
    let ground = Ground::start();
    let mine = ground.registry.user("mallory");
    for key in SigningKey::BOTH {
        let token = ground.forge.proper(key, opened(&mine.token).1);
        let (header, claims) = opened(&token);
        let (_, signature) = token.rsplit_once('.').unwrap();
        let hers = ground.claims(key);
        for changed in [
            with(&claims, "sub", json!(VICTIM)),
            with(&claims, "sub", json!("root")),
            with(&claims, "exp", json!(now() + 10_000 * DAY)),
            with(&claims, "iss", json!("https://evil.example")),
            with(&claims, "jti", hers["jti"].clone()),
            with(&claims, "role", json!("admin")),
            with(&claims, "scopes", json!(["admin"])),
            without(&claims, "exp"),
            hers,
        ] {
            let forged = integration::forge::with_signature(&header, &changed, signature);
            let what = format!("{changed} with the signature of {claims}");
            ground.token_is_refused(&what, &forged, "bad_signature");
        }
    }
    ground.unharmed();
}

/// With the key itself stolen, a token is still nobody's without an open session of theirs.
#[test]
fn a_good_signature_opens_no_session() {
    let ground = Ground::start();
    let mine = ground.registry.user("mallory");
    let claims = opened(&mine.token).1;
    let none = "0".repeat(32);
    for key in SigningKey::BOTH {
        for changed in [
            with(&claims, "sub", json!(VICTIM)),
            with(&claims, "sub", json!("root")),
            with(&claims, "sub", json!("Mallory")),
            with(&claims, "sub", json!("mallory ")),
            with(&claims, "sub", json!("")),
            with(&ground.claims(key), "sub", json!("mallory")),
            with(&ground.claims(key), "jti", json!(none)),
            with(&ground.claims(key), "jti", json!("")),
            with(&ground.claims(key), "jti", json!("%")),
            with(&ground.claims(key), "jti", json!("' OR '1'='1")),
        ] {
            let token = ground.forge.proper(key, &changed);
            // Whose session it is, or which key signed for it: either is wrong.
            let reason = "revoked or bad_signature";
            ground.token_is_refused(&changed.to_string(), &token, reason);
        }
    }
    ground.unharmed();
}

/// Which of the two counts would depend on who reads it.
#[test]
fn a_claim_that_is_there_twice_is_refused() {
    let ground = Ground::start();
    for key in SigningKey::BOTH {
        let claims = ground.claims(key);
        let text = claims.to_string();
        for (name, value) in [
            ("sub", json!("root")),
            ("iss", json!("https://evil.example")),
            ("exp", json!(now() + 10_000 * DAY)),
            ("nbf", json!(0)),
            ("jti", json!("x")),
        ] {
            let first = format!("{{\"{name}\":{value},{}", &text[1..]);
            let last = format!("{},\"{name}\":{value}}}", &text[..text.len() - 1]);
            let same = format!("{},\"{name}\":{}}}", &text[..text.len() - 1], claims[name]);
            for twice in [first, last, same] {
                let token = ground.forge.proper(key, &twice);
                ground.token_is_refused(&twice, &token, "malformed");
            }
        }
    }
    ground.unharmed();
}

#[test]
fn a_claim_of_another_type_or_none_is_refused() {
    let ground = Ground::start();
    let key = SigningKey::Ed25519;
    let claims = ground.claims(key);
    for name in ["iss", "sub", "jti", "exp", "nbf", "iat"] {
        let others = [
            Value::Null,
            json!(true),
            json!(-1),
            json!(1e300),
            json!([claims[name]]),
            json!({ "value": claims[name] }),
            // Of the two, the one that the claim is not.
            match &claims[name] {
                Value::String(_) => json!(7),
                number => json!(number.to_string()),
            },
        ];
        for other in others {
            let changed = with(&claims, name, other);
            let token = ground.forge.proper(key, &changed);
            let http = ground.holding(&token);
            let answer = http.get("/-/whoami").send();
            ground.refused(&changed.to_string(), &answer, &[401]);
            let answer = http.get("/@victim%2fplan").send();
            ground.refused(&changed.to_string(), &answer, &[401, 404]);
        }
        let changed = without(&claims, name);
        let token = ground.forge.proper(key, &changed);
        ground.token_is_refused(&format!("no {name}"), &token, "malformed");
    }
    for claims in [
        "null",
        "[]",
        "\"\"",
        "",
        "{",
        "{}",
        "{\"sub\":\"root\"}",
        "\u{0}",
    ] {
        let token = ground.forge.proper(key, claims);
        ground.token_is_refused(&format!("{claims:?} for claims"), &token, "malformed");
    }
    ground.unharmed();
}
