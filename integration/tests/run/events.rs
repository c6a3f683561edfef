//! What happened is written down: who, from where, what, to what, and whether it was refused.

use integration::{PASSWORD, Package, Registry, User, eventually};
use serde_json::{Value, json};
use std::time::Duration;

#[track_caller]
fn events(user: &User, query: &str) -> Vec<Value> {
    let path = format!("/_auth/events?{query}");
    let answer = user.http.get(&path).send().expect(200).json();
    answer["events"].as_array().unwrap().clone()
}

#[test]
fn each_change_is_told_with_who_did_it_and_from_where() {
    let registry = Registry::start();
    let (root, alice) = (registry.user("root"), registry.user("alice"));
    Package::new("left-pad", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    let tag = alice
        .http
        .put("/-/package/left-pad/dist-tags/next")
        .json(&json!("1.0.0"));
    tag.send().expect(201);
    let key = json!({ "name": "ci", "scopes": ["read"], "password": PASSWORD });
    let key = alice
        .http
        .request("POST", "/_auth/keys")
        .json(&key)
        .send()
        .expect(201);
    let told = events(&root, "actor=alice");
    let kinds: Vec<&str> = told.iter().map(|it| it["kind"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "key.create",
            "dist-tag.set",
            "package.publish",
            "login",
            "account.create"
        ],
        "the newest comes first"
    );
    let publish = &told[2];
    assert_eq!(publish["target"], "left-pad");
    assert_eq!(publish["address"], "127.0.0.1");
    assert!(
        publish["detail"]
            .as_str()
            .unwrap()
            .starts_with("1.0.0 sha512-"),
        "{publish}"
    );
    assert!(
        publish["token"].is_string(),
        "the token that was used is named: {publish}"
    );
    let all = root
        .http
        .get("/_auth/events?limit=1000")
        .send()
        .expect(200)
        .to_string();
    for secret in [PASSWORD, &alice.token, key.json()["key"].as_str().unwrap()] {
        assert!(!all.contains(secret), "no secret is written down");
    }
}

#[test]
fn what_was_refused_is_told_and_a_flood_is_not() {
    let registry = Registry::start();
    let (root, alice, bob) = (
        registry.user("root"),
        registry.user("alice"),
        registry.user("bob"),
    );
    Package::new("left-pad", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    for _ in 0..50 {
        let path = "/-/package/left-pad/owners/alice";
        bob.http.request("DELETE", path).send().expect(403);
    }
    eventually(
        "the refusals are written down",
        Duration::from_secs(10),
        || {
            let told = events(&root, "refused=true&actor=bob&limit=1000");
            (told.len() == 30).then_some(())
        },
    );
    let told = events(&root, "refused=true&actor=bob");
    assert_eq!(told[0]["target"], "left-pad");
    let why = told[0]["detail"].as_str().unwrap();
    assert!(why.contains("bob may not administer"), "{why}");
    // The next one tells how many there were.
    let carol = registry.user("carol");
    let path = "/-/package/left-pad/dist-tags/latest";
    let tag = carol.http.request("DELETE", path).send();
    tag.expect(403);
    let path = "/-/package/left-pad/owners/alice";
    carol.http.request("DELETE", path).send().expect(403);
    let (told, _) = eventually("it is written down", Duration::from_secs(10), || {
        events(&root, "refused=true&actor=carol").pop()
    });
    let why = told["detail"].as_str().unwrap();
    assert!(why.contains("20 refusals before this one"), "{why}");
}

#[test]
fn admins_alone_read_what_happened_page_by_page() {
    let registry = Registry::start();
    let (root, bob) = (registry.user("root"), registry.user("bob"));
    bob.http.get("/_auth/events").send().expect(403).error();
    registry
        .http()
        .get("/_auth/events")
        .send()
        .expect(401)
        .error();
    for name in ["a", "b", "c"] {
        Package::new(name, "1.0.0")
            .publish(&bob.http)
            .send()
            .expect(201);
    }
    let page = |query: &str| {
        root.http
            .get(&format!("/_auth/events?{query}"))
            .send()
            .expect(200)
            .json()
    };
    let first = page("kind=package&limit=2");
    let targets = |page: &Value| {
        let events = page["events"].as_array().unwrap().iter();
        events
            .map(|it| it["target"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(targets(&first), ["c", "b"]);
    let second = page(&format!(
        "kind=package&limit=2&before={}",
        first["next_before"]
    ));
    assert_eq!(
        (targets(&second), &second["next_before"]),
        (vec!["a".to_owned()], &Value::Null)
    );
    for wrong in ["limit=0", "kind=nonsense", "refused=maybe"] {
        root.http
            .get(&format!("/_auth/events?{wrong}"))
            .send()
            .expect(400)
            .error();
    }
}

#[test]
fn what_happened_survives_a_crash_with_the_change_it_tells_of() {
    let mut registry = Registry::start();
    let root = registry.user("root");
    Package::new("left-pad", "1.0.0")
        .publish(&root.http)
        .send()
        .expect(201);
    registry.kill_9();
    registry.restart();
    let root = registry.user("root");
    assert_eq!(events(&root, "kind=package.publish").len(), 1);
}
