//! What a console that is elsewhere asks of the server: each thing whole, in one request.

use integration::{Http, PASSWORD, Package, Registry, Response, User};
use serde_json::{Value, json};

/// The server, with an admin and two others.
fn started() -> (Registry, User, User, User) {
    let registry = Registry::start();
    let [root, alice, bob] = ["root", "alice", "bob"].map(|name| registry.user(name));
    (registry, root, alice, bob)
}

#[track_caller]
fn get(user: &User, path: &str) -> Value {
    user.http.get(path).send().expect(200).json()
}

fn send(http: &Http, method: &str, path: &str, body: &Value) -> Response {
    http.request(method, path).json(body).send()
}

fn publish(user: &User, name: &str) -> u16 {
    Package::new(name, "1.0.0")
        .publish(&user.http)
        .send()
        .status
}

/// Makes `@acme` with alice as its owner and the team `core`, which may write `@acme/x`.
fn acme(registry: &Registry, root: &User, alice: &User) {
    assert_eq!(publish(alice, "@acme/x"), 201);
    let steps = [
        (
            "PUT",
            "/-/org/acme/user",
            json!({ "user": "alice", "role": "owner" }),
        ),
        ("PUT", "/-/org/acme/team", json!({ "name": "core" })),
        ("PUT", "/-/team/acme/core/user", json!({ "user": "alice" })),
        (
            "PUT",
            "/-/team/acme/core/package",
            json!({ "package": "@acme/x", "permissions": "read-write" }),
        ),
    ];
    for (method, path, body) in steps {
        let status = send(&root.http, method, path, &body).status;
        assert!(status < 300, "{path}: {status} {}", registry.stderr());
    }
}

#[test]
fn an_organisation_is_shown_whole_as_far_as_one_may_read() {
    let (registry, root, alice, bob) = started();
    acme(&registry, &root, &alice);
    let line = json!({ "org": "acme", "members": 1, "teams": 1 });
    for (user, expected) in [
        (&root, json!([line])),
        (&alice, json!([line])),
        (&bob, json!([])),
    ] {
        assert_eq!(get(user, "/_auth/orgs"), json!({ "orgs": expected }));
    }
    let packages = json!([{ "package": "@acme/x", "permission": "write" }]);
    let team = json!({ "team": "core", "members": ["alice"], "packages": packages });
    let members = json!([{ "name": "alice", "role": "owner" }]);
    let whole = json!({ "org": "acme", "members": members, "teams": [team] });
    assert_eq!(get(&bob, "/_auth/orgs/@acme"), whole);
    assert_eq!(get(&bob, "/_auth/orgs/acme/teams/core"), team);

    let restricted = json!({ "access": "restricted" });
    send(
        &alice.http,
        "POST",
        "/-/package/@acme%2fx/access",
        &restricted,
    )
    .expect(200);
    assert_eq!(
        get(&bob, "/_auth/orgs/acme/teams/core")["packages"],
        json!([])
    );
    assert_eq!(
        get(&bob, "/_auth/orgs/acme")["teams"][0]["packages"],
        json!([])
    );
    assert_eq!(get(&alice, "/_auth/orgs/acme"), whole);

    for (path, status) in [
        ("/_auth/orgs/none", 404),
        ("/_auth/orgs/acme/teams/none", 404),
        ("/_auth/orgs/acme/teams/-", 422),
    ] {
        bob.http.get(path).send().expect(status).error();
    }
    for path in [
        "/_auth/orgs",
        "/_auth/orgs/acme",
        "/_auth/orgs/acme/teams/core",
    ] {
        registry.http().get(path).send().expect(401).error();
    }
}

#[test]
fn one_subject_more_or_less_leaves_the_others_in_a_rule() {
    let (_registry, root, alice, bob) = started();
    let change = |user: &User, body: Value| send(&user.http, "PATCH", "/_auth/rules", &body);
    let add =
        |name: &str| json!({ "pattern": "@acme/*", "actions": ["tag", "publish"], "add": name });
    change(&bob, add("bob")).expect(403).error();
    let made = change(&root, add("alice")).expect(200).json();
    let rule = |action: &str, subjects: &[&str]| {
        json!({ "pattern": "@acme/*", "action": action, "subjects": subjects,
                "source": "run time", "overruled": false })
    };
    let mut expected = [rule("publish", &["alice"]), rule("tag", &["alice"])];
    for rule in &mut expected {
        rule["is_new"] = true.into();
    }
    assert_eq!(made["rules"], json!(expected));
    assert_eq!(
        (publish(&bob, "@acme/b"), publish(&alice, "@acme/a")),
        (403, 201)
    );
    let added = change(&root, add("bob")).expect(200).json();
    assert_eq!(added["rules"][0], rule("publish", &["alice", "bob"]));
    assert_eq!(publish(&bob, "@acme/b"), 201);
    let remove = json!({ "pattern": "@acme/*", "actions": ["publish"], "remove": "alice" });
    let removed = change(&root, remove.clone()).expect(200).json();
    assert_eq!(removed["rules"], json!([rule("publish", &["bob"])]));
    change(&root, remove).expect(404).error();
    assert_eq!(
        get(&root, "/_auth/rules")["rules"][1],
        rule("tag", &["alice", "bob"])
    );
    let nobody = json!({ "pattern": "@acme/*", "actions": ["publish"], "nobody": true });
    change(&root, nobody).expect(200);
    assert_eq!(publish(&bob, "@acme/c"), 403);

    // All of the actions or none.
    let both = json!({ "pattern": "@acme/*", "actions": ["publish", "tag"], "remove": "bob" });
    change(&root, both).expect(404);
    assert_eq!(
        get(&root, "/_auth/rules")["rules"][1],
        rule("tag", &["alice", "bob"])
    );
    for (body, status) in [
        (add("nobody"), 404),
        (add("team:none"), 404),
        (add("role:king"), 400),
        (
            json!({ "pattern": "@acme", "actions": ["read"], "add": "bob" }),
            400,
        ),
        (
            json!({ "pattern": "**", "actions": ["eat"], "add": "bob" }),
            400,
        ),
        (
            json!({ "pattern": "**", "actions": ["read"], "add": "bob", "nobody": true }),
            400,
        ),
    ] {
        change(&root, body).expect(status).error();
    }
}

fn key(user: &User, name: &str) -> Value {
    let body = json!({ "name": name, "scopes": ["read"], "password": PASSWORD,
                       "cidr": ["10.0.0.0/8"] });
    let made = send(&user.http, "POST", "/_auth/keys", &body);
    made.expect(201).json()
}

#[test]
fn what_is_good_in_place_of_a_password_is_listed_and_revoked_by_its_owner_and_by_admins() {
    let (registry, root, alice, bob) = started();
    let made = key(&alice, "ci");
    let own = get(&alice, "/_auth/tokens");
    let kinds = |list: &Value| {
        let list = list["tokens"].as_array().unwrap().iter();
        let kinds = list.map(|it| it["kind"].as_str().unwrap().to_owned());
        kinds.collect::<Vec<_>>()
    };
    assert_eq!(kinds(&own), ["key", "login"]);
    assert_eq!(own["tokens"][0]["id"], made["id"]);
    assert_eq!(own["tokens"][0]["scopes"], json!(["read"]));
    assert_eq!(
        (&own["tokens"][0]["limited"], &own["tokens"][1]["limited"]),
        (&json!(true), &json!(false))
    );
    assert!(!own.to_string().contains(made["key"].as_str().unwrap()));
    assert_eq!(get(&root, "/_auth/tokens?user=Alice"), own);
    assert_eq!(kinds(&get(&root, "/_auth/tokens?all")).len(), 4);
    for path in ["/_auth/tokens?user=alice", "/_auth/tokens?all"] {
        bob.http.get(path).send().expect(403).error();
    }
    root.http
        .get("/_auth/tokens?user=none")
        .send()
        .expect(404)
        .error();

    let revoke = |http: &Http, id: &Value| {
        let path = format!("/_auth/tokens/{}", id.as_str().unwrap());
        http.request("DELETE", &path).send()
    };
    let (key, login) = (&own["tokens"][0]["id"], &own["tokens"][1]["id"]);
    revoke(&bob.http, key).expect(404).error();
    revoke(&registry.http(), key).expect(401).error();
    revoke(&alice.http, key).expect(200);
    revoke(&alice.http, key).expect(404);
    revoke(&root.http, login).expect(200);
    alice.http.get("/-/whoami").send().expect(401).error();
    // A key is for what its scopes say, and for nothing else of its owner's.
    let limited = registry
        .http()
        .with_token(self::key(&bob, "x")["key"].as_str().unwrap());
    limited.get("/_auth/tokens").send().expect(401);
    let scopes = json!({ "name": "reads", "scopes": ["read"], "password": PASSWORD });
    let made = send(&bob.http, "POST", "/_auth/keys", &scopes)
        .expect(201)
        .json();
    let limited = registry.http().with_token(made["key"].as_str().unwrap());
    for path in ["/_auth/tokens", "/_auth/users/bob/packages"] {
        limited.get(path).send().expect(403).error();
    }
}

#[test]
fn a_token_in_hand_is_looked_into_without_being_used() {
    let (registry, root, alice, bob) = started();
    let made = key(&alice, "ci");
    let text = made["key"].as_str().unwrap();
    let look = |http: &Http, body: Value| send(http, "POST", "/_auth/verify", &body);
    let there = json!({ "token": text, "from": "10.1.2.3" });
    let seen = look(&alice.http, there.clone()).expect(200).json();
    assert_eq!(seen["valid"], true);
    assert_eq!(
        (&seen["user"], &seen["kind"], &seen["key"]),
        (&json!("alice"), &json!("key"), &made["id"])
    );
    assert_eq!(look(&root.http, there.clone()).expect(200).json(), seen);
    look(&bob.http, there.clone()).expect(403).error();
    look(&registry.http(), there).expect(401).error();
    // Whoever has found it is not told whether an address fits.
    for elsewhere in [
        json!({ "token": text }),
        json!({ "token": text, "from": "192.0.2.1" }),
    ] {
        look(&bob.http, elsewhere).expect(403).error();
    }

    let here = look(&alice.http, json!({ "token": text }))
        .expect(200)
        .json();
    assert_eq!(
        (&here["valid"], &here["reason"]),
        (&json!(false), &json!("wrong_address"))
    );
    let none = look(&bob.http, json!({ "token": "nonsense" }))
        .expect(200)
        .json();
    assert_eq!(
        (&none["valid"], &none["reason"]),
        (&json!(false), &json!("malformed"))
    );
    let login = look(&bob.http, json!({ "token": bob.token }))
        .expect(200)
        .json();
    assert_eq!(
        (&login["kind"], &login["claims"]["sub"]),
        (&json!("login"), &json!("bob"))
    );
    for body in [
        json!([]),
        json!({ "from": "::1" }),
        json!({ "token": text, "from": "here" }),
        json!({ "token": text, "form": "::1" }),
    ] {
        let refused = look(&alice.http, body).expect(400).error();
        assert!(!refused.contains(text), "{refused}");
    }
    let listed = get(&root, "/_auth/tokens?user=alice");
    assert_eq!(listed["tokens"][0]["last_used"], Value::Null);
    let events = get(&root, "/_auth/events?kind=token.limit");
    assert_eq!(
        events["events"],
        json!([]),
        "nobody has used it from elsewhere"
    );
    assert!(!registry.stderr().contains(text));
}

#[test]
fn an_account_tells_what_it_owns_and_what_it_leaves() {
    let file = "[access.\"@file/*\"]\npublish = [\"bob\", \"alice\"]\n";
    let registry = Registry::options().config(file).start();
    let [root, alice, bob] = ["root", "alice", "bob"].map(|name| registry.user(name));
    for name in ["alone", "shared"] {
        assert_eq!(publish(&bob, name), 201);
    }
    let owner = json!({ "user": "alice" });
    send(&bob.http, "PUT", "/-/package/shared/owners", &owner).expect(201);
    let path = "/_auth/users/bob/packages";
    assert_eq!(get(&bob, path), json!({ "packages": ["alone", "shared"] }));
    let alone = format!("{path}?alone");
    assert_eq!(get(&root, &alone), json!({ "packages": ["alone"] }));
    alice.http.get(path).send().expect(403).error();
    root.http
        .get("/_auth/users/none/packages")
        .send()
        .expect(404)
        .error();
    let invited = send(&root.http, "POST", "/_auth/invitations", &json!({}));
    let invited = invited.expect(201).json();
    assert!(
        invited["use"].as_str().unwrap().contains("/_auth/register"),
        "{invited}"
    );
    let gone = |name: &str| {
        let path = format!("/_auth/users/{name}");
        root.http.request("DELETE", &path).send().expect(200).json()
    };
    let left = json!({ "ok": true, "unowned": ["alone"], "named_in_settings": true });
    assert_eq!(gone("bob"), left);
    registry.user("carol");
    assert_eq!(gone("carol")["named_in_settings"], false);
}
