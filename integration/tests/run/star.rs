//! Favourites. npm 12 has no command for them any more.

use integration::{Client, ClientKind, Http, Package, Registry};
use serde_json::{Value, json};

const SECRETS_ARE_ALICES: &str = "[access.\"@secret/*\"]\nread = [\"alice\"]\n";

fn with_packages() -> Registry {
    let registry = Registry::options().config(SECRETS_ARE_ALICES).start();
    let alice = registry.user("alice");
    for name in ["@sc/liked", "plain", "@secret/plan"] {
        Package::new(name, "1.0.0")
            .publish(&alice.http)
            .send()
            .expect(201);
    }
    registry
}

fn stars_of(http: &Http, user: &str) -> Value {
    let path = format!("/-/_view/starredByUser?key=%22{user}%22");
    http.get(&path).send().expect(200).json()["rows"].clone()
}

#[test]
fn npm_stars_lists_and_unstars() {
    let registry = with_packages();
    let (alice, bob) = (registry.user("alice"), registry.user("bob"));
    let client = Client::of(ClientKind::Npm11, &registry, &alice);
    let folder = client.project();
    let npm = |words: &[&str]| client.run(&folder, words);
    npm(&["stars"]).succeeds().does_not_say("plain");
    npm(&["star", "@sc/liked"]).succeeds().says("@sc/liked");
    npm(&["star", "plain"]).succeeds();
    let said = npm(&["stars"]).succeeds();
    let mut starred: Vec<&str> = said.stdout.lines().collect();
    starred.sort_unstable();
    assert_eq!(starred, ["@sc/liked", "plain"]);
    assert_eq!(
        registry.packument("plain")["users"],
        json!({ "alice": true })
    );

    let bobs = Client::of(ClientKind::Npm11, &registry, &bob);
    bobs.run(&folder, &["star", "plain"]).succeeds();
    assert_eq!(
        registry.packument("plain")["users"],
        json!({ "alice": true, "bob": true })
    );
    npm(&["stars", "bob"])
        .succeeds()
        .says("plain")
        .does_not_say("@sc/liked");

    npm(&["unstar", "plain"]).succeeds();
    npm(&["stars"])
        .succeeds()
        .says("@sc/liked")
        .does_not_say("plain");
    assert_eq!(registry.packument("plain")["users"], json!({ "bob": true }));
    npm(&["star", "nothing"]).fails().says("E404");
    let nobody = Client::anonymous(ClientKind::Npm11, &registry);
    nobody.run(&folder, &["star", "plain"]).fails();
}

#[test]
fn nobody_stars_for_somebody_else() {
    let registry = with_packages();
    let (alice, bob) = (registry.user("alice"), registry.user("bob"));
    let put =
        |http: &Http, users: Value| http.put("/plain").json(&json!({ "users": users })).send();
    put(&bob.http, json!({ "bob": true })).expect(201);
    put(&alice.http, json!({ "alice": true, "carol": true })).expect(201);
    // Bob is not in alice's document, and still likes it.
    assert_eq!(
        registry.packument("plain")["users"],
        json!({ "alice": true, "bob": true })
    );
    put(&registry.http(), json!({ "alice": false }))
        .expect(401)
        .error();
    put(&alice.http, json!({ "alice": "very much" }))
        .expect(400)
        .error();
    put(&alice.http, json!({ "alice": false })).expect(201);
    put(&alice.http, json!({})).expect(201);
    assert_eq!(registry.packument("plain")["users"], json!({ "bob": true }));
}

/// pnpm falls back to sending the whole document with a star in it.
#[test]
fn a_star_may_come_in_the_whole_document() {
    let registry = with_packages();
    let bob = registry.user("bob");
    let before = registry.packument("plain");
    let mut document = before.clone();
    document["users"] = json!({ "bob": true });
    let rev = before["_rev"].as_str().unwrap();
    let path = format!("/plain/-rev/{rev}");
    bob.http.put(&path).json(&document).send().expect(201);
    let after = registry.packument("plain");
    assert_eq!(after["users"], json!({ "bob": true }));
    for part in ["versions", "dist-tags", "maintainers"] {
        assert_eq!(after[part], before[part], "{part}");
    }
}

#[test]
fn what_may_not_be_read_can_neither_be_starred_nor_seen_in_stars() {
    let registry = with_packages();
    let (alice, bob) = (registry.user("alice"), registry.user("bob"));
    let star = |http: &Http, name: &str| {
        let path = integration::document_path(name);
        let document = json!({ "users": { "alice": true, "bob": true } });
        http.put(&path).json(&document).send()
    };
    star(&alice.http, "@secret/plan").expect(201);
    star(&alice.http, "plain").expect(201);
    let refused = star(&bob.http, "@secret/plan");
    assert!([403, 404].contains(&refused.status), "{refused}");
    refused.error();
    let both = json!([{ "value": "@secret/plan" }, { "value": "plain" }]);
    assert_eq!(stars_of(&alice.http, "alice"), both);
    let open = json!([{ "value": "plain" }]);
    assert_eq!(stars_of(&bob.http, "alice"), open);
    assert_eq!(stars_of(&registry.http(), "alice"), open);
    assert_eq!(stars_of(&alice.http, "bob"), json!([]));
    for query in ["", "?key=", "?key=alice", "?key=%7B%7D"] {
        let path = format!("/-/_view/starredByUser{query}");
        registry.http().get(&path).send().expect(400).error();
    }
}

#[test]
fn stars_outlive_a_restart_and_not_the_package() {
    let mut registry = with_packages();
    let alice = registry.user("alice");
    let document = json!({ "users": { "alice": true } });
    alice.http.put("/plain").json(&document).send().expect(201);
    registry.kill_9();
    registry.restart();
    assert_eq!(
        stars_of(&registry.http(), "alice"),
        json!([{ "value": "plain" }])
    );
    let rev = registry.packument("plain")["_rev"].clone();
    let path = format!("/plain/-rev/{}", rev.as_str().unwrap());
    let delete = alice.http.request("DELETE", &path);
    assert!([200, 201].contains(&delete.send().status));
    assert_eq!(stars_of(&registry.http(), "alice"), json!([]));
    registry.command(&["verify"]).exits(0);
}

/// How pnpm does it.
#[test]
fn a_star_has_a_path_of_its_own() {
    const PATH: &str = "/-/user/v1/star";
    let registry = with_packages();
    let [alice, bob] = ["alice", "bob"].map(|name| registry.user(name));
    let set = |http: &Http, method: &str, body: Value| {
        http.request(method, PATH).json(&body).send().status
    };
    for name in ["@sc/liked", "@secret/plan"] {
        assert_eq!(set(&alice.http, "PUT", json!({ "package": name })), 200);
    }
    let listed = |http: &Http| http.get(PATH).send().expect(200).json();
    // An array of names and nothing around it: pnpm would print the keys.
    assert_eq!(listed(&alice.http), json!(["@sc/liked", "@secret/plan"]));
    assert_eq!(listed(&bob.http), json!([]));
    assert_eq!(
        registry.packument("@sc/liked")["users"],
        json!({ "alice": true })
    );
    assert_eq!(
        set(&alice.http, "DELETE", json!({ "package": "@sc/liked" })),
        200
    );
    assert_eq!(listed(&alice.http), json!(["@secret/plan"]));
    assert_eq!(
        set(&bob.http, "PUT", json!({ "package": "@secret/plan" })),
        403
    );
    assert_eq!(set(&bob.http, "PUT", json!({ "package": "nothing" })), 404);
    assert_eq!(
        set(&bob.http, "PUT", json!({ "package": "not a name" })),
        400
    );
    assert_eq!(set(&bob.http, "PUT", json!([])), 400);
    assert_eq!(
        set(&registry.http(), "PUT", json!({ "package": "plain" })),
        401
    );
    registry.http().get(PATH).send().expect(401).error();
}
