//! A server that comes back is the one that went.

use integration::{Client, ClientKind, Examples, Http, Package, Registry, Response};
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

#[test]
fn a_missing_line_of_the_lockfile_is_written_again() {
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
    // A crash between the commit and the append, or in the middle of the append.
    std::fs::write(registry.lockfile(), &whole[..whole.len() - 20]).unwrap();
    registry.restart();
    let lockfile = integration::Lockfile::read(&registry.lockfile());
    let mut lines = lockfile.lines.clone();
    lines.sort();
    lines.dedup();
    let names: Vec<_> = lines
        .iter()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(names, ["lined@1.0.0", "lined@1.0.1", "lined@1.0.2"]);
    assert_eq!(lines.len(), lockfile.lines.len(), "no line twice");
    registry.command(&["verify"]).exits(0);
}
