//! Taking back what was published.

use std::fs;
use std::path::Path;

use integration::{Client, ClientKind, Http, Package, Registry, Response, User, document_path};
use serde_json::{Value, json};

const NAME: &str = "@sc/gone";
const PATH: &str = "/@sc%2fgone";
const REMOVED: &str = "was removed and cannot be published again with other contents";

/// The first account of a registry may do everything, so the package is a later one's.
struct Published {
    registry: Registry,
    admin: User,
    alice: User,
}

impl Published {
    fn versions(versions: &[&str]) -> Self {
        let registry = Registry::start();
        let published = Self {
            admin: registry.user("admin"),
            alice: registry.user("alice"),
            registry,
        };
        for version in versions {
            published.publish(version).expect(201);
        }
        published
    }

    fn publish(&self, version: &str) -> Response {
        Package::new(NAME, version).publish(&self.alice.http).send()
    }

    fn document(&self) -> Value {
        self.registry.packument(NAME)
    }

    fn listed(&self) -> Vec<String> {
        let document = self.document();
        let versions = document["versions"].as_object().unwrap();
        versions.keys().cloned().collect()
    }

    fn rev(&self) -> String {
        self.document()["_rev"].as_str().unwrap().to_owned()
    }

    fn is_well(&self) {
        self.registry.command(&["verify"]).exits(0);
    }
}

/// What npm sends to remove a version: the document without it.
fn put_without(http: &Http, read: &Value, version: &str, rev: &str) -> Response {
    let mut document = read.clone();
    let versions = document["versions"].as_object_mut().unwrap();
    versions.remove(version).unwrap();
    http.put(&format!("{PATH}/-rev/{rev}"))
        .json(&document)
        .send()
}

fn delete(http: &Http, path: &str) -> Response {
    http.request("DELETE", path).send()
}

fn write_package(folder: &Path, version: &str, module: &str) {
    let manifest = json!({ "name": NAME, "version": version }).to_string();
    fs::write(folder.join("package.json"), manifest).unwrap();
    fs::write(folder.join("index.js"), module).unwrap();
}

told_with!(
    npm_unpublishes_one_version,
    npm_publishes_a_removed_version_again_only_with_the_same_bytes,
    npm_unpublishes_the_whole_package,
    npm_unpublishes_for_owners_and_admins_only
    with both pinned npms
);

fn npm_unpublishes_one_version(kind: ClientKind) {
    let published = Published::versions(&["1.0.0", "1.1.0", "2.0.0-beta.1", "2.0.0"]);
    let Published { registry, .. } = &published;
    let before = published.document();
    let tarball = before["versions"]["2.0.0"]["dist"]["tarball"].clone();
    let tarball = tarball.as_str().unwrap();
    registry.fetch(tarball).expect(200);

    let client = Client::of(kind, registry, &published.alice);
    let folder = client.project();
    client
        .run(&folder, &["unpublish", "@sc/gone@2.0.0"])
        .succeeds()
        .says("- @sc/gone@2.0.0");
    assert_eq!(published.listed(), ["1.0.0", "1.1.0", "2.0.0-beta.1"]);
    let after = published.document();
    // The highest that is left, and no prerelease as long as there is anything else.
    assert_eq!(after["dist-tags"], json!({ "latest": "1.1.0" }));
    assert_eq!(after["time"]["2.0.0"], before["time"]["2.0.0"]);
    for version in ["1.0.0", "1.1.0", "2.0.0-beta.1"] {
        assert_eq!(after["versions"][version], before["versions"][version]);
        registry.tarball(NAME, version).expect(200);
    }
    registry.fetch(tarball).expect(404).error();
    let manifest = registry.http().get(&format!("{PATH}/2.0.0")).send();
    manifest.expect(404).error();

    let reader = Client::anonymous(kind, registry);
    let project = reader.project();
    reader.run(&project, &["install", "@sc/gone@2.0.0"]).fails();
    reader.run(&project, &["install", "@sc/gone"]).succeeds();
    let said = reader.evaluate(&project, "import it from '@sc/gone'; console.log(it)");
    assert_eq!(said.succeeds().stdout.trim(), "1.1.0");

    // The second time there is nothing to do, and npm says nothing else.
    client
        .run(&folder, &["unpublish", "@sc/gone@2.0.0"])
        .succeeds();
    assert_eq!(published.document(), after);
    published.is_well();
}

fn npm_publishes_a_removed_version_again_only_with_the_same_bytes(kind: ClientKind) {
    let published = Published::versions(&["1.0.0"]);
    let registry = &published.registry;
    let client = Client::of(kind, registry, &published.alice);
    let (folder, elsewhere) = (client.project(), client.project());
    write_package(&folder, "1.1.0", "export default 13;\n");
    client.run(&folder, &["publish"]).succeeds();
    let first = published.document()["versions"]["1.1.0"]["dist"].clone();
    client
        .run(&elsewhere, &["unpublish", "@sc/gone@1.1.0"])
        .succeeds();

    write_package(&folder, "1.1.0", "export default 14;\n");
    client.run(&folder, &["publish"]).fails().says(REMOVED);
    assert_eq!(published.listed(), ["1.0.0"]);

    write_package(&folder, "1.1.0", "export default 13;\n");
    client.run(&folder, &["publish"]).succeeds();
    assert_eq!(published.listed(), ["1.0.0", "1.1.0"]);
    let second = &published.document()["versions"]["1.1.0"]["dist"];
    assert_eq!(second["integrity"], first["integrity"]);
    registry.tarball(NAME, "1.1.0").expect(200);
    published.is_well();
}

fn npm_unpublishes_the_whole_package(kind: ClientKind) {
    let published = Published::versions(&["1.0.0", "1.1.0"]);
    let registry = &published.registry;
    let client = Client::of(kind, registry, &published.alice);
    let folder = client.project();
    client
        .run(&folder, &["unpublish", "@sc/gone"])
        .fails()
        .says("--force");
    assert_eq!(published.listed(), ["1.0.0", "1.1.0"]);
    client
        .run(&folder, &["unpublish", "@sc/gone", "--force"])
        .succeeds()
        .says("- @sc/gone");
    is_gone(&published);

    // A version that was the only one goes with its package, which npm wants to be told twice too.
    published.publish("3.0.0").expect(201);
    client
        .run(&folder, &["unpublish", "@sc/gone@3.0.0"])
        .fails()
        .says("--force");
    client
        .run(&folder, &["unpublish", "@sc/gone@3.0.0", "--force"])
        .succeeds();
    is_gone(&published);
    client
        .run(&folder, &["view", "@sc/gone"])
        .fails()
        .says("E404");
    published.is_well();
}

#[track_caller]
fn is_gone(published: &Published) {
    let http = published.registry.http();
    for path in [
        PATH,
        "/@sc/gone/latest",
        "/@sc/gone/1.0.0",
        "/@sc/gone/-/gone-1.0.0.tgz",
        "/-/package/@sc%2fgone/dist-tags",
    ] {
        http.get(path).send().expect(404).error();
    }
    let found = http.get("/-/v1/search?text=gone").send().expect(200).json();
    assert_eq!(found["total"], 0);
}

fn npm_unpublishes_for_owners_and_admins_only(kind: ClientKind) {
    let published = Published::versions(&["1.0.0", "1.1.0", "1.2.0"]);
    let registry = &published.registry;
    let bob = registry.user("bob");
    let before = published.document();
    let unpublish = |user: &User, words: &[&str]| {
        let client = Client::of(kind, registry, user);
        let folder = client.project();
        client.run(&folder, &[&["unpublish"], words].concat())
    };
    unpublish(&bob, &["@sc/gone@1.2.0"]).fails().says("E403");
    unpublish(&bob, &["@sc/gone", "--force"])
        .fails()
        .says("E403");
    assert_eq!(published.document(), before);
    unpublish(&published.admin, &["@sc/gone@1.2.0"]).succeeds();
    assert_eq!(published.listed(), ["1.0.0", "1.1.0"]);
    unpublish(&published.alice, &["@sc/gone@1.1.0"]).succeeds();
    assert_eq!(published.listed(), ["1.0.0"]);
}

#[test]
fn every_way_to_unpublish_is_closed_to_strangers() {
    let published = Published::versions(&["1.0.0", "1.1.0"]);
    let bob = published.registry.user("bob");
    let before = published.document();
    let rev = published.rev();
    let paths = [
        format!("{PATH}/-rev/{rev}"),
        format!("/@sc/gone/-/gone-1.1.0.tgz/-rev/{rev}"),
        format!("{PATH}/-/@sc/gone-1.1.0.tgz/-rev/{rev}"),
    ];
    for (http, status) in [(&bob.http, 403), (&published.registry.http(), 401)] {
        for path in &paths {
            delete(http, path).expect(status).error();
        }
        put_without(http, &before, "1.1.0", &rev)
            .expect(status)
            .error();
    }
    assert_eq!(published.document(), before);
    // A delete that does not say what it has read is no delete.
    delete(&published.alice.http, PATH).expect(405).error();
    delete(&published.alice.http, "/@sc/gone/-/gone-1.1.0.tgz")
        .expect(405)
        .error();
    assert_eq!(published.document(), before);
}

#[test]
fn what_was_published_meanwhile_survives() {
    let published = Published::versions(&["1.0.0", "1.1.0"]);
    let alice = &published.alice.http;
    let read = published.document();
    let stale = published.rev();
    published.publish("2.0.0").expect(201);
    let before = published.document();
    put_without(alice, &read, "1.1.0", &stale)
        .expect(409)
        .error();
    delete(alice, &format!("{PATH}/-rev/{stale}"))
        .expect(409)
        .error();
    for unknown in ["undefined", "1-0", "0"] {
        put_without(alice, &read, "1.1.0", unknown)
            .expect(409)
            .error();
        delete(alice, &format!("{PATH}/-rev/{unknown}"))
            .expect(409)
            .error();
    }
    assert_eq!(published.document(), before);
    // Having read it again, the same is done.
    put_without(alice, &before, "1.1.0", &published.rev()).expect(201);
    assert_eq!(published.listed(), ["1.0.0", "2.0.0"]);
    published.is_well();
}

/// The same with a change that is no version: a tag that was moved meanwhile.
#[test]
fn a_document_that_was_read_too_early_removes_nothing() {
    let published = Published::versions(&["1.0.0", "1.1.0"]);
    let alice = &published.alice.http;
    let read = published.document();
    let stale = published.rev();
    let tag = "/-/package/@sc%2fgone/dist-tags/stable";
    let tagged = alice.put(tag).json(&json!("1.1.0")).send();
    assert!([200, 201].contains(&tagged.status), "{tagged}");
    put_without(alice, &read, "1.1.0", &stale)
        .expect(409)
        .error();
    assert_eq!(published.listed(), ["1.0.0", "1.1.0"]);
}

#[test]
fn a_removed_version_takes_its_tags_with_it() {
    let published = Published::versions(&["1.0.0", "1.1.0"]);
    let alice = &published.alice.http;
    Package::new(NAME, "2.0.0-rc.1")
        .tag("next")
        .publish(alice)
        .send()
        .expect(201);
    let read = published.document();
    assert_eq!(
        read["dist-tags"],
        json!({ "latest": "1.1.0", "next": "2.0.0-rc.1" })
    );
    put_without(alice, &read, "2.0.0-rc.1", &published.rev()).expect(201);
    assert_eq!(
        published.document()["dist-tags"],
        json!({ "latest": "1.1.0" })
    );
}

#[test]
fn a_tarball_that_is_deleted_takes_its_version_with_it() {
    let published = Published::versions(&["1.0.0", "1.1.0"]);
    let alice = &published.alice.http;
    let path = format!("/@sc/gone/-/gone-1.1.0.tgz/-rev/{}", published.rev());
    for _ in 0..2 {
        let answer = delete(alice, &path);
        assert!([200, 201].contains(&answer.status), "{answer}");
        assert_eq!(published.listed(), ["1.0.0"]);
    }
    delete(alice, "/@sc/gone/-/other-1.1.0.tgz/-rev/1")
        .expect(404)
        .error();
    published.is_well();
}

#[test]
fn unpublishing_is_not_a_way_to_publish() {
    let published = Published::versions(&["1.0.0", "1.1.0"]);
    let alice = &published.alice.http;
    let before = published.document();
    let mut document = before.clone();
    let mut added = before["versions"]["1.1.0"].clone();
    added["version"] = "6.6.6".into();
    document["versions"]["6.6.6"] = added;
    let rev = published.rev();
    let answer = put_without(alice, &document, "1.1.0", &rev);
    answer.expect(400).error();
    assert_eq!(published.document(), before);
    // What else stands in the document is not looked at.
    let mut document = before.clone();
    document["versions"]["1.0.0"]["dist"]["tarball"] = "http://evil.example/x.tgz".into();
    document["versions"]["1.0.0"]["dependencies"] = json!({ "evil": "*" });
    document["dist-tags"] = json!({ "latest": "1.0.0", "evil": "1.0.0" });
    put_without(alice, &document, "1.1.0", &rev).expect(201);
    let after = published.document();
    assert_eq!(
        after["versions"],
        json!({ "1.0.0": before["versions"]["1.0.0"] })
    );
    assert_eq!(after["dist-tags"], json!({ "latest": "1.0.0" }));
    let nothing = delete(alice, "/@sc%2fnothing/-rev/1-0");
    assert!([403, 404].contains(&nothing.status), "{nothing}");
    nothing.error();
}

/// Whoever has installed it would not notice that it became something else.
#[test]
fn a_removed_version_keeps_its_bytes_for_ever() {
    let mut published = Published::versions(&["1.0.0", "1.1.0"]);
    let document = published.document();
    put_without(&published.alice.http, &document, "1.1.0", &published.rev()).expect(201);
    let other = Package::new(NAME, "1.1.0").filler(b"other bytes".to_vec());
    let refused = |published: &Published, package: &Package| {
        let answer = package.publish(&published.alice.http).send();
        let words = answer.expect(403).error();
        assert!(words.contains(REMOVED), "{words}");
    };
    refused(&published, &other);
    // Nor with another build, after a restart, or when the whole package is gone.
    refused(&published, &Package::new(NAME, "1.1.0+build"));
    published.registry.kill_9();
    published.registry.restart();
    refused(&published, &other);
    let path = format!("{PATH}/-rev/{}", published.rev());
    let answer = delete(&published.alice.http, &path);
    assert!([200, 201].contains(&answer.status), "{answer}");
    refused(&published, &other);
    let answer = published.registry.http().get(&document_path(NAME)).send();
    answer.expect(404).error();
    // The same bytes are the same version.
    published.publish("1.1.0").expect(201);
    assert_eq!(published.listed(), ["1.1.0"]);
    assert_eq!(
        published.registry.tarball(NAME, "1.1.0").body,
        Package::new(NAME, "1.1.0").tarball()
    );
    published.is_well();
}
