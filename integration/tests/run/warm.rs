//! Installing again with a warm cache: the registry is asked, and says that nothing changed.
//!
//! Told from what the server answered, because the client installs the same files either way: it is the
//! megabytes and the rendering that a 304 saves.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use integration::{Answered, Client, ClientKind, Package, Registry, User, document_path};
use serde_json::{Map, Value, json};

told_with!(an_install_with_a_warm_cache_is_answered_with_304_only:
    npm11 = Npm11, npm12 = Npm12, machine_npm = MachineNpm, pnpm = Pnpm, yarn4 = Yarn4, bun = Bun, deno = Deno;
);
told_with!(an_install_with_a_warm_cache_fetches_no_tarball: yarn1 = Yarn1;);

/// Twelve, scoped and not.
const PACKAGES: [&str; 12] = [
    "warm",
    "@acme/warm",
    "byte",
    "header",
    "lockfile",
    "offset",
    "terminal",
    "@acme/byte",
    "@acme/header",
    "@acme/lockfile",
    "@acme/offset",
    "@acme/terminal",
];

/// A package that depends on every second one after it.
fn package(position: usize, version: &str) -> Package {
    let needed = PACKAGES.iter().skip(position).step_by(2).skip(1);
    Package::new(PACKAGES[position], version).field("dependencies", ranges(needed))
}

fn ranges<'a>(names: impl Iterator<Item = &'a &'a str>) -> Map<String, Value> {
    names
        .map(|name| ((*name).to_owned(), "^1.0.0".into()))
        .collect()
}

fn with_packages() -> (Registry, User) {
    let registry = Registry::start();
    let alice = registry.user("alice");
    for position in 0..PACKAGES.len() {
        let package = package(position, "1.0.0");
        package.publish(&alice.http).send().expect(201);
    }
    (registry, alice)
}

/// A project without modules and without a lock file, so that nothing but the client's cache is there.
fn project(client: &Client) -> PathBuf {
    let folder = client.project();
    let manifest = json!({
        "name": "project",
        "version": "0.0.0",
        "private": true,
        "dependencies": ranges(PACKAGES.iter()),
    });
    fs::write(folder.join("package.json"), manifest.to_string()).unwrap();
    folder
}

/// What a client asked for while it ran.
struct Asked {
    said: integration::Finished,
    documents: Vec<Answered>,
    tarballs: Vec<Answered>,
}

/// Runs a client and tells what it asked for.
fn run(client: &Client, registry: &Registry, project: &Path, words: &[&str]) -> Asked {
    let before = registry.answered().len();
    let said = client.run(project, words).succeeds();
    let mut asked = registry.answered().split_off(before);
    asked.retain(|answer| answer.method == "GET");
    let (tarballs, documents) = asked
        .into_iter()
        .partition(|answer| answer.path.contains("/-/"));
    Asked {
        said,
        documents,
        tarballs,
    }
}

impl Asked {
    /// Returns the paths of the documents that were answered with this status, as npm spells them.
    fn documents(&self, status: u16) -> BTreeSet<String> {
        let answered = self.documents.iter();
        answered
            .filter(|answer| answer.status == status)
            .map(|answer| answer.path.replace("%2F", "%2f"))
            .collect()
    }
}

fn every_document() -> BTreeSet<String> {
    PACKAGES.map(document_path).into()
}

/// bun would trust its cache for five minutes without asking, but heeds `cache-control: no-cache`.
fn an_install_with_a_warm_cache_is_answered_with_304_only(kind: ClientKind) {
    let (registry, alice) = with_packages();
    let client = Client::anonymous(kind, &registry);
    let first = project(&client);
    let cold = run(&client, &registry, &first, &["install"]);
    assert_eq!(cold.documents(200), every_document());
    assert_eq!(cold.tarballs.len(), PACKAGES.len(), "{:?}", cold.tarballs);

    let again = || match kind {
        // Its install asks for nothing while its cache has a version that fits.
        ClientKind::Deno => run(&client, &registry, &first, &["update"]),
        _ => run(&client, &registry, &project(&client), &["install"]),
    };
    if kind == ClientKind::Deno {
        // Updating has a cache of its own, beside that of installing. Told to reload, an install asks again
        // with what is in the latter; it wants all tarballs then, and has no condition for those.
        let reloaded = run(
            &client,
            &registry,
            &project(&client),
            &["install", "--reload"],
        );
        assert_eq!(reloaded.documents(304), every_document());
        assert_eq!(reloaded.documents(200), BTreeSet::new());
        assert_eq!(again().documents(200), every_document());
    }
    for _ in 0..2 {
        let warm = again();
        assert_eq!(warm.documents(304), every_document());
        assert_eq!(warm.documents.len(), PACKAGES.len(), "{:?}", warm.documents);
        assert!(warm.tarballs.is_empty(), "{:?}", warm.tarballs);
    }

    // What did change is sent, and nothing else is.
    let newer = package(5, "1.1.0");
    newer.publish(&alice.http).send().expect(201);
    let warm = again();
    let mut unchanged = every_document();
    unchanged.remove(&newer.path());
    assert_eq!(warm.documents(304), unchanged);
    assert_eq!(warm.documents(200), [newer.path()].into());
    assert_eq!(warm.tarballs.len(), 1, "{:?}", warm.tarballs);
}

/// yarn 1 never says which document it has, so each is sent again.
fn an_install_with_a_warm_cache_fetches_no_tarball(kind: ClientKind) {
    let (registry, _) = with_packages();
    let client = Client::anonymous(kind, &registry);
    let cold = run(&client, &registry, &project(&client), &["install"]);
    assert_eq!(cold.tarballs.len(), PACKAGES.len(), "{}", cold.said);
    let warm = run(&client, &registry, &project(&client), &["install"]);
    assert_eq!(warm.documents(200), every_document());
    assert!(warm.tarballs.is_empty(), "{:?}", warm.tarballs);
}
