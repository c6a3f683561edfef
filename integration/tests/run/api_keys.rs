//! API keys: what they may do, from where, and for how long.

use integration::{Client, ClientKind, PASSWORD, Package, Registry, User};
use serde_json::{Value, json};

/// Makes a key of somebody.
#[track_caller]
fn make(user: &User, scopes: &[&str], more: &Value) -> Value {
    let mut body = json!({ "name": "ci", "scopes": scopes, "password": PASSWORD });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let made = user.http.request("POST", "/_auth/keys").json(&body).send();
    made.expect(201).json()
}

/// Somebody who is nobody's admin, acting through a key.
fn with_key(user: &User, key: &Value) -> User {
    let token = key["key"].as_str().unwrap().to_owned();
    User {
        name: user.name.clone(),
        http: user.http.with_token(&token),
        token,
    }
}

fn alice() -> (Registry, User) {
    let registry = Registry::start();
    registry.user("root");
    let alice = registry.user("alice");
    (registry, alice)
}

told_with!(
    a_client_publishes_and_installs_with_a_key
    with every npm and bun
);

fn a_client_publishes_and_installs_with_a_key(kind: ClientKind) {
    let (registry, alice) = alice();
    let key = make(&alice, &["publish:@acme/*"], &json!({}));
    let client = Client::of(kind, &registry, &with_key(&alice, &key));
    let folder = client.project();
    let manifest = r#"{ "name": "@acme/left-pad", "version": "1.0.0" }"#;
    std::fs::write(folder.join("package.json"), manifest).unwrap();
    client.run(&folder, &["publish"]).succeeds();
    client
        .install(&client.project(), &["@acme/left-pad"])
        .succeeds();
    let other = client.project();
    let manifest = r#"{ "name": "@other/left-pad", "version": "1.0.0" }"#;
    std::fs::write(other.join("package.json"), manifest).unwrap();
    client.run(&other, &["publish"]).fails();
    alice.http.get("/@other%2fleft-pad").send().expect(404);
}

#[test]
fn a_key_is_shown_once_and_listed_with_its_last_use() {
    let (registry, alice) = alice();
    let made = make(
        &alice,
        &["read", "publish:@acme/*"],
        &json!({"expires_days": 30}),
    );
    let secret = made["key"].as_str().unwrap();
    assert!(secret.starts_with("r13k_"), "{made}");
    assert_eq!(made["last_used"], Value::Null);
    alice
        .http
        .with_token(secret)
        .get("/-/whoami")
        .send()
        .expect(200);
    let listed = alice.http.get("/_auth/keys").send().expect(200);
    assert!(!listed.to_string().contains(secret), "{listed}");
    let listed = &listed.json()["keys"][0];
    assert_eq!(listed["scopes"], json!(["read", "publish:@acme/*"]));
    assert_eq!(listed["last_used_from"], "127.0.0.1");
    // `npm token list` shows it beside the other tokens.
    let tokens = alice.http.get("/-/npm/v1/tokens").send().expect(200).json();
    let tokens = tokens["objects"].as_array().unwrap().iter();
    let keys: Vec<_> = tokens.filter(|it| it["token"] == "r13k_").collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert!(!registry.stderr().contains(secret));
}

#[test]
fn a_revoked_key_is_refused_at_the_next_request_also_after_a_restart() {
    let (mut registry, alice) = alice();
    let made = make(&alice, &["read"], &json!({}));
    let key = alice.http.with_token(made["key"].as_str().unwrap());
    key.get("/-/whoami").send().expect(200);
    let path = format!("/_auth/keys/{}", made["id"].as_str().unwrap());
    registry
        .user("bob")
        .http
        .request("DELETE", &path)
        .send()
        .expect(404);
    alice.http.request("DELETE", &path).send().expect(200);
    let refused = key.get("/-/whoami").send().expect(401);
    assert_eq!(refused.json()["reason"], "revoked");
    alice.http.request("DELETE", &path).send().expect(404);
    registry.restart();
    let key = registry.http().with_token(made["key"].as_str().unwrap());
    key.get("/-/whoami").send().expect(401);
}

#[test]
fn an_admin_sees_and_revokes_what_others_made() {
    let (registry, alice) = alice();
    let (root, bob) = (registry.user("root"), registry.user("bob"));
    let made = make(&alice, &["read"], &json!({}));
    bob.http
        .get("/_auth/keys?user=alice")
        .send()
        .expect(403)
        .error();
    let listed = root
        .http
        .get("/_auth/keys?user=alice")
        .send()
        .expect(200)
        .json();
    assert_eq!(listed["keys"][0]["id"], made["id"]);
    let path = format!("/_auth/keys/{}", made["id"].as_str().unwrap());
    root.http.request("DELETE", &path).send().expect(200);
    let key = alice.http.with_token(made["key"].as_str().unwrap());
    key.get("/-/whoami").send().expect(401);
}

#[test]
fn a_key_makes_no_keys_and_looks_after_nothing() {
    let (registry, alice) = alice();
    Package::new("left-pad", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    let made = make(&alice, &["write"], &json!({}));
    let key = alice.http.with_token(made["key"].as_str().unwrap());
    let another = json!({ "name": "n", "scopes": ["admin"], "password": PASSWORD });
    key.request("POST", "/_auth/keys")
        .json(&another)
        .send()
        .expect(403)
        .error();
    let owner = json!({ "user": "root" });
    key.put("/-/package/left-pad/owners")
        .json(&owner)
        .send()
        .expect(403)
        .error();
    let access = json!({ "access": "restricted" });
    key.request("POST", "/-/package/left-pad/access")
        .json(&access)
        .send()
        .expect(403);
    assert!(registry.packument("left-pad")["versions"]["1.0.0"].is_object());
}

#[test]
fn what_cannot_be_a_key_says_why() {
    let (_registry, alice) = alice();
    let ask = |body: &Value| alice.http.request("POST", "/_auth/keys").json(body).send();
    for (body, status, words) in [
        (
            json!({"name": "n", "scopes": ["read"], "password": "wrong password"}),
            401,
            "password",
        ),
        (
            json!({"name": "n", "scopes": [], "password": PASSWORD}),
            400,
            "at least one scope",
        ),
        (
            json!({"name": "", "scopes": ["read"], "password": PASSWORD}),
            400,
            "name",
        ),
        (
            json!({"name": "n", "scopes": ["all"], "password": PASSWORD}),
            400,
            "not a scope",
        ),
        (
            json!({"name": "n", "scopes": ["read"], "password": PASSWORD, "expires_days": 0}),
            400,
            "days",
        ),
        (json!({"name": "n", "scopes": ["read"]}), 400, "password"),
    ] {
        let refused = ask(&body).expect(status);
        assert!(refused.error().contains(words), "{refused}");
    }
}
