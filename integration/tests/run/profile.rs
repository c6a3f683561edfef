//! What an account says of its owner, and its password.

use integration::{Http, PASSWORD, Package, Registry};
use serde_json::{Value, json};

const PROFILE: &str = "/-/npm/v1/user";

fn set(http: &Http, change: &Value) -> integration::Response {
    http.request("POST", PROFILE).json(change).send()
}

#[test]
fn a_profile_is_shown_and_changed() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    registry.http().get(PROFILE).send().expect(401).error();
    let profile = alice.http.get(PROFILE).send().expect(200);
    assert_eq!(profile.header("cache-control"), Some("no-store"));
    let profile = profile.json();
    assert_eq!(profile["name"], "alice");
    assert_eq!(profile["tfa"], false);
    for field in [
        "email", "fullname", "homepage", "twitter", "github", "created", "updated",
    ] {
        assert!(profile[field].is_string(), "{field}: {profile}");
    }
    let changed = set(
        &alice.http,
        // What npm sends: everything it knows, null where it knows nothing.
        &json!({ "fullname": "Alice", "email": "alice@example.org", "homepage": null,
                 "freenode": null, "twitter": null, "github": "alice", "password": null }),
    );
    let changed = changed.expect(200).json();
    assert_eq!(
        (&changed["fullname"], &changed["github"]),
        (&json!("Alice"), &json!("alice"))
    );
    let again = alice.http.get(PROFILE).send().expect(200).json();
    assert_eq!(again, changed);
    for wrong in [
        json!({ "email": "nothing" }),
        json!({ "fullname": "x".repeat(1000) }),
        json!({ "homepage": "\u{7}" }),
    ] {
        set(&alice.http, &wrong).expect(422).error();
    }
    for wrong in [
        json!({ "fullname": 13 }),
        json!([]),
        json!({ "password": "x" }),
    ] {
        set(&alice.http, &wrong).expect(400).error();
    }
    let second_factor = json!({ "tfa": { "password": PASSWORD, "mode": "auth-only" } });
    set(&alice.http, &second_factor).expect(404).error();
}

#[test]
fn a_new_address_reaches_the_documents_of_what_one_owns() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    Package::new("x", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    let before = registry.http().get("/x").send().expect(200);
    let change = json!({ "email": "alice@example.org" });
    set(&alice.http, &change).expect(200);
    let after = registry.http().get("/x").send().expect(200);
    assert_eq!(after.json()["maintainers"][0]["email"], "alice@example.org");
    assert_ne!(before.header("etag"), after.header("etag"));
    let found = registry
        .http()
        .get("/-/v1/search?text=x")
        .send()
        .expect(200)
        .json();
    let maintainer = &found["objects"][0]["package"]["maintainers"][0];
    assert_eq!(maintainer["email"], "alice@example.org");
}

#[test]
fn a_password_is_changed_by_whoever_knows_it() {
    let registry = Registry::start();
    let here = registry.user("alice");
    let elsewhere = registry.user("alice");
    elsewhere.http.get("/-/whoami").send().expect(200);
    let change = |old: &str, new: &str| json!({ "password": { "old": old, "new": new } });
    let wrong = set(&here.http, &change("not the password", "another password")).expect(401);
    assert_eq!(wrong.error(), "the password is wrong");
    set(&here.http, &change(PASSWORD, "short"))
        .expect(422)
        .error();
    // All of a change or nothing.
    let mut half = change(PASSWORD, "another password");
    half["email"] = json!("nothing");
    set(&here.http, &half).expect(422).error();
    elsewhere.http.get("/-/whoami").send().expect(200);
    set(&here.http, &change(PASSWORD, "another password")).expect(200);
    here.http.get("/-/whoami").send().expect(200);
    elsewhere.http.get("/-/whoami").send().expect(401);
    let login = |password: &str| {
        let document = json!({ "name": "alice", "password": password, "type": "user" });
        let path = "/-/user/org.couchdb.user:alice";
        registry.http().put(path).json(&document).send().status
    };
    assert_eq!((login(PASSWORD), login("another password")), (401, 201));
    assert!(!registry.stderr().contains("another password"));
}

/// `_auth` in an `.npmrc`: a name and a password with every request.
#[test]
fn a_name_and_a_password_do_what_a_token_does() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let registry = Registry::start();
    registry.user("alice");
    let http = registry.http();
    let basic = |password: &str| format!("Basic {}", STANDARD.encode(format!("alice:{password}")));
    let who = |password: &str| {
        let request = http
            .get("/-/whoami")
            .header("authorization", &basic(password));
        request.send()
    };
    assert_eq!(who(PASSWORD).expect(200).json()["username"], "alice");
    let refused = who("not the password").expect(401);
    assert_eq!(refused.required_header("www-authenticate"), "Basic");
    let package = Package::new("x", "1.0.0");
    let request = package
        .publish(&http)
        .header("authorization", &basic(PASSWORD));
    request.send().expect(201);
    // What is public stays readable, as with a stale token.
    let request = http
        .get("/x")
        .header("authorization", &basic("not the password"));
    request.send().expect(200);
}
