//! `/-/status` tells how the registry is doing, and what it tells is true.

use std::time::Duration;

use integration::{Lockfile, PRIVATE_REGISTRY, Package, Registry, User, eventually, write_flags};
use serde_json::{Value, json};

#[track_caller]
fn status(registry: &Registry) -> Value {
    registry.http().get("/-/status").send().expect(200).json()
}

#[test]
fn every_answer_is_counted_and_only_the_servers_own_failures_are_failures() {
    let registry = Registry::start();
    let before = status(&registry);
    for _ in 0..10 {
        registry.http().get("/-/ping").send().expect(200);
        registry.http().get("/not-there").send().expect(404);
    }
    let after = status(&registry);
    let requests = |status: &Value| status["requests"].as_u64().unwrap();
    // The first question is one of them, and the second is not answered yet.
    assert_eq!(requests(&after), requests(&before) + 21);
    assert_eq!(after["failures"], 0);
    let (half, most) = (&after["latency_p50_us"], &after["latency_p99_us"]);
    assert!(
        half.as_u64() > Some(0) && half.as_u64() <= most.as_u64(),
        "{after}"
    );
    eventually("the rate is told", Duration::from_secs(10), || {
        let rate = status(&registry)["requests_per_second"].as_f64().unwrap();
        (rate > 0.0).then_some(())
    });
}

#[test]
fn what_there_is_is_told_to_the_byte() {
    let mut registry = Registry::start();
    let alice = registry.user("alice");
    let [one, two, other] = [
        ("left-pad", "1.0.0"),
        ("left-pad", "1.1.0"),
        ("other", "1.0.0"),
    ]
    .map(|(name, version)| Package::new(name, version).sealed());
    for package in [&one, &two, &other] {
        package.publish(&alice.http).send().expect(201);
    }
    let bytes =
        |packages: &[&Package]| -> usize { packages.iter().map(|it| it.tarball().len()).sum() };
    let said = status(&registry);
    assert_eq!(
        (&said["packages"], &said["versions"]),
        (&json!(2), &json!(3))
    );
    assert_eq!(said["storage_bytes"], bytes(&[&one, &two, &other]));
    let rev = registry.packument("other")["_rev"].clone();
    let path = format!("/other/-rev/{}", rev.as_str().unwrap());
    let removed = alice.http.request("DELETE", &path).send();
    assert!(removed.status < 300, "{removed}");
    let told = |said: &Value| ["packages", "versions", "storage_bytes"].map(|it| said[it].clone());
    let left = [json!(1), json!(2), json!(bytes(&[&one, &two]))];
    assert_eq!(told(&status(&registry)), left);
    registry.restart();
    assert_eq!(told(&status(&registry)), left);
}

#[test]
fn the_13_bytes_the_asker_and_the_memory_are_told() {
    let registry = Registry::start();
    let root = registry.user("root");
    let said = root.http.get("/-/status").send().expect(200);
    assert_eq!(said.required_header("cache-control"), "no-store");
    let said = said.json();
    assert_eq!(said["user"], "root");
    assert_eq!(status(&registry)["user"], Value::Null);
    assert_eq!(said["version"], env!("CARGO_PKG_VERSION"));
    assert!(said["uptime_seconds"].is_u64(), "{said}");
    let hex = Lockfile::read(&registry.lockfile()).hex();
    let config = json!({
        "bytes": hex, "version": 1, "terminal_mode": "raw", "rows": 0, "cols": 0,
    });
    assert_eq!(said["config"], config);
    let (told, seen) = (said["memory_bytes"].as_u64().unwrap(), registry.memory());
    let seen = seen.now_kib * 1024;
    assert!(told > seen / 2 && told < seen * 2, "{told}, and {seen}");
}

#[test]
fn a_private_registry_tells_those_with_an_account_alone() {
    let registry = Registry::start();
    let User { http: alice, .. } = registry.user("alice");
    write_flags(&registry.lockfile(), PRIVATE_REGISTRY);
    eventually("the flag counts", Duration::from_secs(5), || {
        (registry.http().get("/-/status").send().status == 401).then_some(())
    });
    for path in ["/-/status", "/-/live", "/-/live?figures"] {
        registry.http().get(path).send().expect(401).error();
        let bad = registry.http().with_token("nonsense");
        bad.get(path).send().expect(401).error();
    }
    let said = alice.get("/-/status").send().expect(200).json();
    assert_eq!(said["user"], "alice");
    alice.get("/-/live").follow().next_of("config");
}

#[test]
fn it_is_read_and_nothing_else() {
    let registry = Registry::start();
    for path in ["/-/status", "/-/live"] {
        let http = registry.http();
        let head = http.request("HEAD", path);
        let head = http.connect().unwrap().send(&head).unwrap();
        assert_eq!(head.status, 200);
        for method in ["POST", "PUT", "DELETE"] {
            let refused = registry.http().request(method, path).send().expect(405);
            assert_eq!(refused.required_header("allow"), "GET, HEAD");
        }
    }
}
