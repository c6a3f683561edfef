//! The line mode: from a program, and from somebody at a terminal.

use std::{fs, process::Command};

use integration::{PASSWORD, Registry, Terminal};

use super::prepared;

#[test]
fn lines_from_a_pipe_are_one_session() {
    let registry = prepared();
    let root = registry.user("root");
    let lines = "set rows 40\nset cols 9\n\ndiff # both\nsave\nshow --json\n";
    let done = registry.term_fed(Some(&root), lines).exits(0);
    done.says("2 bytes changed, 2 fields written")
        .says(r#""pending":{}"#)
        .says(r#""rows":40"#);
    assert_eq!(fs::read(registry.lockfile()).unwrap()[10..12], [40, 9]);
}

#[test]
fn what_fails_stops_its_line_and_not_the_next_ones_and_is_told_by_the_exit_code() {
    let registry = prepared();
    let lines =
        "set rows 300\nset rows 3; shw; set rows 4\ncan $anonymous publish x; show\nset rows 5";
    let ended = registry.term_fed(None, lines).exits(1);
    ended
        .says("error: rows is one byte, 0–255; got 300\nhint: usage: set FIELD VALUE\n")
        .says("did you mean `show`?")
        .says("1 field was set and not saved")
        .does_not_say("rows 0 (follows the window) → 4,");
    let unsaved = registry.term_fed(None, "set rows 5\nexit\nshow\n").exits(0);
    unsaved
        .says("1 pending change not saved\n")
        .does_not_say("OFFSET");
    assert_eq!(fs::read(registry.lockfile()).unwrap()[10], 0);
}

#[test]
fn what_is_no_text_or_has_no_end_is_refused() {
    let registry = prepared();
    let endless = "x".repeat(3 * 1024 * 1024);
    registry
        .term_fed(None, &endless)
        .exits(2)
        .says("a line is longer than any command");
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("bytes");
    fs::write(&input, b"show\n\xff\xfe\n").unwrap();
    let mut command = registry.term(None);
    command.stdin(fs::File::open(&input).unwrap());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("a line is not UTF-8 text"), "{said}");
}

#[test]
fn the_13_bytes_are_changed_while_the_server_is_down_and_that_is_said() {
    let mut registry = prepared();
    registry.stop();
    let lines = "enable debug; save\nstatus\nuser list\npackages\npublish .";
    let ended = registry.term_fed(None, lines).exits(1);
    ended
        .says("1 byte changed, 1 field written")
        .says("server          the server is down")
        .says(" is down: Connection refused")
        .says("hint: `registryd` starts one");
    assert_eq!(fs::read(registry.lockfile()).unwrap()[5], 4);
}

#[test]
fn somebody_at_a_terminal_is_asked_for_secrets_and_for_yes() {
    let registry = prepared();
    let root = registry.user("root");
    registry
        .command(&["config", "set", "terminal_mode", "cooked"])
        .exits(0);
    let terminal = Terminal::start(&registry.term(Some(&root)), 40, 120);
    terminal.shows("registry>");
    terminal
        .enters("user add carol")
        .shows("Password for carol:");
    terminal.enters(PASSWORD).shows("Again:");
    terminal
        .enters(PASSWORD)
        .shows("carol was added as a publisher");
    terminal
        .enters("user passwd carol")
        .shows("Password for carol:");
    terminal.enters("one of them").shows("Again:");
    terminal
        .enters("another one")
        .shows("the two passwords differ");
    terminal
        .enters("key create ci read")
        .shows("Your password:");
    terminal.enters("wrong").shows("error: ");
    terminal.enters("clear").hides("error: ");
    terminal
        .enters("key create ci read")
        .shows("Your password:");
    terminal.enters(PASSWORD).shows("r13k_");
    terminal.enters("verify").shows("Token:");
    terminal.press(&["C-c"]).shows("cancelled");
    terminal.enters("user remove carol").shows("[y/N]");
    terminal.enters("n").shows("registry>");
    terminal.enters("clear").hides("[y/N]");
    terminal.enters("set rows 9").shows("registry*>");
    terminal.enters("user remove carol").shows("[y/N]");
    let screen = terminal.enters("y").shows("carol was removed");
    assert!(!screen.contains(PASSWORD), "{screen}");
    terminal.press(&["C-d"]);
    assert_eq!(terminal.ends(), 0);
    terminal.shows("1 field was set and not saved");
}

#[test]
fn who_one_is_says_a_word_the_environment_or_the_npmrc() {
    let registry = prepared();
    let [root, bob] = ["root", "bob"].map(|name| registry.user(name));
    let asked_as = |command: &mut Command| {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("lines");
        fs::write(&input, "status --json\n").unwrap();
        command.stdin(fs::File::open(&input).unwrap());
        let output = command.output().unwrap();
        let status: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        status["user"].as_str().map(str::to_owned)
    };
    assert_eq!(asked_as(&mut registry.term(None)), None);
    assert_eq!(asked_as(&mut registry.term(Some(&root))).unwrap(), "root");
    let home = tempfile::tempdir().unwrap();
    let of = |registry: &str| format!("//{registry}/:_authToken={}\n", bob.token);
    let npmrc = home.path().join(".npmrc");
    fs::write(&npmrc, of(&registry.address().to_string())).unwrap();
    let mut by_npmrc = registry.term(None);
    by_npmrc.env("HOME", home.path());
    assert_eq!(asked_as(&mut by_npmrc).unwrap(), "bob");
    // What is said for this once wins.
    by_npmrc.args(["--token", &root.token]);
    assert_eq!(asked_as(&mut by_npmrc).unwrap(), "root");
    // A token of another registry is not sent.
    fs::write(&npmrc, of("127.0.0.1:1")).unwrap();
    let mut others = registry.term(None);
    others.env("HOME", home.path());
    assert_eq!(asked_as(&mut others), None);
}

#[test]
fn a_lockfile_that_is_made_after_the_start_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join(".registry");
    let mut command = Command::new(integration::registry_term());
    command
        .args(["--registry", "http://127.0.0.1:1"])
        .env_clear()
        .env("TERM", "xterm-256color")
        .current_dir(folder.path());
    let terminal = Terminal::start(&command, 24, 80);
    terminal.shows("is not there");
    let _registry = Registry::options().data(&data).start();
    terminal.shows("[ ] PREMIUM_TYPES");
}

#[test]
fn without_a_lockfile_everything_but_the_13_bytes_is_there() {
    let registry = Registry::start();
    let elsewhere = tempfile::tempdir().unwrap();
    let mut command = Command::new(integration::registry_term());
    command
        .args(["--registry", &registry.url()])
        .current_dir(elsewhere.path())
        .env_remove("REGISTRY_LOCKFILE");
    let input = elsewhere.path().join("lines");
    fs::write(&input, "packages\nset rows 3\n").unwrap();
    command.stdin(fs::File::open(&input).unwrap());
    let output = command.output().unwrap();
    let (out, error) = (output.stdout, output.stderr);
    let (out, error) = (
        String::from_utf8(out).unwrap(),
        String::from_utf8(error).unwrap(),
    );
    assert!(out.starts_with("there are no packages"), "{out}");
    assert!(error.contains("hint: name it with --lockfile"), "{error}");
    // One that was named has to be there.
    command.arg("--lockfile").arg("none.lockb");
    let output = command.output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("none.lockb does not exist"), "{error}");
}

#[test]
fn nothing_is_written_into_a_lockfile_that_has_lost_its_name() {
    let registry = prepared();
    registry
        .command(&["config", "set", "terminal_mode", "cooked"])
        .exits(0);
    let terminal = Terminal::start(&registry.term(None), 40, 120);
    terminal.shows("registry>");
    let lockfile = registry.lockfile();
    let another = lockfile.with_extension("new");
    fs::copy(&lockfile, &another).unwrap();
    fs::rename(&another, &lockfile).unwrap();
    terminal
        .enters("set rows 51; save")
        .shows("1 field written");
    assert_eq!(fs::read(&lockfile).unwrap()[10], 51);

    let kept = fs::read(&lockfile).unwrap();
    fs::remove_file(&lockfile).unwrap();
    terminal
        .enters("clear; set rows 52; save")
        .shows("is not on this machine");
    fs::write(&another, "#!/usr/bin/env bun\nbun-lockfile-format-v0\n").unwrap();
    fs::rename(&another, &lockfile).unwrap();
    terminal.enters("clear; show").shows("cannot be used");
    fs::write(&lockfile, &kept).unwrap();
    terminal.enters("clear; set rows 53; save").shows("written");
    assert_eq!(fs::read(&lockfile).unwrap()[10], 53);
}
