//! Tokens whose header names another algorithm than their key has.

use integration::forge::{OwnKey, SigningKey, hs256, with_signature};
use serde_json::{Value, json};

use super::{Ground, VICTIM};

/// Without it, each refusal below could be about the forger's mistakes.
#[test]
fn a_token_that_is_forged_without_a_fault_counts() {
    let ground = Ground::start();
    for key in SigningKey::BOTH {
        let token = ground.forge.proper(key, ground.claims(key));
        ground.token_counts(&token, VICTIM);
        // Ed25519 and PKCS #1 v1.5 sign the same thing in the same way each time.
        let (header, claims) = integration::forge::opened(&token);
        assert_eq!(ground.forge.token(key, header, claims), token);
    }
    ground.unharmed();
}

#[test]
fn a_token_without_a_signature_is_refused() {
    let ground = Ground::start();
    let claims = ground.claims(SigningKey::Rsa);
    let (_, good) = ground.victim.token.rsplit_once('.').unwrap();
    for alg in [
        json!("none"),
        json!("None"),
        json!("NONE"),
        json!("nOnE"),
        json!(" none"),
        json!("none\0"),
        json!(""),
        Value::Null,
        json!(0),
        json!([]),
        json!(["none"]),
    ] {
        for kid in [None, Some(SigningKey::Rsa), Some(SigningKey::Ed25519)] {
            let mut header = json!({ "typ": "JWT", "alg": alg });
            if let Some(key) = kid {
                header["kid"] = ground.forge.kid(key).into();
            }
            for signature in ["", good] {
                let token = with_signature(&header, &claims, signature);
                let what = format!("{header} with the signature {signature:?}");
                ground.token_is_refused(&what, &token, "malformed");
            }
        }
    }
    ground.unharmed();
}

#[test]
fn a_signature_that_is_cut_off_is_refused() {
    let ground = Ground::start();
    for key in SigningKey::BOTH {
        let token = ground.forge.proper(key, ground.claims(key));
        let (input, signature) = token.rsplit_once('.').unwrap();
        // A whole number of bytes.
        let half = &signature[..signature.len() / 8 * 4];
        for (what, token, reason) in [
            ("no signature", format!("{input}."), "bad_signature"),
            (
                "half a signature",
                format!("{input}.{half}"),
                "bad_signature",
            ),
            (
                "a signature of zeros",
                format!("{input}.{}", "A".repeat(signature.len())),
                "bad_signature",
            ),
            (
                "two signatures",
                format!("{token}.{signature}"),
                "malformed",
            ),
            (
                "two signatures in one",
                format!("{token}{signature}"),
                "bad_signature",
            ),
            ("two parts", input.to_owned(), "malformed"),
            (
                "one part",
                input.split('.').next().unwrap().to_owned(),
                "malformed",
            ),
        ] {
            ground.token_is_refused(&format!("{key:?}: {what}"), &token, reason);
        }
    }
    ground.unharmed();
}

/// The same bytes can be spelled in other ways; a second spelling would be a second token, which whoever
/// remembers the first one does not know.
#[test]
fn a_token_has_one_spelling() {
    let ground = Ground::start();
    for key in SigningKey::BOTH {
        let token = ground.forge.proper(key, ground.claims(key));
        ground.token_counts(&token, VICTIM);
        let (input, signature) = token.rsplit_once('.').unwrap();
        // The last character of 64 and of 256 bytes has bits to spare.
        let (begin, last) = signature.split_at(signature.len() - 1);
        let spare: Vec<String> = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            .chars()
            .filter(|other| !last.starts_with(*other))
            .map(|other| format!("{input}.{begin}{other}"))
            .collect();
        assert_eq!(spare.len(), 63);
        for token in &spare {
            ground
                .holding(token)
                .get("/-/whoami")
                .send()
                .expect(401)
                .error();
        }
        let (header, claims) = input.split_once('.').unwrap();
        for other in [
            format!("{token}="),
            format!("{token}=="),
            format!("{header}=.{claims}.{signature}"),
            format!("{header}.{claims}=.{signature}"),
            format!(".{token}"),
            format!("{header}..{claims}.{signature}"),
            format!("{header}. {claims}.{signature}"),
            format!("\"{token}\""),
            format!("Bearer {token}"),
            format!("{token},{token}"),
        ] {
            // What is not decoded before it is signed is a wrong signature's.
            let reason = "malformed or bad_signature";
            ground.token_is_refused(&format!("spelled as {other}"), &other, reason);
        }
    }
    ground.unharmed();
}

#[test]
fn a_public_key_is_no_secret_to_authenticate_with() {
    let ground = Ground::start();
    let claims = ground.claims(SigningKey::Rsa);
    for key in SigningKey::BOTH {
        let claims = ground.claims(key);
        for (form, secret) in ground.forge.public_forms(key) {
            for (alg, reason) in [("HS256", "bad_signature"), (key.alg(), "bad_signature")] {
                let header = json!({ "typ": "JWT", "alg": alg, "kid": ground.forge.kid(key) });
                let token = hs256(&secret, header, &claims);
                let what = format!("{alg} with {form} of the {key:?} key");
                ground.token_is_refused(&what, &token, reason);
            }
        }
    }
    // Nor is what everybody can guess.
    for secret in [
        &b""[..],
        b"secret",
        b"null",
        ground.forge.kid(SigningKey::Rsa).as_bytes(),
    ] {
        let header =
            json!({ "typ": "JWT", "alg": "HS256", "kid": ground.forge.kid(SigningKey::Rsa) });
        let what = format!("HS256 with {:?}", String::from_utf8_lossy(secret));
        ground.token_is_refused(&what, &hs256(secret, header, &claims), "bad_signature");
    }
    ground.unharmed();
}

/// The right key used in another way than the registry uses it.
#[test]
fn a_key_has_one_algorithm() {
    let ground = Ground::start();
    let claims = ground.claims(SigningKey::Rsa);
    for (alg, token) in ground.forge.other_rsa(&claims) {
        ground.token_is_refused(alg, &token, "bad_signature");
    }
    for key in SigningKey::BOTH {
        let claims = ground.claims(key);
        // The signature is good; only the header lies about it.
        for alg in [
            "HS256",
            "RS512",
            "PS256",
            "ES256",
            "ES384",
            key.other().alg(),
        ] {
            let header = json!({ "typ": "JWT", "alg": alg, "kid": ground.forge.kid(key) });
            let token = ground.forge.token(key, header, &claims);
            ground.token_is_refused(&format!("{key:?} as {alg}"), &token, "bad_signature");
        }
        for alg in [
            "Ed25519", "rs256", "RS-256", "eddsa", "ES256K", "dir", "A256KW",
        ] {
            let header = json!({ "typ": "JWT", "alg": alg, "kid": ground.forge.kid(key) });
            let token = ground.forge.token(key, header, &claims);
            ground.token_is_refused(&format!("{key:?} as {alg}"), &token, "malformed");
        }
    }
    ground.unharmed();
}

#[test]
fn a_stranger_signs_nothing() {
    let ground = Ground::start();
    let own = OwnKey::make();
    for key in SigningKey::BOTH {
        for alg in ["EdDSA", "RS256"] {
            let header = json!({ "typ": "JWT", "alg": alg, "kid": ground.forge.kid(key) });
            let token = own.token(header, ground.claims(key));
            let what = format!("a stranger's key as the {key:?} key, {alg}");
            ground.token_is_refused(&what, &token, "bad_signature");
        }
    }
    ground.unharmed();
}
