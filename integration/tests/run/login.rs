//! Logging in, as npm does it and as a script does it.

use integration::{Client, ClientKind, PASSWORD, Registry, User, percent_encoded};
use serde_json::json;

fn log_in(client: &Client, words: &[&str], password: &str) -> integration::Finished {
    let answers = [("Username:", "alice"), ("Password:", password)];
    client.converse(&client.project(), words, &answers)
}

told_with!(
    npm_logs_in_when_told_to_use_a_password,
    npm_logs_in_again_with_the_same_password,
    npm_is_refused_with_a_wrong_password,
    npm_logs_out
    with every npm
);

fn npm_logs_in_when_told_to_use_a_password(kind: ClientKind) {
    let registry = Registry::start();
    let client = Client::anonymous(kind, &registry);
    log_in(&client, &["login", "--auth-type=legacy"], PASSWORD).succeeds();
    assert!(
        client.npmrc().contains(":_authToken="),
        "{}",
        client.npmrc()
    );
    let who = client.whoami().succeeds();
    assert_eq!(who.stdout.trim(), "alice");
}

fn npm_logs_in_again_with_the_same_password(kind: ClientKind) {
    let registry = Registry::start();
    registry.user("alice");
    let client = Client::anonymous(kind, &registry);
    log_in(&client, &["login", "--auth-type=legacy"], PASSWORD).succeeds();
    assert_eq!(client.whoami().succeeds().stdout.trim(), "alice");
}

fn npm_is_refused_with_a_wrong_password(kind: ClientKind) {
    let registry = Registry::start();
    registry.user("alice");
    let client = Client::anonymous(kind, &registry);
    log_in(&client, &["login", "--auth-type=legacy"], "wrong password")
        .fails()
        .says("Incorrect or missing password");
    assert!(!client.npmrc().contains("_authToken"), "{}", client.npmrc());
}

fn npm_logs_out(kind: ClientKind) {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let client = Client::of(kind, &registry, &alice);
    client.run(&client.project(), &["logout"]).succeeds();
    assert!(!client.npmrc().contains("_authToken"), "{}", client.npmrc());
    alice.http.get("/-/whoami").send().expect(401).error();
}

told_with!(
    a_client_says_who_is_logged_in,
    a_client_knows_that_nobody_is_logged_in
    with every client that knows whose it is
);

fn a_client_says_who_is_logged_in(kind: ClientKind) {
    let registry = Registry::start();
    let client = Client::of(kind, &registry, &registry.user("alice"));
    let said = client.whoami().succeeds();
    // yarn 4 says it among other things.
    assert!(
        said.stdout.split_whitespace().any(|word| word == "alice"),
        "{said}"
    );
}

fn a_client_knows_that_nobody_is_logged_in(kind: ClientKind) {
    let registry = Registry::start();
    Client::anonymous(kind, &registry).whoami().fails();
}

fn login_document(name: &str, password: &str) -> serde_json::Value {
    json!({
        "_id": format!("org.couchdb.user:{name}"),
        "name": name,
        "password": password,
        "type": "user",
        "roles": [],
        "date": "2026-01-01T00:00:00.000Z",
    })
}

#[test]
fn login_answers_what_clients_read() {
    let registry = Registry::start();
    let answer = registry
        .http()
        .put("/-/user/org.couchdb.user:alice")
        .json(&login_document("alice", PASSWORD))
        .send()
        .expect(201);
    assert_eq!(answer.json()["ok"], true);
    assert!(
        answer.required_header("cache-control").contains("no-store"),
        "a token must not be cached: {answer}"
    );
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(
        token.split('.').count(),
        3,
        "a JWT has three parts: {token}"
    );
    assert!(
        !registry.stderr().contains(&token),
        "a token must not be in the log"
    );
    assert!(
        !registry.stderr().contains(PASSWORD),
        "a password must not be in the log"
    );
}

#[test]
fn a_wrong_password_is_told_apart_by_its_challenge() {
    let registry = Registry::start();
    registry.user("alice");
    let answer = registry
        .http()
        .put("/-/user/org.couchdb.user:alice")
        .json(&login_document("alice", "not the password"))
        .send()
        .expect(401);
    answer.error();
    assert!(answer.required_header("www-authenticate").contains("Basic"));
}

/// npm sends the token it has when it logs in anew.
#[test]
fn login_ignores_a_stale_token() {
    let registry = Registry::start();
    let stale = registry.http().with_token("stale.stale.stale");
    stale
        .put("/-/user/org.couchdb.user:alice")
        .json(&login_document("alice", PASSWORD))
        .send()
        .expect(201);
}

#[test]
fn the_name_in_the_path_must_be_the_name_in_the_body() {
    let registry = Registry::start();
    let answer = registry
        .http()
        .put("/-/user/org.couchdb.user:alice")
        .json(&login_document("bob", PASSWORD))
        .send();
    assert!((400..500).contains(&answer.status), "{answer}");
    answer.error();
    registry
        .http()
        .get("/-/user/org.couchdb.user:bob")
        .send()
        .error();
}

#[test]
fn names_that_mean_something_else_cannot_be_registered() {
    let registry = Registry::start();
    for name in [
        "$all",
        "$authenticated",
        "team:core",
        "__proto__",
        "a b",
        "a/b",
        ".",
        "..",
        "-alice",
        &"a".repeat(65),
    ] {
        let path = percent_encoded(name);
        let answer = registry
            .http()
            .put(&format!("/-/user/org.couchdb.user:{path}"))
            .json(&login_document(name, PASSWORD))
            .send();
        assert!(
            (400..500).contains(&answer.status),
            "{name} should be refused: {answer}"
        );
        answer.error();
    }
}

#[test]
fn passwords_have_bounds() {
    let registry = Registry::start();
    for password in ["", "short", &"x".repeat(1025), "nul\0nul\0nul"] {
        let answer = registry
            .http()
            .put("/-/user/org.couchdb.user:alice")
            .json(&login_document("alice", password))
            .send();
        assert!(
            (400..500).contains(&answer.status),
            "{password:?}: {answer}"
        );
        answer.error();
    }
}

#[test]
fn a_broken_token_is_refused_where_one_is_needed() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let answer = alice.http.get("/-/whoami").send().expect(200);
    assert_eq!(answer.json()["username"], "alice");
    for token in broken(&alice) {
        let answer = registry
            .http()
            .with_token(&token)
            .get("/-/whoami")
            .send()
            .expect(401);
        answer.error();
        assert!(
            answer
                .required_header("www-authenticate")
                .contains("Bearer")
        );
    }
}

fn broken(user: &User) -> Vec<String> {
    let (head, signature) = user.token.rsplit_once('.').unwrap();
    let (header, claims) = head.split_once('.').unwrap();
    // {"alg":"none","typ":"JWT"}
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    vec![
        "x".to_owned(),
        "..".to_owned(),
        format!("{head}."),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{header}.{claims}x.{signature}"),
        format!("{header}.{claims}.{}", "A".repeat(signature.len())),
    ]
}
