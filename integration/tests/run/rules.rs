//! Rules that are made while the registry runs, why somebody may, and packages that are hidden.

use integration::{Package, Registry, Response, User};
use serde_json::{Value, json};

#[track_caller]
fn set(user: &User, pattern: &str, action: &str, subjects: &Value) -> Response {
    let rule = json!({ "pattern": pattern, "action": action, "subjects": subjects });
    user.http.put("/_auth/rules").json(&rule).send()
}

#[track_caller]
fn can(user: &User, name: &str, action: &str, package: &str) -> Value {
    let path = format!("/_auth/can?user={name}&action={action}&package={package}");
    user.http.get(&path).send().expect(200).json()
}

#[test]
fn a_rule_counts_at_once_wins_over_the_file_and_survives_a_restart() {
    let file = "[access.\"@acme/*\"]\npublish = [\"bob\"]\n";
    let mut registry = Registry::options().config(file).start();
    let (root, bob) = (registry.user("root"), registry.user("bob"));
    let publish = |http: &integration::Http, version: &str| {
        Package::new("@acme/x", version).publish(http).send()
    };
    publish(&bob.http, "1.0.0").expect(201);
    set(&bob, "@acme/*", "publish", &json!(["bob"]))
        .expect(403)
        .error();
    set(&root, "@acme/*", "publish", &json!(["carol"])).expect(200);
    publish(&bob.http, "1.0.1").expect(403).error();
    let said = can(&root, "bob", "publish", "@acme/x");
    assert_eq!(said["allowed"], false);
    assert!(
        said["because"].as_str().unwrap().contains("run time"),
        "{said}"
    );
    registry.restart();
    let bob = registry.user("bob");
    publish(&bob.http, "1.0.1").expect(403);
    let root = registry.user("root");
    let rules = root.http.get("/_auth/rules").send().expect(200).json();
    assert_eq!(rules["rules"][0]["source"], "run time");
    assert_eq!(rules["rules"][1]["overruled"], true);
    let gone = json!({ "pattern": "@acme/*", "action": "publish" });
    root.http
        .request("DELETE", "/_auth/rules")
        .json(&gone)
        .send()
        .expect(200);
    root.http
        .request("DELETE", "/_auth/rules")
        .json(&gone)
        .send()
        .expect(404)
        .error();
    publish(&bob.http, "1.0.1").expect(201);
}

#[test]
fn admins_alone_make_rules_and_everybody_may_ask_what_they_come_to() {
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
    // An owner has owners, teams and `npm access`; a rule would outlive the package.
    for user in [&alice, &bob] {
        set(user, "left-pad", "publish", &json!(["alice"]))
            .expect(403)
            .error();
    }
    set(&root, "left-pad", "publish", &json!(["alice"])).expect(200);
    Package::new("left-pad", "1.0.1")
        .publish(&bob.http)
        .send()
        .expect(403);
    Package::new("left-pad", "1.0.1")
        .publish(&alice.http)
        .send()
        .expect(201);
    // Each may ask for themselves, and whoever looks after the package for others.
    assert_eq!(
        can(&bob, "bob", "publish", "left-pad")["allowed"],
        json!(false)
    );
    assert_eq!(
        can(&alice, "bob", "publish", "left-pad")["allowed"],
        json!(false)
    );
    let asked = "/_auth/can?user=alice&action=publish&package=left-pad";
    bob.http.get(asked).send().expect(403).error();
    let nobody = "/_auth/can?user=nobody&action=read&package=left-pad";
    root.http.get(nobody).send().expect(404).error();
    for wrong in [
        "/_auth/can",
        "/_auth/can?action=eat&package=x",
        "/_auth/can?action=read&package=%20",
        "/_auth/can?user=%ff&action=read&package=x",
    ] {
        let refused = root.http.get(wrong).send();
        assert!(matches!(refused.status, 400 | 404), "{refused}");
    }
}

#[test]
fn a_rule_for_all_lets_nobody_change_a_package_without_an_account() {
    let registry = Registry::start();
    let root = registry.user("root");
    Package::new("left-pad", "1.0.0")
        .publish(&root.http)
        .send()
        .expect(201);
    for action in ["publish", "tag", "administer"] {
        set(&root, "left-pad", action, &json!(["$all", "$anonymous"])).expect(200);
    }
    let nobody = registry.http();
    let tag = nobody
        .put("/-/package/left-pad/dist-tags/next")
        .json(&json!("1.0.0"));
    tag.send().expect(401).error();
    let owner = nobody
        .put("/-/package/left-pad/owners")
        .json(&json!({ "user": "root" }));
    owner.send().expect(401).error();
    let bob = registry.user("bob");
    let tag = bob
        .http
        .put("/-/package/left-pad/dist-tags/next")
        .json(&json!("1.0.0"));
    tag.send().expect(201);
}

#[test]
fn where_owners_alone_publish_a_new_package_is_its_publishers() {
    let file = "[auth]\nowner_only_publishing = true\n";
    let registry = Registry::options().config(file).start();
    let (root, alice, bob) = (
        registry.user("root"),
        registry.user("alice"),
        registry.user("bob"),
    );
    let publish =
        |user: &User, version: &str| Package::new("left-pad", version).publish(&user.http).send();
    publish(&alice, "1.0.0").expect(201);
    publish(&bob, "1.0.1").expect(403).error();
    let tag = bob
        .http
        .put("/-/package/left-pad/dist-tags/next")
        .json(&json!("1.0.0"));
    tag.send().expect(403).error();
    publish(&root, "1.0.1").expect(201);
    publish(&alice, "1.0.2").expect(201);
    let owner = json!({ "user": "bob" });
    alice
        .http
        .put("/-/package/left-pad/owners")
        .json(&owner)
        .send()
        .expect(201);
    publish(&bob, "1.0.3").expect(201);
}

#[test]
fn a_hidden_package_is_answered_like_one_that_is_not_there() {
    let file = "[auth]\nhide_private = true\n[access.\"@secret/*\"]\nread = [\"alice\"]\n";
    let registry = Registry::options().config(file).start();
    registry.user("root");
    let (alice, bob) = (registry.user("alice"), registry.user("bob"));
    Package::new("@secret/plan", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    alice.http.get("/@secret%2fplan").send().expect(200);
    for http in [registry.http(), bob.http.clone()] {
        for (there, not_there) in [
            ("/@secret%2fplan", "/@other%2fplan"),
            ("/@secret%2fplan/1.0.0", "/@other%2fplan/1.0.0"),
            (
                "/-/package/@secret%2fplan/dist-tags",
                "/-/package/@other%2fplan/dist-tags",
            ),
            (
                "/-/package/@secret%2fplan/visibility",
                "/-/package/@other%2fplan/visibility",
            ),
            (
                "/@secret%2fplan/-/plan-1.0.0.tgz",
                "/@other%2fplan/-/plan-1.0.0.tgz",
            ),
            ("/@secret%2fplan/latest", "/@other%2fplan/latest"),
            (
                "/-/npm/v1/attestations/@secret%2fplan@1.0.0",
                "/-/npm/v1/attestations/@other%2fplan@1.0.0",
            ),
            (
                "/-/package/@secret%2fplan/owners",
                "/-/package/@other%2fplan/owners",
            ),
        ] {
            let (hidden, absent) = (http.get(there).send(), http.get(not_there).send());
            let told =
                |answer: &Response| (answer.status, answer.error().replace("other", "secret"));
            assert_eq!(told(&hidden), told(&absent), "{there}");
            assert_eq!(hidden.status, 404);
        }
    }
    for (method, path) in [
        ("DELETE", "/{}/-rev/1-a"),
        ("DELETE", "/-/package/{}/dist-tags/next"),
        ("DELETE", "/-/package/{}/dist-tags/latest"),
        // What is wrong with these is not looked at either.
        ("PUT", "/-/package/{}/dist-tags/next"),
        ("PUT", "/-/package/{}/dist-tags"),
        ("POST", "/-/package/{}/dist-tags"),
        ("DELETE", "/-/package/{}/owners/alice"),
        ("GET", "/-/package/{}/collaborators"),
        ("GET", "/_auth/can?action=read&package={}"),
        (
            "GET",
            "/_auth/can?action=publish&package={}&user=$anonymous",
        ),
    ] {
        let ask = |name: &str| {
            let path = path.replace("{}", name);
            let request = bob.http.request(method, &path);
            let answer = match method {
                "PUT" | "POST" => request.json(&json!({})).send(),
                _ => request.send(),
            };
            (answer.status, answer.error().replace("other", "secret"))
        };
        assert_eq!(ask("@secret%2fplan"), ask("@other%2fplan"), "{path}");
    }
    let collaborators = |name: &str| {
        let path = format!("/-/package/{name}/collaborators");
        let answer = registry.http().get(&path).send();
        (answer.status, answer.error().replace("other", "secret"))
    };
    assert_eq!(
        collaborators("@secret%2fplan"),
        collaborators("@other%2fplan")
    );
    let remove = bob
        .http
        .request("DELETE", "/-/package/@secret%2fplan/dist-tags/next");
    remove.send().expect(404);
}
