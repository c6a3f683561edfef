//! Saying that a version should not be used.

use integration::{Client, ClientKind, Package, Registry, User};
use serde_json::{Value, json};

const ONLY_ALICE_DEPRECATES: &str = "[access.\"@sc/*\"]\ndeprecate = [\"alice\"]\n";

fn with_three_versions() -> (Registry, User) {
    let registry = Registry::options().config(ONLY_ALICE_DEPRECATES).start();
    let alice = registry.user("alice");
    for version in ["1.0.0", "1.1.0", "2.0.0"] {
        Package::new("@sc/old", version)
            .publish(&alice.http)
            .send()
            .expect(201);
    }
    (registry, alice)
}

/// What is said of each version, in the full and in the abbreviated document, which must agree.
#[track_caller]
fn deprecations(registry: &Registry) -> Value {
    let of = |document: &Value| -> Value {
        let versions = document["versions"].as_object().unwrap();
        let said = versions.iter().map(|(version, manifest)| {
            let said = manifest.get("deprecated").unwrap_or(&Value::Null);
            (version.clone(), said.clone())
        });
        said.collect::<serde_json::Map<_, _>>().into()
    };
    let full = of(&registry.packument("@sc/old"));
    let abbreviated = registry
        .http()
        .get("/@sc%2fold")
        .header("accept", "application/vnd.npm.install-v1+json")
        .send()
        .expect(200)
        .json();
    assert_eq!(of(&abbreviated), full, "the two documents should agree");
    full
}

told_with!(
    npm_deprecates_a_range_and_takes_it_back,
    a_deprecation_is_told_to_who_installs,
    npm_tells_a_stranger_that_deprecating_is_not_theirs
    with both pinned npms
);

fn npm_deprecates_a_range_and_takes_it_back(kind: ClientKind) {
    let (registry, alice) = with_three_versions();
    let client = Client::of(kind, &registry, &alice);
    let folder = client.project();
    let before = registry.packument("@sc/old");

    let words = ["deprecate", "@sc/old@^1.0.0", "use \"2\" instead"];
    client.run(&folder, &words).succeeds();
    let said = json!({
        "1.0.0": "use \"2\" instead", "1.1.0": "use \"2\" instead", "2.0.0": null,
    });
    assert_eq!(deprecations(&registry), said);
    client
        .run(&folder, &["view", "@sc/old@1.1.0"])
        .succeeds()
        .says("DEPRECATED")
        .says("use \"2\" instead");
    client
        .run(&folder, &["view", "@sc/old"])
        .succeeds()
        .says("@sc/old@2.0.0")
        .does_not_say("DEPRECATED");

    client
        .run(&folder, &["deprecate", "@sc/old@1.0.0", ""])
        .succeeds();
    let said = json!({ "1.0.0": null, "1.1.0": "use \"2\" instead", "2.0.0": null });
    assert_eq!(deprecations(&registry), said);
    client
        .run(&folder, &["undeprecate", "@sc/old@1.1.0"])
        .succeeds();
    let after = registry.packument("@sc/old");
    assert_eq!(after["versions"], before["versions"]);
    assert_eq!(after["dist-tags"], before["dist-tags"]);
    client
        .run(&folder, &["view", "@sc/old@1.1.0"])
        .succeeds()
        .does_not_say("DEPRECATED");
}

fn a_deprecation_is_told_to_who_installs(kind: ClientKind) {
    let (registry, alice) = with_three_versions();
    let client = Client::of(kind, &registry, &alice);
    let folder = client.project();
    let words = ["deprecate", "@sc/old", "nobody mends this"];
    client.run(&folder, &words).succeeds();
    let reader = Client::anonymous(kind, &registry);
    reader
        .run(&reader.project(), &["install", "@sc/old"])
        .succeeds()
        .says("nobody mends this");
}

fn npm_tells_a_stranger_that_deprecating_is_not_theirs(kind: ClientKind) {
    let (registry, _) = with_three_versions();
    let bob = registry.user("bob");
    let client = Client::of(kind, &registry, &bob);
    let before = registry.packument("@sc/old");
    client
        .run(&client.project(), &["deprecate", "@sc/old", "mine now"])
        .fails()
        .says("E403");
    let nobody = Client::anonymous(kind, &registry);
    nobody
        .run(&nobody.project(), &["deprecate", "@sc/old", "mine now"])
        .fails();
    assert_eq!(registry.packument("@sc/old"), before);
    // The rule is about deprecating, and bob may still publish.
    Package::new("@sc/old", "2.1.0")
        .publish(&bob.http)
        .send()
        .expect(201);
}

/// What a client leaves out it has not read, or did not want to touch.
#[test]
fn a_truncated_document_removes_nothing() {
    let (registry, alice) = with_three_versions();
    let before = registry.packument("@sc/old");
    let document = json!({
        "_id": "@sc/old",
        "name": "@sc/old",
        "dist-tags": {},
        "time": {},
        "maintainers": [],
        "versions": { "1.0.0": { "deprecated": "too old" } },
    });
    let path = "/@sc%2fold";
    alice.http.put(path).json(&document).send().expect(201);
    let said = json!({ "1.0.0": "too old", "1.1.0": null, "2.0.0": null });
    assert_eq!(deprecations(&registry), said);
    let after = registry.packument("@sc/old");
    assert_eq!(after["dist-tags"], before["dist-tags"]);
    assert_eq!(after["maintainers"], before["maintainers"]);
    for version in ["1.0.0", "1.1.0", "2.0.0"] {
        assert_eq!(after["time"][version], before["time"][version]);
        registry.tarball("@sc/old", version).expect(200);
    }
    assert_ne!(after["_rev"], before["_rev"]);
}

/// Tarball addresses, checksums and dependencies in the document are not the client's to change.
#[test]
fn only_the_deprecation_of_a_document_is_taken() {
    let (registry, alice) = with_three_versions();
    let before = registry.packument("@sc/old");
    let mut document = before.clone();
    for (_, manifest) in document["versions"].as_object_mut().unwrap() {
        manifest["dist"] =
            json!({ "tarball": "http://evil.example/x.tgz", "integrity": "sha512-x" });
        manifest["dependencies"] = json!({ "evil": "*" });
        manifest["scripts"] = json!({ "install": "evil" });
        manifest["version"] = "6.6.6".into();
    }
    document["versions"]["1.0.0"]["deprecated"] = "too old".into();
    document["dist-tags"] = json!({ "latest": "1.0.0", "evil": "1.0.0" });
    document["maintainers"] = json!([{ "name": "mallory" }]);
    document["readme"] = "evil".into();
    let path = "/@sc%2fold";
    alice.http.put(path).json(&document).send().expect(201);
    let mut expected = before.clone();
    expected["versions"]["1.0.0"]["deprecated"] = "too old".into();
    let after = registry.packument("@sc/old");
    for part in ["versions", "dist-tags", "maintainers", "readme"] {
        assert_eq!(after[part], expected[part], "{part}");
    }
}

#[test]
fn a_deprecation_of_what_is_not_there_is_refused() {
    let (registry, alice) = with_three_versions();
    let before = registry.packument("@sc/old");
    let document = |version: &str| json!({ "versions": { "1.0.0": { "deprecated": "all" }, version: { "deprecated": "all" } } });
    let put = |path: &str, document: &Value| alice.http.put(path).json(document).send();
    put("/@sc%2fold", &document("9.9.9")).expect(400).error();
    put("/@sc%2fold", &document("banana")).expect(400).error();
    put("/@sc%2fnothing", &document("9.9.9"))
        .expect(404)
        .error();
    // All of it or nothing: the version that is there was not deprecated either.
    assert_eq!(registry.packument("@sc/old"), before);
}

#[test]
fn a_deprecation_is_refused_before_it_is_looked_at() {
    let (registry, _) = with_three_versions();
    let before = registry.packument("@sc/old");
    let document = json!({ "versions": { "1.0.0": { "deprecated": "mine now" } } });
    let path = "/@sc%2fold";
    let put = |http: &integration::Http| http.put(path).json(&document).send();
    put(&registry.user("bob").http).expect(403).error();
    put(&registry.http()).expect(401).error();
    // The other way to send it, which is how a version is unpublished, asks for the same right.
    let rev = before["_rev"].as_str().unwrap();
    let mut whole = before.clone();
    whole["versions"]["1.0.0"]["deprecated"] = "mine now".into();
    let bob = registry.user("bob");
    let path = format!("{path}/-rev/{rev}");
    bob.http.put(&path).json(&whole).send().expect(403).error();
    assert_eq!(registry.packument("@sc/old"), before);
}

#[test]
fn a_deprecation_outlives_a_restart() {
    let (mut registry, alice) = with_three_versions();
    let document = json!({ "versions": { "1.0.0": { "deprecated": "zu alt — слишком стар 🦀" } } });
    let etag = |registry: &Registry| {
        let answer = registry.http().get("/@sc%2fold").send().expect(200);
        answer.required_header("etag").to_owned()
    };
    let before = etag(&registry);
    let path = "/@sc%2fold";
    alice.http.put(path).json(&document).send().expect(201);
    assert_ne!(before, etag(&registry));
    registry.kill_9();
    registry.restart();
    let said = json!({ "1.0.0": "zu alt — слишком стар 🦀", "1.1.0": null, "2.0.0": null });
    assert_eq!(deprecations(&registry), said);
}
