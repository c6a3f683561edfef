//! Tokens whose header names the wrong key, or brings one along.

use std::io::ErrorKind;
use std::net::TcpListener;

use integration::forge::{OwnKey, SigningKey};
use serde_json::{Value, json};

use super::{Ground, VICTIM};

#[test]
fn the_other_keys_name_is_refused() {
    let ground = Ground::start();
    for key in SigningKey::BOTH {
        let other = ground.forge.kid(key.other());
        for alg in [key.alg(), key.other().alg()] {
            let header = json!({ "typ": "JWT", "alg": alg, "kid": other });
            let token = ground.forge.token(key, header, ground.claims(key));
            let what = format!("signed by {key:?}, named {other}, {alg}");
            ground.token_is_refused(&what, &token, "bad_signature");
        }
    }
    ground.unharmed();
}

#[test]
fn a_name_that_no_key_has_is_refused() {
    let ground = Ground::start();
    for key in SigningKey::BOTH {
        let kid = ground.forge.kid(key);
        for name in [
            String::new(),
            "x".to_owned(),
            "0".to_owned(),
            kid.to_lowercase() + "x",
            format!("{kid} "),
            format!(" {kid}"),
            format!("{kid}\0"),
            kid[..15].to_owned(),
            format!("{kid}.pk8"),
            format!("../keys/{kid}"),
            "../../../../../../dev/null".to_owned(),
            "/dev/null".to_owned(),
            "/proc/self/environ".to_owned(),
            "file:///dev/null".to_owned(),
            "..%2f..%2fdev%2fnull".to_owned(),
            "packages-p256".to_owned(),
            "' OR '1'='1".to_owned(),
            "x' UNION SELECT 'AA'; --".to_owned(),
            "\"; DROP TABLE sessions; --".to_owned(),
            "$(id)".to_owned(),
            "|id".to_owned(),
            "__proto__".to_owned(),
            "*".to_owned(),
            "%".to_owned(),
            "\u{202e}\u{0}\u{ffff}".to_owned(),
            // As long as fits into a token that is looked at, and longer.
            "k".repeat(2000),
            "k".repeat(5000),
        ] {
            let header = json!({ "typ": "JWT", "alg": key.alg(), "kid": name });
            let token = ground.forge.token(key, header, ground.claims(key));
            let what = format!(
                "{key:?} named {:?}",
                name.chars().take(60).collect::<String>()
            );
            let reason = if name.len() > 4096 {
                "malformed"
            } else {
                "unknown_key"
            };
            ground.token_is_refused(&what, &token, reason);
        }
    }
    ground.unharmed();
}

#[test]
fn a_key_without_a_name_is_refused() {
    let ground = Ground::start();
    for key in SigningKey::BOTH {
        let alg = key.alg();
        let kid = ground.forge.kid(key);
        for (header, reason) in [
            (json!({ "typ": "JWT", "alg": alg }), "unknown_key"),
            (
                json!({ "typ": "JWT", "alg": alg, "kid": null }),
                "unknown_key",
            ),
            (json!({ "typ": "JWT", "alg": alg, "kid": 1 }), "malformed"),
            (
                json!({ "typ": "JWT", "alg": alg, "kid": [kid] }),
                "malformed",
            ),
            (
                json!({ "typ": "JWT", "alg": alg, "kid": { "kid": kid } }),
                "malformed",
            ),
            (
                json!({ "typ": "JWT", "alg": alg, "KID": kid }),
                "unknown_key",
            ),
        ] {
            let token = ground.forge.token(key, &header, ground.claims(key));
            ground.token_is_refused(&header.to_string(), &token, reason);
        }
    }
    ground.unharmed();
}

/// A header that says two things can be read as one by one program and as the other by the next.
#[test]
fn a_header_that_says_something_twice_is_refused() {
    let ground = Ground::start();
    for key in SigningKey::BOTH {
        let (alg, kid) = (key.alg(), ground.forge.kid(key));
        let (other_alg, other_kid) = (key.other().alg(), ground.forge.kid(key.other()));
        for header in [
            format!(r#"{{"alg":"{alg}","kid":"{kid}","kid":"{other_kid}"}}"#),
            format!(r#"{{"alg":"{alg}","kid":"{other_kid}","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"{alg}","alg":"{other_alg}","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"none","alg":"{alg}","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"{alg}","kid":"{kid}"}} "#) + "x",
            format!(r#"[{{"alg":"{alg}","kid":"{kid}"}}]"#),
            "{}".to_owned(),
            "null".to_owned(),
            String::new(),
        ] {
            let token = ground.forge.token(key, &header, ground.claims(key));
            ground.token_is_refused(&header, &token, "malformed");
        }
    }
    ground.unharmed();
}

/// What a token says about where its key is, is never followed.
#[test]
fn a_key_that_a_token_brings_along_is_refused() {
    let ground = Ground::start();
    let own = OwnKey::make();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
    let kids = [
        None,
        Some(own.kid()),
        Some(ground.forge.kid(SigningKey::Ed25519).to_owned()),
        Some(url.clone()),
    ];
    for kid in kids {
        let named = kid.clone().unwrap_or_default();
        for (name, value) in [
            ("jwk", own.jwk(&named)),
            ("jku", json!(url)),
            ("x5u", json!(url)),
            ("x5c", json!([own.jwk(&named)["x"]])),
            ("x5t", json!(named)),
            ("crit", json!(["jwk"])),
            ("keys", json!([own.jwk(&named)])),
        ] {
            let mut header = json!({ "typ": "JWT", "alg": "EdDSA", name: value });
            if let Some(kid) = &kid {
                header["kid"] = json!(kid);
            }
            let token = own.token(&header, ground.claims(SigningKey::Ed25519));
            let http = ground.holding(&token);
            let answer = http.get("/-/whoami").send();
            ground.refused(&header.to_string(), &answer, &[401]);
            let answer = http.get("/@victim%2fplan").send();
            ground.refused(&header.to_string(), &answer, &[401, 404]);
        }
    }
    let asked = listener.accept().map(|(_, address)| address);
    assert_eq!(
        asked.unwrap_err().kind(),
        ErrorKind::WouldBlock,
        "nobody fetches a key"
    );
    ground.unharmed();
}

/// What the registry does not look at takes nothing away from a good token, except for what a token itself
/// calls critical (RFC 7515, 4.1.11).
#[test]
fn a_header_that_is_critical_and_unknown_is_refused() {
    let ground = Ground::start();
    let key = SigningKey::Ed25519;
    let with = |name: &str, value: Value| {
        let mut header = ground.forge.header(key);
        header[name] = value;
        ground.forge.token(key, header, ground.claims(key))
    };
    ground.token_counts(&with("nothing", json!("known")), VICTIM);
    for critical in [json!(["exp"]), json!(["b64"]), json!([]), json!("exp")] {
        ground.token_is_refused("crit", &with("crit", critical), "malformed");
    }
    ground.unharmed();
}
