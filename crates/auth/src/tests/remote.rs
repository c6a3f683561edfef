use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use serde_json::json;

use super::*;
use crate::{keys::Keys, remote::Remotes};

const PRIVATE: &str = "https://auth.mycompany.com";
const PUBLIC: &str = "https://auth.example.com";

/// An issuer elsewhere, with its keys in a file.
struct Elsewhere {
    folder: TempDir,
    pair: Ed25519KeyPair,
}

impl Elsewhere {
    fn new() -> Self {
        let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let elsewhere = Self {
            folder: tempfile::tempdir().unwrap(),
            pair: Ed25519KeyPair::from_pkcs8(der.as_ref()).unwrap(),
        };
        elsewhere.publish(&json!([elsewhere.key("theirs")]));
        elsewhere
    }

    fn key(&self, kid: &str) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.pair.public_key());
        json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x})
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("jwks.json")
    }

    fn publish(&self, keys: &Value) {
        fs::write(self.file(), json!({ "keys": keys }).to_string()).unwrap();
    }

    /// Trusts it as the private issuer.
    fn trust(&self) -> Trust {
        Trust {
            private_jwks: Some(JwksSource::File(self.file())),
            ..Trust::default()
        }
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// A token of this person, with some claims changed.
    fn token(&self, name: &str, changes: &Value) -> String {
        let mut claims = json!({"iss": PRIVATE, "sub": name, "exp": now() + 600});
        for (claim, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(claim)),
                value => claims[claim] = value.clone(),
            }
        }
        self.sign(&json!({"alg": "EdDSA", "kid": "theirs"}), &claims)
    }
}

fn now() -> u64 {
    token::seconds(std::time::SystemTime::now())
}

/// The 13 bytes choose the private issuer.
fn private() -> Config13 {
    settings(
        LOCAL_HASH ^ 1,
        &[Feature::PrivateRegistry, Feature::PremiumTypes],
    )
}

async fn who(auth: &Auth, token: &str, settings: &Config13) -> Result<Arc<Caller>, TokenProblem> {
    let header = format!("Bearer {token}");
    match auth
        .identify(Some(&header), LOOPBACK, settings)
        .await
        .unwrap()
    {
        Identity::Account(caller) => Ok(caller),
        Identity::Anonymous(problem) => Err(problem.unwrap()),
    }
}

fn open(registry: &Registry, trust: Trust) -> Auth {
    registry
        .try_open_with(trust, policy(Registration::Open))
        .unwrap()
}

async fn log_in_under(auth: &Auth, settings: &Config13) -> Result<String, LoginError> {
    let logged_in = auth.login(credentials("alice", PASSWORD), settings, LOOPBACK);
    logged_in.await.map(|it| it.token)
}

#[tokio::test]
async fn somebody_whom_a_trusted_issuer_names_is_known_while_it_is_chosen() {
    let (registry, elsewhere) = (Registry::new(), Elsewhere::new());
    let auth = open(&registry, elsewhere.trust());
    let token = elsewhere.token("carol", &json!({}));
    for _ in 0..2 {
        let carol = who(&auth, &token, &private()).await.unwrap();
        assert_eq!(
            (carol.name.as_str(), carol.role),
            ("carol", Role::Publisher)
        );
        // Once it was believed, too.
        let foreign = Err(TokenProblem::ForeignIssuer);
        assert_eq!(who(&auth, &token, &premium()).await, foreign);
        let local = settings(LOCAL_HASH, &[Feature::PrivateRegistry]);
        assert_eq!(who(&auth, &token, &local).await, foreign);
    }
}

#[tokio::test]
async fn the_account_of_that_name_is_the_caller_and_can_be_disabled() {
    let (registry, elsewhere) = (Registry::new(), Elsewhere::new());
    let auth = open(&registry, elsewhere.trust());
    // Under the public name, whose tokens are ours.
    log_in(&auth, "alice").await;
    let token = elsewhere.token("alice", &json!({}));
    let alice = who(&auth, &token, &private()).await.unwrap();
    assert!(alice.is_admin(), "she was the first one here");
    registry.disable("alice");
    auth.verified.age();
    assert_eq!(
        who(&auth, &token, &private()).await,
        Err(TokenProblem::Revoked)
    );
}

#[tokio::test]
async fn every_claim_that_matters_is_looked_at() {
    let (registry, elsewhere) = (Registry::new(), Elsewhere::new());
    let auth = open(&registry, elsewhere.trust());
    let local = "http://localhost:4873";
    for (changes, expected) in [
        (json!({}), None),
        (
            json!({"nbf": now() + 5, "iat": now(), "role": "admin"}),
            None,
        ),
        (json!({"aud": local}), None),
        (json!({"aud": ["https://x", local]}), None),
        (json!({"limited": false}), None),
        (
            json!({"aud": "https://x"}),
            Some(TokenProblem::ForeignAudience),
        ),
        (json!({"aud": []}), Some(TokenProblem::ForeignAudience)),
        (
            json!({"aud": format!("{local}/")}),
            Some(TokenProblem::ForeignAudience),
        ),
        (json!({"aud": 1}), Some(TokenProblem::Malformed)),
        (json!({"exp": now() - 1}), Some(TokenProblem::Expired)),
        (json!({"exp": null}), Some(TokenProblem::Malformed)),
        (json!({"exp": "never"}), Some(TokenProblem::Malformed)),
        (json!({"nbf": now() + 600}), Some(TokenProblem::NotYetValid)),
        (
            json!({"limited": true}),
            Some(TokenProblem::LimitedElsewhere),
        ),
        (
            json!({"limited": {"read": true}}),
            Some(TokenProblem::LimitedElsewhere),
        ),
        (json!({"sub": null}), Some(TokenProblem::Malformed)),
        (json!({"sub": ""}), Some(TokenProblem::Malformed)),
        (json!({"sub": "Carol"}), Some(TokenProblem::Malformed)),
        (json!({"sub": "$all"}), Some(TokenProblem::Malformed)),
        (json!({"sub": "team:core"}), Some(TokenProblem::Malformed)),
        // The names of others are other keys' matter, and theirs is none of ours.
        (json!({"iss": PUBLIC}), Some(TokenProblem::UnknownKey)),
        (
            json!({"iss": "https://evil.example"}),
            Some(TokenProblem::UnknownKey),
        ),
        (json!({"iss": [PRIVATE]}), Some(TokenProblem::UnknownKey)),
        (json!({"iss": null}), Some(TokenProblem::UnknownKey)),
    ] {
        let token = elsewhere.token("carol", &changes);
        let problem = who(&auth, &token, &private()).await.err();
        assert_eq!(problem, expected, "{changes}");
    }
}

#[tokio::test]
async fn a_configured_audience_has_to_be_named() {
    let (registry, elsewhere) = (Registry::new(), Elsewhere::new());
    let trust = Trust {
        audience: Some("npm".to_owned()),
        ..elsewhere.trust()
    };
    let auth = open(&registry, trust);
    for (changes, expected) in [
        (json!({"aud": "npm"}), None),
        (json!({"aud": ["x", "npm"]}), None),
        (json!({}), Some(TokenProblem::ForeignAudience)),
        (json!({"aud": null}), Some(TokenProblem::ForeignAudience)),
        (
            json!({"aud": "http://localhost:4873"}),
            Some(TokenProblem::ForeignAudience),
        ),
        (json!({"aud": "NPM"}), Some(TokenProblem::ForeignAudience)),
    ] {
        let token = elsewhere.token("carol", &changes);
        let problem = who(&auth, &token, &private()).await.err();
        assert_eq!(problem, expected, "{changes}");
    }
}

#[tokio::test]
async fn the_key_decides_how_a_token_is_signed_and_the_header_nothing() {
    let (registry, elsewhere) = (Registry::with_rsa_key(), Elsewhere::new());
    let auth = open(&registry, elsewhere.trust());
    let claims = json!({"iss": PRIVATE, "sub": "carol", "exp": now() + 600});
    for header in [
        json!({"alg": "none", "kid": "theirs"}),
        json!({"alg": "HS256", "kid": "theirs"}),
        json!({"alg": "RS256", "kid": "theirs"}),
        json!({"alg": "EdDSA"}),
        json!({"alg": "EdDSA", "kid": "unknown"}),
        json!({"alg": "EdDSA", "kid": "unknown", "jwk": elsewhere.key("unknown")}),
        json!({"alg": "EdDSA", "kid": "theirs", "crit": ["b64"], "b64": true}),
    ] {
        let token = elsewhere.sign(&header, &claims);
        assert!(who(&auth, &token, &private()).await.is_err(), "{header}");
    }
    let token = elsewhere.token("carol", &json!({}));
    let tampered = token.replacen(
        token.split('.').nth(1).unwrap(),
        &URL_SAFE_NO_PAD
            .encode(json!({"iss": PRIVATE, "sub": "root", "exp": now() + 9}).to_string()),
        1,
    );
    assert_eq!(
        who(&auth, &tampered, &private()).await,
        Err(TokenProblem::BadSignature)
    );
}

#[tokio::test]
async fn our_own_key_says_nothing_under_the_name_of_an_issuer_elsewhere() {
    let (registry, elsewhere) = (Registry::new(), Elsewhere::new());
    // Issued before the other issuer was configured.
    let before = log_in_under(&registry.open(), &private()).await.unwrap();
    let auth = open(&registry, elsewhere.trust());
    assert_eq!(
        who(&auth, &before, &private()).await,
        Err(TokenProblem::UnknownKey)
    );
    let under_another = log_in_under(&auth, &premium()).await.unwrap();
    assert!(who(&auth, &under_another, &private()).await.is_ok());
}

#[tokio::test]
async fn logging_in_happens_where_tokens_are_issued() {
    let (registry, elsewhere) = (Registry::new(), Elsewhere::new());
    let auth = open(&registry, elsewhere.trust());
    let refused = log_in_under(&auth, &private()).await.unwrap_err();
    assert!(
        matches!(&refused, LoginError::IssuedElsewhere { issuer } if issuer == PRIVATE),
        "{refused}"
    );
    let alice = registry.catalog.read(|rows| rows.account("alice")).unwrap();
    assert!(alice.is_none(), "nor was an account made on the way");
}

#[tokio::test]
async fn we_issue_under_that_name_once_our_key_is_in_the_set() {
    let (registry, elsewhere) = (Registry::new(), Elsewhere::new());
    let own = Keys::open(&registry.keys()).unwrap();
    own.signing(Algorithm::EdDsa).await.unwrap();
    let ours = serde_json::to_value(own.jwks()).unwrap()["keys"][0].clone();
    elsewhere.publish(&json!([ours, elsewhere.key("theirs")]));
    let auth = open(&registry, elsewhere.trust());
    let token = log_in_under(&auth, &private()).await.unwrap();
    assert_eq!(part(&token, 1)["iss"], PRIVATE);
    let alice = who(&auth, &token, &private()).await.unwrap();
    // It is a token of ours: a flip takes nothing from it, and it can be revoked.
    assert!(who(&auth, &token, &premium()).await.is_ok());
    assert!(auth.logout(&alice, &token, &by()).await.unwrap());
    for settings in [private(), premium()] {
        assert_eq!(
            who(&auth, &token, &settings).await,
            Err(TokenProblem::Revoked)
        );
    }
    // A new key that is not published there yet signs nothing under that name, and stops nobody.
    let rotation = Rotation::default();
    let rotated = auth.rotate_keys(rotation, &private(), &by()).await.unwrap();
    let token = log_in_under(&auth, &private()).await.unwrap();
    assert_eq!(part(&token, 0)["kid"], ours["kid"]);
    let newer = serde_json::to_value(own.jwks()).unwrap()["keys"][0].clone();
    assert_eq!(newer["kid"], rotated.made[0].0.as_str());
    elsewhere.publish(&json!([ours, newer]));
    let token = log_in_under(&auth, &private()).await.unwrap();
    assert_eq!(part(&token, 0)["kid"], newer["kid"]);
    // Another key under the name of ours is not ours, and what ours signed is nothing by it.
    let mut swapped = elsewhere.key("theirs");
    swapped["kid"] = newer["kid"].clone();
    elsewhere.publish(&json!([swapped]));
    assert_eq!(
        who(&auth, &token, &private()).await,
        Err(TokenProblem::BadSignature)
    );
    let header = json!({"alg": "EdDSA", "kid": newer["kid"]});
    let claims = json!({"iss": PRIVATE, "sub": "carol", "exp": now() + 600});
    let theirs = elsewhere.sign(&header, &claims);
    assert!(who(&auth, &theirs, &private()).await.is_ok());
    auth.verified.age();
    assert_eq!(
        who(&auth, &theirs, &premium()).await,
        Err(TokenProblem::ForeignIssuer)
    );
    assert!(log_in_under(&auth, &private()).await.is_err());
}

#[tokio::test]
async fn a_limited_token_says_so_and_counts_nowhere_else() {
    let registry = Registry::new();
    let auth = registry.open();
    let login = log_in(&auth, "alice").await.token;
    let alice = identify(&auth, &login).await.unwrap();
    let make = async |limits: TokenLimits| {
        let new = NewToken {
            password: PASSWORD.to_owned(),
            name: None,
            description: None,
            days: None,
            limits,
        };
        let made = auth.make_token(&alice, new, &premium(), &by()).await;
        part(&made.unwrap().token, 1)["limited"].clone()
    };
    assert_eq!(part(&login, 1)["limited"], Value::Null);
    assert_eq!(make(TokenLimits::default()).await, Value::Null);
    let reads = TokenLimits {
        access: TokenAccess::Read,
        ..TokenLimits::default()
    };
    assert_eq!(make(reads).await, json!(true));
    let from_one_place = TokenLimits {
        networks: vec!["10.0.0.0/8".parse().unwrap()],
        ..TokenLimits::default()
    };
    assert_eq!(make(from_one_place).await, json!(true));
}

#[test]
fn keys_are_found_in_files_and_at_addresses() {
    let check = |text: &str, expected: Option<&str>| {
        let source = text.parse::<JwksSource>().ok();
        let shown = source.map(|source| source.to_string());
        assert_eq!(shown.as_deref(), expected, "{text}");
    };
    check("keys.json", Some("keys.json"));
    check("/etc/keys.json", Some("/etc/keys.json"));
    check("https://a.example/jwks", Some("https://a.example/jwks"));
    check(
        "http://a.example:81/jwks?secret=x",
        Some("http://a.example:81/jwks"),
    );
    for text in [
        "",
        "ftp://a.example/jwks",
        "file:///etc/passwd",
        "https://",
        "https:///jwks",
        "https://user:secret@a.example/jwks",
        "https://a b/",
    ] {
        check(text, None);
    }
}

#[test]
fn a_missing_file_of_keys_is_told_at_the_start() {
    let registry = Registry::new();
    let trust = Trust {
        public_jwks: Some(JwksSource::File("/nowhere/jwks.json".into())),
        ..Trust::default()
    };
    let refused = registry
        .try_open_with(trust, policy(Registration::Open))
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("/nowhere/jwks.json") && refused.contains(PUBLIC),
        "{refused}"
    );
}

#[test]
fn one_issuer_has_its_keys_in_one_place() {
    let issuers = Issuers {
        local: "http://localhost:4873/_auth".to_owned(),
        private: PRIVATE.to_owned(),
        public: PRIVATE.to_owned(),
        local_hash: LOCAL_HASH,
    };
    let trust = |public: &str| Trust {
        private_jwks: Some("https://a.example/jwks".parse().unwrap()),
        public_jwks: Some(public.parse().unwrap()),
        audience: None,
    };
    assert!(Remotes::open(&issuers, trust("https://a.example/jwks")).is_ok());
    assert!(Remotes::open(&issuers, trust("https://b.example/jwks")).is_err());
}
