//! How the server starts, refuses to start, and ends.

use std::fs;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use integration::{Finished, Package, Registry, registryd, run};

/// The first bytes of the binary lockfile that bun writes.
const BUN_LOCKFILE: &[u8] = b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n\x02\x00\x00\x00";

fn registryd_with(words: &[&str]) -> Finished {
    let folder = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(registryd());
    command.args(words).current_dir(folder.path());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("REGISTRY_") {
            command.env_remove(name);
        }
    }
    let finished = run(&mut command, &[], Duration::from_secs(30));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert!(left.is_empty(), "should leave nothing behind: {left:?}");
    finished
}

#[test]
fn help_shows_every_option_and_variable() {
    let help = registryd_with(&["--help"]).succeeds();
    for word in [
        "serve",
        "verify",
        "--listen",
        "--data",
        "--lockfile",
        "--config",
        "--public-url",
    ] {
        assert!(help.stdout.contains(word), "{word} is missing: {help}");
    }
    for name in [
        "REGISTRY_LISTEN",
        "REGISTRY_DATA",
        "REGISTRY_LOCKFILE",
        "REGISTRY_CONFIG",
        "REGISTRY_PUBLIC_URL",
    ] {
        assert!(help.stdout.contains(name), "{name} is missing: {help}");
    }
}

#[test]
fn the_version_is_told() {
    let version = registryd_with(&["--version"]).succeeds();
    assert_eq!(
        version.stdout.trim(),
        concat!("registryd ", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_wrong_command_line_starts_nothing() {
    for words in [
        &["--nonsense"][..],
        &["nonsense"],
        &["serve", "--listen", "nowhere"],
        &["serve", "--listen", "127.0.0.1:99999"],
        &["serve", "--data"],
    ] {
        registryd_with(words).exits(2);
    }
}

#[test]
fn the_first_line_says_where_and_the_port_answers_at_once() {
    let registry = Registry::start();
    // `start` has read the line and asks without waiting.
    registry.http().get("/-/ping").send().expect(200);
    let said = registry.stdout();
    let first = said.lines().next().unwrap();
    assert_eq!(first, format!("listening on {}", registry.url()));
    assert!(registry.data().is_dir());
    assert!(registry.lockfile().is_file());
}

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let registry = Registry::start();
    let data = registry.data();
    Registry::options()
        .data(&data)
        .refused()
        .exits(2)
        .says(&data.display().to_string());
    // The first one does not notice.
    let alice = registry.user("alice");
    Package::new("still", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
}

#[test]
fn a_busy_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let refused = Registry::options().listen(address).refused().fails();
    refused.says(&address.port().to_string());
}

#[test]
fn a_header_with_a_wrong_mode_is_refused_by_its_offset() {
    let mut registry = Registry::start();
    registry.stop();
    let mut bytes = fs::read(registry.lockfile()).unwrap();
    bytes[9] = 7;
    fs::write(registry.lockfile(), &bytes).unwrap();
    Registry::options()
        .data(&registry.data())
        .refused()
        .exits(2)
        .says("0x09");
    assert_eq!(
        fs::read(registry.lockfile()).unwrap(),
        bytes,
        "was written to"
    );
}

#[test]
fn a_header_that_is_cut_short_is_refused() {
    let mut registry = Registry::start();
    registry.stop();
    for length in [1, 12] {
        fs::write(registry.lockfile(), vec![1; length]).unwrap();
        let refused = Registry::options().data(&registry.data()).refused();
        refused.exits(2).says("registry.lockb");
        assert_eq!(fs::read(registry.lockfile()).unwrap(), vec![1; length]);
    }
}

#[test]
fn a_lockfile_of_bun_is_refused_and_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bun.lockb");
    fs::write(&path, BUN_LOCKFILE).unwrap();
    let refused = Registry::options()
        .argument("--lockfile")
        .argument(&path)
        .refused();
    refused.exits(2).says("bun.lockb");
    assert_eq!(fs::read(&path).unwrap(), BUN_LOCKFILE);
}

#[test]
fn a_lockfile_that_is_a_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = Registry::options()
        .argument("--lockfile")
        .argument(folder.path())
        .refused();
    refused.exits(2).says(&folder.path().display().to_string());
}

#[test]
fn a_mistake_in_the_settings_is_told_with_file_line_and_key() {
    for (text, line, key) in [
        ("\nlissten = \"127.0.0.1:0\"\n", 2, "lissten"),
        (
            "[access.\"@a/*\"]\nread = [\"$all\"]\nreed = [\"$all\"]\n",
            3,
            "reed",
        ),
        ("\n\n[nonsense]\nx = 1\n", 3, "nonsense"),
        ("[access.\"@a/*\"]\nread = \"$all\"\n", 2, "read"),
    ] {
        Registry::options()
            .config(text)
            .refused()
            .exits(2)
            .says(&format!("settings.toml, line {line}"))
            .says(key);
    }
    Registry::options()
        .config("this is not TOML")
        .refused()
        .exits(2)
        .says("settings.toml, line 1");
    Registry::options()
        .argument("--config")
        .argument("no/such/file.toml")
        .refused()
        .exits(2)
        .says("no/such/file.toml");
}

#[test]
fn a_data_directory_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    for data in [file.clone(), file.join("data")] {
        Registry::options()
            .data(&data)
            .refused()
            .exits(2)
            .says(&data.display().to_string());
    }
    assert_eq!(fs::read(&file).unwrap(), b"in the way");
}

#[test]
fn a_wrong_variable_is_told_by_its_name() {
    Registry::options()
        .env("REGISTRY_PUBLIC_URL", "not a url")
        .refused()
        .exits(2)
        .says("REGISTRY_PUBLIC_URL");
}

#[test]
fn it_ends_well_when_asked_to() {
    for signal in ["TERM", "INT"] {
        let mut registry = Registry::start();
        let alice = registry.user("alice");
        Package::new("kept", "1.0.0")
            .publish(&alice.http)
            .send()
            .expect(201);
        // A connection that says nothing must not hold it up.
        let idle = registry.http().connect().unwrap();
        let start = Instant::now();
        registry.stop_with(signal);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(5), "{signal} took {took:?}");
        drop(idle);
        registry.command(&["verify"]).exits(0);
    }
}

#[test]
fn a_request_that_has_begun_is_answered_before_the_end() {
    let mut registry = Registry::start();
    let alice = registry.user("alice");
    let package = Package::new("last", "1.0.0");
    let body = package.document().to_string();
    let mut connection = alice.http.connect().unwrap();
    let head = format!(
        "PUT /last HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        registry.address(),
        alice.token,
        body.len()
    );
    connection.send_raw(head.as_bytes()).unwrap();
    connection.send_raw(&body.as_bytes()[..100]).unwrap();
    // Long enough to be in the middle of it.
    std::thread::sleep(Duration::from_millis(200));
    registry.signal("TERM");
    std::thread::sleep(Duration::from_millis(200));
    connection.send_raw(&body.as_bytes()[100..]).unwrap();
    connection.receive(false).unwrap().expect(201);
    drop(connection);
    assert_eq!(registry.ended().code(), Some(0), "{}", registry.stderr());
    registry.restart();
    assert_eq!(registry.tarball("last", "1.0.0").body, package.tarball());
}

/// Somebody who stopped sending in the middle must not keep the server alive for ever.
#[test]
fn a_request_that_never_ends_does_not_hold_up_the_end() {
    let mut registry = Registry::start();
    let alice = registry.user("alice");
    let mut connection = alice.http.connect().unwrap();
    let head = format!(
        "PUT /never HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-length: 1000\r\n\r\n{{",
        registry.address(),
        alice.token,
    );
    connection.send_raw(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    registry.stop();
}

#[test]
fn a_hang_up_reads_the_settings_again() {
    let registry = Registry::options().config("").start();
    let alice = registry.user("alice");
    Package::new("@secret/plan", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    let anonymous = registry.http();
    let status = || anonymous.get("/@secret%2fplan").send().status;
    assert_eq!(status(), 200);

    let becomes = |wanted: u16| {
        integration::eventually("the new settings", Duration::from_secs(5), || {
            (status() == wanted).then_some(())
        });
    };
    registry.write_config("[access.\"@secret/*\"]\nread = [\"alice\"]\n");
    registry.signal("HUP");
    becomes(401);
    alice.http.get("/@secret%2fplan").send().expect(200);
    // A mistake leaves what was.
    registry.write_config("[access.\"@secret/*\"]\nreed = [\"$all\"]\n");
    registry.signal("HUP");
    integration::eventually("a complaint", Duration::from_secs(5), || {
        registry.stderr().contains("reed").then_some(())
    });
    assert_eq!(status(), 401);
    registry.write_config("");
    registry.signal("HUP");
    becomes(200);
}
