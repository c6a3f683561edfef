//! Tokens that somebody makes for a machine: what they may do, and for how long.

use integration::{Http, PASSWORD, Package, Registry, Response, User};
use serde_json::{Value, json};

const TOKENS: &str = "/-/npm/v1/tokens";

fn ask(user: &User, mut body: Value) -> Response {
    body["password"] = PASSWORD.into();
    user.http.request("POST", TOKENS).json(&body).send()
}

fn make(registry: &Registry, user: &User, body: Value) -> (Http, Value) {
    let made = ask(user, body).expect(201).json();
    let token = made["token"].as_str().unwrap();
    (registry.http().with_token(token), made)
}

fn list(http: &Http) -> Vec<Value> {
    let listed = http.get(TOKENS).send().expect(200).json();
    let objects = listed["objects"].as_array().unwrap().clone();
    assert_eq!(listed["total"], objects.len());
    assert!(listed["urls"].is_object(), "npm reads `next` of it");
    assert!(
        listed["urls"].get("next").is_none(),
        "pnpm would ask for it for ever"
    );
    objects
}

fn publish(http: &Http, name: &str, version: &str) -> u16 {
    Package::new(name, version).publish(http).send().status
}

#[test]
fn a_token_is_shown_once_listed_and_revoked() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let (ci, made) = make(
        &registry,
        &alice,
        json!({ "name": "ci", "description": "builds" }),
    );
    for field in [
        "key", "token", "name", "user", "created", "updated", "expires",
    ] {
        assert!(made[field].is_string(), "{field}: {made}");
    }
    assert_eq!(made["cidr_whitelist"], Value::Null);
    let listed = list(&alice.http);
    assert_eq!(listed.len(), 2, "the login is a token too");
    assert_eq!(
        (&listed[0]["name"], &listed[0]["key"]),
        (&made["name"], &made["key"])
    );
    assert_eq!(listed[0]["description"], "builds");
    let token = made["token"].as_str().unwrap();
    let masked = listed[0]["token"].as_str().unwrap();
    assert!(token.starts_with(masked), "npm compares the beginning");
    assert!(masked.len() < 12 && !registry.stderr().contains(token));
    assert_eq!(
        ci.get("/-/whoami").send().expect(200).json()["username"],
        "alice"
    );

    let bob = registry.user("bob");
    let key = made["key"].as_str().unwrap();
    let revoke = |http: &Http, key: &str| {
        let path = format!("{TOKENS}/token/{key}");
        http.request("DELETE", &path).send().status
    };
    assert_eq!(revoke(&bob.http, key), 404);
    assert_eq!(revoke(&registry.http(), key), 401);
    ci.get("/-/whoami").send().expect(200);
    assert_eq!(revoke(&alice.http, key), 200);
    // At once, though it was used a moment ago.
    ci.get("/-/whoami").send().expect(401).error();
    assert_eq!(revoke(&alice.http, key), 404);
    assert_eq!(list(&alice.http).len(), 1);
    let (_, again) = make(&registry, &alice, json!({}));
    assert_eq!(revoke(&alice.http, again["token"].as_str().unwrap()), 200);
}

#[test]
fn a_token_outlives_a_restart_and_its_revocation_too() {
    let mut registry = Registry::start();
    let alice = registry.user("alice");
    let (kept, _) = make(&registry, &alice, json!({ "readonly": true }));
    let (revoked, made) = make(&registry, &alice, json!({}));
    let path = format!("{TOKENS}/token/{}", made["key"].as_str().unwrap());
    alice.http.request("DELETE", &path).send().expect(200);
    registry.kill_9();
    registry.restart();
    kept.get("/-/whoami").send().expect(200);
    assert_eq!(
        publish(&kept, "x", "1.0.0"),
        403,
        "its limits outlive it too"
    );
    revoked.get("/-/whoami").send().expect(401);
}

#[test]
fn a_token_that_reads_does_nothing_else() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    assert_eq!(publish(&alice.http, "@sc/name", "1.0.0"), 201);
    for body in [
        json!({ "readonly": true, "cidr_whitelist": [] }),
        json!({ "name": "r", "packages_all": true, "packages_and_scopes_permission": "read-only" }),
    ] {
        let (reader, made) = make(&registry, &alice, body);
        assert_eq!(made["readonly"], true);
        reader.get("/@sc%2fname").send().expect(200);
        reader.get(TOKENS).send().expect(403);
        assert_eq!(publish(&reader, "@sc/name", "1.0.1"), 403);
        let refused = |method: &str, path: &str, body: &str| {
            let request = reader.request(method, path);
            let request = request.header("content-type", "application/json");
            let answer = request.body(body).send();
            assert_eq!(answer.status, 403, "{method} {path}: {answer}");
            answer.error();
        };
        refused("PUT", "/-/package/@sc%2fname/dist-tags/next", "\"1.0.0\"");
        refused("DELETE", "/@sc%2fname/-rev/1-x", "");
        refused(
            "POST",
            "/-/package/@sc%2fname/access",
            r#"{"access":"restricted"}"#,
        );
        refused("PUT", "/-/org/sc/team", r#"{"name":"core"}"#);
        refused("PUT", "/-/user/v1/star", r#"{"package":"@sc/name"}"#);
        refused(
            "PUT",
            "/@sc%2fname",
            r#"{"_id":"@sc/name","users":{"alice":true}}"#,
        );
        refused("POST", "/-/npm/v1/user", r#"{"fullname":"x"}"#);
        refused("POST", TOKENS, &json!({ "password": PASSWORD }).to_string());
        refused(
            "DELETE",
            &format!("{TOKENS}/token/{}", made["key"].as_str().unwrap()),
            "",
        );
    }
    assert_eq!(registry.packument("@sc/name")["users"], json!({}));
}

#[test]
fn a_token_is_for_the_packages_it_names() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    for name in ["@acme/a", "@other/b", "plain"] {
        assert_eq!(publish(&alice.http, name, "1.0.0"), 201);
    }
    let (scoped, made) = make(
        &registry,
        &alice,
        json!({ "name": "s", "scopes": ["@acme"], "packages": ["plain"],
                "packages_and_scopes_permission": "read-write" }),
    );
    assert_eq!(made["readonly"], false);
    assert_eq!(publish(&scoped, "@acme/a", "1.0.1"), 201);
    assert_eq!(publish(&scoped, "plain", "1.0.1"), 201);
    assert_eq!(publish(&scoped, "@acme/new", "1.0.0"), 201);
    assert_eq!(publish(&scoped, "@other/b", "1.0.1"), 403);
    assert_eq!(publish(&scoped, "plain-2", "1.0.0"), 403);
    scoped.get("/@other%2fb").send().expect(200);
    // What takes an account to see, the token does not show beyond its packages.
    let path = "/-/package/@other%2fb/access";
    let restricted = json!({ "access": "restricted" });
    alice
        .http
        .request("POST", path)
        .json(&restricted)
        .send()
        .expect(200);
    scoped.get("/@other%2fb").send().expect(403).error();
    alice.http.get("/@other%2fb").send().expect(200);
    let path = "/-/package/@acme%2fa/access";
    alice
        .http
        .request("POST", path)
        .json(&restricted)
        .send()
        .expect(200);
    scoped.get("/@acme%2fa").send().expect(200);
    // Owners and access outlive a token that leaks and is revoked.
    let open = json!({ "access": "public" });
    let answer = scoped.request("POST", path).json(&open).send();
    answer.expect(403).error();
    let owners = "/-/package/@acme%2fa/owners";
    registry.user("bob");
    let answer = scoped.put(owners).json(&json!({ "user": "bob" })).send();
    answer.expect(403).error();
}

/// A token that names no organisation is for none, however that is said.
#[test]
fn a_token_is_for_the_organisations_it_names() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    registry.user("bob");
    let sets_members = |http: &Http, org: &str| {
        let path = format!("/-/org/{org}/user");
        let body = json!({ "user": "bob", "role": "developer" });
        http.put(&path).json(&body).send().status
    };
    assert_eq!(sets_members(&alice.http, "acme"), 200);
    let (named, _) = make(
        &registry,
        &alice,
        json!({ "orgs": ["acme"], "orgs_permission": "read-write" }),
    );
    assert_eq!(sets_members(&named, "acme"), 200);
    assert_eq!(sets_members(&named, "other"), 403);
    for none in [
        json!({ "orgs": ["acme"] }),
        json!({ "orgs": [], "orgs_permission": "read-write" }),
        json!({ "orgs_permission": "no-access", "packages_all": true,
                "packages_and_scopes_permission": "read-write" }),
    ] {
        let (http, _) = make(&registry, &alice, none.clone());
        assert_eq!(sets_members(&http, "acme"), 403, "{none}");
    }
}

#[test]
fn a_token_counts_only_from_its_networks() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    assert_eq!(publish(&alice.http, "x", "1.0.0"), 201);
    let (here, _) = make(
        &registry,
        &alice,
        json!({ "cidr_whitelist": ["127.0.0.0/8", "::1/128"] }),
    );
    let (elsewhere, made) = make(
        &registry,
        &alice,
        json!({ "cidr_whitelist": ["203.0.113.0/24"] }),
    );
    assert_eq!(made["cidr_whitelist"], json!(["203.0.113.0/24"]));
    here.get("/-/whoami").send().expect(200);
    let refused = elsewhere.get("/-/whoami").send().expect(401);
    refused.error();
    // The word by which npm knows what is wrong.
    assert_eq!(refused.required_header("www-authenticate"), "ipaddress");
    elsewhere.get("/x").send().expect(200);
    assert_eq!(publish(&elsewhere, "x", "1.0.1"), 401);
}

#[test]
fn a_token_is_over_when_it_says() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let (_, made) = make(&registry, &alice, json!({ "name": "short", "expires": 7 }));
    let day = |field: &str| made[field].as_str().unwrap()[..10].to_owned();
    let listed = list(&alice.http);
    assert_eq!(listed[0]["expires"], made["expires"]);
    // The claims say the same, to whoever else reads them.
    let claims = made["token"].as_str().unwrap().split('.').nth(1).unwrap();
    let claims = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims);
    let claims: Value = serde_json::from_slice(&claims.unwrap()).unwrap();
    let lasts = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert_eq!(lasts, 7 * 24 * 60 * 60);
    assert_ne!(day("created"), day("expires"));
    for expires in [json!(0), json!(100_000), json!(-1), json!("soon")] {
        ask(&alice, json!({ "expires": expires }))
            .expect(400)
            .error();
    }
}

#[test]
fn a_token_takes_the_password_and_an_unlimited_caller() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let wrong = json!({ "password": "not the password" });
    let answer = alice
        .http
        .request("POST", TOKENS)
        .json(&wrong)
        .send()
        .expect(401);
    assert_eq!(answer.error(), "the password is wrong");
    assert_eq!(
        answer.header("www-authenticate"),
        None,
        "npm prints the text"
    );
    registry
        .http()
        .request("POST", TOKENS)
        .json(&wrong)
        .send()
        .expect(401);
    for body in [
        json!({ "cidr_whitelist": ["everywhere"] }),
        json!({ "packages": ["not a name"] }),
        json!({ "name": "x".repeat(500) }),
        json!({ "packages_and_scopes_permission": "all" }),
    ] {
        ask(&alice, body).expect(400).error();
    }
    let nonsense = alice
        .http
        .request("POST", TOKENS)
        .body("{")
        .send()
        .expect(400);
    nonsense.error();
}
