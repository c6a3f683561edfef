//! Who may read and publish what.

use std::time::Duration;

use integration::{
    Client, ClientKind, PRIVATE_REGISTRY, Package, Registry, eventually, write_flags,
};

const SECRETS_ARE_ALICES: &str =
    "[access.\"@secret/*\"]\nread = [\"alice\"]\npublish = [\"alice\"]\n";

/// How soon a changed byte must show.
const AT_ONCE: Duration = Duration::from_millis(100);

fn with_a_secret() -> Registry {
    let registry = Registry::options().config(SECRETS_ARE_ALICES).start();
    let alice = registry.user("alice");
    Package::new("@secret/plan", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    registry
}

fn install(client: &Client, name: &str) -> integration::Finished {
    client.install(&client.project(), &[name])
}

told_with!(
    a_secret_package_is_installed_by_its_reader_only,
    a_secret_scope_is_published_to_by_its_publisher_only
    with every npm and bun
);

fn a_secret_package_is_installed_by_its_reader_only(kind: ClientKind) {
    let registry = with_a_secret();
    let (alice, bob) = (registry.user("alice"), registry.user("bob"));
    install(&Client::of(kind, &registry, &alice), "@secret/plan").succeeds();
    install(&Client::of(kind, &registry, &bob), "@secret/plan").fails();
    install(&Client::anonymous(kind, &registry), "@secret/plan").fails();
}

fn a_secret_scope_is_published_to_by_its_publisher_only(kind: ClientKind) {
    let registry = with_a_secret();
    let bobs = Client::of(kind, &registry, &registry.user("bob"));
    let folder = bobs.project();
    let manifest = r#"{ "name": "@secret/other", "version": "1.0.0" }"#;
    std::fs::write(folder.join("package.json"), manifest).unwrap();
    bobs.run(&folder, &["publish"]).fails();
    let alices = Client::of(kind, &registry, &registry.user("alice"));
    let answer = registry.user("alice").http.get("/@secret%2fother").send();
    answer.expect(404).error();
    alices.run(&folder, &["publish"]).succeeds();
}

#[test]
fn every_way_to_a_secret_is_closed_to_strangers() {
    let registry = with_a_secret();
    let (alice, bob) = (registry.user("alice"), registry.user("bob"));
    for path in [
        "/@secret%2fplan",
        "/@secret%2Fplan",
        "/@secret/plan",
        "/%40secret%2fplan",
        "/%40secret/plan",
        "/@secret%2fplan/",
        "/@secret/plan/1.0.0",
        "/@secret%2fplan/latest",
        "/@secret/plan/-/plan-1.0.0.tgz",
        "/@secret%2fplan/-/plan-1.0.0.tgz",
        "/@secret/plan/-/@secret/plan-1.0.0.tgz",
        "/-/package/@secret%2fplan/dist-tags",
        "/-/package/@secret/plan/dist-tags",
    ] {
        alice.http.get(path).send().expect(200);
        for method in ["GET", "HEAD"] {
            let refused = |http: &integration::Http, statuses: [u16; 2]| {
                let answer = http.request(method, path).send();
                assert!(
                    statuses.contains(&answer.status),
                    "{method} {path}: {answer}"
                );
                let told = format!("{answer}");
                assert!(!told.contains("sha512-"), "{method} {path}: {answer}");
                if method == "GET" {
                    answer.error();
                }
            };
            refused(&bob.http, [403, 404]);
            refused(&registry.http(), [401, 404]);
            refused(&registry.http().with_token("not.a.token"), [401, 404]);
        }
    }
}

#[test]
fn what_alice_was_given_is_not_kept_for_bob() {
    let registry = with_a_secret();
    let alice = registry.user("alice");
    let answer = alice.http.get("/@secret%2fplan").send().expect(200);
    assert!(answer.required_header("cache-control").contains("private"));
    // npm copies every header named here into its cache on disk, the token in clear text with it.
    let vary = answer.required_header("vary").to_ascii_lowercase();
    assert!(!vary.contains("authorization"), "{answer}");
    // Whoever knows the ETag must not be able to ask whether it still holds.
    let etag = answer.required_header("etag").to_owned();
    let answer = registry
        .http()
        .get("/@secret%2fplan")
        .header("if-none-match", &etag)
        .send();
    assert!([401, 404].contains(&answer.status), "{answer}");
}

#[test]
fn the_refusal_of_a_write_comes_before_its_body_is_read() {
    let registry = with_a_secret();
    let document = Package::new("@secret/plan", "2.0.0").document();
    // Announced and never sent: who waits for it, waits for ever.
    let answer = registry
        .http()
        .put("/@secret%2fplan")
        .header("content-type", "application/json")
        .header("content-length", &document.to_string().len().to_string())
        .send();
    answer.expect(401).error();
}

/// The four bytes at 0x05, written by somebody who knows only the table in the design.
#[test]
fn a_private_registry_is_one_byte_away() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    Package::new("open", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    let anonymous = registry.http();
    let status = |path: &str| anonymous.get(path).send().status;
    let all = ["/open", "/open/latest", "/open/-/open-1.0.0.tgz"];

    let mut slowest = Duration::ZERO;
    for round in 0..5 {
        for (flags, wanted) in [(PRIVATE_REGISTRY, 401), (0, 200)] {
            write_flags(&registry.lockfile(), flags);
            let ((), took) = eventually("the change of a byte", Duration::from_secs(5), || {
                (status("/open") == wanted).then_some(())
            });
            slowest = slowest.max(took);
            for path in all {
                assert_eq!(status(path), wanted, "{path} in round {round}");
                assert_eq!(anonymous.get("/-/ping").send().status, 200);
            }
        }
    }
    println!("the slowest of 10 changes showed after {slowest:?}");
    assert!(slowest < AT_ONCE, "a change took {slowest:?} to show");
}

#[test]
fn a_private_registry_still_serves_who_logs_in() {
    let registry = Registry::start();
    let before = registry.user("alice");
    Package::new("open", "1.0.0")
        .publish(&before.http)
        .send()
        .expect(201);
    write_flags(&registry.lockfile(), PRIVATE_REGISTRY);
    eventually("the registry being private", Duration::from_secs(5), || {
        (registry.http().get("/open").send().status == 401).then_some(())
    });
    // The flag chooses the issuer of new tokens; it must not lock out those who are in.
    before.http.get("/open").send().expect(200);
    let after = registry.user("alice");
    after.http.get("/open").send().expect(200);
    let client = Client::of(ClientKind::Npm11, &registry, &after);
    install(&client, "open").succeeds();
    install(&Client::anonymous(ClientKind::Npm11, &registry), "open").fails();
}

#[test]
fn a_publish_rule_alone_leaves_reading_open() {
    let rules = "[access.\"@core/*\"]\npublish = [\"alice\"]\n\n[access.\"@core/free\"]\npublish = [\"$authenticated\"]\n";
    let registry = Registry::options().config(rules).start();
    let (alice, bob) = (registry.user("alice"), registry.user("bob"));
    Package::new("@core/base", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    Package::new("@core/base", "1.0.1")
        .publish(&bob.http)
        .send()
        .expect(403)
        .error();
    // The exact name is more specific than the scope.
    Package::new("@core/free", "1.0.0")
        .publish(&bob.http)
        .send()
        .expect(201);
    assert!(registry.packument("@core/base")["versions"]["1.0.1"].is_null());
}
