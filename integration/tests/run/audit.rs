//! Asking for advisories.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use integration::{Client, ClientKind, Package, Registry};
use serde_json::json;

const BULK: &str = "/-/npm/v1/security/advisories/bulk";

fn gzipped(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

told_with!(npm_audits_what_it_installed with both pinned npms);

fn npm_audits_what_it_installed(kind: ClientKind) {
    let registry = Registry::start();
    let alice = registry.user("alice");
    Package::new("@sc/sound", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    let client = Client::anonymous(kind, &registry);
    let project = client.project();
    client
        .run(&project, &["install", "@sc/sound"])
        .succeeds()
        .says("found 0 vulnerabilities");
    client
        .run(&project, &["audit"])
        .exits(0)
        .says("found 0 vulnerabilities");
    let report = client.run(&project, &["audit", "--json"]).exits(0).json();
    assert_eq!(report["metadata"]["vulnerabilities"]["total"], 0);
    assert_eq!(report["metadata"]["dependencies"]["total"], 1);
}

#[test]
fn a_question_in_bulk_is_answered_to_everybody() {
    let registry = Registry::start();
    let asked = json!({ "left-pad": ["1.0.0", "1.1.0"], "@private/name": ["1.0.0"] }).to_string();
    let http = registry.http();
    let ask = |body: Vec<u8>| {
        let request = http.request("POST", BULK).body(body);
        request.header("content-type", "application/json")
    };
    for request in [
        ask(asked.clone().into()),
        ask(gzipped(&asked)).header("content-encoding", "gzip"),
        // deno asks with nothing to ask.
        ask(b"{}".to_vec()),
        ask(asked.clone().into()).header("authorization", "Bearer not.a.token"),
    ] {
        assert_eq!(request.send().expect(200).json(), json!({}));
    }
    for body in [
        "",
        "[]",
        "null",
        "{\"left-pad\":\"1.0.0\"}",
        "{\"left-pad\":[1]}",
        "{",
    ] {
        ask(body.into()).send().expect(400).error();
    }
    ask(gzipped(&asked)).send().expect(400).error();
    ask(asked.into())
        .header("content-encoding", "gzip")
        .send()
        .expect(400)
        .error();
    http.get(BULK).send().expect(405).error();
}

#[test]
fn a_question_that_unpacks_to_too_much_is_refused() {
    let registry = Registry::start();
    let http = registry.http();
    let bomb = gzipped(&" ".repeat(64 << 20));
    let request = http.request("POST", BULK).body(bomb);
    let request = request.header("content-encoding", "gzip");
    request.send().expect(413).error();
    http.get("/-/ping").send().expect(200);
}

#[test]
fn old_clients_get_an_empty_report() {
    let registry = Registry::start();
    let tree = json!({
        "name": "project",
        "version": "0.0.0",
        "requires": { "left-pad": "^1.0.0" },
        "dependencies": { "left-pad": { "version": "1.0.0" } },
    });
    let http = registry.http();
    for path in [
        "/-/npm/v1/security/audits",
        "/-/npm/v1/security/audits/quick",
    ] {
        let request = http.request("POST", path).body(gzipped(&tree.to_string()));
        let request = request.header("content-encoding", "gzip");
        let report = request.send().expect(200).json();
        assert_eq!(report["actions"], json!([]));
        assert_eq!(report["advisories"], json!({}));
        assert_eq!(report["muted"], json!([]));
        let counts = json!({ "info": 0, "low": 0, "moderate": 0, "high": 0, "critical": 0 });
        assert_eq!(report["metadata"]["vulnerabilities"], counts);
        assert!(report["metadata"]["totalDependencies"].is_u64(), "{report}");
    }
}

#[test]
fn what_is_known_is_told_in_both_forms() {
    let advisory = json!({
        "id": 7, "url": "https://advisories.example/7", "title": "Pads on the wrong side",
        "severity": "high", "vulnerable_versions": "<1.3.0", "cwe": ["CWE-1"],
        "cvss": { "score": 7.5, "vectorString": "CVSS:3.1/AV:N" },
    });
    let registry = Registry::options()
        .beside(
            "advisories.json",
            &json!({ "left-pad": [advisory] }).to_string(),
        )
        .env("REGISTRY_AUDIT_ADVISORIES", "advisories.json")
        .start();
    let http = registry.http();
    let ask = |path: &str, body: &serde_json::Value| {
        let answer = http.request("POST", path).json(body).send();
        answer.expect(200).json()
    };
    let asked = json!({ "left-pad": ["1.3.0", "1.2.9"], "right-pad": ["1.0.0"] });
    assert_eq!(ask(BULK, &asked), json!({ "left-pad": [advisory] }));
    let sound = json!({ "left-pad": ["1.3.0"], "right-pad": ["1.0.0"] });
    assert_eq!(ask(BULK, &sound), json!({}));

    let tree = json!({
        "name": "project",
        "dependencies": {
            "left-pad": { "version": "1.3.0" },
            "above": {
                "version": "1.0.0",
                "dev": true,
                "dependencies": { "left-pad": { "version": "1.2.0", "dev": true } },
            },
        },
    });
    let report = ask("/-/npm/v1/security/audits/quick", &tree);
    let told = &report["advisories"]["7"];
    assert_eq!(told["module_name"], "left-pad");
    assert_eq!(told["title"], "Pads on the wrong side");
    let findings = json!([{ "version": "1.2.0", "paths": ["above>left-pad"], "dev": true,
                            "optional": false, "bundled": false }]);
    assert_eq!(told["findings"], findings);
    assert_eq!(report["metadata"]["vulnerabilities"]["high"], 1);
    assert_eq!(report["metadata"]["totalDependencies"], 3);
}
