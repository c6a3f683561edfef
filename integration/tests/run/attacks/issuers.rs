//! Keys of one issuer that sign under the name of another one.

use std::fs;

use integration::forge::{OwnKey, SigningKey, hs256, with_signature};
use integration::{
    Lockfile, PRIVATE_REGISTRY, Registry, eventually, write_flags, write_registry_hash,
};
use serde_json::{Value, json};

use super::{Ground, LIMIT, VICTIM, now};

const ELSEWHERE: &str = "https://login.acme.example";
const PUBLIC: &str = "https://auth.example.com";

fn with(claims: &Value, more: &Value) -> Value {
    let mut claims = claims.clone();
    let more = more.as_object().unwrap().clone();
    claims.as_object_mut().unwrap().extend(more);
    claims
}

/// Chooses an issuer with the 13 bytes, and waits until it is chosen.
fn choose(registry: &Registry, flags: u32, issuer: &str) {
    write_flags(&registry.lockfile(), flags);
    let path = "/_auth/.well-known/openid-configuration";
    eventually(issuer, LIMIT, || {
        let document = registry.http().get(path).send().expect(200).json();
        (document["issuer"] == issuer).then_some(())
    });
}

#[test]
fn an_issuers_key_is_good_under_its_own_name_alone() {
    let folder = tempfile::tempdir().unwrap();
    let jwks = folder.path().join("jwks.json");
    let (theirs, strangers) = (OwnKey::make(), OwnKey::make());
    fs::write(&jwks, json!({ "keys": [theirs.jwk("k1")] }).to_string()).unwrap();
    let ground = Ground::with(&format!(
        "[auth]\nprivate_issuer = {ELSEWHERE:?}\nprivate_jwks = {:?}\n",
        jwks.to_str().unwrap()
    ));
    let lockfile = ground.registry.lockfile();
    write_registry_hash(&lockfile, Lockfile::read(&lockfile).registry_hash() ^ 1);
    let local = format!(
        "http://localhost:{}/_auth",
        ground.registry.address().port()
    );

    let header = json!({ "typ": "JWT", "alg": "EdDSA", "kid": "k1" });
    let claims = json!({ "iss": ELSEWHERE, "sub": "carol", "iat": now(), "exp": now() + 600 });
    let good = theirs.token(&header, &claims);
    ground.token_is_refused("while it is not chosen", &good, "wrong_issuer");
    choose(&ground.registry, PRIVATE_REGISTRY, ELSEWHERE);
    ground.token_counts(&good, "carol");

    let ours = ground.claims(SigningKey::Ed25519);
    let under = |issuer: &str| with(&ours, &json!({ "iss": issuer }));
    let own_header = ground.forge.header(SigningKey::Ed25519);
    let own_kid = ground.forge.kid(SigningKey::Ed25519);
    let jwk = theirs.jwk("k1");
    let public = jwk["x"].as_str().unwrap().as_bytes();
    let changed = |more: Value| theirs.token(&header, with(&claims, &more));
    for (what, token, reason) in [
        // Their key under our names, and ours under theirs.
        (
            "theirs as the public one",
            theirs.token(&header, under(PUBLIC)),
            "unknown_key",
        ),
        (
            "theirs as the local one",
            theirs.token(&header, under(&local)),
            "unknown_key",
        ),
        (
            "theirs by our name",
            theirs.token(&own_header, under(PUBLIC)),
            "bad_signature",
        ),
        (
            "theirs by our name, as theirs",
            theirs.token(&own_header, &claims),
            "unknown_key",
        ),
        (
            "ours as theirs",
            ground.forge.proper(SigningKey::Ed25519, under(ELSEWHERE)),
            "unknown_key",
        ),
        (
            "ours as theirs by their name",
            ground
                .forge
                .token(SigningKey::Ed25519, &header, under(ELSEWHERE)),
            "bad_signature",
        ),
        (
            "RSA as theirs",
            ground.forge.token(SigningKey::Rsa, &header, &claims),
            "bad_signature",
        ),
        // What any token could try.
        (
            "a stranger's",
            strangers.token(&header, &claims),
            "bad_signature",
        ),
        (
            "a stranger's, brought along",
            strangers.token(
                with(&header, &json!({ "jwk": strangers.jwk("k1") })),
                &claims,
            ),
            "bad_signature",
        ),
        (
            "none",
            with_signature(with(&header, &json!({ "alg": "none" })), &claims, ""),
            "malformed",
        ),
        (
            "HS256",
            hs256(public, with(&header, &json!({ "alg": "HS256" })), &claims),
            "bad_signature",
        ),
        (
            "RS256",
            theirs.token(with(&header, &json!({ "alg": "RS256" })), &claims),
            "bad_signature",
        ),
        (
            "critical",
            theirs.token(with(&header, &json!({ "crit": ["x"] })), &claims),
            "malformed",
        ),
        (
            "no kid",
            theirs.token(json!({ "alg": "EdDSA" }), &claims),
            "unknown_key",
        ),
        (
            "another kid",
            theirs.token(with(&header, &json!({ "kid": "k2" })), &claims),
            "unknown_key",
        ),
        (
            "our kid",
            theirs.token(with(&header, &json!({ "kid": own_kid })), &claims),
            "unknown_key",
        ),
        ("expired", changed(json!({ "exp": now() - 2 })), "expired"),
        (
            "without an end",
            changed(json!({ "exp": null })),
            "malformed",
        ),
        (
            "from the future",
            changed(json!({ "nbf": now() + 3600 })),
            "not_yet_valid",
        ),
        (
            "of almost that name",
            changed(json!({ "sub": "Root" })),
            "malformed",
        ),
        ("of no name", changed(json!({ "sub": "" })), "malformed"),
        (
            "of a rule's word",
            changed(json!({ "sub": "$all" })),
            "malformed",
        ),
        (
            "of two issuers",
            changed(json!({ "iss": [ELSEWHERE, PUBLIC] })),
            "malformed or wrong_issuer or unknown_key",
        ),
    ] {
        ground.token_is_refused(what, &token, reason);
    }
    // A token of the issuer has no session here, and so no other one's.
    let borrowed = changed(json!({ "jti": ours["jti"] }));
    ground.token_counts(&borrowed, "carol");
    // What was believed a moment ago, is not any more.
    choose(&ground.registry, 0, PUBLIC);
    ground.token_is_refused("while it is not chosen any more", &good, "wrong_issuer");
    ground.token_counts(&ground.victim.token, VICTIM);
    ground.unharmed();
}
