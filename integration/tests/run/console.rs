//! The commands of the console, typed for `registryd exec`.

use std::{collections::BTreeSet, fs, time::Duration};

use integration::{Finished, Lockfile, PASSWORD, Package, Registry, Response, eventually};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(30);

/// A rule of the settings file, which the server and the commands read.
const FILE: &str = "[access.\"@file/*\"]\npublish = [\"bob\"]\n";

fn exec(registry: &Registry, commands: &str) -> Finished {
    registry.command(&["exec", commands])
}

/// Types a password for each of the commands that asks for one.
fn exec_fed(registry: &Registry, commands: &str, passwords: &[&str]) -> Finished {
    registry.command_fed(&["exec", commands], &passwords.join("\n"))
}

fn json_of(registry: &Registry, commands: &str) -> Value {
    registry
        .command(&["exec", commands, "--json"])
        .exits(0)
        .json()
}

/// A registry with an admin and somebody else, made before its first start.
fn prepared() -> Registry {
    let mut registry = Registry::options()
        .beside("registryd.toml", FILE)
        .prepared();
    let add = "user add root --role admin; user add bob --email bob@acme.example";
    let added = exec_fed(&registry, add, &[PASSWORD, PASSWORD]).exits(0);
    added
        .says("root was added as an admin\n")
        .says("bob was added as a publisher\n");
    registry.restart();
    registry
}

/// What commands answer. Those that come later need what those before have done.
fn answers() -> Vec<(&'static str, &'static [&'static str])> {
    vec![
        ("help", &["THE 13 BYTES", "user add", "Makes an account"]),
        (
            "help key create",
            &["usage: key create NAME SCOPE", "for example"],
        ),
        ("show", &["0x0A    00           rows           0"]),
        (
            "set rows 40",
            &[
                "rows 0 (follows the window) → 40, pending",
                "1 field was set and not saved",
            ],
        ),
        ("enable DEBUG", &["→ 0x00000004 (DEBUG), pending"]),
        (
            "disable debug",
            &["feature_flags is 0x00000000 (none) already"],
        ),
        (
            "set cols 80; diff",
            &["0x0B    cols   0 (follows the window)  80"],
        ),
        ("diff", &["nothing is pending"]),
        (
            "set rows 40; revert; diff",
            &["1 pending change forgotten", "nothing is pending"],
        ),
        (
            "set rows 40; set version 2; save",
            &[
                "0x00    version  01      02",
                "0x0A    rows     00      28",
                "2 bytes changed, 2 fields written",
            ],
        ),
        (
            "export",
            &["REGISTRY_CONFIG_ROWS=40\n", "REGISTRY_CONFIG_DEBUG=0\n"],
        ),
        (
            "user list",
            &["NAME  ROLE", "bob   publisher  active  bob@acme.example"],
        ),
        ("user role BOB maintainer", &["bob is a maintainer now"]),
        ("user disable bob", &["bob is disabled: no login"]),
        ("user enable bob", &["bob is enabled"]),
        (
            "user invite --role reader --days 2",
            &["r13i_", "one account, of a reader, until 2"],
        ),
        ("team list", &["no organisation has members or teams yet"]),
        ("team create @acme:core", &["the team @acme:core was made"]),
        ("team add @acme:core bob", &["bob is in @acme:core now"]),
        (
            "team add @acme root --role owner",
            &["root belongs to @acme now, as owner"],
        ),
        ("team list", &["@acme         2        1"]),
        (
            "team list @acme",
            &["@acme:core  bob", "bob     developer", "root    owner"],
        ),
        ("team list acme:core", &["MEMBER\nbob"]),
        (
            "grant team:core publish,tag @acme/*",
            &[
                "who may publish @acme/*: team:core\nwho may tag @acme/*: team:core",
                "had no rule of its own for publish, tag",
            ],
        ),
        (
            "grant root publish @acme/*",
            &["who may publish @acme/*: team:core, root\n"],
        ),
        (
            "grant root publish @file/*",
            &["who may publish @file/*: bob, root\n"],
        ),
        (
            "grant $nobody read @acme/secret",
            &["who may read @acme/secret: nobody"],
        ),
        (
            "rule list",
            &[
                "@acme/secret  read     nobody           run time",
                "@file/*       publish  bob              settings, overruled",
            ],
        ),
        (
            "revoke root publish @acme/*",
            &["who may publish @acme/*: team:core\n"],
        ),
        (
            "rule clear publish @file/*",
            &["the settings file's counts again: bob"],
        ),
        (
            "rule clear read @acme/secret",
            &["a less specific one or the default counts now"],
        ),
        (
            "can bob publish @acme/x",
            &["yes: the rule for \"@acme/*\" that was made at run time says so"],
        ),
        ("can $anonymous read x", &["yes: "]),
        (
            "team remove @acme:core bob",
            &["bob is no longer in @acme:core"],
        ),
        ("team remove @acme bob", &["bob no longer belongs to @acme"]),
        (
            "team destroy @acme:core --yes",
            &["the team @acme:core was removed"],
        ),
        ("key list", &["there are no API keys"]),
        (
            "key create ci read,publish:@acme/* --user bob --days 30 --cidr 10.0.0.0/8",
            &["r13k_", "is not shown again"],
        ),
        (
            "key list bob",
            &["bob   ci    read, publish:@acme/*  10.0.0.0/8"],
        ),
        ("token list", &["key   ci"]),
        (
            "log --kind rule --limit 2",
            &[
                "local  command line  rule.remove  @file/*",
                "rule.remove  @acme/secret",
            ],
        ),
    ]
}

/// What is refused, with how it exits.
const REFUSED: &[(&str, i32, &str)] = &[
    ("", 2, "there is no command"),
    ("shw", 2, "did you mean `show`?"),
    ("user", 2, "`user` needs another word: list, add"),
    ("show 'all of it", 2, "has no second one"),
    ("help shwo", 2, "did you mean `show`?"),
    ("help user ad", 2, "did you mean `add`?"),
    ("show all", 2, "`all` is one word too many"),
    ("show --yes", 2, "`show` has no option `--yes`"),
    ("set rows 300", 2, "rows is one byte, 0–255; got 300"),
    ("set row 3", 2, "did you mean `rows`?"),
    ("set terminal_mode", 2, "VALUE is missing"),
    (
        "enable",
        2,
        "FEATURE is missing: PREMIUM_TYPES, PRIVATE_REGISTRY or DEBUG",
    ),
    ("enable debgu", 2, "did you mean `DEBUG`?"),
    ("disable", 2, "usage: disable FEATURE"),
    ("disable everything", 2, "there is no feature everything"),
    ("diff x", 2, "one word too many"),
    ("diff --color", 2, "no option"),
    ("revert x", 2, "one word too many"),
    ("revert --all", 2, "no option"),
    ("save x", 2, "one word too many"),
    ("save --jsom", 2, "did you mean `--json`?"),
    ("export x", 2, "one word too many"),
    ("export --sh", 2, "no option"),
    ("user list bob", 2, "one word too many"),
    ("user lsit", 2, "did you mean `list`?"),
    ("user list --all", 2, "no option"),
    ("user add", 2, "USER is missing: a user name"),
    ("user add bob", 1, "the user name bob is taken"),
    ("user add 'a b'", 2, "a user name is 1 to 64 characters"),
    (
        "user add carol --role king",
        2,
        "`king` is not reader, publisher, maintainer or admin",
    ),
    ("user add carol", 2, "at least 8 characters"),
    ("user passwd", 2, "USER is missing"),
    ("user passwd nobody", 1, "there is no user nobody"),
    ("user role bob", 2, "ROLE is missing"),
    (
        "user role nobody reader",
        1,
        "`user list` shows who there is",
    ),
    (
        "user role root reader",
        1,
        "root is the only admin who can log in",
    ),
    ("user disable nobody", 1, "there is no user nobody"),
    ("user disable root", 1, "the only admin"),
    ("user enable", 2, "USER is missing"),
    ("user enable nobody", 1, "there is no user nobody"),
    ("user remove nobody --yes", 1, "there is no user nobody"),
    ("user remove root --yes", 1, "the only admin"),
    ("user remove bob", 1, "add --yes"),
    ("user invite --days 400", 2, "1 to 365 days"),
    ("user invite --role king", 2, "`king` is not"),
    ("team list @none", 1, "there is no organisation none"),
    ("team list @acme:none", 1, "there is no team none in acme"),
    ("team create @acme", 2, "a team of it is written @acme:NAME"),
    ("team create '@acme:a b'", 2, "a team's name is"),
    (
        "team create @acme:other; team create @acme:other",
        1,
        "team create: there is a team other in acme already",
    ),
    (
        "team destroy @acme:none --yes",
        1,
        "there is no team none in acme",
    ),
    ("team destroy @acme:other", 1, "add --yes"),
    ("team add @acme:other nobody", 1, "there is no user nobody"),
    (
        "team add @acme:none bob",
        1,
        "there is no team none in acme",
    ),
    (
        "team add @acme:other bob --role owner",
        2,
        "a role is for an organisation",
    ),
    (
        "team remove @acme:other root",
        1,
        "root is not in the team other of acme",
    ),
    ("team remove @acme nobody", 1, "nobody is not in acme"),
    (
        "grant bob publish",
        2,
        "PATTERN is missing: a package name, @scope/*, @*/* or **",
    ),
    ("grant bob pubilsh x", 2, "did you mean `publish`?"),
    ("grant bob publish @acme", 2, "is not a pattern"),
    ("grant nobody publish x", 1, "there is no user nobody"),
    ("grant role:king publish x", 2, "names nobody"),
    (
        "revoke nobody publish @file/*",
        1,
        "no rule for \"@file/*\" names nobody as somebody who may publish",
    ),
    (
        "revoke $nobody publish @file/*",
        2,
        "`rule clear` removes a rule",
    ),
    ("rule list x", 2, "one word too many"),
    ("rule list --all", 2, "no option"),
    ("rule lst", 2, "did you mean `list`?"),
    (
        "rule clear publish @file/*",
        1,
        "those of the settings file stay there",
    ),
    ("rule clear eat @file/*", 2, "`eat` is not read, publish"),
    ("can nobody read x", 1, "there is no user nobody"),
    ("can bob read 'a b'", 2, "usage: can USER ACTION PACKAGE"),
    (
        "can root publish @file/x",
        1,
        "no: the rule for \"@file/*\" in the settings file says so",
    ),
    ("key list nobody", 1, "there is no user nobody"),
    ("key list bob root", 2, "one word too many"),
    (
        "key create ci read",
        2,
        "say whose it is to be: --user NAME",
    ),
    ("key create ci reed --user bob", 2, "is not a scope"),
    (
        "key create ci read --user bob --cidr here",
        2,
        "is not a network",
    ),
    ("key revoke", 2, "ID is missing"),
    (
        "key revoke 0123",
        1,
        "there is no API key 0123, or no longer",
    ),
    ("token list nobody", 1, "there is no user nobody"),
    ("token list bob --all", 2, "no option"),
    ("token revoke", 2, "ID is missing"),
    ("token revoke 0123", 1, "`token list` shows the ids"),
    (
        "verify nonsense",
        1,
        "no: the token is malformed (malformed)",
    ),
    ("verify x --from here", 2, "\"here\" is not an address"),
    ("log --kind nothing", 2, "there are login, logout"),
    ("log --limit 5000", 2, "1 to 1000 events"),
    ("log --user", 2, "--user needs USER: a user name"),
];

/// The commands that a table of the stories types, by name.
fn named<'a>(typed: impl Iterator<Item = &'a str>, all: &[String]) -> BTreeSet<String> {
    let typed: Vec<&str> = typed.flat_map(|line| line.split("; ")).collect();
    let is_typed = |name: &&String| {
        typed.iter().any(|line| {
            let rest = line.strip_prefix(name.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    };
    all.iter().filter(is_typed).cloned().collect()
}

fn tell(registry: &Registry) {
    for (commands, said) in answers() {
        let finished = exec(registry, commands).exits(0);
        said.iter()
            .fold(finished, |finished, text| finished.says(text));
    }
    for (commands, code, said) in REFUSED {
        let finished = exec(registry, commands).exits(*code).says(said);
        // Whatever went wrong stands where errors do, but for what was asked and answered with no.
        let is_no = finished.stdout.starts_with("no: ");
        assert!(is_no || !finished.stderr.is_empty(), "{finished}");
        finished.does_not_say("caused by");
    }
}

#[test]
fn every_command_answers_and_refuses_beside_the_server() {
    tell(&prepared());
}

#[test]
fn every_command_answers_and_refuses_without_a_server() {
    let mut registry = prepared();
    registry.stop();
    tell(&registry);
}

#[test]
fn no_command_is_left_out_of_these_stories() {
    let registry = Registry::options().prepared();
    let help = json_of(&registry, "help");
    let all = help["commands"].as_array().unwrap().iter();
    let all: Vec<String> = all
        .map(|it| it["name"].as_str().unwrap().to_owned())
        .collect();
    // These are told below, since they need what only their story knows.
    let elsewhere = [
        "user add",
        "user passwd",
        "user remove",
        "key revoke",
        "token revoke",
        "verify",
    ];
    let answered = answers();
    let answered = answered
        .iter()
        .map(|(commands, _)| *commands)
        .chain(elsewhere);
    let answered = named(answered, &all);
    let missing: Vec<_> = all
        .iter()
        .filter(|name| !answered.contains(*name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    for name in &all {
        let one = std::slice::from_ref(name);
        let times = REFUSED
            .iter()
            .filter(|it| !named([it.0].into_iter(), one).is_empty());
        assert!(times.count() >= 2, "{name} is refused once at most");
    }
}

fn log_in(registry: &Registry, name: &str, password: &str) -> Response {
    let document = json!({ "name": name, "password": password });
    let path = format!("/-/user/org.couchdb.user:{name}");
    registry.http().put(&path).json(&document).send()
}

#[track_caller]
fn becomes(what: &str, is_so: impl Fn() -> bool) {
    eventually(what, LIMIT, || is_so().then_some(()));
}

#[test]
fn what_is_saved_counts_in_the_running_server_and_nothing_before() {
    let registry = prepared();
    let root = registry.user("root");
    let open = Package::new("open", "1.0.0").publish(&root.http);
    open.send().expect(201);
    let status = || registry.http().get("/open").send().status;
    let before = fs::read(registry.lockfile()).unwrap();
    exec(&registry, "enable private_registry; diff")
        .exits(0)
        .says("PRIVATE_REGISTRY");
    assert_eq!(fs::read(registry.lockfile()).unwrap(), before);

    // A flag that nobody has named yet is not ours to change.
    integration::write_flags(&registry.lockfile(), 0x8000_0000);
    let finished = registry.command(&["exec", "enable private_registry; save", "--json"]);
    let lines: Vec<Value> = finished.exits(0).stdout.lines().map(json).collect();
    assert_eq!(
        lines[0]["pending"],
        json!({ "feature_flags": 0x8000_0002_u32 })
    );
    let changed = json!([{ "offset": 5, "field": "feature_flags", "before": 0, "after": 2 }]);
    assert_eq!(lines[1]["changed"], changed);
    becomes("reading takes an account", || status() == 401);
    assert_eq!(Lockfile::read(&registry.lockfile()).flags(), 0x8000_0002);
    exec(&registry, "disable private_registry; save").exits(0);
    becomes("reading takes none any more", || status() == 200);
    let after = fs::read(registry.lockfile()).unwrap();
    assert_eq!(after[13..], before[13..], "the packages are not touched");
}

fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

#[test]
fn what_is_granted_counts_in_the_running_server() {
    let registry = prepared();
    let (root, bob) = (registry.user("root"), registry.user("bob"));
    let mut patch = 0;
    let mut publish = || {
        patch += 1;
        let version = format!("1.0.{patch}");
        Package::new("@acme/x", &version)
            .publish(&bob.http)
            .send()
            .status
    };
    assert_eq!(publish(), 201);
    let mut becomes = |what: &str, wanted: u16| {
        eventually(what, LIMIT, || (publish() == wanted).then_some(()));
    };
    exec(&registry, "grant root publish @acme/*").exits(0);
    becomes("bob may no longer publish", 403);
    let seen = root.http.get("/_auth/rules").send().expect(200).json();
    assert_eq!(
        seen["rules"][0],
        json_of(&registry, "rule list")["rules"][0]
    );
    exec(&registry, "can bob publish @acme/x")
        .exits(1)
        .says("no: ");
    exec(&registry, "grant bob publish @acme/*").exits(0);
    becomes("bob may publish again", 201);
    exec(
        &registry,
        "team create @acme:core; grant team:core publish @acme/*; revoke bob publish @acme/*",
    )
    .exits(0);
    becomes("bob may publish no more", 403);
    exec(&registry, "team add @acme:core bob").exits(0);
    becomes("his team may", 201);
    exec(&registry, "user role bob reader; can bob publish @acme/x").exits(1);
    becomes("a reader may not", 403);
    exec(
        &registry,
        "user role bob publisher; team destroy @acme:core --yes",
    )
    .exits(0);
    becomes("a team that is gone may nothing", 403);
    exec(&registry, "rule clear publish @acme/*").exits(0);
    becomes("nothing is said of it any more", 201);
}

#[test]
fn a_key_is_shown_once_believed_where_it_may_be_used_and_revoked() {
    let registry = prepared();
    let made = exec(
        &registry,
        "key create ci read,publish:@acme/* --user bob --cidr 127.0.0.0/8",
    )
    .exits(0);
    let key = made.stdout.trim().to_owned();
    assert!(
        key.starts_with("r13k_") && made.stdout.lines().count() == 1,
        "{made}"
    );
    let http = registry.http().with_token(&key);
    http.get("/-/whoami").send().expect(200);

    exec(&registry, &format!("verify {key}"))
        .exits(0)
        .says("bob, publisher")
        .says("key \"ci\"");
    let asked = registry
        .command_fed(&["exec", "verify --json"], &format!("{key}\n"))
        .exits(0);
    assert_eq!(asked.json()["scopes"], json!(["read", "publish:@acme/*"]));
    let elsewhere = format!("verify {key} --from 192.0.2.1 --json");
    let elsewhere = exec(&registry, &elsewhere).exits(1).json();
    assert_eq!(
        (&elsewhere["valid"], &elsewhere["reason"]),
        (&json!(false), &json!("wrong_address"))
    );

    let listed = json_of(&registry, "key list bob");
    let id = listed["keys"][0]["id"].as_str().unwrap();
    assert!(
        key.contains(id) && !listed.to_string().contains(&key),
        "{listed}"
    );
    becomes("it is written down when it was used", || {
        json_of(&registry, "token list bob")["tokens"][0]["last_used_from"] == "127.0.0.1"
    });
    exec(&registry, &format!("key revoke {id}"))
        .exits(0)
        .says("was revoked");
    becomes("a revoked key is refused", || {
        http.get("/-/whoami").send().status == 401
    });
    exec(&registry, &format!("key revoke {id}")).exits(1);
    exec(&registry, &format!("verify {key}"))
        .exits(1)
        .says("(revoked)");
    exec(&registry, "log")
        .does_not_say(&key)
        .says("key.create")
        .says("key.revoke");
    assert!(!registry.stderr().contains(&key));
}

#[test]
fn a_name_that_turns_the_line_around_is_seen_as_it_is() {
    let registry = prepared();
    let make = "key create 'ci\u{202e}\u{2066}nimda' read --user bob; key create \u{202e}x read --user bob";
    exec(&registry, make).exits(0);
    for commands in [
        "key list",
        "token list",
        "log",
        "user disable a\u{202e}b",
        "key revoke \u{2066}",
        "show \u{202e}",
        "can bob read a\u{202e}b",
    ] {
        exec(&registry, commands)
            .does_not_say("\u{202e}")
            .does_not_say("\u{2066}");
    }
    exec(&registry, "key list").says(r"ci\u{202e}\u{2066}nimda");
}

#[test]
fn a_login_is_a_token_that_can_be_looked_into_and_revoked() {
    let registry = prepared();
    let bob = registry.user("bob");
    let seen = json_of(&registry, &format!("verify {}", bob.token));
    assert_eq!(
        (&seen["user"], &seen["kind"]),
        (&json!("bob"), &json!("login"))
    );
    assert_eq!(seen["claims"]["sub"], "bob");
    let id = seen["id"].as_str().unwrap();
    // A login is no key.
    exec(&registry, &format!("key revoke {id}"))
        .exits(1)
        .says("there is no API key");
    exec(&registry, &format!("token revoke {id}")).exits(0);
    becomes("a login that was revoked is refused", || {
        bob.http.get("/-/whoami").send().status == 401
    });
}

#[test]
fn an_invitation_makes_an_account() {
    let registry = prepared();
    let invited = exec(&registry, "user invite --role maintainer").exits(0);
    let invitation = invited.stdout.trim();
    let body = json!({ "name": "carol", "password": PASSWORD, "invitation": invitation });
    let http = registry.http();
    let made = http.request("POST", "/_auth/register").json(&body);
    made.send().expect(201);
    let carol = exec(&registry, "user list").exits(0);
    carol.says("carol  maintainer");
}

#[test]
fn nothing_is_run_of_what_cannot_be_read_and_nothing_after_what_fails() {
    let registry = prepared();
    let before = fs::read(registry.lockfile()).unwrap();
    exec(&registry, "set rows 9; save; frobnicate").exits(2);
    assert_eq!(fs::read(registry.lockfile()).unwrap(), before);
    let failed = exec(
        &registry,
        "user disable bob; user disable nobody; user enable bob; show",
    )
    .exits(1);
    failed
        .says("user disable: there is no user nobody; the 2 commands after it were not run")
        .does_not_say("enabled");
    let bob = &json_of(&registry, "user list")["users"][0];
    assert_eq!(
        (&bob["name"], &bob["disabled"]),
        (&json!("bob"), &json!(true))
    );
    // What was done before keeps an error from saying that nothing was.
    let late = "team create @late:one; key create ci read --user bob --days 9999";
    exec(&registry, late).exits(1).says("key create: ");
    exec(&registry, "grant role:king read x; team create @late:two").exits(2);
    // An answer that is no stops nothing.
    exec(&registry, "can bob read x; user enable bob")
        .exits(1)
        .says("bob is enabled");
}

#[test]
fn a_word_that_no_registry_understands_keeps_all_commands_from_being_run() {
    let registry = prepared();
    for late in [
        "grant $everyone read q1",
        "grant bob read 'Bad Pattern/*/'",
        "revoke 'a b' read q1",
        "revoke $nobody read q1",
        "rule clear read 'Bad Pattern/*/'",
        "key create z fly:@x/* --user bob",
        "key create z 'read:Bad Pattern/*/' --user bob",
        "key create z read --user bob --cidr 1.2.3.4/99",
        "key create z read",
        "user add 'Bad Name'",
        "team list '@a b'",
        "team create '@acme:a b'",
        "team destroy '@acme:a b' --yes",
        "team add '@a b' bob",
        "team add @acme:core bob --role owner",
        "team remove '@acme:a b' bob",
        "verify x --from here",
        "log --kind nosuch",
        "log --limit 5000",
    ] {
        let name = late.split(' ').next().unwrap();
        let commands = format!("grant bob read q1; set rows 9; save; {late}; user disable bob");
        exec(&registry, &commands)
            .exits(2)
            .says(name)
            .says("; no command was run")
            .does_not_say("who may read q1");
    }
    let rules = json_of(&registry, "rule list");
    assert!(!rules.to_string().contains("q1"), "{rules}");
    let rows = &json_of(&registry, "show")["fields"]["rows"];
    assert_eq!(*rows, json!(0));
    let bob = &json_of(&registry, "user list")["users"][0];
    assert_eq!(bob["disabled"], json!(false));
}

#[test]
fn a_lock_that_another_program_holds_is_not_waited_for_for_ever() {
    let registry = prepared();
    let before = fs::read(registry.lockfile()).unwrap();
    let held = fs::File::open(registry.lockfile()).unwrap();
    held.lock().unwrap();
    let path = registry.lockfile().display().to_string();
    exec(&registry, "set version 9; set rows 9; enable debug; save")
        .exits(1)
        .says(&format!("another program holds the lock of {path}"));
    assert_eq!(fs::read(registry.lockfile()).unwrap(), before);
    held.unlock().unwrap();
    exec(&registry, "set rows 9; enable debug; save").exits(0);
}

#[test]
fn commands_come_on_standard_input_too() {
    let registry = prepared();
    let script = "# what a new registry needs\nteam create @acme:core  # the first one\n\n\
                  team add @acme:core bob; set rows 9\r\nsave\n";
    let said = registry.command_fed(&["exec", "-"], script).exits(0);
    said.says("@acme:core was made").says("1 byte changed");
    assert_eq!(fs::read(registry.lockfile()).unwrap()[10], 9);
    for (script, words) in [
        ("", "there is no command"),
        ("show\u{1b}[2J", "control characters"),
        (
            "user add carol",
            "the commands came on standard input, so a secret cannot",
        ),
        (&"# a long remark\n".repeat(70_000), "bytes of commands"),
    ] {
        registry
            .command_fed(&["exec", "-"], script)
            .exits(2)
            .says(words);
    }
    registry
        .command_fed(&["exec", "-"], "user remove bob")
        .exits(1)
        .says("add --yes");
}

#[test]
fn an_old_word_for_accounts_and_the_new_one_say_the_same() {
    let registry = prepared();
    for words in [
        &["user", "list"][..],
        &["user", "list", "--json"],
        &["user", "role", "bob", "reader"],
    ] {
        let old = registry.command(words).exits(0);
        let new = exec(&registry, &words.join(" ")).exits(0);
        assert_eq!(old.stdout, new.stdout, "{words:?}");
    }
    let root = registry.user("root");
    let users = root.http.get("/_auth/users").send().expect(200).json();
    let of = |users: &Value, field: &str| users["users"][0][field].clone();
    let listed = json_of(&registry, "user list");
    for field in ["name", "role", "disabled", "email", "created"] {
        assert_eq!(of(&listed, field), of(&users, field), "{field}");
    }
}

#[test]
fn where_there_is_no_registry_it_says_so_and_makes_none() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path().join("data");
    let registry = Registry::options().data(&data).own_keys().prepared();
    for commands in ["show", "save", "set rows 4", "export"] {
        exec(&registry, commands)
            .exits(2)
            .says("the lockfile cannot be opened");
    }
    for commands in [
        "user list",
        "team list",
        "rule list",
        "key list",
        "log",
        "grant bob read x",
    ] {
        exec(&registry, commands)
            .exits(2)
            .says("there is no registry in")
            .says("registryd user add NAME --role admin");
    }
    exec(&registry, "help").exits(0);
    assert!(!data.exists());
    fs::create_dir(&data).unwrap();
    fs::write(data.join("registry.lockb"), "#!/usr/bin/env bun, and more").unwrap();
    exec(&registry, "set rows 4; save").exits(2).says("Bun");
}

#[test]
fn a_terminal_is_asked_and_shows_no_secret() {
    let registry = prepared();
    let bob = registry.user("bob");
    let alone = Package::new("alone", "1.0.0").publish(&bob.http);
    alone.send().expect(201);
    let line = "$REGISTRYD exec 'user add carol; user remove bob' --data $DATA; echo \"code $?\"";
    let typed = |remove: &str| {
        let answers = [
            ("Password for carol: ", PASSWORD),
            ("Again: ", PASSWORD),
            ("[y/N] ", remove),
        ];
        registry.in_terminal(line, &answers)
    };
    let said = typed("n")
        .says("alone will have no owner")
        .says("bob was not removed")
        .says("code 1");
    said.says("carol was added").does_not_say(PASSWORD);
    exec(&registry, "user remove carol --yes").exits(0);
    let said = typed("y").says("alone has no owner now").says("code 0");
    said.does_not_say(PASSWORD);
}

#[test]
fn a_password_is_a_line_of_standard_input_and_ends_logins() {
    let registry = prepared();
    let bob = registry.user("bob");
    let other = "another password";
    let said = exec_fed(&registry, "user passwd bob", &[other]).exits(0);
    said.says("bob has a new password").does_not_say(other);
    becomes("logins by the old password have ended", || {
        bob.http.get("/-/whoami").send().status == 401
    });
    log_in(&registry, "bob", PASSWORD).expect(401);
    log_in(&registry, "bob", other).expect(201);
}
