use std::time::SystemTime;

use jsonwebtoken::{EncodingKey, Header};
use proptest::prelude::*;
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair, RsaKeyPair},
};
use serde_json::json;

use super::*;
use crate::{
    keys::SigningKey,
    token::{Claims, seconds, sign, verify},
};

/// A registry with both keys and alice in it.
struct Target {
    _registry: Registry,
    auth: Auth,
    eddsa: Arc<SigningKey>,
    rs256: Arc<SigningKey>,
    /// Of alice, signed with Ed25519.
    token: String,
}

impl Target {
    async fn new() -> Self {
        let registry = Registry::with_rsa_key();
        let auth = registry.open();
        let token = log_in(&auth, "alice").await.token;
        let eddsa = auth.keys.signing(Algorithm::EdDsa).await.unwrap();
        let rs256 = auth.keys.signing(Algorithm::Rs256).await.unwrap();
        Self {
            _registry: registry,
            auth,
            eddsa,
            rs256,
            token,
        }
    }

    /// The claims of alice's open session, to be changed.
    fn claims(&self) -> Claims {
        serde_json::from_value(part(&self.token, 1)).unwrap()
    }

    async fn problem(&self, token: &str) -> Option<TokenProblem> {
        match identify(&self.auth, token).await {
            Ok(caller) => panic!("{token} was believed to be {caller:?}"),
            Err(problem) => problem,
        }
    }
}

fn now() -> u64 {
    seconds(SystemTime::now())
}

fn encode(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// Signs what the library would not put together.
fn signed(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

#[tokio::test]
async fn the_13_bytes_choose_algorithm_and_issuer() {
    let registry = Registry::with_rsa_key();
    let auth = registry.open();
    let other_hash = LOCAL_HASH ^ 1;
    for (private, hash, issuer) in [
        (false, LOCAL_HASH, "https://auth.example.com"),
        (false, other_hash, "https://auth.example.com"),
        (true, LOCAL_HASH, "http://localhost:4873/_auth"),
        (true, other_hash, "https://auth.mycompany.com"),
    ] {
        for (premium, algorithm) in [(false, "RS256"), (true, "EdDSA")] {
            for debug in [false, true] {
                let features: Vec<Feature> = [
                    (premium, Feature::PremiumTypes),
                    (private, Feature::PrivateRegistry),
                    (debug, Feature::Debug),
                ]
                .into_iter()
                .filter_map(|(on, feature)| on.then_some(feature))
                .collect();
                let settings = settings(hash, &features);
                let logged_in = auth
                    .login(credentials("alice", PASSWORD), &settings, LOOPBACK)
                    .await
                    .unwrap();
                let (header, claims) = (part(&logged_in.token, 0), part(&logged_in.token, 1));
                assert_eq!(header["alg"], algorithm, "{features:?}");
                assert_eq!(claims["iss"], issuer, "{features:?} {hash:#x}");
                assert_eq!(claims["sub"], "alice");
                // Whatever the bytes say later, a token that was issued stays good.
                assert!(identify(&auth, &logged_in.token).await.is_ok());
            }
        }
    }
}

#[tokio::test]
async fn a_token_names_its_key_and_its_times() {
    let target = Target::new().await;
    let (header, claims) = (part(&target.token, 0), part(&target.token, 1));
    assert_eq!(header["kid"], target.eddsa.kid.as_str());
    assert_eq!(header["typ"], "JWT");
    assert_ne!(target.eddsa.kid, target.rs256.kid);
    let (iat, nbf, exp) = (&claims["iat"], &claims["nbf"], &claims["exp"]);
    assert_eq!(iat.as_u64().unwrap() - nbf.as_u64().unwrap(), 30);
    assert!(iat.as_u64().unwrap() <= now());
    assert_eq!(exp.as_u64().unwrap() - iat.as_u64().unwrap(), 3600);
    let kept: Vec<&String> = claims.as_object().unwrap().keys().collect();
    assert_eq!(
        kept,
        ["exp", "iat", "iss", "jti", "nbf", "sub"],
        "nothing else is told"
    );
}

#[tokio::test]
async fn only_the_key_that_a_session_was_opened_with_signs_for_it() {
    let target = Target::new().await;
    let token = sign(&target.eddsa, &target.claims()).unwrap();
    assert_eq!(identify(&target.auth, &token).await.unwrap().name, "alice");
    let token = sign(&target.rs256, &target.claims()).unwrap();
    assert_eq!(
        target.problem(&token).await,
        Some(TokenProblem::BadSignature)
    );
}

#[tokio::test]
async fn a_token_without_a_signature_is_not_believed() {
    let target = Target::new().await;
    let claims = part(&target.token, 1);
    for alg in ["none", "None", "NONE", "", "EdDSA", "RS256"] {
        for kid in [&target.eddsa.kid, &target.rs256.kid] {
            let token = signed(&json!({"alg": alg, "kid": kid}), &claims, |_| Vec::new());
            assert!(target.problem(&token).await.is_some(), "{alg}");
            let token = token.trim_end_matches('.').to_owned();
            assert!(target.problem(&token).await.is_some(), "{alg}");
        }
    }
}

#[tokio::test]
async fn a_public_key_is_no_secret_to_sign_with() {
    let target = Target::new().await;
    let claims = part(&target.token, 1);
    let rsa = RsaKeyPair::from_pkcs8(&RSA_KEY).unwrap();
    let public = rsa.public().as_ref().to_vec();
    let pem = format!(
        "-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----\n",
        base64::engine::general_purpose::STANDARD.encode(&public)
    );
    for secret in [
        &public[..],
        pem.as_bytes(),
        b"",
        target.rs256.kid.as_bytes(),
    ] {
        for (alg, algorithm) in [
            ("HS256", hmac::HMAC_SHA256),
            ("HS384", hmac::HMAC_SHA384),
            ("HS512", hmac::HMAC_SHA512),
        ] {
            let header = json!({"alg": alg, "kid": target.rs256.kid});
            let key = hmac::Key::new(algorithm, secret);
            let token = signed(&header, &claims, |message| {
                hmac::sign(&key, message).as_ref().to_vec()
            });
            assert_eq!(
                target.problem(&token).await,
                Some(TokenProblem::BadSignature),
                "{alg}"
            );
        }
    }
}

#[tokio::test]
async fn a_key_cannot_be_passed_off_as_another() {
    let target = Target::new().await;
    let claims = target.claims();
    let swap = |key: &SigningKey, kid: Option<&str>| {
        let mut header = Header::new(key.algorithm.jwt());
        header.kid = kid.map(ToOwned::to_owned);
        jsonwebtoken::encode(&header, &claims, &key.encoding).unwrap()
    };
    let bad = Some(TokenProblem::BadSignature);
    assert_eq!(
        target
            .problem(&swap(&target.eddsa, Some(&target.rs256.kid)))
            .await,
        bad
    );
    assert_eq!(
        target
            .problem(&swap(&target.rs256, Some(&target.eddsa.kid)))
            .await,
        bad
    );
    let unknown = Some(TokenProblem::UnknownKey);
    assert_eq!(target.problem(&swap(&target.eddsa, None)).await, unknown);
    assert_eq!(
        target.problem(&swap(&target.eddsa, Some(""))).await,
        unknown
    );
    assert_eq!(
        target
            .problem(&swap(&target.eddsa, Some("../keys/x")))
            .await,
        unknown
    );

    // A key that an attacker made, under our key's name, and in the header for good measure.
    let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(der.as_ref()).unwrap();
    let theirs = SigningKey {
        kid: target.eddsa.kid.clone(),
        algorithm: Algorithm::EdDsa,
        encoding: EncodingKey::from_ed_der(der.as_ref()),
    };
    assert_eq!(target.problem(&sign(&theirs, &claims).unwrap()).await, bad);
    let header = json!({
        "alg": "EdDSA",
        "kid": target.eddsa.kid,
        "jwk": {"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(pair.public_key())},
        "jku": "https://evil.example/keys",
    });
    let token = signed(&header, &part(&target.token, 1), |message| {
        pair.sign(message).as_ref().to_vec()
    });
    assert!(target.problem(&token).await.is_some());
}

#[tokio::test]
async fn tampered_claims_are_noticed() {
    let target = Target::new().await;
    let mut pieces = target.token.split('.');
    let (header, _, signature) = (
        pieces.next().unwrap(),
        pieces.next(),
        pieces.next().unwrap(),
    );
    for (claim, value) in [
        ("sub", json!("root")),
        ("exp", json!(now() + 1_000_000)),
        ("extra", json!(1)),
    ] {
        let mut claims = part(&target.token, 1);
        claims[claim] = value;
        let token = format!("{header}.{}.{signature}", encode(&claims));
        assert_eq!(
            target.problem(&token).await,
            Some(TokenProblem::BadSignature),
            "{claim}"
        );
    }
}

#[tokio::test]
async fn no_character_of_a_token_can_be_changed_or_cut_off() {
    let target = Target::new().await;
    let (keys, issuers) = (&target.auth.keys, &target.auth.issuers);
    assert!(verify(keys, issuers, &target.token).is_ok());
    for place in 0..target.token.len() {
        assert!(
            verify(keys, issuers, target.token.get(..place).unwrap()).is_err(),
            "cut at {place}"
        );
        for other in ["A", "_", ".", ""] {
            let mut changed = target.token.clone();
            changed.replace_range(place..=place, other);
            if changed != target.token {
                assert!(
                    verify(keys, issuers, &changed).is_err(),
                    "{other} at {place}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_times_and_the_issuer_count() {
    let target = Target::new().await;
    let problem = async |change: fn(&mut Claims)| {
        let mut claims = target.claims();
        change(&mut claims);
        target.problem(&sign(&target.eddsa, &claims).unwrap()).await
    };
    assert_eq!(
        problem(|it| it.exp = now() - 1).await,
        Some(TokenProblem::Expired)
    );
    assert_eq!(problem(|it| it.exp = 0).await, Some(TokenProblem::Expired));
    assert_eq!(
        problem(|it| it.nbf = now() + 60).await,
        Some(TokenProblem::NotYetValid)
    );
    assert_eq!(
        problem(|it| it.nbf = u64::MAX).await,
        Some(TokenProblem::NotYetValid)
    );
    for issuer in [
        "",
        "https://auth.evil.example",
        "https://auth.example.com/",
        "HTTPS://AUTH.EXAMPLE.COM",
    ] {
        let mut claims = target.claims();
        issuer.clone_into(&mut claims.iss);
        let token = sign(&target.eddsa, &claims).unwrap();
        assert_eq!(
            target.problem(&token).await,
            Some(TokenProblem::ForeignIssuer),
            "{issuer}"
        );
    }
}

#[tokio::test]
async fn a_good_signature_needs_an_open_session_of_that_account() {
    let target = Target::new().await;
    log_in(&target.auth, "bob").await;
    let problem = async |change: fn(&mut Claims)| {
        let mut claims = target.claims();
        change(&mut claims);
        target.problem(&sign(&target.eddsa, &claims).unwrap()).await
    };
    let revoked = Some(TokenProblem::Revoked);
    assert_eq!(problem(|it| it.jti = String::new()).await, revoked);
    assert_eq!(problem(|it| it.jti = "unknown".to_owned()).await, revoked);
    assert_eq!(problem(|it| it.sub = "bob".to_owned()).await, revoked);
    assert_eq!(problem(|it| it.sub = "Alice".to_owned()).await, revoked);
}

#[tokio::test]
async fn every_claim_has_to_be_there_and_of_its_type() {
    let target = Target::new().await;
    let try_claims = async |claims: Value| {
        let mut header = Header::new(target.eddsa.algorithm.jwt());
        header.kid = Some(target.eddsa.kid.clone());
        let token = jsonwebtoken::encode(&header, &claims, &target.eddsa.encoding).unwrap();
        target.problem(&token).await
    };
    let good = part(&target.token, 1);
    for claim in ["iss", "sub", "iat", "nbf", "exp", "jti"] {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(claim);
        assert!(try_claims(claims).await.is_some(), "without {claim}");
        for value in [
            json!(null),
            json!([]),
            json!({}),
            json!(-1),
            json!(true),
            json!(1e300),
        ] {
            let mut claims = good.clone();
            claims[claim] = value.clone();
            assert!(try_claims(claims).await.is_some(), "{claim} = {value}");
        }
    }
    assert!(try_claims(json!([])).await.is_some());
    assert!(try_claims(json!(null)).await.is_some());
}

#[tokio::test]
async fn an_oversized_token_is_not_looked_at() {
    let target = Target::new().await;
    let mut claims = target.claims();
    claims.jti = "x".repeat(4096);
    let token = sign(&target.eddsa, &claims).unwrap();
    assert_eq!(target.problem(&token).await, Some(TokenProblem::Malformed));
    let huge = "a".repeat(1_000_000);
    assert_eq!(target.problem(&huge).await, Some(TokenProblem::Malformed));
}

#[tokio::test]
async fn an_authorization_header_of_another_kind_identifies_nobody() {
    let target = Target::new().await;
    let anonymous = async |header: Option<&str>| match target
        .auth
        .identify(header, LOOPBACK, &premium())
        .await
        .unwrap()
    {
        Identity::Anonymous(problem) => problem,
        Identity::Account(caller) => panic!("{header:?} was believed to be {caller:?}"),
    };
    assert_eq!(anonymous(None).await, None);
    let malformed = Some(TokenProblem::Malformed);
    for header in [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "bearer",
        "Basic YWxpY2U=",
        "Basic",
        "Bearer a b",
        "Bearer ..",
        "Bearer é",
    ] {
        assert_eq!(anonymous(Some(header)).await, malformed, "{header:?}");
    }
    let token = &target.token;
    for header in [
        token.clone(),
        format!("Basic {token}"),
        format!("Token {token}"),
        format!("Bearer\u{a0}{token}"),
    ] {
        assert_eq!(anonymous(Some(&header)).await, malformed, "{header}");
    }
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let identity = target
            .auth
            .identify(Some(&format!("{scheme}  {token} ")), LOOPBACK, &premium())
            .await;
        assert!(
            matches!(identity.unwrap(), Identity::Account(_)),
            "{scheme}"
        );
    }
}

/// Tokens put together from parts that are each nearly right.
fn nearly_a_token() -> impl Strategy<Value = String> {
    let header = prop_oneof![
        Just(r#"{"alg":"EdDSA","kid":"x"}"#.to_owned()),
        Just(r#"{"alg":"RS256","kid":"x","jwk":{}}"#.to_owned()),
        Just(r#"{"alg":"EdDSA","kid":["x"],"crit":["b64"],"b64":false}"#.to_owned()),
        "\\{.{0,40}\\}",
    ];
    let claims = prop_oneof![
        Just(r#"{"iss":"a","sub":"b","iat":0,"nbf":0,"exp":99999999999,"jti":"c"}"#.to_owned()),
        Just(r#"{"exp":1e400}"#.to_owned()),
        "\\{.{0,40}\\}",
    ];
    (header, claims, prop::collection::vec(any::<u8>(), 0..80)).prop_map(
        |(header, claims, signature)| {
            let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            format!(
                "{}.{}.{}",
                encode(header.as_bytes()),
                encode(claims.as_bytes()),
                encode(&signature)
            )
        },
    )
}

#[test]
fn no_string_makes_the_verifier_panic() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let target = runtime.block_on(Target::new());
    let kid = &target.eddsa.kid;
    let text = prop_oneof![
        ".{0,200}",
        "[A-Za-z0-9_-]{0,60}(\\.[A-Za-z0-9_=-]{0,60}){0,4}",
        nearly_a_token(),
    ];
    proptest!(|(text in text)| {
        let (keys, issuers) = (&target.auth.keys, &target.auth.issuers);
        prop_assert!(verify(keys, issuers, &text).is_err());
        // As the claims behind a header that is right.
        let header = encode(&json!({"alg": "EdDSA", "kid": kid}));
        let token = [header.as_str(), text.as_str()].join(".");
        prop_assert!(verify(keys, issuers, &token).is_err());
    });
}
