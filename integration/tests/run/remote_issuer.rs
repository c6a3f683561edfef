//! Registries that believe an issuer elsewhere: another registry, or somebody's own login service.

use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use integration::{
    Lockfile, PASSWORD, PRIVATE_REGISTRY, Package, Registry, Response, eventually, write_flags,
    write_registry_hash,
};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use tempfile::TempDir;

const JWKS: &str = "/_auth/.well-known/jwks.json";
const DISCOVERY: &str = "/_auth/.well-known/openid-configuration";
const LIMIT: Duration = Duration::from_secs(30);

/// Starts a registry that takes its tokens from this issuer.
fn believing(issuer: &str, jwks: &str, more: &str) -> Registry {
    let text = format!("[auth]\nprivate_issuer = {issuer:?}\nprivate_jwks = {jwks:?}\n{more}");
    let registry = Registry::options().config(&text).start();
    let path = registry.lockfile();
    write_registry_hash(&path, Lockfile::read(&path).registry_hash() ^ 1);
    be_private(&registry, issuer);
    registry
}

/// Sets the flag, and waits until the issuer is chosen.
fn be_private(registry: &Registry, issuer: &str) {
    write_flags(&registry.lockfile(), PRIVATE_REGISTRY);
    chooses(registry, issuer);
}

fn chooses(registry: &Registry, issuer: &str) {
    let what = format!("{issuer} being chosen");
    eventually(&what, LIMIT, || {
        let document = registry.http().get(DISCOVERY).send().expect(200).json();
        (document["issuer"] == issuer).then_some(())
    });
}

fn ask(registry: &Registry, token: &str) -> Response {
    registry.http().with_token(token).get("/-/whoami").send()
}

#[track_caller]
fn is_refused(registry: &Registry, token: &str, why: &str) {
    let error = ask(registry, token).expect(401).error();
    assert!(error.contains(why), "{error:?} should say {why:?}");
}

/// Somebody's own login service.
struct Issuer {
    pair: Ed25519KeyPair,
    kid: String,
}

impl Issuer {
    const NAME: &str = "https://login.acme.example";

    fn new(kid: &str) -> Self {
        let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self {
            pair: Ed25519KeyPair::from_pkcs8(der.as_ref()).unwrap(),
            kid: kid.to_owned(),
        }
    }

    fn jwks(&self) -> String {
        let x = URL_SAFE_NO_PAD.encode(self.pair.public_key());
        let key = json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": self.kid, "x": x});
        json!({ "keys": [key] }).to_string()
    }

    fn token(&self, name: &str, more: &Value) -> String {
        self.token_by(&self.kid, name, more)
    }

    fn token_by(&self, kid: &str, name: &str, more: &Value) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = now.as_secs();
        let mut claims = json!({"iss": Self::NAME, "sub": name, "iat": now, "exp": now + 3600});
        for (claim, value) in more.as_object().unwrap() {
            claims[claim] = value.clone();
        }
        let header = json!({"alg": "EdDSA", "kid": kid});
        let [header, claims] =
            [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let message = format!("{header}.{claims}");
        let signature = URL_SAFE_NO_PAD.encode(self.pair.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }
}

/// A set of keys in a file.
struct File {
    _folder: TempDir,
    path: PathBuf,
}

impl File {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jwks.json");
        fs::write(&path, text).unwrap();
        Self {
            _folder: folder,
            path,
        }
    }

    fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }
}

/// A server that publishes a set of keys, and counts how often it is asked.
struct Published {
    address: std::net::SocketAddr,
    asked: Arc<AtomicUsize>,
    answer: Arc<Mutex<String>>,
    stopped: Arc<AtomicBool>,
}

impl Published {
    fn new(jwks: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let published = Self {
            address: listener.local_addr().unwrap(),
            asked: Arc::default(),
            answer: Arc::default(),
            stopped: Arc::default(),
        };
        published.publish("200 OK", jwks);
        let (asked, answer) = (Arc::clone(&published.asked), Arc::clone(&published.answer));
        let stopped = Arc::clone(&published.stopped);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let mut stream = stream.unwrap();
                let lines = BufReader::new(&stream).lines();
                let head = lines
                    .map_while(Result::ok)
                    .take_while(|line| !line.is_empty());
                if head.count() > 0 {
                    asked.fetch_add(1, Ordering::SeqCst);
                    let answer = answer.lock().unwrap().clone();
                    let _ = stream.write_all(answer.as_bytes());
                }
            }
        });
        published
    }

    fn publish(&self, status: &str, body: &str) {
        *self.answer.lock().unwrap() = format!(
            "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
    }

    fn url(&self) -> String {
        format!("http://{}/jwks", self.address)
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Drop for Published {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // It looks again at the next connection.
        let _ = TcpStream::connect(self.address);
    }
}

#[test]
fn one_registry_issues_what_another_believes() {
    // What a key of ours signed has to have a session here, so the two may not share theirs.
    let home = Registry::options().own_keys().start();
    let issuer = format!("http://localhost:{}/_auth", home.address().port());
    be_private(&home, &issuer);
    let alice = home.user("alice");
    let jwks = || String::from_utf8(home.http().get(JWKS).send().expect(200).body).unwrap();
    let file = File::new(&jwks());
    let away = believing(&issuer, file.path(), "");

    assert_eq!(
        ask(&away, &alice.token).expect(200).json()["username"],
        "alice"
    );
    let as_alice = away.http().with_token(&alice.token);
    let package = Package::new("@acme/x", "1.0.0");
    package.publish(&as_alice).send().expect(201);
    as_alice.get("/@acme%2fx").send().expect(200);
    away.http().get("/@acme%2fx").send().expect(401);

    // Logging in happens at home. Neither way makes an account here.
    let body = json!({ "name": "bob", "password": PASSWORD, "type": "user" });
    let login = away
        .http()
        .put("/-/user/org.couchdb.user:bob")
        .json(&body)
        .send();
    let words = login.expect(403).error();
    assert!(
        words.contains(&issuer) && words.contains("log in there"),
        "{words}"
    );
    let page = away
        .http()
        .request("POST", "/-/v1/login")
        .json(&json!({}))
        .send();
    assert!(page.expect(403).error().contains(&issuer));

    // A token that home limited would be unlimited here.
    let limited = json!({ "password": PASSWORD, "readonly": true });
    let made = alice
        .http
        .request("POST", "/-/npm/v1/tokens")
        .json(&limited);
    let made = made.send().expect(201).json();
    is_refused(&away, made["token"].as_str().unwrap(), "limited");

    // Home replaces its key. The file is all that is known here of it.
    home.command(&["keys", "rotate"]).succeeds();
    let newer = home.user("alice").token;
    is_refused(&away, &newer, "unknown key");
    fs::write(&file.path, jwks()).unwrap();
    ask(&away, &newer).expect(200);
    ask(&away, &alice.token).expect(200);
    // What was issued under that name is good for nothing while another one is chosen.
    write_flags(&away.lockfile(), 0);
    chooses(&away, "https://auth.example.com");
    is_refused(&away, &newer, "another issuer");
    // Under the public name this registry issues by itself, and that token outlives the flip.
    let own = away.user("carol");
    be_private(&away, &issuer);
    ask(&away, &own.token).expect(200);
    ask(&away, &newer).expect(200);
}

#[test]
fn a_token_for_somebody_else_is_not_taken_here() {
    let login = Issuer::new("k1");
    let file = File::new(&login.jwks());
    let strict = believing(
        Issuer::NAME,
        file.path(),
        "audience = \"npm.acme.example\"\n",
    );
    let lenient = believing(Issuer::NAME, file.path(), "");
    let lenients_url = format!("http://localhost:{}", lenient.address().port());
    for (claims, strictly, leniently) in [
        (json!({}), false, true),
        (json!({"aud": "npm.acme.example"}), true, false),
        (json!({"aud": ["npm.acme.example", "x"]}), true, false),
        (json!({"aud": "wiki.acme.example"}), false, false),
        (json!({"aud": ["wiki.acme.example"]}), false, false),
        (json!({"aud": lenients_url}), false, true),
        (json!({"aud": ""}), false, false),
        (json!({"aud": []}), false, false),
    ] {
        let token = login.token("carol", &claims);
        for (registry, taken) in [(&strict, strictly), (&lenient, leniently)] {
            if taken {
                let who = ask(registry, &token).expect(200).json();
                assert_eq!(who["username"], "carol", "{claims}");
            } else {
                is_refused(registry, &token, "another service");
            }
        }
    }
    // Somebody else's signature under that name is worth nothing, whomever it is for.
    let forged = Issuer::new("k1").token("carol", &json!({"aud": "npm.acme.example"}));
    is_refused(&strict, &forged, "signature");
}

#[test]
fn a_storm_of_unknown_keys_asks_the_issuer_once_in_half_a_minute() {
    let login = Issuer::new("k1");
    let published = Published::new(&login.jwks());
    let registry = believing(Issuer::NAME, &published.url(), "");
    assert_eq!(published.asked(), 0, "nobody needed it yet");
    let began = Instant::now();
    let good = login.token("carol", &json!({}));
    ask(&registry, &good).expect(200);
    assert_eq!(published.asked(), 1);
    thread::scope(|scope| {
        for client in 0..16 {
            let (registry, login) = (&registry, &login);
            scope.spawn(move || {
                for number in 0..25 {
                    let kid = format!("unknown {client} {number}");
                    let token = login.token_by(&kid, "carol", &json!({}));
                    is_refused(registry, &token, "unknown key");
                }
            });
        }
    });
    ask(&registry, &login.token("dave", &json!({}))).expect(200);
    let most = 1 + usize::try_from(began.elapsed().as_secs()).unwrap() / 30;
    assert!(published.asked() <= most, "{} of {most}", published.asked());
}

#[test]
fn an_issuer_that_is_gone_or_talks_nonsense_leaves_the_registry_as_it_was() {
    let login = Issuer::new("k1");
    let published = Published::new("");
    published.publish("500 Internal Server Error", "sorry");
    let registry = believing(Issuer::NAME, &published.url(), "");
    let own = {
        write_flags(&registry.lockfile(), 0);
        chooses(&registry, "https://auth.example.com");
        registry.user("alice").token
    };
    be_private(&registry, Issuer::NAME);
    is_refused(&registry, &login.token("carol", &json!({})), "unknown key");
    let log = registry.stderr();
    assert!(log.contains("500") && log.contains(Issuer::NAME), "{log}");
    ask(&registry, &own).expect(200);
    registry.http().get("/-/ping").send().expect(200);
}

#[test]
fn keys_that_cannot_be_read_are_told_at_the_start() {
    let nonsense = File::new("<html>");
    for (jwks, words) in [
        ("/nowhere/jwks.json", "/nowhere/jwks.json"),
        (nonsense.path(), "no set of keys"),
        ("ftp://acme.example/jwks", "http:// or https://"),
    ] {
        let text = format!("[auth]\nprivate_jwks = {jwks:?}\n");
        let refused = Registry::options().config(&text).refused();
        refused.exits(2).says(words);
    }
}
