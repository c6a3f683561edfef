//! Who a package belongs to.

use integration::{Client, ClientKind, Http, Package, Registry, Response, User};
use serde_json::{Value, json};

/// The first account of a registry may do everything, so the package is a later one's.
struct Owned {
    registry: Registry,
    admin: User,
    alice: User,
    bob: User,
}

impl Owned {
    fn by_alice() -> Self {
        let registry = Registry::start();
        let owned = Self {
            admin: registry.user("admin"),
            alice: registry.user("alice"),
            bob: registry.user("bob"),
            registry,
        };
        Package::new("@sc/owned", "1.0.0")
            .publish(&owned.alice.http)
            .send()
            .expect(201);
        owned
    }

    fn owners(&self) -> Vec<String> {
        let document = self.registry.packument("@sc/owned");
        let maintainers = document["maintainers"].as_array().unwrap();
        let mut names: Vec<String> = maintainers
            .iter()
            .map(|it| it["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    }

    fn rev(&self) -> String {
        let rev = &self.registry.packument("@sc/owned")["_rev"];
        rev.as_str().unwrap().to_owned()
    }
}

/// What npm sends to change the owners.
fn put(http: &Http, rev: &str, maintainers: &Value) -> Response {
    let document = json!({ "_id": "@sc/owned", "_rev": rev, "maintainers": maintainers });
    let path = format!("/@sc%2fowned/-rev/{rev}");
    http.put(&path).json(&document).send()
}

told_with!(
    npm_lists_adds_and_removes_owners,
    npm_tells_why_an_owner_cannot_be_changed
    with both pinned npms
);

fn npm_lists_adds_and_removes_owners(kind: ClientKind) {
    let owned = Owned::by_alice();
    let client = Client::of(kind, &owned.registry, &owned.alice);
    let folder = client.project();
    let npm = |words: &[&str]| client.run(&folder, words);
    npm(&["owner", "ls", "@sc/owned"])
        .succeeds()
        .says("alice <")
        .does_not_say("bob");
    npm(&["owner", "add", "bob", "@sc/owned"])
        .succeeds()
        .says("+ bob (@sc/owned)");
    npm(&["owner", "ls", "@sc/owned"])
        .succeeds()
        .says("alice <")
        .says("bob <");
    assert_eq!(owned.owners(), ["alice", "bob"]);
    npm(&["owner", "add", "bob", "@sc/owned"]).succeeds();
    assert_eq!(owned.owners(), ["alice", "bob"]);

    // The new owner may now do what the old one may, up to removing them.
    let bobs = Client::of(kind, &owned.registry, &owned.bob);
    bobs.run(&folder, &["owner", "rm", "alice", "@sc/owned"])
        .succeeds()
        .says("- alice (@sc/owned)");
    assert_eq!(owned.owners(), ["bob"]);
    npm(&["owner", "add", "alice", "@sc/owned"])
        .fails()
        .says("403");
    assert_eq!(owned.owners(), ["bob"]);
}

fn npm_tells_why_an_owner_cannot_be_changed(kind: ClientKind) {
    let owned = Owned::by_alice();
    let alices = Client::of(kind, &owned.registry, &owned.alice);
    let folder = alices.project();
    alices
        .run(&folder, &["owner", "add", "nobody", "@sc/owned"])
        .fails()
        .says("E404");
    alices
        .run(&folder, &["owner", "rm", "alice", "@sc/owned"])
        .fails()
        .says("EOWNERRM");
    let bobs = Client::of(kind, &owned.registry, &owned.bob);
    bobs.run(&folder, &["owner", "add", "bob", "@sc/owned"])
        .fails()
        .says("403");
    bobs.run(&folder, &["owner", "ls", "@sc/nothing"])
        .fails()
        .says("E404");
    assert_eq!(owned.owners(), ["alice"]);
}

#[test]
fn only_owners_and_admins_change_owners() {
    let owned = Owned::by_alice();
    let both = json!([{ "name": "alice", "email": "" }, { "name": "bob", "email": "" }]);
    put(&owned.bob.http, &owned.rev(), &both)
        .expect(403)
        .error();
    put(&owned.registry.http(), &owned.rev(), &both)
        .expect(401)
        .error();
    assert_eq!(owned.owners(), ["alice"]);
    put(&owned.admin.http, &owned.rev(), &both).expect(201);
    assert_eq!(owned.owners(), ["alice", "bob"]);
    // What bob publishes to a package that he owns now is nobody else's business.
    Package::new("@sc/owned", "1.1.0")
        .publish(&owned.bob.http)
        .send()
        .expect(201);
    let document = owned.registry.packument("@sc/owned");
    assert_eq!(document["versions"]["1.1.0"]["_npmUser"]["name"], "bob");
    assert_eq!(owned.owners(), ["alice", "bob"]);
}

#[test]
fn owners_that_cannot_be_are_refused() {
    let owned = Owned::by_alice();
    let before = owned.registry.packument("@sc/owned");
    let check = |maintainers: Value, status: u16| {
        let what = maintainers.to_string();
        let answer = put(&owned.alice.http, &owned.rev(), &maintainers);
        assert_eq!(answer.status, status, "{what}: {answer}");
        answer.error();
        assert_eq!(owned.registry.packument("@sc/owned"), before, "{what}");
    };
    check(json!([]), 422);
    check(json!([{}]), 422);
    check(json!([{ "email": "alice@example.com" }]), 422);
    check(json!([{ "name": "nobody" }]), 422);
    check(json!([{ "name": "alice" }, { "name": "nobody" }]), 422);
    check(json!([{ "name": "ALICE" }]), 422);
    check(json!([{ "name": "$all" }]), 422);
    check(json!([{ "name": "" }]), 422);
    check(json!("alice"), 400);
    check(json!(["alice"]), 400);
    check(json!([{ "name": 13 }]), 400);
}

#[test]
fn an_owner_who_is_named_twice_is_one_owner() {
    let owned = Owned::by_alice();
    let twice = json!([{ "name": "alice" }, { "name": "bob" }, { "name": "alice" }]);
    let answer = put(&owned.alice.http, &owned.rev(), &twice);
    assert!([201, 400, 422].contains(&answer.status), "{answer}");
    if answer.status == 201 {
        assert_eq!(owned.owners(), ["alice", "bob"]);
    }
}

#[test]
fn owners_are_changed_from_what_is_there() {
    let owned = Owned::by_alice();
    let read = owned.rev();
    let both = json!([{ "name": "alice" }, { "name": "bob" }]);
    put(&owned.alice.http, &read, &both).expect(201);
    // Somebody else read the document before that, and would put alice out again.
    put(&owned.alice.http, &read, &json!([{ "name": "alice" }]))
        .expect(409)
        .error();
    assert_eq!(owned.owners(), ["alice", "bob"]);
    // yarn 1 has no `_rev` to send.
    put(
        &owned.alice.http,
        "undefined",
        &json!([{ "name": "alice" }]),
    )
    .expect(201);
    assert_eq!(owned.owners(), ["alice"]);
    let path = "/@sc%2fnothing/-rev/undefined";
    let document = json!({ "maintainers": both });
    let put = owned.alice.http.put(path).json(&document);
    put.send().expect(404).error();
}

#[test]
fn an_account_is_shown_to_who_has_one() {
    let owned = Owned::by_alice();
    let path = "/-/user/org.couchdb.user:bob";
    let bob = owned.alice.http.get(path).send().expect(200).json();
    assert_eq!(bob["name"], "bob");
    assert_eq!(bob["_id"], "org.couchdb.user:bob");
    assert_eq!(bob["type"], "user");
    assert!(bob["email"].is_string(), "{bob}");
    for secret in ["password", "salt", "derived_key", "token"] {
        assert!(bob.get(secret).is_none(), "{bob}");
    }
    let missing = "/-/user/org.couchdb.user:nobody";
    owned.alice.http.get(missing).send().expect(404).error();
    owned.registry.http().get(path).send().expect(401).error();
}

/// How pnpm does it.
#[test]
fn owners_come_and_go_one_by_one() {
    let owned = Owned::by_alice();
    let path = "/-/package/@sc%2fowned/owners";
    let add = |http: &Http, user: &str| http.put(path).json(&json!({ "user": user })).send();
    let remove = |http: &Http, user: &str| {
        let path = format!("{path}/{user}");
        http.request("DELETE", &path).send()
    };
    add(&owned.bob.http, "bob").expect(403).error();
    add(&owned.registry.http(), "bob").expect(401).error();
    add(&owned.alice.http, "nobody").expect(422).error();
    add(&owned.alice.http, "bob").expect(201);
    add(&owned.alice.http, "bob").expect(201);
    assert_eq!(owned.owners(), ["alice", "bob"]);
    let listed = owned.registry.http().get(path).send().expect(200).json();
    assert_eq!(listed[1]["username"], "bob");
    remove(&owned.bob.http, "nobody").expect(404).error();
    // User names are lower case, however they are typed.
    remove(&owned.bob.http, "Alice").expect(200);
    assert_eq!(owned.owners(), ["bob"]);
    remove(&owned.alice.http, "bob").expect(403).error();
    remove(&owned.bob.http, "bob").expect(422).error();
    assert_eq!(owned.owners(), ["bob"], "the last one stays");
    let missing = "/-/package/nothing/owners";
    owned.alice.http.get(missing).send().expect(404).error();
}

/// yarn 1 asks for this form alone, adds somebody, and sends all of them back.
#[test]
fn an_abbreviated_document_shows_the_owners() {
    let owned = Owned::by_alice();
    let http = owned.registry.http();
    let request = http.get("/@sc%2fowned").header(
        "accept",
        "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*",
    );
    let document = request.send().expect(200).json();
    assert_eq!(document["maintainers"][0]["name"], "alice");
    assert_eq!(document["_rev"], owned.rev());
}
