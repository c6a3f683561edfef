//! Who may do what: owners, access, teams, organisations. And who likes what.

use integration::ClientKind;
use serde_json::{Value, json};

use super::scene::Scene;
use super::{Cell, Told, Told::NotThere};

pub(super) const ROWS: &[(&str, Cell)] = &[
    ("owner ls", owner_ls),
    ("owner add", owner_add),
    ("owner rm", owner_rm),
    ("access get status", access_get),
    ("access set status", access_set),
    ("access list packages", access_list_packages),
    ("access list collaborators", access_list_collaborators),
    ("access grant, revoke", access_grant),
    ("team create, destroy", team_create),
    ("team add, rm", team_add),
    ("team ls", team_ls),
    ("org set, ls, rm", org),
    ("star, unstar", star),
    ("stars", stars),
];

fn npm_or_pnpm(kind: ClientKind) -> bool {
    kind.is_npm() || kind == ClientKind::Pnpm
}

fn owners(scene: &Scene, name: &str) -> Vec<String> {
    let document = scene.packument(name);
    let owners = document["maintainers"].as_array().unwrap();
    let names = owners
        .iter()
        .map(|it| it["name"].as_str().unwrap().to_owned());
    names.collect()
}

/// Words about an owner: npm takes the user first, pnpm the package, and yarn 1 cannot take a scope.
fn owner_words<'a>(
    kind: ClientKind,
    verb: &'a str,
    user: &'a str,
    package: &'a str,
) -> Option<Vec<&'a str>> {
    match kind {
        ClientKind::Npm11 | ClientKind::Npm12 | ClientKind::MachineNpm => {
            Some(vec!["owner", verb, user, package])
        }
        ClientKind::Pnpm => Some(vec!["owner", verb, package, user]),
        ClientKind::Yarn1 => Some(vec!["owner", verb, user, package]),
        ClientKind::Yarn4 | ClientKind::Bun | ClientKind::Deno => None,
    }
}

const NO_OWNERS: &str = "only npm, pnpm and yarn 1 know owners";

/// The package whose owners change. yarn 1 refuses every name with a scope here.
fn owned(scene: &Scene) -> String {
    let name = format!("{}-owned", scene.scope);
    let package = integration::Package::new(&name, "1.0.0");
    package.publish(&scene.user.http).send().expect(201);
    name
}

fn owner_ls(scene: &Scene) -> Told {
    if owner_words(scene.kind, "ls", "", "").is_none() {
        return NotThere(NO_OWNERS);
    }
    let verb = if scene.kind == ClientKind::Yarn1 {
        "list"
    } else {
        "ls"
    };
    scene.published("mine", "1.0.0");
    scene
        .run(&["owner", verb, &scene.name("mine")])
        .succeeds()
        .says(&scene.user.name);
    Told::Passed
}

fn owner_add(scene: &Scene) -> Told {
    let name = owned(scene);
    let Some(words) = owner_words(scene.kind, "add", &scene.other().name, &name) else {
        return NotThere(NO_OWNERS);
    };
    scene.run(&words).succeeds();
    assert_eq!(
        owners(scene, &name),
        [scene.user.name.as_str(), &scene.other().name]
    );
    Told::Passed
}

fn owner_rm(scene: &Scene) -> Told {
    if scene.kind == ClientKind::Yarn1 {
        return NotThere(
            "yarn 1 takes it for an error when it finds the owner, and then sends nothing, to any registry",
        );
    }
    let name = owned(scene);
    let both =
        json!({ "maintainers": [{ "name": scene.user.name }, { "name": scene.other().name }] });
    let path = format!("/{name}/-rev/undefined");
    scene.user.http.put(&path).json(&both).send().expect(201);
    let Some(words) = owner_words(scene.kind, "rm", &scene.other().name, &name) else {
        return NotThere(NO_OWNERS);
    };
    scene.run(&words).succeeds();
    assert_eq!(owners(scene, &name), [scene.user.name.as_str()]);
    Told::Passed
}

const NO_ACCESS: &str =
    "only npm and pnpm have access (yarn 1 says itself that its is yet to come)";

fn set_access(scene: &Scene, name: &str, access: &str) {
    let path = format!("/-/package/{}/access", name.replace('/', "%2f"));
    let body = json!({ "access": access });
    scene
        .user
        .http
        .request("POST", &path)
        .json(&body)
        .send()
        .expect(200);
}

fn is_public(scene: &Scene, name: &str) -> bool {
    let status = scene
        .anybody()
        .get(&integration::document_path(name))
        .send()
        .status;
    assert!(status == 200 || status == 401, "{status}");
    status == 200
}

fn access_get(scene: &Scene) -> Told {
    if !npm_or_pnpm(scene.kind) {
        return NotThere(NO_ACCESS);
    }
    let (open, secret) = (scene.name("open"), scene.name("secret"));
    scene.published("open", "1.0.0");
    scene.published("secret", "1.0.0");
    set_access(scene, &secret, "restricted");
    let word = if scene.kind == ClientKind::Pnpm {
        "restricted"
    } else {
        "private"
    };
    let get = |name: &str| scene.run(&["access", "get", "status", name]).succeeds();
    get(&open).says("public");
    get(&secret).says(word).does_not_say("public");
    Told::Passed
}

fn access_set(scene: &Scene) -> Told {
    if !npm_or_pnpm(scene.kind) {
        return NotThere(NO_ACCESS);
    }
    let name = scene.name("mine");
    scene.published("mine", "1.0.0");
    let set = |status: &str| {
        let status = format!("status={status}");
        scene.run(&["access", "set", &status, &name]).succeeds();
    };
    set("private");
    assert!(!is_public(scene, &name));
    set("public");
    assert!(is_public(scene, &name));
    Told::Passed
}

fn access_list_packages(scene: &Scene) -> Told {
    if !npm_or_pnpm(scene.kind) {
        return NotThere(NO_ACCESS);
    }
    scene.published("one", "1.0.0");
    scene.published("two", "1.0.0");
    for whose in [scene.user.name.clone(), format!("@{}", scene.scope)] {
        let said = scene
            .run(&["access", "list", "packages", &whose])
            .succeeds();
        for base in ["one", "two"] {
            let line = said
                .stdout
                .lines()
                .find(|line| line.contains(&scene.name(base)));
            let line = line.unwrap_or_else(|| panic!("should list {base}: {said}"));
            assert!(line.contains("write"), "{said}");
        }
    }
    Told::Passed
}

/// Makes a team of this cell's scope with the other one in it, as the registry's admin.
fn team(scene: &Scene) -> String {
    let root = &scene.root.http;
    let send = |path: &str, body: &Value| root.put(path).json(body).send().expect(201);
    send(
        &format!("/-/org/{}/team", scene.scope),
        &json!({ "name": "core" }),
    );
    let body = json!({ "user": scene.other().name });
    send(&format!("/-/team/{}/core/user", scene.scope), &body);
    // Teams are the business of who owns the organisation.
    let body = json!({ "user": scene.user.name, "role": "owner" });
    let path = format!("/-/org/{}/user", scene.scope);
    root.put(&path).json(&body).send().expect(200);
    format!("@{}:core", scene.scope)
}

fn access_list_collaborators(scene: &Scene) -> Told {
    if !npm_or_pnpm(scene.kind) {
        return NotThere(NO_ACCESS);
    }
    let name = scene.name("shared");
    scene.published("shared", "1.0.0");
    team(scene);
    let body = json!({ "package": name, "permissions": "read-only" });
    let path = format!("/-/team/{}/core/package", scene.scope);
    scene.user.http.put(&path).json(&body).send().expect(201);
    let said = scene
        .run(&["access", "list", "collaborators", &name])
        .succeeds();
    let of = |user: &str| {
        let line = said
            .stdout
            .lines()
            .find(|line| line.split([':', ' ']).any(|it| it == user));
        line.unwrap_or_else(|| panic!("should list {user}: {said}"))
    };
    assert!(of(&scene.user.name).contains("write"), "{said}");
    assert!(of(&scene.other().name).contains("read"), "{said}");
    Told::Passed
}

fn access_grant(scene: &Scene) -> Told {
    if !npm_or_pnpm(scene.kind) {
        return NotThere(NO_ACCESS);
    }
    let name = scene.name("shared");
    scene.published("shared", "1.0.0");
    set_access(scene, &name, "restricted");
    let team = team(scene);
    let path = integration::document_path(&name);
    let other_reads = || scene.other().http.get(&path).send().status == 200;
    let other_publishes = |version: &str| {
        let package = integration::Package::new(&name, version);
        package.publish(&scene.other().http).send().status == 201
    };
    assert!(!other_reads());
    scene
        .run(&["access", "grant", "read-only", &team, &name])
        .succeeds();
    assert!(other_reads() && !other_publishes("1.1.0"));
    scene
        .run(&["access", "grant", "read-write", &team, &name])
        .succeeds();
    assert!(other_reads() && other_publishes("1.1.0"));
    scene.run(&["access", "revoke", &team, &name]).succeeds();
    assert!(!other_reads());
    Told::Passed
}

const NO_TEAMS: &str = "only npm and pnpm have teams that work (yarn 1 asks for `/org/…` and `/team/…` \
                        without the `/-` before it)";

fn teams(scene: &Scene) -> Value {
    let path = format!("/-/org/{}/team", scene.scope);
    scene.get(&path).expect(200).json()
}

fn team_create(scene: &Scene) -> Told {
    if !npm_or_pnpm(scene.kind) {
        return NotThere(NO_TEAMS);
    }
    team(scene);
    let new = format!("@{}:new", scene.scope);
    scene.run(&["team", "create", &new]).succeeds();
    assert_eq!(teams(scene), json!([{ "name": "core" }, { "name": "new" }]));
    scene.run(&["team", "destroy", &new]).succeeds();
    assert_eq!(teams(scene), json!([{ "name": "core" }]));
    Told::Passed
}

fn team_add(scene: &Scene) -> Told {
    if !npm_or_pnpm(scene.kind) {
        return NotThere(NO_TEAMS);
    }
    let team = team(scene);
    let path = format!("/-/team/{}/core/user?format=cli", scene.scope);
    let members = || scene.get(&path).expect(200).json();
    let name = scene.user.name.as_str();
    scene.run(&["team", "add", &team, name]).succeeds();
    assert_eq!(members(), json!([name, scene.other().name]));
    scene.run(&["team", "rm", &team, name]).succeeds();
    assert_eq!(members(), json!([scene.other().name]));
    Told::Passed
}

fn team_ls(scene: &Scene) -> Told {
    if !npm_or_pnpm(scene.kind) {
        return NotThere(NO_TEAMS);
    }
    let team = team(scene);
    scene
        .run(&["team", "ls", &format!("@{}", scene.scope)])
        .succeeds()
        .says(&team);
    scene
        .run(&["team", "ls", &team])
        .succeeds()
        .says(&scene.other().name);
    Told::Passed
}

fn org(scene: &Scene) -> Told {
    if !scene.kind.is_npm() {
        return NotThere("only npm looks after organisations");
    }
    team(scene);
    let (org, other) = (scene.scope.as_str(), scene.other().name.as_str());
    let path = format!("/-/org/{org}/user");
    let role = || scene.get(&path).expect(200).json()[other].clone();
    scene.run(&["org", "set", org, other, "admin"]).succeeds();
    assert_eq!(role(), "admin");
    scene
        .run(&["org", "ls", org])
        .succeeds()
        .says(other)
        .says("admin");
    scene.run(&["org", "rm", org, other]).succeeds();
    assert_eq!(role(), Value::Null);
    Told::Passed
}

const NO_STARS: &str = "only npm 11 and pnpm have stars (npm 12 removed them)";

fn has_stars(kind: ClientKind) -> bool {
    npm_or_pnpm(kind) && kind != ClientKind::Npm12
}

fn star(scene: &Scene) -> Told {
    if !has_stars(scene.kind) {
        return NotThere(NO_STARS);
    }
    let name = scene.name("liked");
    scene.published("liked", "1.0.0");
    let users = || scene.packument(&name)["users"].clone();
    scene.run(&["star", &name]).succeeds();
    assert_eq!(users(), json!({ &scene.user.name: true }));
    scene.run(&["unstar", &name]).succeeds();
    assert_eq!(users(), json!({}));
    Told::Passed
}

fn stars(scene: &Scene) -> Told {
    if !has_stars(scene.kind) {
        return NotThere(NO_STARS);
    }
    for base in ["liked", "loved", "known"] {
        scene.published(base, "1.0.0");
    }
    for base in ["liked", "loved"] {
        let body = json!({ "package": scene.name(base) });
        scene
            .user
            .http
            .put("/-/user/v1/star")
            .json(&body)
            .send()
            .expect(200);
    }
    scene
        .run(&["stars"])
        .succeeds()
        .says(&scene.name("liked"))
        .says(&scene.name("loved"))
        .does_not_say(&scene.name("known"));
    Told::Passed
}
