//! The same packages from this server and from another one: no client can tell which is which.
//!
//! The other one is the harness's [`Reference`](integration::Reference), which serves documents as the protocol
//! describes them. The same client installs the same project from both, each time with an empty cache. What
//! lies in the project afterwards must be equal to the byte, lock file and all, once addresses are made
//! equal; so must be what the client asked for on the way.

mod case;
mod installed;
mod lock;
mod shapes;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use integration::{Answered, ClientKind, Entry, Package, files_of, seed, sha512_of};

use case::Case;
use installed::Installed;
use world::World;

told_with!(a_project_is_installed_as_from_another_registry:
    npm11 = Npm11, npm12 = Npm12, pnpm = Pnpm, yarn4 = Yarn4, bun = Bun;
);

fn a_project_is_installed_as_from_another_registry(kind: ClientKind) {
    let world = shapes::two_hundred(seed());
    assert_eq!(world.names(), 200);
    let published = world.published();
    let (registry, reference) = (&published.registry, &published.reference);
    for case in case::all(kind, &world, &published) {
        println!("--- {kind:?}, {}", case.name);
        let before = registry.answered().len();
        let here = case.installed(kind, &registry.url(), &published);
        let asked_here = registry.answered().split_off(before);

        let before = reference.answered().len();
        let there = case.installed(kind, &reference.url(), &published);
        let asked_there = reference.answered().split_off(before);

        check_equal(&here, &there);
        check_asked(&asked_here, &asked_there);
        check_lock(kind, &here, &world);
        check_packages(kind, &here, &world, &case);
    }
}

#[track_caller]
fn check_equal(here: &Installed, there: &Installed) {
    let differences = here.tree.differences(&there.tree);
    let count = differences.len();
    assert!(
        differences.is_empty(),
        "{count} paths differ, first what is here and then what the reference gives:\n{}",
        differences[..count.min(20)].join("\n")
    );
}

/// The same questions had the same answers, and what was missing in one answer was not asked for in another:
/// two tasks of a client may ask for the same thing at once, but not for everything twice.
#[track_caller]
fn check_asked(here: &[Answered], there: &[Answered]) {
    let sent = |asked: &[Answered]| -> BTreeSet<(String, u16)> {
        let sent = asked.iter().filter(|answer| answer.status != 304);
        sent.map(|answer| (answer.path.clone(), answer.status))
            .collect()
    };
    let (sent_here, sent_there) = (sent(here), sent(there));
    let differing: Vec<_> = sent_here.symmetric_difference(&sent_there).collect();
    assert!(
        differing.is_empty(),
        "asked for in one place: {differing:?}"
    );
    for asked in [here, there] {
        let (count, different) = (asked.len(), sent_here.len());
        assert!(count < different + different / 4, "{count} for {different}");
    }
}

/// What the lock file promises is what was published.
#[track_caller]
fn check_lock(kind: ClientKind, installed: &Installed, world: &World) {
    let lock = installed.tree.text(lock::file_name(kind));
    let mut published: BTreeMap<String, String> = BTreeMap::new();
    for package in world.packages() {
        published.insert(id(package), sha512_of(&package.tarball()));
    }
    let promised = lock::integrities(kind, lock);
    for (id, integrity) in &promised {
        assert_eq!(Some(integrity), published.get(id), "of {id}");
    }
    println!("{} integrities in the lock file", promised.len());
    // yarn 4 has no hashes of tarballs in its lock file, only of the archives that it makes of them.
    if kind == ClientKind::Yarn4 {
        assert!(promised.is_empty() && lock.contains("  checksum: 10c0/"));
        return;
    }
    let promised: BTreeSet<String> = promised.into_iter().map(|(id, _)| id).collect();
    for (folder, id) in installed.packages() {
        assert!(
            promised.contains(&id) || is_bundled(&id),
            "{id} in {folder}"
        );
    }
}

/// Every package that is there has the files that it was published with, and there are enough of them.
#[track_caller]
fn check_packages(kind: ClientKind, installed: &Installed, world: &World, case: &Case) {
    let published: BTreeMap<String, &Package> = world
        .packages()
        .iter()
        .map(|package| (id(package), package))
        .collect();
    let mut there = BTreeSet::new();
    for (folder, id) in installed.packages() {
        let Some(package) = published.get(&id) else {
            assert!(is_bundled(&id), "{id} in {folder}");
            continue;
        };
        for (path, bytes) in files_of(&package.tarball()) {
            let path = path.strip_prefix("package/").unwrap();
            if kind == ClientKind::Yarn4 && path.starts_with("node_modules/") {
                // It takes no package out of another one's tarball.
                continue;
            }
            let path = format!("{folder}/{path}");
            match installed.tree.0.get(&path) {
                Some(Entry::File { bytes: found, .. }) => assert!(*found == bytes, "{path}"),
                found => panic!("{path} should be a file, not {found:?}"),
            }
        }
        there.insert(id);
    }
    println!("{} packages of {}", there.len(), published.len());
    assert!(there.len() >= case.least, "{there:?}");
    (case.check)(&there);
    let ran = installed.tree.0.keys().find(|path| path.ends_with("/ran"));
    assert_eq!(ran, None, "a script was run");
}

/// Whether it came in another one's tarball, and is compared as part of that.
fn is_bundled(id: &str) -> bool {
    id.ends_with("@1.99.0")
}

/// Names a version as lock files do.
fn id(package: &Package) -> String {
    format!("{}@{}", package.name(), package.version())
}
