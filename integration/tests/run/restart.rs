//! A server that comes back is the one that went.

use std::time::Duration;

use integration::{
    Client, ClientKind, Examples, Http, Lockfile, PASSWORD, Package, Registry, Response,
};
use serde_json::json;

const ACCEPTS: [&str; 2] = ["application/json", "application/vnd.npm.install-v1+json"];
const ENCODINGS: [&str; 2] = ["identity", "gzip"];

fn every_form(http: &Http, path: &str) -> Vec<Response> {
    let mut answers = Vec::new();
    for accept in ACCEPTS {
        for encoding in ENCODINGS {
            let request = http
                .get(path)
                .header("accept", accept)
                .header("accept-encoding", encoding);
            answers.push(request.send().expect(200));
        }
    }
    answers
}

#[test]
fn a_restart_keeps_everything() {
    let mut registry = Registry::start();
    let alice = registry.user("alice");
    let examples = Examples::copied();
    let client = Client::of(ClientKind::Npm11, &registry, &alice);
    client.run(&examples.pkg_1(), &["publish"]).succeeds();
    for version in ["1.0.0", "1.1.0", "2.0.0-rc.1"] {
        Package::new("kept", version)
            .tag(if version.contains('-') {
                "next"
            } else {
                "latest"
            })
            .publish(&alice.http)
            .send()
            .expect(201);
    }
    let tag = "/-/package/kept/dist-tags/old";
    let answer = alice.http.put(tag).json(&json!("1.0.0")).send();
    assert!([200, 201].contains(&answer.status), "{answer}");

    let paths = ["/kept", "/@mycompany%2fpkg-1"];
    let before: Vec<_> = paths.map(|path| every_form(&registry.http(), path)).into();
    let lockfile = std::fs::read(registry.lockfile()).unwrap();
    let tarball = registry.tarball("kept", "1.1.0");

    for stop in ["TERM", "KILL"] {
        match stop {
            "KILL" => registry.kill_9(),
            _ => registry.stop(),
        }
        registry.restart();
        for (path, before) in paths.iter().zip(&before) {
            for (now, before) in every_form(&registry.http(), path).iter().zip(before) {
                assert_eq!(now.body, before.body, "{path} after {stop}");
                assert_eq!(
                    now.required_header("etag"),
                    before.required_header("etag"),
                    "{path} after {stop}"
                );
            }
        }
        let who = alice.http.get("/-/whoami").send().expect(200);
        assert_eq!(who.json()["username"], "alice");
        assert_eq!(registry.tarball("kept", "1.1.0").body, tarball.body);
        assert_eq!(std::fs::read(registry.lockfile()).unwrap(), lockfile);
        assert_eq!(
            registry.packument("kept")["dist-tags"],
            json!({ "latest": "1.1.0", "next": "2.0.0-rc.1", "old": "1.0.0" })
        );
    }
    // What was published before stays published.
    Package::new("kept", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(409)
        .error();
    Package::new("kept", "1.2.0")
        .publish(&alice.http)
        .send()
        .expect(201);
}

#[test]
fn a_token_that_was_given_back_stays_dead() {
    let mut registry = Registry::start();
    let alice = registry.user("alice");
    let path = format!("/-/user/token/{}", alice.token);
    let answer = alice.http.request("DELETE", &path).send();
    assert!([200, 201].contains(&answer.status), "{answer}");
    alice.http.get("/-/whoami").send().expect(401);
    registry.restart();
    alice.http.get("/-/whoami").send().expect(401);
    assert!(
        !registry.stderr().contains(&alice.token),
        "a token in a path must not be in the log"
    );
}

/// What a crash, or somebody with an editor, may have left of the lines.
#[test]
fn missing_lines_of_the_lockfile_are_written_again() {
    let mut registry = Registry::start();
    let alice = registry.user("alice");
    for version in ["1.0.0", "1.0.1", "1.0.2"] {
        Package::new("lined", version)
            .publish(&alice.http)
            .send()
            .expect(201);
    }
    registry.stop();
    let whole = std::fs::read(registry.lockfile()).unwrap();
    let line = (whole.len() - 13) / 3;
    let (first, second) = (13 + line, 13 + 2 * line);
    let damages: [(&str, Vec<u8>); 7] = [
        ("half of the last line", whole[..whole.len() - 20].to_vec()),
        ("the last line feed", whole[..whole.len() - 1].to_vec()),
        ("the last line", whole[..second].to_vec()),
        ("the first line", [&whole[..13], &whole[first..]].concat()),
        (
            "the middle line",
            [&whole[..first], &whole[second..]].concat(),
        ),
        ("all lines", whole[..13].to_vec()),
        (
            "nothing, but the disk had made room for a line",
            [&whole, &[0; 40][..]].concat(),
        ),
    ];
    for (what, left) in damages {
        for crashed in [false, true] {
            std::fs::write(registry.lockfile(), &left).unwrap();
            registry.restart();
            let lockfile = Lockfile::read(&registry.lockfile());
            assert_eq!(lockfile.header, whole[..13], "{what} was missing");
            let mut names: Vec<_> = lockfile
                .lines
                .iter()
                .map(|line| line.split(' ').next().unwrap())
                .collect();
            names.sort_unstable();
            assert_eq!(
                names,
                ["lined@1.0.0", "lined@1.0.1", "lined@1.0.2"],
                "{what} was missing, after a crash: {crashed}"
            );
            registry.command(&["verify"]).exits(0);
            if crashed {
                registry.kill_9();
            } else {
                registry.stop();
            }
        }
    }

    std::fs::remove_file(registry.lockfile()).unwrap();
    registry.restart();
    assert_eq!(Lockfile::read(&registry.lockfile()).lines.len(), 3);
    registry.command(&["verify"]).exits(0);
}

/// The signing keys survive being cut off while they are made, and nobody is locked out.
#[test]
fn a_first_login_that_was_cut_off_can_be_repeated() {
    let mut registry = Registry::options().own_keys().start();
    for pause in [50, 400] {
        let http = registry.http();
        std::thread::scope(|scope| {
            let login = scope.spawn(move || {
                let body = json!({ "name": "alice", "password": PASSWORD });
                let request = http.put("/-/user/org.couchdb.user:alice").json(&body);
                request.try_send().ok().map(|answer| answer.status)
            });
            std::thread::sleep(Duration::from_millis(pause));
            registry.kill_9();
            let status = login.join().unwrap();
            assert!(status.is_none_or(|status| status == 201), "{status:?}");
        });
        registry.restart();
    }
    let alice = registry.user("alice");
    registry.restart();
    alice.http.get("/-/whoami").send().expect(200);
}

#[test]
fn a_private_registry_that_lost_its_lockfile_stays_private() {
    let mut registry = Registry::start();
    let alice = registry.user("alice");
    Package::new("secret", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    integration::write_flags(&registry.lockfile(), integration::PRIVATE_REGISTRY);
    let limit = Duration::from_secs(5);
    integration::eventually("the flag being followed", limit, || {
        (registry.http().get("/secret").send().status == 401).then_some(())
    });
    let before = Lockfile::read(&registry.lockfile());
    registry.stop();
    std::fs::remove_file(registry.lockfile()).unwrap();
    registry.restart();
    registry.http().get("/secret").send().expect(401);
    let after = Lockfile::read(&registry.lockfile());
    assert_eq!((after.header, after.lines), (before.header, before.lines));
}
