//! Organisations, teams, and who may do what through them.

use integration::{Http, Package, Registry, Response, User};
use serde_json::{Value, json};

struct Company {
    registry: Registry,
    /// The registry's admin, who made it all.
    root: User,
    /// Owns `@acme/secret`, which is restricted.
    owner: User,
    member: User,
    stranger: User,
}

fn send(http: &Http, method: &str, path: &str, body: &Value) -> Response {
    http.request(method, path).json(body).send()
}

fn company() -> Company {
    let registry = Registry::start();
    let [root, owner, member, stranger] =
        ["root", "owner", "member", "stranger"].map(|name| registry.user(name));
    for name in ["@acme/secret", "@acme/open"] {
        Package::new(name, "1.0.0")
            .publish(&owner.http)
            .send()
            .expect(201);
    }
    let restricted = json!({ "access": "restricted" });
    send(
        &owner.http,
        "POST",
        "/-/package/@acme%2fsecret/access",
        &restricted,
    )
    .expect(200);
    send(
        &root.http,
        "PUT",
        "/-/org/acme/team",
        &json!({ "name": "core" }),
    )
    .expect(201);
    let user = json!({ "user": "member" });
    send(&root.http, "PUT", "/-/team/acme/core/user", &user).expect(201);
    Company {
        registry,
        root,
        owner,
        member,
        stranger,
    }
}

fn grant(company: &Company, permissions: &str) {
    let body = json!({ "package": "@acme/secret", "permissions": permissions });
    send(
        &company.owner.http,
        "PUT",
        "/-/team/acme/core/package",
        &body,
    )
    .expect(201);
}

fn reads(http: &Http) -> bool {
    let statuses = [
        "/@acme%2fsecret",
        "/@acme/secret/-/secret-1.0.0.tgz",
        "/@acme%2fsecret/1.0.0",
    ]
    .map(|path| http.get(path).send().status);
    match statuses {
        [200, 200, 200] => true,
        [401 | 403, 401 | 403, 401 | 403] => false,
        other => panic!("all of it or nothing, not {other:?}"),
    }
}

#[test]
fn a_restricted_package_is_for_its_owners_its_teams_and_admins() {
    let company = company();
    let anonymous = company.registry.http();
    assert!(!reads(&anonymous));
    assert!(!reads(&company.stranger.http));
    assert!(!reads(&company.member.http));
    assert!(reads(&company.owner.http));
    assert!(reads(&company.root.http));
    grant(&company, "read-only");
    assert!(reads(&company.member.http));
    let publish = |user: &User, version: &str| {
        let package = Package::new("@acme/secret", version);
        package.publish(&user.http).send().status
    };
    assert_eq!(publish(&company.member, "1.1.0"), 403);
    grant(&company, "read-write");
    assert_eq!(publish(&company.member, "1.1.0"), 201);
    assert_eq!(publish(&company.stranger, "1.2.0"), 403);
    assert_eq!(publish(&company.owner, "1.2.0"), 201);
    let revoke = json!({ "package": "@acme/secret" });
    send(
        &company.owner.http,
        "DELETE",
        "/-/team/acme/core/package",
        &revoke,
    )
    .expect(200);
    assert!(!reads(&company.member.http));
    send(
        &company.owner.http,
        "DELETE",
        "/-/team/acme/core/package",
        &revoke,
    )
    .expect(404)
    .error();
}

#[test]
fn a_restricted_package_is_in_nobody_elses_lists() {
    let company = company();
    let anonymous = company.registry.http();
    let names = |http: &Http| {
        let found = http.get("/-/v1/search?text=acme").send().expect(200).json();
        let objects = found["objects"].as_array().unwrap();
        assert_eq!(found["total"], objects.len(), "the total is honest");
        let names = objects
            .iter()
            .map(|it| it["package"]["name"].as_str().unwrap().to_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    };
    let both = ["@acme/open", "@acme/secret"];
    assert_eq!(names(&anonymous), ["@acme/open"]);
    assert_eq!(names(&company.member.http), ["@acme/open"]);
    assert_eq!(names(&company.owner.http), both);
    assert_eq!(names(&company.root.http), both);
    let all = anonymous.get("/-/all").send().expect(200).json();
    assert!(all.get("@acme/open").is_some() && all.get("@acme/secret").is_none());
    let packages = |http: &Http, path: &str| http.get(path).send().expect(200).json();
    let path = "/-/org/acme/package";
    assert_eq!(
        packages(&company.member.http, path),
        json!({ "@acme/open": "write" })
    );
    let both = json!({ "@acme/open": "write", "@acme/secret": "write" });
    assert_eq!(packages(&company.owner.http, path), both);
    grant(&company, "read-only");
    let both = json!({ "@acme/open": "write", "@acme/secret": "read" });
    assert_eq!(packages(&company.member.http, path), both);
    assert_eq!(
        packages(&company.member.http, "/-/team/acme/core/package"),
        json!({ "@acme/secret": "read" })
    );
    assert_eq!(
        packages(&company.stranger.http, "/-/team/acme/core/package"),
        json!({})
    );
    let own = json!({ "@acme/open": "write" });
    assert_eq!(
        packages(&company.stranger.http, "/-/user/owner/package"),
        own
    );
    company
        .stranger
        .http
        .get("/-/org/nothing/package")
        .send()
        .expect(404)
        .error();
    company
        .stranger
        .http
        .get("/-/user/nobody/package")
        .send()
        .expect(404)
        .error();
}

#[test]
fn what_is_restricted_stays_so_over_a_restart_and_an_unpublish() {
    let mut company = company();
    grant(&company, "read-only");
    company.registry.restart();
    assert!(!reads(&company.registry.http()));
    assert!(reads(&company.member.http));
    let document = company
        .owner
        .http
        .get("/@acme%2fsecret")
        .send()
        .expect(200)
        .json();
    let path = format!(
        "/@acme%2fsecret/-rev/{}",
        document["_rev"].as_str().unwrap()
    );
    company
        .owner
        .http
        .request("DELETE", &path)
        .send()
        .expect(200);
    Package::new("@acme/secret", "2.0.0")
        .publish(&company.owner.http)
        .send()
        .expect(201);
    let status = company.registry.http().get("/@acme%2fsecret").send().status;
    assert_eq!(
        status, 401,
        "a name that was restricted does not come back open"
    );
    let public = json!({ "access": "public" });
    send(
        &company.owner.http,
        "POST",
        "/-/package/@acme%2fsecret/access",
        &public,
    )
    .expect(200);
    company
        .registry
        .http()
        .get("/@acme%2fsecret")
        .send()
        .expect(200);
}

#[test]
fn access_is_told_in_the_words_of_each_client() {
    let company = company();
    let of = |http: &Http, path: &str| http.get(path).send().expect(200).json();
    let owner = &company.owner.http;
    for (package, public, access) in [
        ("@acme%2fopen", true, "public"),
        ("@acme%2fsecret", false, "restricted"),
    ] {
        let path = format!("/-/package/{package}");
        assert_eq!(
            of(owner, &format!("{path}/visibility")),
            json!({ "public": public })
        );
        let told = of(owner, &format!("{path}/access"));
        assert_eq!(
            told,
            json!({ "access": access, "publish_requires_tfa": false })
        );
    }
    grant(&company, "read-only");
    let path = "/-/package/@acme%2fsecret/collaborators";
    let both = json!({ "owner": "write", "member": "read" });
    assert_eq!(of(owner, path), both);
    assert_eq!(
        of(owner, &format!("{path}?user=member")),
        json!({ "member": "read" })
    );
    let list = of(owner, &format!("{path}?format=cli"));
    assert_eq!(list[0]["user"], "member");
    assert_eq!(list[0]["permissions"], "read");
    company
        .registry
        .http()
        .get("/-/package/@acme%2fopen/collaborators")
        .send()
        .expect(401);
    company.stranger.http.get(path).send().expect(403);
    owner
        .get("/-/package/nothing/visibility")
        .send()
        .expect(404)
        .error();
    let access = |http: &Http, body: Value| {
        send(http, "POST", "/-/package/@acme%2fopen/access", &body).status
    };
    assert_eq!(
        access(&company.stranger.http, json!({ "access": "restricted" })),
        403
    );
    assert_eq!(
        access(&company.member.http, json!({ "access": "restricted" })),
        403
    );
    assert_eq!(access(owner, json!({ "publish_requires_tfa": false })), 200);
    assert_eq!(access(owner, json!({ "publish_requires_tfa": true })), 404);
    assert_eq!(access(owner, json!({ "access": "sometimes" })), 422);
    assert_eq!(access(owner, json!({})), 400);
}

#[test]
fn teams_and_members_are_listed_in_both_shapes() {
    let company = company();
    let of = |path: &str| company.stranger.http.get(path).send().expect(200).json();
    assert_eq!(of("/-/org/acme/team?format=cli"), json!(["acme:core"]));
    assert_eq!(of("/-/org/@acme/team"), json!([{ "name": "core" }]));
    assert_eq!(of("/-/team/acme/core/user?format=cli"), json!(["member"]));
    assert_eq!(of("/-/team/acme/core/user"), json!([{ "name": "member" }]));
    // Whoever is in a team is in the organisation.
    assert_eq!(of("/-/org/acme/user"), json!({ "member": "developer" }));
    let http = company.registry.http();
    http.get("/-/org/acme/team").send().expect(401).error();
    company
        .stranger
        .http
        .get("/-/org/nothing/team")
        .send()
        .expect(404)
        .error();
    company
        .stranger
        .http
        .get("/-/team/acme/nothing/user")
        .send()
        .expect(404)
        .error();
}

#[test]
fn an_organisation_is_changed_by_its_owners_and_admins() {
    let company = company();
    let member = |user: &User, body: Value| send(&user.http, "PUT", "/-/org/acme/user", &body);
    let owner = json!({ "user": "owner", "role": "owner" });
    member(&company.stranger, owner.clone()).expect(403).error();
    let set = member(&company.root, owner).expect(200).json();
    assert_eq!(
        set,
        json!({ "org": { "name": "acme", "size": 2 }, "user": "owner", "role": "owner" })
    );
    member(&company.owner, json!({ "user": "member", "role": "admin" })).expect(200);
    // An admin looks after teams, and an owner after the members too.
    let by_admin = json!({ "user": "stranger" });
    member(&company.member, by_admin.clone())
        .expect(403)
        .error();
    let team = |user: &User, method: &str, path: &str, body: Value| {
        send(&user.http, method, path, &body).status
    };
    assert_eq!(
        team(
            &company.stranger,
            "PUT",
            "/-/org/acme/team",
            json!({ "name": "new" })
        ),
        403
    );
    assert_eq!(
        team(
            &company.member,
            "PUT",
            "/-/org/acme/team",
            json!({ "name": "new" })
        ),
        201
    );
    assert_eq!(
        team(
            &company.member,
            "PUT",
            "/-/org/acme/team",
            json!({ "name": "new" })
        ),
        409
    );
    assert_eq!(
        team(
            &company.member,
            "PUT",
            "/-/org/acme/team",
            json!({ "name": "a b" })
        ),
        422
    );
    assert_eq!(
        team(
            &company.member,
            "PUT",
            "/-/team/acme/new/user",
            json!({ "user": "nobody" })
        ),
        404
    );
    assert_eq!(
        team(&company.member, "DELETE", "/-/team/acme/new", json!({})),
        200
    );
    assert_eq!(
        team(&company.member, "DELETE", "/-/team/acme/new", json!({})),
        404
    );
    assert_eq!(
        team(&company.stranger, "DELETE", "/-/team/acme/core", json!({})),
        403
    );
    member(&company.owner, json!({ "user": "nobody" }))
        .expect(404)
        .error();
    member(
        &company.owner,
        json!({ "user": "stranger", "role": "king" }),
    )
    .expect(422)
    .error();
    let leave = json!({ "user": "member" });
    send(&company.owner.http, "DELETE", "/-/org/acme/user", &leave).expect(200);
    let left = company
        .owner
        .http
        .get("/-/team/acme/core/user")
        .send()
        .expect(200)
        .json();
    assert_eq!(
        left,
        json!([]),
        "who leaves the organisation leaves its teams"
    );
    send(&company.owner.http, "DELETE", "/-/org/acme/user", &leave)
        .expect(404)
        .error();
}

/// A rule of the file gives away who unpublishes and administers, but not what was restricted since.
#[test]
fn a_rule_gives_away_no_restricted_package() {
    let registry = Registry::options()
        .config(
            "[access.\"@acme/*\"]\nunpublish = [\"$authenticated\"]\n\
             administer = [\"$authenticated\"]\n",
        )
        .start();
    registry.user("root");
    let [alice, bob] = ["alice", "bob"].map(|name| registry.user(name));
    for name in ["@acme/open", "@acme/secret"] {
        let package = Package::new(name, "1.0.0");
        package.publish(&alice.http).send().expect(201);
    }
    let set = |user: &User, name: &str, access: &str| {
        let path = format!("/-/package/@acme%2f{name}/access");
        send(&user.http, "POST", &path, &json!({ "access": access }))
    };
    let unpublish = |user: &User, name: &str| {
        let path = format!("/@acme%2f{name}");
        let rev = alice.http.get(&path).send().expect(200).json()["_rev"].clone();
        let path = format!("{path}/-rev/{}", rev.as_str().unwrap());
        user.http.request("DELETE", &path).send()
    };
    set(&alice, "secret", "restricted").expect(200);
    set(&bob, "secret", "public").expect(403).error();
    unpublish(&bob, "secret").expect(403).error();
    set(&bob, "open", "public").expect(200);
    unpublish(&bob, "open").expect(200);
    unpublish(&alice, "secret").expect(200);
}

#[test]
fn a_rule_can_name_a_team() {
    let registry = Registry::options()
        .config("[access.\"@acme/*\"]\npublish = [\"team:core\"]\n")
        .start();
    let [root, alice] = ["root", "alice"].map(|name| registry.user(name));
    let publish = |user: &User| {
        let package = Package::new("@acme/x", "1.0.0");
        package.publish(&user.http).send().status
    };
    assert_eq!(publish(&alice), 403);
    send(
        &root.http,
        "PUT",
        "/-/org/acme/team",
        &json!({ "name": "core" }),
    )
    .expect(201);
    send(
        &root.http,
        "PUT",
        "/-/team/acme/core/user",
        &json!({ "user": "alice" }),
    )
    .expect(201);
    assert_eq!(publish(&alice), 201);
}
