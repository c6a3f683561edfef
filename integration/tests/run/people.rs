//! Looking after accounts: from the command line, over HTTP, and by invitation.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    time::Duration,
};

use integration::{
    Client, ClientKind, Finished, Http, PASSWORD, Package, Registry, Response, User, browse,
    eventually,
};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(30);
const OTHER: &str = "another password";

fn log_in(registry: &Registry, name: &str, password: &str) -> Response {
    let http = registry.http();
    let document = json!({ "name": name, "password": password });
    let path = format!("/-/user/org.couchdb.user:{name}");
    http.put(&path).json(&document).send()
}

fn token_of(answer: &Response) -> String {
    let token = answer.json()["token"].clone();
    token
        .as_str()
        .unwrap_or_else(|| panic!("{answer}"))
        .to_owned()
}

/// Adds somebody from the command line, and logs them in.
fn add(registry: &Registry, name: &str, role: &str) -> User {
    let words = ["user", "add", name, "--role", role, "--password-stdin"];
    registry
        .command_fed(&words, &format!("{PASSWORD}\n"))
        .succeeds();
    registry.user(name)
}

fn register(http: &Http, name: &str, password: &str, invitation: &str) -> Response {
    let request = http.request("POST", "/_auth/register");
    request
        .json(&json!({ "name": name, "password": password, "invitation": invitation }))
        .send()
}

fn invite(http: &Http, role: &str) -> String {
    let request = http.request("POST", "/_auth/invitations");
    let told = request
        .json(&json!({ "role": role }))
        .send()
        .expect(201)
        .json();
    assert_eq!(told["role"], role);
    told["invitation"].as_str().unwrap().to_owned()
}

/// A registry where an account takes an invitation, and its admin.
fn invited_only() -> (Registry, User) {
    let registry = Registry::options()
        .config("[auth]\nregistration = \"invite\"\n")
        .start();
    let root = add(&registry, "root", "admin");
    (registry, root)
}

fn change(http: &Http, name: &str, change: &Value) -> Response {
    let path = format!("/_auth/users/{name}");
    http.request("PATCH", &path).json(change).send()
}

fn is_known(user: &User) -> bool {
    let answer = user.http.get("/-/whoami").send();
    match answer.status {
        200 => true,
        401 => false,
        _ => panic!("{answer}"),
    }
}

/// Waits until the server has followed what another process did.
#[track_caller]
fn becomes(what: &str, is_so: impl Fn() -> bool) {
    eventually(what, LIMIT, || is_so().then_some(()));
}

#[test]
fn an_admin_is_made_before_the_first_start() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().join("deep/data");
    let mut registry = Registry::options()
        .data(&data)
        .own_keys()
        .listen(([0, 0, 0, 0], 0).into())
        .prepared();
    let list = registry.command(&["user", "list"]).exits(2);
    list.says("there is no registry in")
        .says("registryd user add");
    assert!(!data.exists(), "a list makes nothing");
    let short = registry.command_fed(&["user", "add", "root", "--role", "admin"], "short\n");
    let short = short.exits(2).says("at least 8 characters");
    short.says("standard input");
    assert!(!data.exists(), "what is refused makes nothing");
    let words = [
        "user",
        "add",
        "root",
        "--role=admin",
        "--email=r@acme.example",
    ];
    // One newline is what `echo` adds, and no part of the password.
    let added = registry.command_fed(&words, &format!("{PASSWORD}\n"));
    added.succeeds().says("root was added as an admin");
    for (path, mode) in [("", 0o700), ("catalog.db", 0o600)] {
        let found = data.join(path).metadata().unwrap().permissions().mode();
        assert_eq!(found & 0o777, mode, "{path:?}");
    }
    registry.restart();
    let log = registry.stderr();
    assert!(!log.contains("no admin"), "{log}");
    // Bound to more than this machine, a login makes no account, and does not tell who has one.
    let stranger = log_in(&registry, "stranger", PASSWORD).expect(401);
    let wrong = log_in(&registry, "root", "wrong password").expect(401);
    assert_eq!(stranger.error(), wrong.error());
    assert!(stranger.error().contains("invitation"), "{stranger}");
    let root = registry.user("root");
    let users = root.http.get("/_auth/users").send().expect(200).json();
    let users = users["users"].as_array().unwrap();
    assert_eq!(users.len(), 1);
    assert_eq!(users[0]["name"], "root");
    assert_eq!(users[0]["role"], "admin");
    assert_eq!(users[0]["email"], "r@acme.example");
    assert_eq!(users[0]["disabled"], false);
}

#[test]
fn tables_that_somebody_else_makes_are_left_to_them() {
    let data = tempfile::tempdir().unwrap();
    let registry = Registry::options().data(data.path()).own_keys().prepared();
    // A server that has begun to make them.
    fs::write(data.path().join("catalog.db"), "").unwrap();
    let in_use = File::create(data.path().join("in-use")).unwrap();
    in_use.lock().unwrap();
    let add = || registry.command_fed(&["user", "add", "root", "--role=admin"], PASSWORD);
    add().exits(2).says("in use by another registryd");
    assert_eq!(fs::read(data.path().join("catalog.db")).unwrap(), b"");
    drop(in_use);
    add().succeeds();
}

#[test]
fn what_is_no_catalogue_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let registry = Registry::options().data(data.path()).own_keys().prepared();
    let catalog = data.path().join("catalog.db");
    let text = "a letter to somebody, and no database at all. ".repeat(100);
    fs::write(&catalog, &text).unwrap();
    for words in [&["user", "list"][..], &["user", "invite"]] {
        registry
            .command(words)
            .exits(2)
            .says("the catalogue cannot be opened");
    }
    assert_eq!(fs::read_to_string(&catalog).unwrap(), text);
}

#[test]
fn a_registry_without_an_admin_says_how_to_make_one() {
    let everywhere = Registry::options().listen(([0, 0, 0, 0], 0).into()).start();
    let log = everywhere.stderr();
    assert!(
        log.contains("registryd user add NAME --role admin"),
        "{log}"
    );
    assert!(!log.contains("REGISTRATION IS OPEN"), "{log}");
    let list = everywhere.command(&["user", "list"]).succeeds();
    list.says("nobody has an account yet")
        .says("user add NAME --role admin");
    let json = everywhere.command(&["user", "list", "--json"]).succeeds();
    assert_eq!(json.json(), json!({ "users": [] }));

    let local = Registry::start();
    let log = local.stderr();
    assert!(
        !log.contains("no admin"),
        "the first one to log in is: {log}"
    );
}

#[test]
fn open_registration_is_allowed_elsewhere_and_told_loudly() {
    let open = "[auth]\nregistration = \"open\"\n";
    for (config, listen, loud) in [
        (open.to_owned(), [0, 0, 0, 0], true),
        (open.to_owned(), [127, 0, 0, 1], false),
        (
            format!("public_url = \"https://npm.acme.example\"\n{open}"),
            [127, 0, 0, 1],
            true,
        ),
    ] {
        let registry = Registry::options()
            .config(&config)
            .listen((listen, 0).into());
        let registry = registry.start();
        registry.user("stranger");
        let log = registry.stderr();
        assert_eq!(log.contains("REGISTRATION IS OPEN"), loud, "{config}{log}");
    }
}

/// On loopback everybody is local, and behind a proxy nobody has to be: neither an account nor the first admin
/// is made by somebody who comes through one.
#[test]
fn behind_a_proxy_an_account_takes_an_invitation_unless_said_otherwise() {
    for config in [
        "public_url = \"https://npm.acme.example\"\n",
        "[server]\ntrusted_proxies = [\"127.0.0.1\"]\n",
    ] {
        let registry = Registry::options().config(config).start();
        let log = registry.stderr();
        assert!(
            log.contains("registryd user add NAME --role admin"),
            "{log}"
        );
        let wish = json!({ "name": "stranger", "password": PASSWORD });
        let http = registry.http();
        let request = http.request("PUT", "/-/user/org.couchdb.user:stranger");
        let answer = request.json(&wish).send();
        assert_eq!(answer.status, 401, "{config}{answer}");
        assert!(
            answer.to_string().contains("invitation"),
            "{config}{answer}"
        );
        registry
            .command(&["user", "list"])
            .succeeds()
            .says("nobody has an account yet");
    }
}

/// Runs a command, and waits until the server has followed it. What is looked at next must be so at once: a server that
/// did not follow would believe a verified token for some seconds more.
#[track_caller]
fn followed(registry: &Registry, command: impl FnOnce() -> Finished) -> Finished {
    let count = || registry.stderr().matches("rights were followed").count();
    let before = count();
    let finished = command().succeeds();
    becomes("the server follows", || count() > before);
    finished
}

#[test]
fn what_the_command_line_changes_counts_in_the_running_server() {
    let registry = Registry::options()
        .env("REGISTRY_FEATURE_DEBUG", "1")
        .start();
    let root = registry.user("root");
    let bob = add(&registry, "bob", "reader");
    let named = json!({ "name": "ci", "password": PASSWORD });
    let made = bob
        .http
        .request("POST", "/-/npm/v1/tokens")
        .json(&named)
        .send();
    let token = token_of(&made.expect(201));
    let named = User {
        http: registry.http().with_token(&token),
        token,
        ..bob.clone()
    };
    assert!(is_known(&bob) && is_known(&named));
    let run = |words: &[&str]| followed(&registry, || registry.command(words));

    run(&["user", "disable", "bob"]).says("disabled");
    assert!(!is_known(&bob) && !is_known(&named));
    log_in(&registry, "bob", PASSWORD).expect(401).error();
    let list = registry.command(&["user", "list"]).succeeds();
    let line = list.stdout.lines().find(|line| line.starts_with("bob"));
    let words: Vec<&str> = line.unwrap().split_whitespace().collect();
    assert_eq!(words[..4], ["bob", "reader", "disabled", "-"]);

    run(&["user", "enable", "bob"]);
    assert!(is_known(&bob) && is_known(&named));

    let users = |user: &User| user.http.get("/_auth/users").send().status;
    assert_eq!(users(&bob), 403);
    run(&["user", "role", "BOB", "admin"]).says("bob is an admin now");
    assert_eq!(users(&bob), 200);
    run(&["user", "role", "bob", "publisher"]);
    assert_eq!(users(&bob), 403);

    followed(&registry, || {
        registry.command_fed(&["user", "passwd", "bob", "--password-stdin"], OTHER)
    });
    assert!(!is_known(&bob));
    assert!(is_known(&named), "a token with a name stays");
    log_in(&registry, "bob", PASSWORD).expect(401).error();
    log_in(&registry, "bob", OTHER).expect(201);

    run(&["user", "remove", "bob"]).says("bob was removed");
    assert!(!is_known(&named));
    assert!(is_known(&root));
    let again = registry.command(&["user", "remove", "bob"]);
    again.exits(1).says("there is no user bob");
}

#[test]
fn the_command_line_needs_no_server() {
    let mut registry = Registry::start();
    let root = registry.user("root");
    registry.user("bob");
    registry.stop();
    registry.command(&["user", "disable", "bob"]).succeeds();
    registry
        .command(&["user", "add", "bob"])
        .exits(1)
        .says("the user name bob is taken");
    let added = registry.command_fed(&["user", "add", "carol", "--json"], PASSWORD);
    let carol = added.succeeds().json();
    assert_eq!(carol["role"], "publisher");
    assert_eq!(carol["last_used"], Value::Null);
    registry.restart();
    log_in(&registry, "bob", PASSWORD).expect(401).error();
    log_in(&registry, "carol", PASSWORD).expect(201);
    assert!(is_known(&root));
}

#[test]
fn the_last_admin_stays_whoever_asks() {
    let registry = Registry::start();
    let root = registry.user("root");
    let bob = registry.user("bob");
    for words in [
        &["user", "disable", "root"][..],
        &["user", "remove", "root"],
        &["user", "role", "root", "maintainer"],
    ] {
        let refused = registry.command(words).exits(1);
        refused.says("root is the only admin who can log in");
    }
    for refused in [
        json!({ "disabled": true }),
        json!({ "role": "reader" }),
        json!({ "role": "admin", "disabled": true, "email": "r@acme.example" }),
    ] {
        let answer = change(&root.http, "root", &refused).expect(409);
        assert!(answer.error().contains("only admin"), "{answer}");
    }
    let gone = root.http.request("DELETE", "/_auth/users/root").send();
    assert!(gone.expect(409).error().contains("only admin"));
    let shown = root.http.get("/_auth/users/root").send().expect(200).json();
    assert_eq!(
        (&shown["email"], &shown["role"]),
        (&json!(""), &json!("admin"))
    );

    change(&root.http, "bob", &json!({ "role": "admin" })).expect(200);
    change(&bob.http, "root", &json!({ "role": "reader" })).expect(200);
    root.http.get("/_auth/users").send().expect(403).error();
    let gone = bob.http.request("DELETE", "/_auth/users/bob").send();
    gone.expect(409).error();
}

#[test]
fn only_admins_look_after_accounts_and_everybody_sees_their_own() {
    let registry = Registry::start();
    let root = registry.user("root");
    let bob = registry.user("bob");
    let new = json!({ "name": "carol", "password": PASSWORD, "role": "admin" });
    let requests: [(&str, &str, Value); 6] = [
        ("GET", "/_auth/users", Value::Null),
        ("POST", "/_auth/users", new.clone()),
        ("GET", "/_auth/users/root", Value::Null),
        ("PATCH", "/_auth/users/bob", json!({ "role": "admin" })),
        ("DELETE", "/_auth/users/bob", Value::Null),
        ("POST", "/_auth/invitations", json!({ "role": "admin" })),
    ];
    let limited = json!({
        "password": PASSWORD, "name": "ci", "packages": ["x"],
        "packages_and_scopes_permission": "read-write",
    });
    let limited = root
        .http
        .request("POST", "/-/npm/v1/tokens")
        .json(&limited)
        .send();
    let limited = registry.http().with_token(&token_of(&limited.expect(201)));
    for (method, path, body) in &requests {
        for (http, status, words) in [
            (&registry.http(), 401, "logged in"),
            (&bob.http, 403, "the registry's admins may"),
            (&limited, 403, "its owner limited it"),
        ] {
            // Their own account even a limited token may see.
            if path.ends_with("/root") && status == 403 && words.contains("limited") {
                continue;
            }
            let answer = http.request(method, path).json(body).send().expect(status);
            assert!(answer.error().contains(words), "{method} {path}: {answer}");
        }
    }
    let own = bob.http.get("/_auth/users/Bob").send().expect(200).json();
    assert_eq!(
        (&own["name"], &own["role"]),
        (&json!("bob"), &json!("publisher"))
    );

    let made = root.http.request("POST", "/_auth/users").json(&new).send();
    assert_eq!(made.expect(201).json()["role"], "admin");
    let again = root.http.request("POST", "/_auth/users").json(&new).send();
    assert!(again.expect(409).error().contains("taken"));
    for (body, status) in [
        (json!({ "name": "dave" }), 400),
        (
            json!({ "name": "dave", "password": PASSWORD, "rolle": "reader" }),
            400,
        ),
        (
            json!({ "name": "dave", "password": PASSWORD, "role": "king" }),
            422,
        ),
        (json!({ "name": "dave", "password": "short" }), 422),
        (json!({ "name": "d e", "password": PASSWORD }), 422),
        (
            json!({ "name": "dave", "password": PASSWORD, "email": "no" }),
            422,
        ),
    ] {
        let answer = root.http.request("POST", "/_auth/users").json(&body).send();
        answer.expect(status).error();
    }
    change(&root.http, "nobody", &json!({ "disabled": true }))
        .expect(404)
        .error();
    change(&root.http, "bob", &json!({ "name": "robert" }))
        .expect(400)
        .error();
    let gone = root.http.request("DELETE", "/_auth/users/nobody").send();
    gone.expect(404).error();
}

#[test]
fn a_change_over_http_counts_at_the_next_request() {
    let registry = Registry::start();
    let root = registry.user("root");
    let bob = registry.user("bob");
    for _ in 0..3 {
        change(&root.http, "bob", &json!({ "disabled": true })).expect(200);
        assert!(!is_known(&bob));
        change(&root.http, "bob", &json!({ "disabled": false })).expect(200);
        assert!(is_known(&bob));
    }
    change(&root.http, "bob", &json!({ "role": "admin" })).expect(200);
    bob.http.get("/_auth/users").send().expect(200);
    let changed = change(
        &root.http,
        "bob",
        &json!({ "password": OTHER, "role": "reader" }),
    );
    assert!(!changed.expect(200).json().to_string().contains(OTHER));
    assert!(!is_known(&bob));
    log_in(&registry, "bob", OTHER).expect(201);
    let gone = root.http.request("DELETE", "/_auth/users/bob").send();
    assert_eq!(
        gone.expect(200).json(),
        json!({ "ok": true, "unowned": [], "named_in_settings": false })
    );
    log_in(&registry, "bob", "wrong password").expect(201);
    let log = registry.stderr();
    for secret in [PASSWORD, OTHER, &bob.token] {
        assert!(!log.contains(secret), "{log}");
    }
}

fn maintainers(registry: &Registry, package: &str) -> Vec<String> {
    let document = registry.packument(package);
    let maintainers = document["maintainers"].as_array().unwrap();
    let names = maintainers.iter().map(|it| it["name"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

fn found(registry: &Registry, text: &str) -> Vec<String> {
    let path = format!("/-/v1/search?text={text}");
    let answer = registry.http().get(&path).send().expect(200).json();
    let objects = answer["objects"].as_array().unwrap();
    let names = objects
        .iter()
        .map(|it| it["package"]["name"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

/// Told once with the server's own endpoint and once with the command line beside it.
#[test]
fn whoever_takes_a_removed_name_inherits_nothing() {
    for over_http in [true, false] {
        let registry = Registry::start();
        let root = registry.user("root");
        let bob = registry.user("bob");
        for name in ["alone", "shared"] {
            let package = Package::new(name, "1.0.0");
            package.publish(&bob.http).send().expect(201);
        }
        let owners = root.http.put("/-/package/shared/owners");
        owners.json(&json!({ "user": "root" })).send().expect(201);
        let team = |path: &str, body: Value| {
            root.http.put(path).json(&body).send().expect(201);
        };
        team("/-/org/acme/team", json!({ "name": "core" }));
        team("/-/team/acme/core/user", json!({ "user": "bob" }));
        let secret = Package::new("@acme/secret", "1.0.0");
        secret.publish(&root.http).send().expect(201);
        team(
            "/-/team/acme/core/package",
            json!({ "package": "@acme/secret", "permissions": "read-write" }),
        );
        let restricted = root
            .http
            .request("POST", "/-/package/@acme%2fsecret/access");
        restricted
            .json(&json!({ "access": "restricted" }))
            .send()
            .expect(200);
        bob.http.get("/@acme%2fsecret").send().expect(200);
        let before = registry.packument("shared")["_rev"].clone();
        assert_eq!(found(&registry, "maintainer:bob"), ["alone", "shared"]);
        if over_http {
            let gone = root
                .http
                .request("DELETE", "/_auth/users/bob")
                .send()
                .expect(200);
            assert_eq!(gone.json()["unowned"], json!(["alone"]));
        } else {
            let gone = registry
                .command(&["user", "remove", "bob", "--yes"])
                .succeeds();
            gone.says("alone has no owner now").does_not_say("shared");
            becomes("the documents without the owner who is gone", || {
                maintainers(&registry, "shared") == ["root"]
            });
        }
        assert_eq!(maintainers(&registry, "shared"), ["root"]);
        assert_eq!(maintainers(&registry, "alone"), [""; 0]);
        assert_ne!(registry.packument("shared")["_rev"], before);
        assert_eq!(found(&registry, "maintainer:bob"), [""; 0]);

        let heir = registry.user("bob");
        assert!(!is_known(&bob));
        let shown = heir.http.get("/_auth/users/bob").send().expect(200).json();
        assert_eq!(shown["role"], "publisher");
        assert_eq!(heir.http.get("/@acme%2fsecret").send().status, 403);
        for name in ["alone", "shared"] {
            let rev = registry.packument(name)["_rev"]
                .as_str()
                .unwrap()
                .to_owned();
            let path = format!("/{name}/-rev/{rev}");
            heir.http
                .request("DELETE", &path)
                .send()
                .expect(403)
                .error();
        }
        // What nobody owns is the admins'.
        let rev = registry.packument("alone")["_rev"]
            .as_str()
            .unwrap()
            .to_owned();
        let path = format!("/alone/-rev/{rev}");
        root.http.request("DELETE", &path).send().expect(200);
    }
}

#[test]
fn an_access_rule_that_names_a_removed_user_is_pointed_out() {
    let registry = Registry::options()
        .beside(
            "registryd.toml",
            "[access.\"@acme/*\"]\npublish = [\"bob\"]\n",
        )
        .start();
    registry.user("root");
    registry.user("bob");
    registry.user("carol");
    let carol = registry.command(&["user", "remove", "carol"]).succeeds();
    carol.does_not_say("settings file");
    let bob = registry.command(&["user", "remove", "bob"]).succeeds();
    bob.says("the settings file names bob in an access rule");
}

#[test]
fn an_invitation_makes_one_account_over_http() {
    let (registry, root) = invited_only();
    let http = registry.http();
    let none = http.request("POST", "/_auth/register");
    let none = none
        .json(&json!({ "name": "carol", "password": PASSWORD }))
        .send();
    assert!(none.expect(403).error().contains("invitation"));
    let invitation = invite(&root.http, "maintainer");
    register(&http, "carol", "short", &invitation)
        .expect(422)
        .error();
    register(&http, "root", PASSWORD, &invitation)
        .expect(409)
        .error();
    let made = register(&http, "carol", PASSWORD, &invitation).expect(201);
    assert_eq!(made.json()["ok"], true);
    let carol = registry.http().with_token(&token_of(&made));
    let shown = carol.get("/_auth/users/carol").send().expect(200).json();
    assert_eq!(shown["role"], "maintainer");
    let again = register(&http, "dave", PASSWORD, &invitation).expect(403);
    assert!(again.error().contains("not good"), "{again}");
    // A wrong one is not told whether the name is taken.
    let guessed = register(&http, "root", PASSWORD, "r13i_0123").expect(403);
    assert_eq!(guessed.error(), again.error());

    let said = registry
        .command(&["user", "invite", "--role=reader"])
        .succeeds();
    let invitation = said.stdout.trim().to_owned();
    assert!(said.stderr.contains("not shown again"), "{said}");
    let made = register(&http, "erin", PASSWORD, &invitation).expect(201);
    let erin = registry.http().with_token(&token_of(&made));
    let shown = erin.get("/_auth/users/erin").send().expect(200).json();
    assert_eq!(shown["role"], "reader");
    let json = registry
        .command(&["user", "invite", "--json", "--days=1"])
        .succeeds();
    assert_eq!(json.json()["role"], "publisher");
    assert!(
        json.json()["invitation"]
            .as_str()
            .unwrap()
            .starts_with("r13i_")
    );
    for days in ["0", "366"] {
        let days = format!("--days={days}");
        registry.command(&["user", "invite", &days]).exits(2);
    }
    for body in [json!({ "expires_days": 0 }), json!({ "role": "king" })] {
        let refused = root.http.request("POST", "/_auth/invitations");
        refused.json(&body).send().expect(422).error();
    }
    let log = registry.stderr();
    for secret in [PASSWORD, &invitation] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[test]
fn closed_means_closed() {
    let registry = Registry::options()
        .beside("registryd.toml", "[auth]\nregistration = \"closed\"\n")
        .start();
    let root = add(&registry, "root", "admin");
    let refused = root
        .http
        .request("POST", "/_auth/invitations")
        .json(&json!({}))
        .send();
    assert!(refused.expect(409).error().contains("closed"));
    registry
        .command(&["user", "invite"])
        .exits(2)
        .says("closed");
    let http = registry.http();
    register(&http, "carol", PASSWORD, "r13i_0")
        .expect(401)
        .error();
    registry
        .command_fed(&["user", "add", "carol"], PASSWORD)
        .succeeds();
    registry.user("carol");
}

/// The first account is an admin's, so a page that its owner looks at must not make it.
#[test]
fn another_page_makes_no_account() {
    let registry = Registry::start();
    let http = registry.http();
    let request = || {
        let document = json!({ "name": "mallory", "password": PASSWORD });
        http.request("POST", "/_auth/register").json(&document)
    };
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        request().header(name, value).send().expect(403).error();
    }
    let list = registry.command(&["user", "list", "--json"]).succeeds();
    assert_eq!(list.json(), json!({ "users": [] }));
    request().send().expect(201);
    let list = registry.command(&["user", "list", "--json"]).succeeds();
    assert_eq!(list.json()["users"][0]["role"], "admin");
}

told_with!(npm_says_where_an_invitation_goes with every npm);

fn npm_says_where_an_invitation_goes(kind: ClientKind) {
    let (registry, _) = invited_only();
    let client = Client::anonymous(kind, &registry);
    // npm 12 knows `adduser` no more, and makes accounts by logging in.
    let word = match kind {
        ClientKind::Npm12 => "login",
        _ => "adduser",
    };
    let words = [word, "--auth-type=legacy"];
    let answers = [
        ("Username:", "carol"),
        ("Password:", PASSWORD),
        ("Email", "carol@acme.example"),
    ];
    let refused = client.converse(&client.project(), &words, &answers).fails();
    refused
        .says("takes an invitation")
        .says("/_auth/register")
        .says("on the page");
}

#[test]
fn an_invitation_is_used_on_the_page() {
    let (registry, root) = invited_only();
    let invitation = invite(&root.http, "maintainer");
    let http = registry.http();
    let begun = http
        .request("POST", "/-/v1/login")
        .body(r#"{"create":true}"#);
    let urls = begun.send().expect(200).json();
    let script = r"
        await page.goto(url)
        const field = page.getByLabel('Invitation')
        await page.getByLabel('I am new here').uncheck()
        if (await field.isVisible()) throw new Error('only a new account takes an invitation')
        await page.getByLabel('I am new here').check()
        await page.getByLabel('User name').fill('root')
        await page.getByLabel('Password').fill(PASSWORD)
        await page.getByRole('button', { name: 'Log in' }).click()
        console.log(await page.getByRole('alert').innerText())
        await field.fill(INVITATION)
        await page.getByLabel('Password').fill(PASSWORD)
        await page.getByRole('button', { name: 'Log in' }).click()
        console.log(await page.getByRole('alert').innerText())
        // What is long to type is still there, and the mistake has not used it up.
        if (await field.inputValue() !== INVITATION) throw new Error('the invitation is gone')
        await page.getByLabel('User name').fill('carol')
        await page.getByLabel('Password').fill(PASSWORD)
        await page.getByRole('button', { name: 'Log in' }).click()
        console.log(await page.getByRole('heading').innerText())
        // The browser notes a 403 and a 409, which they were.
        if (problems.length !== 2) throw new Error(problems.join())
        problems.length = 0
    ";
    let script = script
        .replace("PASSWORD", &format!("{PASSWORD:?}"))
        .replace("INVITATION", &format!("{invitation:?}"));
    let said = browse(urls["loginUrl"].as_str().unwrap(), &script).succeeds();
    let lines: Vec<&str> = said.stdout.lines().collect();
    assert!(lines[0].contains("takes an invitation"), "{said}");
    assert!(
        lines[1].starts_with("The user name root is taken"),
        "{said}"
    );
    assert_eq!(lines[2], "You are logged in");
    let done = registry
        .fetch(urls["doneUrl"].as_str().unwrap())
        .expect(200);
    let carol = registry.http().with_token(&token_of(&done));
    let shown = carol.get("/_auth/users/carol").send().expect(200).json();
    assert_eq!(shown["role"], "maintainer");
    let log = registry.stderr();
    assert!(!log.contains(&invitation), "{log}");
}

/// What the terminal is like after a command, in the words of `stty`.
const AND_STTY: &str =
    "; echo \"code $?\"; stty -a | grep -o '[-]*echo \\|[-]*icanon \\|[-]*isig '";

#[track_caller]
fn leaves_the_terminal_alone(said: &Finished) {
    let text = said.stdout.replace('\r', "");
    let modes: Vec<&str> = text.lines().map(str::trim).collect();
    for mode in ["echo", "icanon", "isig"] {
        assert!(modes.contains(&mode), "{mode}: {said}");
    }
}

#[test]
fn a_password_is_typed_twice_and_not_shown() {
    let registry = Registry::start();
    let line = format!("$REGISTRYD user add root --role admin --data $DATA{AND_STTY}");
    let answers = [("Password for root: ", PASSWORD), ("Again: ", PASSWORD)];
    let said = registry.in_terminal(&line, &answers);
    leaves_the_terminal_alone(&said);
    let said = said.says("root was added as an admin").says("code 0");
    said.does_not_say(PASSWORD);
    let root = registry.user("root");
    assert!(is_known(&root));

    let line = format!("$REGISTRYD user passwd root --data $DATA{AND_STTY}");
    let answers = [
        ("Password for root: ", OTHER),
        ("Again: ", "another passwort"),
    ];
    let said = registry.in_terminal(&line, &answers);
    leaves_the_terminal_alone(&said);
    said.says("the two passwords differ").says("code 1");
    let answers = [("Password for root: ", "short")];
    let said = registry.in_terminal(&line, &answers).says("code 2");
    said.says("at least 8 characters").does_not_say("Again");
    log_in(&registry, "root", PASSWORD).expect(201);
    let answers = [("Password for root: ", OTHER), ("Again: ", OTHER)];
    registry.in_terminal(&line, &answers).says("code 0");
    log_in(&registry, "root", OTHER).expect(201);
}

#[test]
fn ctrl_c_at_the_prompt_changes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().join("data");
    let registry = Registry::options().data(&data).own_keys().prepared();
    let line = format!("$REGISTRYD user add root --role admin --data $DATA{AND_STTY}");
    for answers in [
        &[("Password for root: ", "\u{3}")][..],
        &[("Password for root: ", "half of it\u{3}")],
        &[("Password for root: ", PASSWORD), ("Again: ", "\u{3}")],
        &[("Password for root: ", "\u{4}")],
    ] {
        let said = registry.in_terminal(&line, answers);
        leaves_the_terminal_alone(&said);
        said.says("cancelled; nothing was changed").says("code 1");
    }
    assert!(!data.exists());
}

#[test]
fn a_removal_is_asked_about_on_a_terminal() {
    let registry = Registry::start();
    registry.user("root");
    let bob = registry.user("bob");
    Package::new("alone", "1.0.0")
        .publish(&bob.http)
        .send()
        .expect(201);
    let line = "$REGISTRYD user remove bob --data $DATA; echo \"code $?\"";
    for no in ["n", "", "yeah"] {
        let said = registry.in_terminal(line, &[("[y/N] ", no)]);
        said.says("alone will have no owner")
            .says("bob was not removed")
            .says("code 1");
    }
    assert!(is_known(&bob));
    registry
        .in_terminal(line, &[("[y/N] ", "y")])
        .says("bob was removed")
        .says("code 0");
    registry.user("carol");
    let line = "$REGISTRYD user remove carol --yes --data $DATA; echo \"code $?\"";
    let said = registry.in_terminal(line, &[]).says("code 0");
    said.does_not_say("[y/N]");
}
