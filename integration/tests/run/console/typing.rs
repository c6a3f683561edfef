//! How commands are typed, and what is said of those that cannot be meant.

use std::fs;

use integration::{PASSWORD, Package, Registry};
use serde_json::json;

use super::{exec, json_of, prepared};

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
