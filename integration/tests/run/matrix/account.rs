//! Who one is: logging in and out, asking who that is, the profile.

use std::fs;

use integration::{Client, ClientKind, PASSWORD, Relay};
use serde_json::json;

use super::page::{approve, done_path, page_path};
use super::scene::Scene;
use super::{Cell, Told, Told::NotThere};

pub(super) const ROWS: &[(&str, Cell)] = &[
    ("ping", ping),
    ("login with a password", login_with_a_password),
    ("login through a page", login_through_a_page),
    ("new account through a page", new_account_through_a_page),
    ("whoami", whoami),
    ("logout", logout),
    ("profile get", profile_get),
    ("profile set", profile_set),
    ("profile set password", profile_set_password),
];

const BUN_HAS_NO_ACCOUNTS: &str =
    "bun takes a token from .npmrc: it has neither login nor logout (`bun login` is reserved)";
const DENO_HAS_NO_ACCOUNTS: &str =
    "deno takes a token from .npmrc: it has no command for accounts of a registry";
const NO_PROFILES: &str = "only npm and pnpm have profiles";

fn ping(scene: &Scene) -> Told {
    match scene.kind {
        ClientKind::Yarn1 | ClientKind::Yarn4 | ClientKind::Bun | ClientKind::Deno => {
            return NotThere("only npm and pnpm have ping");
        }
        _ => scene.run(&["ping"]).succeeds().says("PONG"),
    };
    Told::Passed
}

/// Checks that the client can do something with what it was given.
#[track_caller]
fn publishes(scene: &Scene, client: &Client, name: &str) {
    let name = format!("@{name}/of-{}", scene.scope);
    client
        .publish(&scene.folder(&name, "1.0.0"), &[])
        .succeeds();
    scene.packument(&name);
}

fn login_with_a_password(scene: &Scene) -> Told {
    // pnpm asks for a password only where there is no login page.
    let pageless = Relay::without("/-/v1/login", scene.registry);
    let base = match scene.kind {
        ClientKind::Pnpm => pageless.url(),
        _ => scene.registry.url(),
    };
    let client = scene.stranger(&base);
    let project = client.project();
    let name = scene.user.name.as_str();
    match scene.kind {
        ClientKind::Npm11 | ClientKind::Npm12 | ClientKind::MachineNpm => {
            let answers = [("Username:", name), ("Password:", PASSWORD)];
            client
                .converse(&project, &["login", "--auth-type=legacy"], &answers)
                .succeeds();
        }
        ClientKind::Pnpm => {
            let answers = [
                ("Username", name),
                ("Password", PASSWORD),
                ("Email", "a@example.org"),
            ];
            client
                .in_terminal(&project, &["login"], &answers)
                .succeeds()
                .says("Logged in on");
        }
        ClientKind::Yarn1 => {
            // It remembers a name, and asks for the password when it publishes.
            let answers = [("npm username:", name), ("npm email:", "a@example.org")];
            client
                .in_terminal(&project, &["login"], &answers)
                .succeeds();
            let package = scene.name("by-password");
            let answers = [("New version:", "1.0.0"), ("npm password:", PASSWORD)];
            client
                .in_terminal(&scene.folder(&package, "1.0.0"), &["publish"], &answers)
                .succeeds()
                .says("Published.");
            scene.packument(&package);
            return Told::Passed;
        }
        ClientKind::Yarn4 => {
            let answers = [("Username:", name), ("Password:", PASSWORD)];
            client
                .in_terminal(&project, &["npm", "login"], &answers)
                .succeeds()
                .says("Successfully logged in");
        }
        ClientKind::Bun => return NotThere(BUN_HAS_NO_ACCOUNTS),
        ClientKind::Deno => return NotThere(DENO_HAS_NO_ACCOUNTS),
    }
    assert!(client.whoami().succeeds().stdout.contains(name));
    publishes(scene, &client, "pw");
    Told::Passed
}

fn login_through_a_page(scene: &Scene) -> Told {
    through_a_page(scene, &scene.user.name, false)
}

fn new_account_through_a_page(scene: &Scene) -> Told {
    if scene.kind == ClientKind::Npm12 {
        return NotThere("npm 12 has no adduser");
    }
    if scene.kind == ClientKind::Yarn4 {
        return NotThere("yarn 4 logs in and cannot ask for an account (its page can make one)");
    }
    let name = format!("{}.new", scene.scope);
    through_a_page(scene, &name, true)
}

fn through_a_page(scene: &Scene, name: &str, new: bool) -> Told {
    let relay = Relay::before(scene.registry);
    let client = scene.stranger(&relay.url());
    let project = client.project();
    let mut opened = None;
    let act = |said: &str| {
        let Some(page) = page_path(&relay.url(), said) else {
            return true;
        };
        approve(scene.registry, &page, name, new);
        opened = Some(page);
        false
    };
    let verb = if new { "adduser" } else { "login" };
    match scene.kind {
        ClientKind::Npm11 | ClientKind::Npm12 | ClientKind::MachineNpm => client
            .run_while(&project, &[verb], act)
            .succeeds()
            .says("Logged in on"),
        // Both ask whether to open a browser, and only in a terminal.
        ClientKind::Pnpm => client
            .in_terminal_while(&project, &[verb], &[], act)
            .succeeds()
            .says("Logged in on"),
        ClientKind::Yarn4 => client
            .in_terminal_while(
                &project,
                &["npm", "login", "--web-login"],
                &[("open your browser now?", "n")],
                act,
            )
            .succeeds()
            .says("Successfully logged in"),
        ClientKind::Yarn1 => return NotThere("yarn 1 knows no login pages"),
        ClientKind::Bun => return NotThere(BUN_HAS_NO_ACCOUNTS),
        ClientKind::Deno => return NotThere(DENO_HAS_NO_ACCOUNTS),
    };
    let page = opened.expect("the client should have shown the address of a page");
    // The client has fetched its token, so the login is over, for whoever else heard of it.
    let done = done_path(&relay.url(), &relay.answered());
    let done = done.expect("the registry should have said where to wait for the token");
    for path in [page, done] {
        scene.anybody().get(&path).send().expect(404);
    }
    assert!(client.whoami().succeeds().stdout.contains(name));
    publishes(scene, &client, if new { "new" } else { "page" });
    Told::Passed
}

fn whoami(scene: &Scene) -> Told {
    match scene.kind {
        ClientKind::Yarn1 => return NotThere("yarn 1 has no whoami"),
        ClientKind::Deno => return NotThere(DENO_HAS_NO_ACCOUNTS),
        _ => {}
    }
    let said = scene.client.whoami().succeeds();
    let name = scene.user.name.as_str();
    assert!(
        said.stdout.split_whitespace().any(|word| word == name),
        "{said}"
    );
    Told::Passed
}

fn logout(scene: &Scene) -> Told {
    match scene.kind {
        ClientKind::Yarn1 => return logout_of_yarn1(scene),
        ClientKind::Yarn4 => return logout_of_yarn4(scene),
        ClientKind::Bun => return NotThere(BUN_HAS_NO_ACCOUNTS),
        ClientKind::Deno => return NotThere(DENO_HAS_NO_ACCOUNTS),
        _ => {}
    }
    scene.get("/-/whoami").expect(200);
    scene.run(&["logout"]).succeeds();
    scene.get("/-/whoami").expect(401);
    if scene.kind.is_npm() {
        // pnpm leaves what it did not write itself.
        assert!(!scene.client.npmrc().contains("_authToken"));
    }
    Told::Passed
}

/// It remembers a name and no token, so there is nothing that the registry could be told.
fn logout_of_yarn1(scene: &Scene) -> Told {
    let name = scene.user.name.as_str();
    let client = scene.stranger(&scene.registry.url());
    let answers = [("npm username:", name), ("npm email:", "a@example.org")];
    let remembered = || fs::read_to_string(client.home().join(".yarnrc")).unwrap();
    client
        .in_terminal(&client.project(), &["login"], &answers)
        .succeeds();
    assert!(remembered().contains(name), "{}", remembered());
    client.run(&client.project(), &["logout"]).succeeds();
    assert!(!remembered().contains(name), "{}", remembered());
    Told::Passed
}

/// It forgets the token that a login gave it, and does not tell the registry.
fn logout_of_yarn4(scene: &Scene) -> Told {
    let client = scene.stranger(&scene.registry.url());
    let answers = [
        ("Username:", scene.user.name.as_str()),
        ("Password:", PASSWORD),
    ];
    client
        .in_terminal(&client.project(), &["npm", "login"], &answers)
        .succeeds();
    let remembered = || fs::read_to_string(client.home().join(".yarnrc.yml")).unwrap();
    assert!(remembered().contains("npmAuthToken"), "{}", remembered());
    client.whoami().succeeds().says(&scene.user.name);
    client.run(&client.project(), &["npm", "logout"]).succeeds();
    assert!(!remembered().contains("npmAuthToken"), "{}", remembered());
    client.whoami().fails();
    Told::Passed
}

fn has_profiles(kind: ClientKind) -> bool {
    kind.is_npm() || kind == ClientKind::Pnpm
}

fn profile_get(scene: &Scene) -> Told {
    if !has_profiles(scene.kind) {
        return NotThere(NO_PROFILES);
    }
    let change = json!({ "fullname": "Alice of the Matrix", "email": "alice@example.org" });
    let set = scene
        .user
        .http
        .request("POST", "/-/npm/v1/user")
        .json(&change);
    set.send().expect(200);
    scene
        .run(&["profile", "get"])
        .succeeds()
        .says("Alice of the Matrix")
        .says("alice@example.org")
        .says(&scene.user.name);
    let one = scene.run(&["profile", "get", "fullname"]).succeeds();
    assert_eq!(one.stdout.trim(), "Alice of the Matrix");
    Told::Passed
}

fn profile_set(scene: &Scene) -> Told {
    if !has_profiles(scene.kind) {
        return NotThere(NO_PROFILES);
    }
    let profile = || scene.get("/-/npm/v1/user").expect(200).json();
    scene
        .run(&["profile", "set", "fullname", "Alice of the Matrix"])
        .succeeds();
    scene.run(&["profile", "set", "github", "alice"]).succeeds();
    let set = profile();
    assert_eq!(
        set["fullname"], "Alice of the Matrix",
        "the second change keeps the first"
    );
    assert_eq!(set["github"], "alice");
    Told::Passed
}

fn profile_set_password(scene: &Scene) -> Told {
    const NEW: &str = "another password of the matrix";
    if !has_profiles(scene.kind) {
        return NotThere(NO_PROFILES);
    }
    let words = ["profile", "set", "password"];
    let project = scene.client.project();
    if scene.kind == ClientKind::Pnpm {
        let answers = [
            ("Current password", PASSWORD),
            ("New password", NEW),
            ("Again", NEW),
        ];
        scene
            .client
            .in_terminal(&project, &words, &answers)
            .succeeds();
    } else {
        let answers = [
            ("Current password:", PASSWORD),
            ("New password:", NEW),
            ("Again:", NEW),
        ];
        scene.client.converse(&project, &words, &answers).succeeds();
    }
    let login = |password: &str| {
        let name = scene.user.name.as_str();
        let document = json!({ "name": name, "password": password, "type": "user" });
        let path = format!("/-/user/org.couchdb.user:{name}");
        scene.anybody().put(&path).json(&document).send().status
    };
    assert_eq!((login(PASSWORD), login(NEW)), (401, 201));
    Told::Passed
}
