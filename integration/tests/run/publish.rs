//! Publishing and installing the example packages with real clients, and running what was installed.

use std::io::Cursor;

use flate2::read::GzDecoder;
use integration::{Client, ClientKind, Examples, Lockfile, Package, Registry};
use serde_json::json;

/// Prints the header of a lockfile through the packages that were installed.
const MODULE: &str = "
    import { readHeader } from '@mycompany/pkg-1';
    import { readLockfile } from '@mycompany/pkg-2';
    const path = process.env.HOME + '/lockfile';
    const header = await readHeader(path);
    const lockfile = await readLockfile(path);
    console.log(JSON.stringify([header.version, header.terminalMode, lockfile.packages.map((p) => p.name + '@' + p.version)]));
";

told_with!(
    both_examples_are_published_installed_and_run,
    an_unscoped_package_is_published_and_installed,
    republishing_is_refused_with_the_reason,
    publishing_without_a_login_is_refused,
    a_prerelease_goes_under_its_own_tag
    with every npm and bun
);

fn both_examples_are_published_installed_and_run(kind: ClientKind) {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let examples = Examples::copied();
    let publisher = Client::of(kind, &registry, &alice);
    publisher.run(&examples.pkg_1(), &["publish"]).succeeds();
    publisher.run(&examples.pkg_2(), &["publish"]).succeeds();

    // Whatever published them, everybody can install and run them.
    for kind in [ClientKind::Npm11, kind, ClientKind::Bun] {
        let reader = Client::anonymous(kind, &registry);
        let project = reader.project();
        reader.install(&project, &["@mycompany/pkg-2"]).succeeds();
        let lockfile = registry.lockfile().display().to_string();
        let module = MODULE.replace("process.env.HOME + '/lockfile'", &format!("{lockfile:?}"));
        // `pkg-1` came along as a dependency, and lies where it can be imported from as well.
        let printed = reader.evaluate(&project, &module).succeeds().json();
        assert_eq!(
            printed,
            serde_json::json!([
                1,
                "raw",
                ["@mycompany/pkg-1@1.0.0", "@mycompany/pkg-2@2.0.0"]
            ])
        );
        reader
            .run_installed(&project, "lockb-diff", &[&lockfile, &lockfile])
            .exits(0);
    }

    let reader = Client::anonymous(kind, &registry);
    let project = reader.project();
    reader.install(&project, &["@mycompany/pkg-1"]).succeeds();
    let url = format!("http://LOCALHOST:{}/", registry.address().port());
    let hash = Lockfile::read(&registry.lockfile()).registry_hash();
    reader
        .run_installed(&project, "lockb-header", &["--hash", &url])
        .succeeds()
        .says(&format!("0x{hash:08x}"));
}

fn an_unscoped_package_is_published_and_installed(kind: ClientKind) {
    let registry = Registry::start();
    let publisher = Client::of(kind, &registry, &registry.user("alice"));
    let folder = publisher.project();
    let manifest = r#"{"name":"thirteen","version":"1.3.0","type":"module","exports":"./index.js","bin":"./index.js"}"#;
    std::fs::write(folder.join("package.json"), manifest).unwrap();
    let module = "#!/usr/bin/env node\nconsole.log('thirteen bytes');\n";
    std::fs::write(folder.join("index.js"), module).unwrap();
    publisher.run(&folder, &["publish"]).succeeds();

    let reader = Client::anonymous(kind, &registry);
    let project = reader.project();
    reader.install(&project, &["thirteen@^1.0.0"]).succeeds();
    let said = reader.evaluate(&project, "import 'thirteen'").succeeds();
    assert_eq!(said.stdout.trim(), "thirteen bytes");
    let said = reader.run_installed(&project, "thirteen", &[]).succeeds();
    assert_eq!(said.stdout.trim(), "thirteen bytes");
}

fn republishing_is_refused_with_the_reason(kind: ClientKind) {
    let registry = Registry::start();
    let publisher = Client::of(kind, &registry, &registry.user("alice"));
    let examples = Examples::copied();
    publisher.run(&examples.pkg_1(), &["publish"]).succeeds();
    let before = registry.packument("@mycompany/pkg-1");

    // npm looks before it publishes, so that the server is not even asked; `--force` does not look.
    std::fs::write(examples.pkg_1().join("index.js"), "export default 13;\n").unwrap();
    let words: &[&str] = match kind {
        ClientKind::Bun => &["publish"],
        _ => &["publish", "--force"],
    };
    publisher
        .run(&examples.pkg_1(), words)
        .fails()
        .says("cannot publish over the previously published version");
    assert_eq!(registry.packument("@mycompany/pkg-1"), before);
}

fn publishing_without_a_login_is_refused(kind: ClientKind) {
    let registry = Registry::start();
    let client = Client::anonymous(kind, &registry);
    let examples = Examples::copied();
    client.run(&examples.pkg_1(), &["publish"]).fails();
    registry
        .http()
        .get("/@mycompany%2fpkg-1")
        .send()
        .expect(404)
        .error();
}

fn a_prerelease_goes_under_its_own_tag(kind: ClientKind) {
    let registry = Registry::start();
    let client = Client::of(kind, &registry, &registry.user("alice"));
    let examples = Examples::copied();
    client.run(&examples.pkg_1(), &["publish"]).succeeds();

    let manifest = examples.pkg_1().join("package.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("\"1.0.0\"", "\"1.1.0-beta.1\"")).unwrap();
    client
        .run(&examples.pkg_1(), &["publish", "--tag", "next"])
        .succeeds();

    let tags = registry.packument("@mycompany/pkg-1")["dist-tags"].clone();
    assert_eq!(
        tags,
        serde_json::json!({ "latest": "1.0.0", "next": "1.1.0-beta.1" })
    );
    for (wanted, got) in [
        ("@mycompany/pkg-1", "1.0.0"),
        ("@mycompany/pkg-1@next", "1.1.0-beta.1"),
        ("@mycompany/pkg-1@^1.1.0-beta.0", "1.1.0-beta.1"),
    ] {
        let project = client.project();
        client.install(&project, &[wanted]).succeeds();
        let manifest = project.join("node_modules/@mycompany/pkg-1/package.json");
        let manifest = std::fs::read_to_string(manifest).unwrap();
        assert!(
            manifest.contains(&format!("\"version\": \"{got}\"")),
            "{wanted} should be {got}: {manifest}"
        );
    }
}

told_with!(
    view_shows_what_was_published,
    a_lock_file_is_enough_to_install_again
    with every npm
);

fn view_shows_what_was_published(kind: ClientKind) {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let client = Client::of(kind, &registry, &alice);
    let examples = Examples::copied();
    client.run(&examples.pkg_1(), &["publish"]).succeeds();
    client.run(&examples.pkg_2(), &["publish"]).succeeds();

    let folder = client.project();
    client
        .run(&folder, &["view", "@mycompany/pkg-2"])
        .succeeds()
        .says("@mycompany/pkg-2@2.0.0")
        .says("Advanced utility")
        .says("lockb-diff")
        .says("alice");
    let field = |name: &str| {
        let words = ["view", "@mycompany/pkg-2", name, "--json"];
        match client.run(&folder, &words).succeeds().json() {
            // npm 12 always answers with a list, one entry for each version that was found.
            serde_json::Value::Array(mut found) if found.len() == 1 => found.remove(0),
            found => found,
        }
    };
    assert_eq!(field("version"), "2.0.0");
    assert_eq!(field("license"), "MIT");
    assert_eq!(field("dependencies")["@mycompany/pkg-1"], "^1.0.0");
    assert_eq!(field("dist-tags")["latest"], "2.0.0");
    let dist = field("dist");
    assert!(dist["integrity"].as_str().unwrap().starts_with("sha512-"));
    assert_eq!(
        dist["tarball"],
        format!("{}/@mycompany/pkg-2/-/pkg-2-2.0.0.tgz", registry.url())
    );
    let words = ["view", "@mycompany/pkg-3"];
    client.run(&folder, &words).fails().says("E404");
}

fn a_lock_file_is_enough_to_install_again(kind: ClientKind) {
    let registry = Registry::start();
    let alice = registry.user("alice");
    Package::new("left", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    let right = Package::new("right", "1.0.0")
        .field("dependencies", serde_json::json!({ "left": "^1.0.0" }));
    right.publish(&alice.http).send().expect(201);

    let first = Client::anonymous(kind, &registry);
    let project = first.project();
    first.install(&project, &["right"]).succeeds();
    Package::new("left", "1.1.0")
        .publish(&alice.http)
        .send()
        .expect(201);

    // Another person, with an empty cache, gets exactly what was locked.
    let second = Client::anonymous(kind, &registry);
    let copy = second.project();
    for name in ["package.json", "package-lock.json"] {
        std::fs::copy(project.join(name), copy.join(name)).unwrap();
    }
    second.run(&copy, &["ci"]).succeeds();
    let said = second
        .evaluate(&copy, "import left from 'left'; console.log(left)")
        .succeeds();
    assert_eq!(said.stdout.trim(), "1.0.0");
}

#[test]
fn bun_shows_what_was_published() {
    let registry = Registry::start();
    let client = Client::of(ClientKind::Bun, &registry, &registry.user("alice"));
    let examples = Examples::copied();
    client.run(&examples.pkg_1(), &["publish"]).succeeds();
    let folder = client.project();
    client
        .run(&folder, &["info", "@mycompany/pkg-1"])
        .succeeds()
        .says("@mycompany/pkg-1@1.0.0")
        .says("Example utility");
    let version = client
        .run(&folder, &["info", "@mycompany/pkg-1", "version"])
        .succeeds();
    assert_eq!(version.stdout.trim(), "1.0.0");
}

#[test]
fn a_new_version_is_installed_at_once() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let reader = Client::anonymous(ClientKind::Npm11, &registry);
    let project = reader.project();
    for version in ["1.0.0", "1.0.1", "1.1.0"] {
        Package::new("quick", version)
            .publish(&alice.http)
            .send()
            .expect(201);
        // The same client each time, so a document in its cache must be asked about again.
        reader.install(&project, &["quick@latest"]).succeeds();
        let said = reader
            .evaluate(&project, "import quick from 'quick'; console.log(quick)")
            .succeeds();
        assert_eq!(said.stdout.trim(), version);
    }
}

#[test]
fn the_files_of_a_tarball_are_counted_whatever_the_client_says() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let package = Package::new("counted", "1.0.0")
        .file("LICENSE", vec![b'x'; 12_345])
        .field("dist", json!({ "fileCount": 1, "unpackedSize": 1 }))
        .sealed();
    package.publish(&alice.http).send().expect(201);
    let mut archive = tar::Archive::new(GzDecoder::new(Cursor::new(package.tarball())));
    let sizes = archive.entries().unwrap().map(|file| file.unwrap().size());
    let sizes: Vec<u64> = sizes.collect();
    let http = registry.http();
    let document = http.get("/counted");
    let abbreviated = document
        .clone()
        .header("accept", "application/vnd.npm.install-v1+json");
    for document in [document, abbreviated] {
        let document = document.send().expect(200).json();
        let dist = &document["versions"]["1.0.0"]["dist"];
        assert_eq!(dist["fileCount"], sizes.len(), "{dist}");
        assert_eq!(dist["unpackedSize"], sizes.iter().sum::<u64>(), "{dist}");
    }
}
