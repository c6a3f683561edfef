//! Publishing, and making the tarball that is published.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use integration::ClientKind;
use serde_json::{Value, json};

use super::scene::{Scene, module_text};
use super::sigstore::CI_RUN;
use super::{Cell, Told, Told::NotThere};

pub(super) const ROWS: &[(&str, Cell)] = &[
    ("publish, scoped", publish_scoped),
    ("publish, unscoped", publish_unscoped),
    ("publish --tag", publish_with_a_tag),
    ("publish a prerelease", publish_a_prerelease),
    ("publish with provenance", publish_with_provenance),
    ("publish again", publish_again),
    ("pack", pack),
];

const DENO_DOES_NOT_PUBLISH: &str = "what deno publishes goes to JSR, a registry of another kind";

/// The module in a version's tarball as anybody gets it.
#[track_caller]
fn published_module(scene: &Scene, name: &str, version: &str) -> String {
    let document = scene.packument(name);
    let dist = &document["versions"][version]["dist"];
    let url = dist["tarball"].as_str().unwrap();
    let tarball = scene.registry.fetch(url).expect(200).body;
    file_of(&tarball, "index.js")
}

#[track_caller]
fn file_of(tarball: &[u8], wanted: &str) -> String {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(tarball));
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().ends_with(wanted) {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
            return text;
        }
    }
    panic!("the tarball should hold {wanted}");
}

fn publish(scene: &Scene, name: &str, version: &str, options: &[&str]) {
    let folder = scene.folder(name, version);
    scene.client.publish(&folder, options).succeeds();
    assert_eq!(published_module(scene, name, version), module_text(version));
}

fn publish_scoped(scene: &Scene) -> Told {
    if scene.kind == ClientKind::Deno {
        return NotThere(DENO_DOES_NOT_PUBLISH);
    }
    let name = scene.name("scoped");
    publish(scene, &name, "1.0.0", &[]);
    let document = scene.packument(&name);
    assert_eq!(document["dist-tags"]["latest"], "1.0.0");
    assert_eq!(document["maintainers"][0]["name"], scene.user.name);
    assert_eq!(
        document["versions"]["1.0.0"]["_npmUser"]["name"],
        scene.user.name
    );
    assert_eq!(document["readme"], format!("# {name}\n"));
    Told::Passed
}

fn publish_unscoped(scene: &Scene) -> Told {
    if scene.kind == ClientKind::Deno {
        return NotThere(DENO_DOES_NOT_PUBLISH);
    }
    publish(scene, &format!("{}-plain", scene.scope), "1.0.0", &[]);
    Told::Passed
}

fn publish_with_a_tag(scene: &Scene) -> Told {
    if scene.kind == ClientKind::Deno {
        return NotThere(DENO_DOES_NOT_PUBLISH);
    }
    let name = scene.name("tagged");
    scene.published("tagged", "1.0.0");
    publish(scene, &name, "2.0.0", &["--tag", "next"]);
    let tags = &scene.packument(&name)["dist-tags"];
    assert_eq!(tags, &json!({ "latest": "1.0.0", "next": "2.0.0" }));
    Told::Passed
}

fn publish_a_prerelease(scene: &Scene) -> Told {
    if scene.kind == ClientKind::Deno {
        return NotThere(DENO_DOES_NOT_PUBLISH);
    }
    let name = scene.name("early");
    publish(scene, &name, "1.0.0-beta.1", &["--tag", "beta"]);
    let tags = &scene.packument(&name)["dist-tags"];
    assert_eq!(tags["beta"], "1.0.0-beta.1");
    assert_eq!(
        tags["latest"], "1.0.0-beta.1",
        "a package always has a latest"
    );
    Told::Passed
}

fn publish_with_provenance(scene: &Scene) -> Told {
    let words: &[&str] = match scene.kind {
        ClientKind::Npm11 | ClientKind::Npm12 | ClientKind::MachineNpm => &["publish"],
        ClientKind::Yarn4 => &["npm", "publish"],
        ClientKind::Pnpm => {
            return NotThere(
                "pnpm trusts no servers but Sigstore's own, and asks them over the network before it signs",
            );
        }
        ClientKind::Yarn1 => return NotThere("yarn 1 knows nothing of provenance"),
        ClientKind::Bun => return NotThere("bun says itself that it cannot make provenance yet"),
        ClientKind::Deno => return NotThere(DENO_DOES_NOT_PUBLISH),
    };
    let name = scene.name("built");
    let folder = scene.folder(&name, "1.0.0");
    if scene.kind == ClientKind::Yarn4 {
        // It publishes only what its own lock file knows, and in a CI run it writes none.
        scene.client.run(&folder, &["install"]).succeeds();
    }
    let client = scene.client_elsewhere().preloading(CI_RUN);
    let options = ["--provenance", "--access", "public"];
    client.run(&folder, &[words, &options].concat()).succeeds();
    assert_eq!(
        published_module(scene, &name, "1.0.0"),
        module_text("1.0.0")
    );
    let attestations = &scene.packument(&name)["versions"]["1.0.0"]["dist"]["attestations"];
    let url = attestations["url"].as_str().unwrap();
    let served = scene.registry.fetch(url).expect(200).json();
    let bundle = &served["attestations"][0]["bundle"];
    let certificate = &bundle["verificationMaterial"]["certificate"]["rawBytes"];
    assert_eq!(certificate, "AAAA", "{bundle}");
    let statement = bundle["dsseEnvelope"]["payload"].as_str().unwrap();
    let statement: Value = serde_json::from_slice(&STANDARD.decode(statement).unwrap()).unwrap();
    let subject = format!("pkg:npm/{}@1.0.0", name.replace('@', "%40"));
    assert_eq!(statement["subject"][0]["name"], subject);
    assert_eq!(
        attestations["provenance"]["predicateType"],
        statement["predicateType"]
    );
    Told::Passed
}

fn publish_again(scene: &Scene) -> Told {
    if scene.kind == ClientKind::Deno {
        return NotThere(DENO_DOES_NOT_PUBLISH);
    }
    let name = scene.name("twice");
    publish(scene, &name, "1.0.0", &[]);
    let folder = scene.folder(&name, "1.0.0");
    fs::write(folder.join("index.js"), "module.exports = 'changed'\n").unwrap();
    let again = scene.client.publish(&folder, &[]).fails();
    // npm looks before it sends, and has words of its own.
    let text = format!("{}{}", again.stdout, again.stderr).to_lowercase();
    assert!(
        text.contains("previously published") || text.contains("already"),
        "should say why: {again}"
    );
    assert_eq!(
        published_module(scene, &name, "1.0.0"),
        module_text("1.0.0")
    );
    Told::Passed
}

fn pack(scene: &Scene) -> Told {
    let name = scene.name("packed");
    let folder = scene.folder(&name, "1.0.0");
    // npm can also pack what a registry has; the others pack what lies here.
    let words: &[&str] = match scene.kind {
        ClientKind::Npm11 | ClientKind::Npm12 | ClientKind::MachineNpm => {
            scene.published("packed", "1.0.0");
            &["pack", &name]
        }
        ClientKind::Pnpm | ClientKind::Yarn1 => &["pack"],
        ClientKind::Yarn4 => {
            scene.client.run(&folder, &["install"]).succeeds();
            &["pack"]
        }
        ClientKind::Bun => &["pm", "pack"],
        ClientKind::Deno => {
            // It packs what has a manifest of its own kind.
            let manifest = json!({ "name": name, "version": "1.0.0", "exports": "./index.js" });
            fs::write(folder.join("deno.json"), manifest.to_string()).unwrap();
            &["pack"]
        }
    };
    scene.client.run(&folder, words).succeeds();
    let tarball = fs::read(tarball_in(&folder)).unwrap();
    assert_eq!(file_of(&tarball, "index.js"), module_text("1.0.0"));
    if scene.kind.is_npm() {
        let document = scene.packument(&name);
        let url = document["versions"]["1.0.0"]["dist"]["tarball"]
            .as_str()
            .unwrap();
        assert_eq!(scene.registry.fetch(url).expect(200).body, tarball);
    }
    Told::Passed
}

#[track_caller]
fn tarball_in(folder: &Path) -> std::path::PathBuf {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut tarballs = entries.filter(|path| path.extension().is_some_and(|it| it == "tgz"));
    tarballs.next().expect("a tarball should have been made")
}
