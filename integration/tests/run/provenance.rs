//! What says where and how a version was built.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use integration::{
    Client, ClientKind, Http, PRIVATE_REGISTRY, Package, Registry, eventually, write_flags,
};
use npm_model::Digests;
use serde_json::{Value, json};

const PREDICATE: &str = "https://slsa.dev/provenance/v1";

const ABBREVIATED: &str = "application/vnd.npm.install-v1+json";

/// The statement that npm makes of a version.
fn statement(name: &str, version: &str, tarball: &[u8]) -> Value {
    let name = name.replace('@', "%40");
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{
            "name": format!("pkg:npm/{name}@{version}"),
            "digest": { "sha512": Digests::of(tarball).integrity.to_hex() },
        }],
        "predicateType": PREDICATE,
        "predicate": { "buildDefinition": { "buildType": "a story" } },
    })
}

/// A bundle with that statement in it, as Sigstore makes them; nobody signed it.
fn bundle(statement: &Value) -> Value {
    json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": { "certificate": { "rawBytes": "AAAA" }, "tlogEntries": [] },
        "dsseEnvelope": {
            "payload": STANDARD.encode(statement.to_string()),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{ "sig": "AAAA" }],
        },
    })
}

/// The document that npm sends with `--provenance`.
fn document(package: &Package, data: &str) -> Value {
    let mut document = package.document();
    let name = format!("{}-{}.sigstore", package.name(), package.version());
    document["_attachments"][name] = json!({
        "content_type": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "data": data,
        "length": data.encode_utf16().count(),
    });
    document
}

fn sound(package: &Package) -> Value {
    let statement = statement(package.name(), package.version(), &package.tarball());
    bundle(&statement)
}

#[track_caller]
fn publish(http: &Http, package: &Package) -> Value {
    let bundle = sound(package);
    let document = document(package, &bundle.to_string());
    let answer = http.put(&package.path()).json(&document).send();
    answer.expect(201);
    bundle
}

#[test]
fn provenance_is_shown_and_served() {
    let mut registry = Registry::start();
    let alice = registry.user("alice");
    let package = Package::new("@sc/built", "1.0.0").field("läßt", "grüßen");
    let bundle = publish(&alice.http, &package);
    Package::new("@sc/built", "1.1.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    for _ in 0..2 {
        let port = registry.address().port();
        for host in [format!("127.0.0.1:{port}"), format!("localhost:{port}")] {
            let expected = json!({
                "url": format!("http://{host}/-/npm/v1/attestations/@sc%2fbuilt@1.0.0"),
                "provenance": { "predicateType": PREDICATE },
            });
            for (path, accept, pointer) in [
                ("/@sc%2fbuilt", "application/json", "/versions/1.0.0/dist"),
                ("/@sc%2fbuilt", ABBREVIATED, "/versions/1.0.0/dist"),
                ("/@sc%2fbuilt/1.0.0", "application/json", "/dist"),
            ] {
                let request = registry.http();
                let request = request.get(path).header("accept", accept);
                let answer = request.header("host", &host).send().expect(200).json();
                let dist = answer.pointer(pointer).unwrap();
                assert_eq!(dist["attestations"], expected, "{path} {accept}");
                let without = &answer["versions"]["1.1.0"]["dist"];
                assert_eq!(without["attestations"], Value::Null);
            }
        }
        for name in [
            "@sc%2fbuilt@1.0.0",
            "@sc%2Fbuilt@1.0.0",
            "@sc/built@1.0.0",
            "%40sc%2fbuilt%401.0.0",
            "%40sc/built@1.0.0",
        ] {
            let path = format!("/-/npm/v1/attestations/{name}");
            let answer = registry.http().get(&path).send().expect(200).json();
            let attestation = json!({ "predicateType": PREDICATE, "bundle": bundle });
            assert_eq!(answer, json!({ "attestations": [attestation] }), "{name}");
        }
        registry.kill_9();
        registry.restart();
    }
    for missing in ["@sc%2fbuilt@1.1.0", "@sc%2fbuilt@9.0.0", "other@1.0.0"] {
        let path = format!("/-/npm/v1/attestations/{missing}");
        registry.http().get(&path).send().expect(404).error();
    }
    registry.command(&["verify"]).exits(0);
}

/// As clients send a document back to deprecate or unpublish a version: what is in it is not taken.
#[test]
fn provenance_goes_with_its_version_and_cannot_be_added_later() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let package = Package::new("built", "1.0.0");
    publish(&alice.http, &package);
    let plain = Package::new("built", "1.1.0");
    plain.publish(&alice.http).send().expect(201);
    let mut sent_back = registry.packument("built");
    let attestations = sent_back["versions"]["1.0.0"]["dist"]["attestations"].clone();
    sent_back["versions"]["1.1.0"]["dist"]["attestations"] = attestations.clone();
    sent_back["versions"]["1.0.0"]["dist"]["attestations"] = Value::Null;
    sent_back["versions"]["1.0.0"]["deprecated"] = "old".into();
    alice.http.put("/built").json(&sent_back).send().expect(201);
    let versions = &registry.packument("built")["versions"];
    assert_eq!(versions["1.0.0"]["deprecated"], "old");
    assert_eq!(versions["1.0.0"]["dist"]["attestations"], attestations);
    assert_eq!(versions["1.1.0"]["dist"]["attestations"], Value::Null);
    // Nor by publishing it, when a client says so by itself.
    let claimed = Package::new("built", "1.2.0");
    let mut document = claimed.document();
    document["versions"]["1.2.0"]["dist"]["attestations"] = attestations;
    alice.http.put("/built").json(&document).send().expect(201);
    let versions = &registry.packument("built")["versions"];
    assert_eq!(versions["1.2.0"]["dist"]["attestations"], Value::Null);

    let rev = registry.packument("built")["_rev"].clone();
    let mut rest = registry.packument("built");
    rest["versions"].as_object_mut().unwrap().remove("1.0.0");
    let path = format!("/built/-rev/{}", rev.as_str().unwrap());
    alice.http.put(&path).json(&rest).send().expect(201);
    let gone = "/-/npm/v1/attestations/built@1.0.0";
    registry.http().get(gone).send().expect(404).error();
    // The same bytes may return, and what was stated of them then may be left out now.
    package.publish(&alice.http).send().expect(201);
    registry.http().get(gone).send().expect(404).error();
}

#[test]
fn provenance_of_something_else_publishes_nothing() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let package = Package::new("@sc/built", "1.0.0");
    let tarball = package.tarball();
    let sound = sound(&package);
    let stated = |name: &str, version: &str, tarball: &[u8]| {
        bundle(&statement(name, version, tarball)).to_string()
    };
    let two = {
        let mut two = statement("@sc/built", "1.0.0", &tarball);
        two["subject"] = json!([two["subject"][0], two["subject"][0]]);
        bundle(&two).to_string()
    };
    for (what, data, status) in [
        ("another name", stated("@sc/other", "1.0.0", &tarball), 422),
        ("no scope", stated("built", "1.0.0", &tarball), 422),
        (
            "another version",
            stated("@sc/built", "1.0.1", &tarball),
            422,
        ),
        ("other bytes", stated("@sc/built", "1.0.0", b"other"), 422),
        ("two subjects", two, 400),
        ("no bundle", "{}".to_owned(), 400),
        ("base64", STANDARD.encode(sound.to_string()), 400),
        ("a list", format!("[{sound}]"), 400),
        ("cut short", sound.to_string().replace("}}", ""), 400),
        ("nothing", String::new(), 400),
    ] {
        let document = document(&package, &data);
        let answer = alice.http.put(&package.path()).json(&document).send();
        assert_eq!(answer.status, status, "{what}: {answer}");
        let told = answer.error();
        assert!(told.contains("provenance"), "{what}: {told}");
        registry.http().get("/@sc%2fbuilt").send().expect(404);
    }
    let check = |change: fn(&mut Value), status: u16| {
        let mut document = document(&package, &sound.to_string());
        change(&mut document["_attachments"]);
        let answer = alice.http.put(&package.path()).json(&document).send();
        answer.expect(status).error();
        registry.http().get("/@sc%2fbuilt").send().expect(404);
    };
    let name = "@sc/built-1.0.0.sigstore";
    // Only provenance, of a tarball that is not there.
    check(
        |it| _ = it.as_object_mut().unwrap().remove("@sc/built-1.0.0.tgz"),
        400,
    );
    check(
        |it| it["@sc/built-1.0.1.sigstore"] = it["@sc/built-1.0.0.sigstore"].take(),
        400,
    );
    check(
        |it| it["built-1.0.0.sigstore"] = it["@sc/built-1.0.0.sigstore"].clone(),
        400,
    );
    check(|it| it["@sc/built-1.0.0.sigstore"]["data"] = json!({}), 400);
    check(
        |it| it["@sc/built-1.0.0.sigstore"]["data"] = "x".repeat(5 << 20).into(),
        413,
    );
    assert!(document(&package, "")["_attachments"][name].is_object());
    publish(&alice.http, &package);
    registry.command(&["verify"]).exits(0);
}

#[test]
fn who_may_not_read_a_package_may_not_read_its_provenance() {
    let config = "[access.\"@secret/*\"]\nread = [\"alice\"]\n";
    let registry = Registry::options().config(config).start();
    let (alice, bob) = (registry.user("alice"), registry.user("bob"));
    for name in ["@secret/built", "open"] {
        publish(&alice.http, &Package::new(name, "1.0.0"));
    }
    let secret = "/-/npm/v1/attestations/@secret%2fbuilt@1.0.0";
    alice.http.get(secret).send().expect(200);
    let answer = bob.http.get(secret).send();
    assert!([403, 404].contains(&answer.status), "{answer}");
    let answer = registry.http().get(secret).send();
    assert!([401, 404].contains(&answer.status), "{answer}");
    let open = "/-/npm/v1/attestations/open@1.0.0";
    registry.http().get(open).send().expect(200);
    write_flags(&registry.lockfile(), PRIVATE_REGISTRY);
    let limit = std::time::Duration::from_secs(10);
    eventually("the registry being private", limit, || {
        let answer = registry.http().get(open).send();
        (answer.status == 401).then_some(())
    });
    bob.http.get(open).send().expect(200);
}

/// Stands in for Sigstore, which is asked over the network whether the signature and the certificate
/// hold, and for its repository of keys. All the rest is npm's own: what it sends, where it finds the
/// bundle, and what it compares with what it installed.
const SIGSTORE: &str = r"
const Module = require('node:module')
const load = Module._load
const unknown = async () => {
  throw Object.assign(new Error('no such target'), { code: 'TUF_FIND_TARGET_ERROR' })
}
const verify = async (bundle) => {
  const statement = JSON.parse(Buffer.from(bundle.dsseEnvelope.payload, 'base64'))
  console.error('asked of ' + statement.subject[0].name)
}
Module._load = function (request, ...rest) {
  if (request === '@sigstore/tuf') return { initTUF: async () => ({ getTarget: unknown }) }
  return request === 'sigstore' ? { verify } : load.call(this, request, ...rest)
}
";

told_with!(
    npm_publishes_provenance_and_finds_it_again,
    npm_notices_when_the_bytes_are_not_those_that_were_stated
    with both pinned npms
);

/// Publishes version 1.0.0 of a scoped package as npm does, with a bundle made beforehand. The client
/// has to be preloading [`SIGSTORE`].
#[track_caller]
fn publish_with_npm(client: &Client, name: &str) -> Value {
    let folder = client.project();
    let manifest = json!({ "name": name, "version": "1.0.0", "license": "MIT" });
    fs::write(folder.join("package.json"), manifest.to_string()).unwrap();
    client.run(&folder, &["pack"]).succeeds();
    let file = name.replace('@', "").replace('/', "-") + "-1.0.0.tgz";
    let tarball = fs::read(folder.join(&file)).unwrap();
    let bundle = bundle(&statement(name, "1.0.0", &tarball));
    fs::write(folder.join("bundle.json"), bundle.to_string()).unwrap();
    let file = format!("./{file}");
    let words = ["publish", &file, "--provenance-file=bundle.json"];
    let asked = format!("asked of pkg:npm/{}@1.0.0", name.replace('@', "%40"));
    client.run(&folder, &words).succeeds().says(&asked);
    bundle
}

fn npm_publishes_provenance_and_finds_it_again(kind: ClientKind) {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let client = Client::of(kind, &registry, &alice).preloading(SIGSTORE);
    let bundle = publish_with_npm(&client, "@sc/built");
    let path = "/-/npm/v1/attestations/@sc%2fbuilt@1.0.0";
    let answer = registry.http().get(path).send().expect(200).json();
    assert_eq!(answer["attestations"][0]["bundle"], bundle);

    let client = Client::anonymous(kind, &registry).preloading(SIGSTORE);
    let project = client.project();
    client.run(&project, &["install", "@sc/built"]).succeeds();
    client
        .run(&project, &["audit", "signatures"])
        .exits(0)
        .says("asked of pkg:npm/%40sc/built@1.0.0")
        .says("1 package has a verified registry signature")
        .says("1 package has a verified attestation");
}

/// So that the story above is known to be able to fail.
fn npm_notices_when_the_bytes_are_not_those_that_were_stated(kind: ClientKind) {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let client = Client::of(kind, &registry, &alice).preloading(SIGSTORE);
    let folder = client.project();
    let manifest = r#"{ "name": "@sc/built", "version": "1.0.0", "license": "MIT" }"#;
    fs::write(folder.join("package.json"), manifest).unwrap();
    let other = bundle(&statement("@sc/built", "1.0.0", b"other"));
    fs::write(folder.join("bundle.json"), other.to_string()).unwrap();
    client
        .run(&folder, &["publish", "--provenance-file=bundle.json"])
        .fails()
        .says("Provenance subject digest does not match the package");
    registry.http().get("/@sc%2fbuilt").send().expect(404);
}
