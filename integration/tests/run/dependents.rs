//! Which packages need one, as npm's old view told it.

use integration::{Http, Package, Registry, User, percent_encoded};
use serde_json::{Map, Value, json};

/// A package that needs others.
fn package(name: &str, version: &str, needs: &[&str]) -> Package {
    let needs = needs.iter().map(|&name| (name.to_owned(), json!("^1.0.0")));
    Package::new(name, version).field("dependencies", needs.collect::<Map<String, Value>>())
}

#[track_caller]
fn publish(user: &User, package: &Package) {
    package.publish(&user.http).send().expect(201);
}

fn path(name: &str, query: &str) -> String {
    let start = percent_encoded(&format!("[\"{name}\"]"));
    let end = percent_encoded(&format!("[\"{name}\",{{}}]"));
    format!("/-/_view/dependedUpon?{query}&startkey={start}&endkey={end}")
}

#[track_caller]
fn rows(http: &Http, name: &str, query: &str) -> Value {
    let answer = http.get(&path(name, query)).send().expect(200).json();
    answer["rows"].clone()
}

/// The names of those that need a package.
#[track_caller]
fn dependents(http: &Http, name: &str) -> Vec<String> {
    let rows = rows(http, name, "group_level=2");
    let names = rows.as_array().unwrap().iter();
    names
        .map(|row| row["key"][1].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn who_needs_a_package_is_told_as_couchdb_told_it() {
    let registry = Registry::start();
    let (alice, http) = (registry.user("alice"), registry.http());
    publish(&alice, &Package::new("left-pad", "1.0.0"));
    publish(&alice, &package("other", "1.0.0", &["left-pad", "@acme/x"]));
    publish(&alice, &package("@acme/app", "1.0.0", &["left-pad"]));
    let told = rows(&http, "left-pad", "group_level=3");
    let expected = json!([
        { "key": ["left-pad", "@acme/app", "The package @acme/app"], "value": 1 },
        { "key": ["left-pad", "other", "The package other"], "value": 1 },
    ]);
    assert_eq!(told, expected);
    let told = rows(&http, "@acme/x", "group_level=2");
    assert_eq!(told, json!([{ "key": ["@acme/x", "other"], "value": 1 }]));
    // What is needed need not be published here, and what nobody needs is no error.
    assert_eq!(rows(&http, "not-there", "group_level=2"), json!([]));
    let page = rows(&http, "left-pad", "group_level=2&limit=1&skip=1");
    assert_eq!(page, json!([{ "key": ["left-pad", "other"], "value": 1 }]));
    for wrong in ["group_level=7", "group_level=2&limit=many"] {
        let refused = http.get(&path("left-pad", wrong)).send().expect(400);
        refused.error();
    }
}

#[test]
fn what_latest_needs_counts_and_nothing_else() {
    let mut registry = Registry::start();
    let alice = registry.user("alice");
    let needing = |registry: &Registry| dependents(&registry.http(), "left-pad");
    publish(&alice, &package("app", "1.0.0", &["left-pad"]));
    let beta = package("app", "2.0.0-beta", &["beta-pad"]).tag("beta");
    publish(&alice, &beta);
    assert_eq!(needing(&registry), ["app"]);
    assert!(dependents(&registry.http(), "beta-pad").is_empty());
    publish(&alice, &package("app", "2.0.0", &["right-pad"]));
    assert!(needing(&registry).is_empty());
    let latest = alice.http.put("/-/package/app/dist-tags/latest");
    latest.json(&json!("1.0.0")).send().expect(201);
    assert_eq!(needing(&registry), ["app"]);
    registry.restart();
    assert_eq!(needing(&registry), ["app"]);
    let rev = registry.packument("app")["_rev"].clone();
    let path = format!("/app/-rev/{}", rev.as_str().unwrap());
    let removed = alice.http.request("DELETE", &path).send();
    assert!(removed.status < 300, "{removed}");
    assert!(needing(&registry).is_empty());
}

#[test]
fn a_package_that_one_may_not_read_needs_nothing() {
    let rules = "[access.\"@secret/*\"]\nread = [\"alice\"]\n";
    let registry = Registry::options().config(rules).start();
    let (alice, bob) = (registry.user("alice"), registry.user("bob"));
    publish(&alice, &package("@secret/plan", "1.0.0", &["left-pad"]));
    publish(&alice, &package("app", "1.0.0", &["left-pad"]));
    assert_eq!(dependents(&alice.http, "left-pad"), ["@secret/plan", "app"]);
    for stranger in [&bob.http, &registry.http()] {
        assert_eq!(dependents(stranger, "left-pad"), ["app"]);
        // Nor does it take up a place on a page.
        let first = rows(stranger, "left-pad", "group_level=2&limit=1");
        assert_eq!(first[0]["key"][1], "app");
    }
}
