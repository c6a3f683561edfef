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

/// A registry that believes an issuer elsewhere, and what there is to lie with.
struct Scene {
    ground: Ground,
    /// The issuer's own key.
    theirs: OwnKey,
    strangers: OwnKey,
    /// The header and the claims of a token of the issuer.
    header: Value,
    claims: Value,
}

impl Scene {
    fn start() -> (Self, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let jwks = folder.path().join("jwks.json");
        let theirs = OwnKey::make();
        fs::write(&jwks, json!({ "keys": [theirs.jwk("k1")] }).to_string()).unwrap();
        let ground = Ground::with(&format!(
            "[auth]\nprivate_issuer = {ELSEWHERE:?}\nprivate_jwks = {:?}\n",
            jwks.to_str().unwrap()
        ));
        let lockfile = ground.registry.lockfile();
        write_registry_hash(&lockfile, Lockfile::read(&lockfile).registry_hash() ^ 1);
        let scene = Self {
            ground,
            theirs,
            strangers: OwnKey::make(),
            header: json!({ "typ": "JWT", "alg": "EdDSA", "kid": "k1" }),
            claims: json!({ "iss": ELSEWHERE, "sub": "carol", "iat": now(), "exp": now() + 600 }),
        };
        (scene, folder)
    }

    fn header(&self, more: &Value) -> Value {
        with(&self.header, more)
    }

    /// A token of the issuer that says something else.
    fn saying(&self, more: &Value) -> String {
        self.theirs.token(&self.header, with(&self.claims, more))
    }

    /// Their key under our names, and ours under theirs.
    fn crossed(&self) -> Vec<(&'static str, String, &'static str)> {
        let Self {
            ground,
            theirs,
            header,
            claims,
            ..
        } = self;
        let ours = ground.claims(SigningKey::Ed25519);
        let under = |issuer: &str| with(&ours, &json!({ "iss": issuer }));
        let local = format!(
            "http://localhost:{}/_auth",
            ground.registry.address().port()
        );
        let by_ours = |key, header: &Value, claims: &Value| ground.forge.token(key, header, claims);
        let own_header = ground.forge.header(SigningKey::Ed25519);
        let (rsa, ed25519) = (SigningKey::Rsa, SigningKey::Ed25519);
        let own_kid = self.header(&json!({ "kid": ground.forge.kid(ed25519) }));
        vec![
            (
                "theirs as the public one",
                theirs.token(header, under(PUBLIC)),
                "unknown_key",
            ),
            (
                "theirs as the local one",
                theirs.token(header, under(&local)),
                "unknown_key",
            ),
            (
                "theirs by our name",
                theirs.token(&own_header, under(PUBLIC)),
                "bad_signature",
            ),
            (
                "theirs by our name, as theirs",
                theirs.token(&own_kid, claims),
                "unknown_key",
            ),
            (
                "ours as theirs",
                by_ours(ed25519, &own_header, &under(ELSEWHERE)),
                "unknown_key",
            ),
            (
                "ours as theirs by their name",
                by_ours(ed25519, header, &under(ELSEWHERE)),
                "bad_signature",
            ),
            (
                "RSA as theirs",
                by_ours(rsa, header, claims),
                "bad_signature",
            ),
        ]
    }

    /// What any token can try.
    fn faulty(&self) -> Vec<(&'static str, String, &'static str)> {
        let Self {
            theirs,
            strangers,
            header,
            claims,
            ..
        } = self;
        let jwk = theirs.jwk("k1");
        let public = jwk["x"].as_str().unwrap().as_bytes();
        let brought = self.header(&json!({ "jwk": strangers.jwk("k1") }));
        let none = self.header(&json!({ "alg": "none" }));
        let hmac = self.header(&json!({ "alg": "HS256" }));
        let headed = |more: Value| theirs.token(self.header(&more), claims);
        let nameless = theirs.token(json!({ "alg": "EdDSA" }), claims);
        let two = json!({ "iss": [ELSEWHERE, PUBLIC] });
        vec![
            (
                "a stranger's",
                strangers.token(header, claims),
                "bad_signature",
            ),
            (
                "a key brought along",
                strangers.token(brought, claims),
                "bad_signature",
            ),
            ("none", with_signature(none, claims, ""), "malformed"),
            ("HS256", hs256(public, hmac, claims), "bad_signature"),
            ("RS256", headed(json!({ "alg": "RS256" })), "bad_signature"),
            ("critical", headed(json!({ "crit": ["x"] })), "malformed"),
            ("no kid", nameless, "unknown_key"),
            ("another kid", headed(json!({ "kid": "k2" })), "unknown_key"),
            (
                "expired",
                self.saying(&json!({ "exp": now() - 2 })),
                "expired",
            ),
            ("endless", self.saying(&json!({ "exp": null })), "malformed"),
            (
                "not yet",
                self.saying(&json!({ "nbf": now() + 3600 })),
                "not_yet_valid",
            ),
            (
                "almost a name",
                self.saying(&json!({ "sub": "Root" })),
                "malformed",
            ),
            ("no name", self.saying(&json!({ "sub": "" })), "malformed"),
            (
                "a rule's word",
                self.saying(&json!({ "sub": "$all" })),
                "malformed",
            ),
            (
                "two issuers",
                self.saying(&two),
                "malformed or wrong_issuer or unknown_key",
            ),
        ]
    }
}

#[test]
fn an_issuers_key_is_good_under_its_own_name_alone() {
    let (scene, _folder) = Scene::start();
    let ground = &scene.ground;
    let good = scene.saying(&json!({}));
    ground.token_is_refused("while it is not chosen", &good, "wrong_issuer");
    choose(&ground.registry, PRIVATE_REGISTRY, ELSEWHERE);
    ground.token_counts(&good, "carol");
    for (what, token, reason) in scene.crossed().into_iter().chain(scene.faulty()) {
        ground.token_is_refused(what, &token, reason);
    }
    // It has no session here, and gets nobody else's.
    let jti = &ground.claims(SigningKey::Rsa)["jti"];
    ground.token_counts(&scene.saying(&json!({ "jti": jti })), "carol");
    // What was believed a moment ago, is not any more.
    choose(&ground.registry, 0, PUBLIC);
    ground.token_is_refused("while it is not chosen any more", &good, "wrong_issuer");
    ground.token_counts(&ground.victim.token, VICTIM);
    scene.ground.unharmed();
}
