//! What every client does with this registry: install, install again, publish.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use integration::{
    Client, ClientKind, PRIVATE_REGISTRY, Package, Registry, eventually, write_flags,
};
use serde_json::json;

/// How long a changed byte may take to show.
const LIMIT: Duration = Duration::from_secs(10);

told_with!(
    a_client_says_the_version_it_is_pinned_to,
    a_package_is_installed_with_the_one_it_needs,
    a_second_install_needs_no_tarballs,
    a_private_registry_is_installed_from_with_a_token_only
    with every client
);

fn a_client_says_the_version_it_is_pinned_to(kind: ClientKind) {
    let client = Client::anonymous(kind, &Registry::start());
    let said = client.run(&client.project(), &["--version"]).succeeds();
    let version = kind.pinned_version();
    assert!(
        said.stdout.split_whitespace().any(|word| word == version),
        "should be {version}: {said}"
    );
}

/// A scoped package, and an unscoped one that needs it.
fn packages() -> [Package; 2] {
    [
        Package::new("@acme/header", "1.3.0").filler(vec![13; 100_000]),
        Package::new("lockfile", "2.6.0")
            .field("dependencies", json!({ "@acme/header": "^1.0.0" }))
            .filler(vec![26; 100_000]),
    ]
}

fn with_packages() -> Registry {
    let registry = Registry::start();
    let alice = registry.user("alice");
    for package in packages() {
        package.publish(&alice.http).send().expect(201);
    }
    registry
}

/// Checks that each file of both packages is there, to the byte, and that the one finds the other.
fn check_installed(project: &Path) {
    let [header, lockfile] = packages();
    let folder = resolved(project, lockfile.name());
    check_files(&folder, &lockfile);
    check_files(&resolved(&folder, header.name()), &header);
}

/// Finds a package as node does: from where the one that asks really lies, upwards.
fn resolved(from: &Path, name: &str) -> PathBuf {
    let from = from.canonicalize().unwrap();
    let mut candidates = from
        .ancestors()
        .map(|folder| folder.join("node_modules").join(name));
    candidates
        .find(|candidate| candidate.is_dir())
        .unwrap_or_else(|| panic!("{} should find {name}", from.display()))
}

fn check_files(folder: &Path, package: &Package) {
    let tarball = package.tarball();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(tarball.as_slice()));
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().into_owned();
        let path = folder.join(path.strip_prefix("package").unwrap());
        let mut published = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut published).unwrap();
        let installed = fs::read(&path).unwrap_or_default();
        assert!(installed == published, "{} differs", path.display());
    }
}

fn a_package_is_installed_with_the_one_it_needs(kind: ClientKind) {
    let registry = with_packages();
    let client = Client::anonymous(kind, &registry);
    let unscoped = client.project();
    client.install(&unscoped, &["lockfile"]).succeeds();
    check_installed(&unscoped);

    // Another cache, another spelling of the wish, and the scoped one by its own name.
    let client = Client::anonymous(kind, &registry);
    let both = client.project();
    let wanted = ["@acme/header@^1.0.0", "lockfile@latest"];
    client.install(&both, &wanted).succeeds();
    check_installed(&both);
    check_files(&both.join("node_modules/@acme/header"), &packages()[0]);
}

fn a_second_install_needs_no_tarballs(kind: ClientKind) {
    let registry = with_packages();
    let client = Client::anonymous(kind, &registry);
    let first = client.project();
    client.install(&first, &["lockfile"]).succeeds();

    fs::remove_dir_all(registry.data().join("blobs")).unwrap();
    for package in packages() {
        let answer = registry.tarball(package.name(), package.version());
        assert_ne!(answer.status, 200, "{answer}");
    }
    let second = client.project();
    client.install(&second, &["lockfile"]).succeeds();
    check_installed(&second);

    // And what a project lists is put back when its modules were removed.
    fs::remove_dir_all(first.join("node_modules")).unwrap();
    client.install(&first, &[]).succeeds();
    check_installed(&first);
}

fn a_private_registry_is_installed_from_with_a_token_only(kind: ClientKind) {
    let registry = with_packages();
    let alice = registry.user("alice");
    write_flags(&registry.lockfile(), PRIVATE_REGISTRY);
    eventually("the switch to private", LIMIT, || {
        let answer = registry.http().get(&packages()[1].path()).send();
        (answer.status == 401).then_some(())
    });
    let client = Client::of(kind, &registry, &alice);
    let project = client.project();
    client.install(&project, &["lockfile"]).succeeds();
    check_installed(&project);
    let stranger = Client::anonymous(kind, &registry);
    stranger.install(&stranger.project(), &["lockfile"]).fails();
}

told_with!(what_a_client_publishes_is_shown_to_everybody with every client that publishes);

fn what_a_client_publishes_is_shown_to_everybody(kind: ClientKind) {
    let registry = Registry::start();
    let client = Client::of(kind, &registry, &registry.user("alice"));
    for name in ["@acme/thirteen", "thirteen"] {
        let folder = client.project();
        let manifest = json!({ "name": name, "version": "1.3.0", "license": "MIT" });
        fs::write(folder.join("package.json"), manifest.to_string()).unwrap();
        fs::write(folder.join("index.js"), "module.exports = 13;\n").unwrap();
        client.publish(&folder, &["--tag", "new"]).succeeds();

        let document = registry.packument(name);
        assert_eq!(document["versions"]["1.3.0"]["_npmUser"]["name"], "alice");
        assert_eq!(document["dist-tags"]["new"], "1.3.0");
        let files = registry.tarball(name, "1.3.0").expect(200).gunzipped();
        let text = String::from_utf8_lossy(&files);
        assert!(text.contains("module.exports = 13;"), "{name}");
    }
}
