//! A disk without room. Story (c).

use std::fs;

use integration::{Lockfile, PASSWORD, Package, Registry, SmallDisk, User};
use serde_json::json;

/// A file that somebody else keeps on the same disk.
const FILLER: usize = 2 << 20;
/// Tarballs of this size fill the disk in a few dozen publishes.
const TARBALL: usize = 150_000;

fn package(number: usize) -> Package {
    let mut random = fastrand::Rng::with_seed(number as u64);
    let filler: Vec<u8> = (0..TARBALL).map(|_| random.u8(..)).collect();
    Package::new(&format!("full-{}", number % 4), &format!("1.0.{number}"))
        .filler(filler)
        .sealed()
}

fn is_there(registry: &Registry, package: &Package) {
    let tarball = registry.tarball(package.name(), package.version());
    assert!(
        tarball.expect(200).body == package.tarball(),
        "{}@{} has other bytes",
        package.name(),
        package.version()
    );
}

fn is_not_listed(registry: &Registry, package: &Package) {
    let answer = registry.http().get(&package.path()).send();
    if answer.status != 404 {
        let versions = &answer.expect(200).json()["versions"];
        assert!(
            versions[package.version()].is_null(),
            "{}@{} was refused and is listed",
            package.name(),
            package.version()
        );
    }
}

/// Which write is the first to fail depends on the size: the tarball's, the catalogue's, the lockfile's.
#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    for mebibytes in [6, 7] {
        let mut full = Full::new(mebibytes);
        full.make_room();
        full.goes_on();
    }
}

#[test]
fn dying_on_a_full_disk_loses_nothing() {
    for mebibytes in [6, 7] {
        let mut full = Full::new(mebibytes);
        full.registry.kill_9();
        full.make_room();
        full.registry.restart();
        full.goes_on();
    }
}

/// The lines of the lockfile may be left for the next start; then the server says so.
#[test]
fn a_full_disk_does_not_hold_up_the_end() {
    let mut full = Full::new(6);
    full.registry.signal("TERM");
    let code = full.registry.ended().code();
    let said = full.registry.stderr();
    assert!(
        code == Some(0) || code == Some(1) && said.contains("full"),
        "{code:?}: {said}"
    );
    full.make_room();
    full.registry.restart();
    full.goes_on();
}

#[test]
fn what_is_on_a_full_disk_can_be_read_after_a_restart() {
    for mebibytes in [6, 7] {
        let mut full = Full::new(mebibytes);
        full.registry.kill_9();
        full.registry.restart();
        full.is_well();
    }
}

/// A registry whose disk is full to the last page, and what became of each publish.
struct Full {
    disk: SmallDisk,
    registry: Registry,
    alice: User,
    published: Vec<Package>,
    refused: Vec<Package>,
}

impl Full {
    fn new(mebibytes: u32) -> Self {
        let disk = SmallDisk::mounted(mebibytes);
        fs::write(disk.seen_from_outside().join("filler"), vec![0; FILLER]).unwrap();
        let registry = Registry::options().on(&disk).start();
        let mut full = Self {
            alice: registry.user("alice"),
            disk,
            registry,
            published: Vec::new(),
            refused: Vec::new(),
        };
        for number in 0..200 {
            full.publish(package(number));
            // A few more times, so that refusing is seen to leave nothing behind.
            if full.refused.len() == 5 {
                break;
            }
        }
        let (fitted, refused) = (full.published.len(), full.refused.len());
        println!("{mebibytes} MiB: {fitted} fitted, {refused} were refused");
        assert!(fitted >= 10, "hardly anything fitted");
        assert_eq!(refused, 5, "the disk never became full");
        full.is_well();

        // Small things are refused with words as well, or still fit; nobody is left without an answer.
        for number in 0..40 {
            full.publish(Package::new("small", &format!("1.0.{number}")));
        }
        let first = &full.published[0];
        let path = format!("/-/package/{}/dist-tags/full", first.name());
        let put = full.alice.http.put(&path);
        let answer = put.json(&first.version().into()).send();
        assert!([200, 201, 507, 503].contains(&answer.status), "{answer}");
        let http = full.registry.http();
        let put = http.put("/-/user/org.couchdb.user:late");
        let answer = put.json(&json!({ "name": "late", "password": PASSWORD }));
        let answer = answer.send();
        assert!([201, 507, 503].contains(&answer.status), "{answer}");
        full.is_well();
        full.registry.command(&["verify"]).exits(0);
        full
    }

    fn publish(&mut self, package: Package) {
        let answer = package.publish(&self.alice.http).send();
        match answer.status {
            201 => self.published.push(package),
            507 | 503 => {
                answer.error();
                self.refused.push(package);
            }
            _ => panic!("a full disk should be 507 or 503: {answer}"),
        }
    }

    /// Everything that was answered 201 is there, nothing else is, and nothing is half there.
    #[track_caller]
    fn is_well(&self) {
        for package in &self.published {
            is_there(&self.registry, package);
        }
        for package in &self.refused {
            is_not_listed(&self.registry, package);
        }
        let incoming = self.disk.seen_from_outside().join("data/blobs/incoming");
        let left: Vec<_> = fs::read_dir(&incoming).unwrap().collect();
        assert!(left.is_empty(), "half a tarball was left: {left:?}");
        self.registry.http().get("/-/ping").send().expect(200);
    }

    fn make_room(&self) {
        fs::remove_file(self.disk.seen_from_outside().join("filler")).unwrap();
    }

    /// With room again the same publishes go through, with the token from before.
    fn goes_on(&mut self) {
        for package in self.refused.drain(..3) {
            package.publish(&self.alice.http).send().expect(201);
            self.published.push(package);
        }
        self.is_well();
        self.registry.stop();
        self.registry.command(&["verify"]).exits(0);
        let mut lines =
            Lockfile::read(&self.disk.seen_from_outside().join("data/registry.lockb")).lines;
        lines.sort();
        lines.dedup();
        assert_eq!(lines.len(), self.published.len(), "a line for each version");
        self.registry.restart();
        self.is_well();
    }
}

#[test]
fn a_disk_that_is_full_from_the_start_is_an_error_with_words() {
    let disk = SmallDisk::mounted(1);
    let filler = disk.seen_from_outside().join("filler");
    // As much as there is room for.
    let _ = fs::write(&filler, vec![0; 2 << 20]);
    let refused = Registry::options().on(&disk).refused().fails();
    let words = refused.stderr.to_lowercase();
    assert!(
        words.contains("space") || words.contains("full"),
        "{refused}"
    );
    assert!(!words.contains("panicked"), "{refused}");
}
