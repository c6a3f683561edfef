//! Labels that move.

use integration::{Client, ClientKind, Package, Registry, User};
use serde_json::json;

fn with_two_versions() -> (Registry, User) {
    let registry = Registry::start();
    let alice = registry.user("alice");
    for version in ["1.0.0", "2.0.0"] {
        Package::new("@sc/tagged", version)
            .publish(&alice.http)
            .send()
            .expect(201);
    }
    (registry, alice)
}

told_with!(npm_moves_lists_and_removes_a_tag with every npm);

fn npm_moves_lists_and_removes_a_tag(kind: ClientKind) {
    let (registry, alice) = with_two_versions();
    let client = Client::of(kind, &registry, &alice);
    let folder = client.project();
    let npm = |words: &[&str]| client.run(&folder, words);
    npm(&["dist-tag", "ls", "@sc/tagged"])
        .succeeds()
        .says("latest: 2.0.0");
    npm(&["dist-tag", "add", "@sc/tagged@1.0.0", "old"]).succeeds();
    npm(&["dist-tag", "ls", "@sc/tagged"])
        .succeeds()
        .says("latest: 2.0.0")
        .says("old: 1.0.0");
    npm(&["view", "@sc/tagged@old", "version"])
        .succeeds()
        .says("1.0.0");
    npm(&["dist-tag", "add", "@sc/tagged@2.0.0", "old"]).succeeds();
    npm(&["dist-tag", "ls", "@sc/tagged"])
        .succeeds()
        .says("old: 2.0.0");
    npm(&["dist-tag", "rm", "@sc/tagged", "old"]).succeeds();
    npm(&["dist-tag", "ls", "@sc/tagged"])
        .succeeds()
        .does_not_say("old");
    npm(&["dist-tag", "add", "@sc/tagged@9.9.9", "old"]).fails();
    npm(&["dist-tag", "rm", "@sc/tagged", "latest"]).fails();
    npm(&["dist-tag", "ls", "@sc/tagged"])
        .succeeds()
        .says("latest: 2.0.0");
}

#[test]
fn a_tag_is_set_by_a_json_string() {
    let (registry, alice) = with_two_versions();
    for path in [
        "/-/package/@sc%2ftagged/dist-tags/a",
        "/-/package/@sc%2Ftagged/dist-tags/b",
        "/-/package/@sc/tagged/dist-tags/c",
        "/-/package/%40sc%2ftagged/dist-tags/d",
    ] {
        let answer = alice.http.put(path).json(&json!("1.0.0")).send();
        assert!([200, 201].contains(&answer.status), "{path}: {answer}");
    }
    let tags = registry
        .http()
        .get("/-/package/@sc%2ftagged/dist-tags")
        .send()
        .expect(200)
        .json();
    assert_eq!(
        tags,
        json!({ "latest": "2.0.0", "a": "1.0.0", "b": "1.0.0", "c": "1.0.0", "d": "1.0.0" })
    );
    assert_eq!(registry.packument("@sc/tagged")["dist-tags"], tags);
}

#[test]
fn a_tag_that_could_be_a_range_is_refused() {
    let (registry, alice) = with_two_versions();
    for tag in [
        "1.0.0",
        "v1",
        "x",
        "*",
        "%5E1.0.0",
        "1.x",
        "__proto__",
        "a%2Fb",
        "a%20b",
        "%3E=1",
    ] {
        let path = format!("/-/package/@sc%2ftagged/dist-tags/{tag}");
        let answer = alice.http.put(&path).json(&json!("1.0.0")).send();
        assert!((400..500).contains(&answer.status), "{tag}: {answer}");
        answer.error();
    }
    for value in [
        json!("3.0.0"),
        json!("latest"),
        json!("^1.0.0"),
        json!(1),
        json!(null),
        json!({}),
        json!(""),
    ] {
        let path = "/-/package/@sc%2ftagged/dist-tags/next";
        let answer = alice.http.put(path).json(&value).send();
        assert!((400..500).contains(&answer.status), "{value}: {answer}");
        answer.error();
    }
    assert_eq!(
        registry.packument("@sc/tagged")["dist-tags"],
        json!({ "latest": "2.0.0" })
    );
}

#[test]
fn tags_are_not_for_strangers_and_latest_stays() {
    let (registry, alice) = with_two_versions();
    let path = "/-/package/@sc%2ftagged/dist-tags/next";
    let anonymous = registry.http();
    anonymous
        .put(path)
        .json(&json!("1.0.0"))
        .send()
        .expect(401)
        .error();
    let answer = alice
        .http
        .request("DELETE", "/-/package/@sc%2ftagged/dist-tags/latest")
        .send();
    assert!([400, 403].contains(&answer.status), "{answer}");
    answer.error();
    alice
        .http
        .request("DELETE", path)
        .send()
        .expect(404)
        .error();
    anonymous
        .get("/-/package/nothing/dist-tags")
        .send()
        .expect(404)
        .error();
}

#[test]
fn a_moved_tag_changes_the_etag() {
    let (registry, alice) = with_two_versions();
    let etag = || {
        let answer = registry.http().get("/@sc%2ftagged").send().expect(200);
        answer.required_header("etag").to_owned()
    };
    let before = etag();
    assert_eq!(before, etag());
    let path = "/-/package/@sc%2ftagged/dist-tags/latest";
    let answer = alice.http.put(path).json(&json!("1.0.0")).send();
    assert!([200, 201].contains(&answer.status), "{answer}");
    assert_ne!(before, etag());
}

#[test]
fn several_tags_move_together_or_not_at_all() {
    let (registry, alice) = with_two_versions();
    let path = "/-/package/@sc%2ftagged/dist-tags";
    let tags = || registry.http().get(path).send().expect(200).json();
    let before = tags();
    let merge = |method: &str, body: &serde_json::Value| {
        alice.http.request(method, path).json(body).send().status
    };
    for wrong in [
        json!({ "next": "2.0.0", "old": "9.9.9" }),
        json!({ "next": "2.0.0", "^1": "1.0.0" }),
        json!({ "next": "2.0.0", "old": "banana" }),
        json!({}),
        json!([]),
        json!({ "next": null }),
    ] {
        let status = merge("PUT", &wrong);
        assert!([400, 404].contains(&status), "{wrong}: {status}");
        assert_eq!(tags(), before, "{wrong}");
    }
    assert_eq!(
        merge("POST", &json!({ "next": "2.0.0", "old": "1.0.0" })),
        201
    );
    let expected = json!({ "latest": "2.0.0", "next": "2.0.0", "old": "1.0.0" });
    assert_eq!(tags(), expected, "what is not named stays");
    assert_eq!(merge("PUT", &json!({ "latest": "1.0.0" })), 201);
    assert_eq!(tags()["latest"], "1.0.0");
    // How npm 2 did it.
    let old = alice
        .http
        .put("/@sc%2ftagged/older")
        .json(&json!("1.0.0"))
        .send();
    old.expect(201);
    assert_eq!(tags()["older"], "1.0.0");
    registry
        .http()
        .put(path)
        .json(&json!({ "a": "1.0.0" }))
        .send()
        .expect(401);
}
