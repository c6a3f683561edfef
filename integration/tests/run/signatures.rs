//! What vouches for packages.

use std::fs;

use integration::{Client, ClientKind, Package, Registry};

/// Before it asks a registry for its keys, npm asks Sigstore's repository for them, over the network, and
/// gives up when that cannot be reached. This stands in for that repository and says what it says of a
/// registry that it does not know. All the rest, the keys and the verification, is npm's own.
pub(crate) const NO_NETWORK: &str = r"
const Module = require('node:module')
const load = Module._load
const unknown = async () => {
  throw Object.assign(new Error('no such target'), { code: 'TUF_FIND_TARGET_ERROR' })
}
Module._load = function (request, ...rest) {
  return request === '@sigstore/tuf'
    ? { initTUF: async () => ({ getTarget: unknown }) }
    : load.call(this, request, ...rest)
}
";

/// Verifies as the documentation of npm says, without npm: ECDSA over `name@version:integrity`.
const VERIFY: &str = r"
import { createPublicKey, verify } from 'node:crypto'
const registry = process.env.npm_config_registry
const get = async (path) => (await fetch(registry + path)).json()
const { keys } = await get('/-/npm/v1/keys')
const document = await get('/@sc%2fsigned')
for (const [version, { name, dist }] of Object.entries(document.versions)) {
  for (const { keyid, sig } of dist.signatures) {
    const { key, scheme, keytype, expires } = keys.find((key) => key.keyid === keyid)
    const pem = `-----BEGIN PUBLIC KEY-----\n${key}\n-----END PUBLIC KEY-----`
    const holds = (message) =>
      verify('sha256', Buffer.from(message), createPublicKey(pem), Buffer.from(sig, 'base64'))
    const { asymmetricKeyDetails } = createPublicKey(pem)
    console.log(version, scheme, keytype, expires, asymmetricKeyDetails.namedCurve,
      holds(`${name}@${version}:${dist.integrity}`),
      holds(`${name}@6.6.6:${dist.integrity}`),
      holds(`${name}@${version}:sha512-other`))
  }
}
";

fn with_signed() -> Registry {
    let registry = Registry::start();
    let alice = registry.user("alice");
    for version in ["1.0.0", "1.1.0-beta.1"] {
        Package::new("@sc/signed", version)
            .publish(&alice.http)
            .send()
            .expect(201);
    }
    let above = Package::new("above", "1.0.0")
        .field("dependencies", serde_json::json!({ "@sc/signed": "1.0.0" }));
    above.publish(&alice.http).send().expect(201);
    registry
}

/// Lets the next start make another key; the keys of tokens, which take seconds to make, stay.
fn forget_package_key(registry: &Registry) {
    let keys = fs::read_dir(registry.data().join("keys")).unwrap();
    let mut forgotten = 0;
    for key in keys.map(|entry| entry.unwrap().path()) {
        let name = key.file_name().unwrap().to_str().unwrap();
        if name.starts_with("packages-") {
            fs::remove_file(&key).unwrap();
            forgotten += 1;
        }
    }
    assert_eq!(forgotten, 1, "there should be one key for packages");
}

told_with!(
    npm_verifies_the_signatures_of_what_it_installed,
    npm_does_not_trust_a_key_that_it_is_not_shown
    with both pinned npms
);

fn npm_verifies_the_signatures_of_what_it_installed(kind: ClientKind) {
    let registry = with_signed();
    let client = Client::anonymous(kind, &registry).preloading(NO_NETWORK);
    let project = client.project();
    client.run(&project, &["install", "above"]).succeeds();
    client
        .run(&project, &["audit", "signatures"])
        .exits(0)
        .says("audited 2 packages")
        .says("2 packages have verified registry signatures");
    let words = ["audit", "signatures", "--json"];
    let report = client.run(&project, &words).exits(0).json();
    assert_eq!(report, serde_json::json!({ "invalid": [], "missing": [] }));
}

/// So that the story above is known to be able to fail.
fn npm_does_not_trust_a_key_that_it_is_not_shown(kind: ClientKind) {
    let mut registry = with_signed();
    let client = Client::anonymous(kind, &registry).preloading(NO_NETWORK);
    let project = client.project();
    client.run(&project, &["install", "above"]).succeeds();
    registry.stop();
    forget_package_key(&registry);
    registry.restart();
    client
        .run(&project, &["audit", "signatures"])
        .fails()
        .says("no corresponding public key can be found")
        .does_not_say("verified registry signature");
}

#[test]
fn every_version_is_signed_over_its_name_and_contents() {
    let registry = with_signed();
    let client = Client::anonymous(ClientKind::Npm11, &registry);
    let folder = client.project();
    let script = VERIFY.replace(
        "process.env.npm_config_registry",
        &format!("{:?}", registry.url()),
    );
    let said = client.evaluate(&folder, &script).succeeds();
    let kind = "ecdsa-sha2-nistp256 ecdsa-sha2-nistp256 null prime256v1 true false false";
    assert_eq!(said.stdout, format!("1.0.0 {kind}\n1.1.0-beta.1 {kind}\n"));
}

#[test]
fn signatures_and_keys_outlive_a_restart() {
    let mut registry = Registry::options().prepared();
    forget_package_key(&registry);
    registry.restart();
    let alice = registry.user("alice");
    let publish = |version: &str| {
        let package = Package::new("signed", version);
        package.publish(&alice.http).send().expect(201);
    };
    publish("1.0.0");
    let keys = |registry: &Registry| {
        let answer = registry.http().get("/-/npm/v1/keys").send();
        answer.expect(200).json()
    };
    let signatures = |registry: &Registry, version: &str| {
        registry.packument("signed")["versions"][version]["dist"]["signatures"].clone()
    };
    let (key, signature) = (keys(&registry), signatures(&registry, "1.0.0"));
    assert_eq!(key["keys"].as_array().unwrap().len(), 1);
    let keyid = key["keys"][0]["keyid"].as_str().unwrap();
    assert!(keyid.starts_with("SHA256:"), "{keyid}");
    assert_eq!(signature[0]["keyid"], keyid);
    registry.kill_9();
    registry.restart();
    assert_eq!(keys(&registry), key);
    assert_eq!(signatures(&registry, "1.0.0"), signature);
    publish("1.0.1");
    assert_eq!(signatures(&registry, "1.0.1")[0]["keyid"], keyid);
    // Install-time checks read the abbreviated document.
    let abbreviated = registry
        .http()
        .get("/signed")
        .header("accept", "application/vnd.npm.install-v1+json")
        .send()
        .expect(200)
        .json();
    let dist = &abbreviated["versions"]["1.0.0"]["dist"];
    assert_eq!(dist["signatures"], signature);
}
