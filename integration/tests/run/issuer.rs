//! Who issues tokens and how they are signed: what the 13 bytes say, what the server publishes of it, and
//! what another program, which shares no code with it, makes of that.

use std::collections::HashSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use integration::{
    DEBUG, Http, Lockfile, PREMIUM_TYPES, PRIVATE_REGISTRY, Registry, clients_folder, eventually,
    write_flags, write_registry_hash,
};
use serde_json::{Value, json};

const JWKS: &str = "/_auth/.well-known/jwks.json";
const DISCOVERY: &str = "/_auth/.well-known/openid-configuration";
const LIMIT: Duration = Duration::from_secs(30);

/// Checks all tokens in one go; starting node costs more than asking. What comes back is what `jose`
/// read from the token after it had verified it, or why it did not.
const SCRIPT: &str = r"
import { readFileSync } from 'node:fs';
import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from 'jose';
const { cases, jwks_uri } = JSON.parse(readFileSync(0, 'utf8'));
const served = createRemoteJWKSet(new URL(jwks_uri));
const check = async (token, keys, options) => {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, options);
    return { ...payload, ...protectedHeader };
  } catch (error) {
    return { code: error.code };
  }
};
const answers = [];
for (const { token, jwks, issuer, alg } of cases) {
  const options = { issuer, algorithms: [alg], requiredClaims: ['exp', 'nbf', 'iat', 'jti'] };
  const [head, claims, signature] = token.split('.');
  const root = JSON.parse(Buffer.from(claims, 'base64url'));
  root.sub = 'root';
  const forged = [head, Buffer.from(JSON.stringify(root)).toString('base64url'), signature].join('.');
  answers.push({
    then: await check(token, createLocalJWKSet(jwks), options),
    now: await check(token, served, options),
    forged: await check(forged, served, options),
    elsewhere: await check(token, served, { ...options, issuer: issuer + '/' }),
  });
}
console.log(JSON.stringify(answers));
";

fn ask_jose(question: &Value) -> Value {
    let mut child = Command::new("node")
        .args(["--input-type=module", "-e", SCRIPT])
        // `import` looks in `node_modules` above the folder it is started in.
        .current_dir(clients_folder().parent().unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node should start");
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(question.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "node failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Returns the JSON of a token's header (0) or claims (1).
fn part(token: &str, place: usize) -> Value {
    let text = token.split('.').nth(place).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

fn kids(http: &Http) -> Vec<String> {
    let jwks = http.get(JWKS).send().expect(200).json();
    let keys = jwks["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

fn kid(token: &str) -> String {
    part(token, 0)["kid"].as_str().unwrap().to_owned()
}

fn is_known(registry: &Registry, token: &str) -> bool {
    let answer = registry.http().with_token(token).get("/-/whoami").send();
    match answer.status {
        200 => true,
        401 => false,
        _ => panic!("whoami should be answered: {answer}"),
    }
}

#[test]
fn the_13_bytes_choose_issuer_and_algorithm_and_others_can_check_every_token() {
    let registry = Registry::start();
    let http = registry.http();
    let path = registry.lockfile();
    let local_hash = Lockfile::read(&path).registry_hash();
    let local = format!("http://localhost:{}/_auth", registry.address().port());
    let mut cases = Vec::new();
    for hash in [local_hash, local_hash ^ 1] {
        write_registry_hash(&path, hash);
        for flags in 0..8 {
            write_flags(&path, flags);
            let issuer = match (flags & PRIVATE_REGISTRY != 0, hash == local_hash) {
                (false, _) => "https://auth.example.com",
                (true, true) => &local,
                (true, false) => "https://auth.mycompany.com",
            };
            let alg = if flags & PREMIUM_TYPES == 0 {
                "RS256"
            } else {
                "EdDSA"
            };
            // The lockfile is followed within a moment; the last byte of it tells nobody, and need not.
            let (document, _) = eventually("the discovery document following", LIMIT, || {
                let document = http.get(DISCOVERY).send().expect(200).json();
                let next = &document["id_token_signing_alg_values_supported"][0];
                (document["issuer"] == issuer && next == alg).then_some(document)
            });
            assert_eq!(document["jwks_uri"], format!("{}{JWKS}", registry.url()));
            assert_eq!(
                document["token_endpoint"],
                format!("{}/_auth/token", registry.url())
            );
            assert_eq!(
                document["revocation_endpoint"],
                format!("{}/_auth/revoke", registry.url())
            );
            let before = http.get(JWKS).send().expect(200).json();
            let token = registry.user("alice").token;
            let (header, claims) = (part(&token, 0), part(&token, 1));
            let told = format!("flags {flags}, hash {hash:#x}: {header} {claims}");
            assert_eq!(
                (&header["alg"], &claims["iss"]),
                (&json!(alg), &json!(issuer)),
                "{told}"
            );
            let keys = before["keys"].as_array().unwrap();
            let key = keys.iter().find(|key| key["kid"] == header["kid"]);
            let key = key.unwrap_or_else(|| panic!("{told} should be in {before}"));
            let kty = if alg == "EdDSA" { "OKP" } else { "RSA" };
            assert_eq!(
                (&key["alg"], &key["kty"], &key["use"]),
                (&json!(alg), &json!(kty), &json!("sig"))
            );
            cases.push(json!({ "token": token, "jwks": before, "issuer": issuer, "alg": alg }));
        }
    }
    assert_eq!(
        DEBUG | PRIVATE_REGISTRY | PREMIUM_TYPES,
        7,
        "these were all"
    );
    // Tokens that were issued stay good, whatever the 13 bytes say now.
    for case in &cases {
        assert!(
            is_known(&registry, case["token"].as_str().unwrap()),
            "{case}"
        );
    }
    let jwks_uri = format!("{}{JWKS}", registry.url());
    let answers = ask_jose(&json!({ "cases": cases, "jwks_uri": jwks_uri }));
    let answers = answers.as_array().unwrap();
    assert_eq!(answers.len(), 16);
    for (case, answer) in cases.iter().zip(answers) {
        for keys in ["then", "now"] {
            let read = &answer[keys];
            let token = case["token"].as_str().unwrap();
            assert_eq!(
                (&read["sub"], &read["iss"], &read["alg"], &read["kid"]),
                (
                    &json!("alice"),
                    &case["issuer"],
                    &case["alg"],
                    &json!(kid(token))
                ),
                "{keys}: {answer} for {case}"
            );
        }
        assert_eq!(
            answer["forged"]["code"],
            "ERR_JWS_SIGNATURE_VERIFICATION_FAILED"
        );
        assert_eq!(
            answer["elsewhere"]["code"],
            "ERR_JWT_CLAIM_VALIDATION_FAILED"
        );
    }
}

#[test]
fn everybody_may_see_the_keys_and_web_pages_too() {
    let registry = Registry::options().own_keys().start();
    write_flags(&registry.lockfile(), PRIVATE_REGISTRY | PREMIUM_TYPES);
    let http = registry.http();
    eventually("the registry being private", LIMIT, || {
        (http.get("/x").send().status == 401).then_some(())
    });
    for path in [JWKS, DISCOVERY] {
        let answer = http.get(path).header("origin", "https://elsewhere.example");
        let answer = answer.send().expect(200);
        assert_eq!(answer.required_header("content-type"), "application/json");
        assert_eq!(answer.required_header("access-control-allow-origin"), "*");
        assert_eq!(
            answer.required_header("cache-control"),
            "public, max-age=60"
        );
        // A stale token is no reason to be refused.
        let stale = http.with_token("a.b.c").get(path).send();
        assert_eq!(stale.expect(200).body, answer.body);
        http.put(path).json(&json!({})).send().expect(405).error();
    }
    // Nobody has logged in yet, and the key of the first token is there all the same.
    let keys = kids(&http);
    assert!(
        keys.contains(&kid(&registry.user("alice").token)),
        "{keys:?}"
    );
    let text = String::from_utf8(http.get(JWKS).send().body).unwrap();
    let secret = ["\"d\"", "\"p\"", "\"q\"", "\"k\"", "PRIVATE"];
    assert!(secret.iter().all(|word| !text.contains(word)), "{text}");
}

#[test]
fn a_key_is_replaced_beside_a_running_server() {
    let mut registry = Registry::start();
    let http = registry.http();
    let old = registry.user("alice").token;
    assert!(is_known(&registry, &old));
    let rotated = registry.command(&["keys", "rotate", "--json"]).succeeds();
    let made = rotated.json()["made"].clone();
    assert_eq!(made.as_array().unwrap().len(), 1);
    assert_eq!(made[0]["alg"], "RS256");
    let new = registry.user("alice").token;
    assert_eq!(made[0]["kid"], kid(&new));
    assert_ne!(kid(&new), kid(&old));
    assert!(is_known(&registry, &old) && is_known(&registry, &new));
    let published = kids(&http);
    assert_eq!(published[0], kid(&new));
    assert!(published.contains(&kid(&old)), "{published:?}");

    let listed = registry.command(&["keys", "list", "--json"]).succeeds();
    let listed = listed.json();
    let of = |token: &str| {
        let keys = listed.as_array().unwrap().iter();
        let mut of = keys.filter(|key| key["kid"] == kid(token));
        of.next().unwrap().clone()
    };
    assert_eq!(
        (&of(&new)["signs"], &of(&old)["signs"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(of(&new)["verifies_until"], Value::Null);
    // As long as the login that it signed: 90 days.
    let until = of(&old)["verifies_until"].as_str().unwrap().to_owned();
    let until = humantime::parse_rfc3339(&until).unwrap();
    let exp = part(&old, 1)["exp"].as_u64().unwrap();
    let until = until.duration_since(std::time::UNIX_EPOCH).unwrap();
    assert!(until.as_secs().abs_diff(exp) <= 1, "{until:?} and {exp}");

    // It outlives a restart, since its token does.
    registry.restart();
    assert!(is_known(&registry, &old) && is_known(&registry, &new));
    for entry in fs::read_dir(registry.data().join("keys")).unwrap() {
        let path = entry.unwrap().path();
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}

/// Says that it is over when it is dropped.
struct Ending<'a>(&'a AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn nobody_notices_while_keys_are_replaced_again_and_again() {
    let registry = Registry::start();
    write_flags(&registry.lockfile(), PREMIUM_TYPES);
    registry.user("alice");
    let done = AtomicBool::new(false);
    let tokens: Vec<Vec<String>> = thread::scope(|scope| {
        let clients = (0..4).map(|client| {
            let (registry, done) = (&registry, &done);
            scope.spawn(move || {
                let mut tokens = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    tokens.push(registry.user(&format!("user{client}")).token);
                    for token in &tokens {
                        assert!(is_known(registry, token), "{}", kid(token));
                    }
                }
                tokens
            })
        });
        let clients: Vec<_> = clients.collect();
        // Also when a rotation fails: else the clients would go on for ever.
        let ending = Ending(&done);
        for _ in 0..8 {
            registry.command(&["keys", "rotate"]).succeeds();
        }
        drop(ending);
        let tokens = clients.into_iter().map(|client| client.join().unwrap());
        tokens.collect()
    });
    let signed: HashSet<String> = tokens.iter().flatten().map(|token| kid(token)).collect();
    assert!(
        signed.len() > 1,
        "the keys should have been in use: {signed:?}"
    );
    let last = registry.user("alice").token;
    assert_eq!(kids(&registry.http())[0], kid(&last));
    assert!(
        tokens
            .iter()
            .flatten()
            .all(|token| is_known(&registry, token))
    );
}

#[test]
fn a_key_that_leaked_is_dropped_with_all_that_it_signed() {
    let mut registry = Registry::start();
    let http = registry.http();
    let old = registry.user("alice").token;
    assert!(is_known(&registry, &old));
    let dropped = registry
        .command(&["keys", "rotate", "--all", "--drop-old"])
        .succeeds()
        .says("signs from now on")
        .says("is deleted")
        .says("1 logins and tokens have ended");
    assert!(dropped.stdout.contains(&kid(&old)), "{dropped}");
    eventually("the old token being refused", LIMIT, || {
        (!is_known(&registry, &old)).then_some(())
    });
    assert!(!kids(&http).contains(&kid(&old)));
    let new = registry.user("alice").token;
    assert!(is_known(&registry, &new));
    registry.restart();
    assert!(is_known(&registry, &new) && !is_known(&registry, &old));
}

#[test]
fn looking_after_keys_needs_a_registry_and_makes_none() {
    let registry = Registry::options().own_keys().prepared();
    for words in [
        &["keys", "rotate"][..],
        &["keys", "list"],
        &["keys", "rotate", "--all", "--drop-old"],
    ] {
        let refused = registry.command(words).exits(2);
        refused.says("there is no registry in").says("--data");
    }
    assert!(!registry.data().exists());
    registry.command(&["keys"]).exits(2);
    registry.command(&["keys", "rotate", "--drop"]).exits(2);
}
