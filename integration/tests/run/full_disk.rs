//! A disk without room. Story (c).

use std::fs;

use integration::{Package, Registry, SmallDisk};

const DISK_MIB: u32 = 12;
/// A file that somebody else keeps on the same disk.
const FILLER: usize = 2 << 20;
/// Tarballs of this size fill the disk in a few dozen publishes.
const TARBALL: usize = 150_000;

fn package(number: usize) -> Package {
    let mut random = fastrand::Rng::with_seed(number as u64);
    let filler: Vec<u8> = (0..TARBALL).map(|_| random.u8(..)).collect();
    Package::new(&format!("full-{}", number % 4), &format!("1.0.{number}")).filler(filler)
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

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let disk = SmallDisk::mounted(DISK_MIB);
    let filler = disk.seen_from_outside().join("filler");
    fs::write(&filler, vec![0; FILLER]).unwrap();
    let mut registry = Registry::options().on(&disk).start();
    let alice = registry.user("alice");

    let mut published = Vec::new();
    let mut refused = Vec::new();
    for number in 0..200 {
        let package = package(number);
        let answer = package.publish(&alice.http).send();
        match answer.status {
            201 => published.push(package),
            507 | 503 => {
                answer.error();
                refused.push(package);
            }
            _ => panic!("a full disk should be 507 or 503: {answer}"),
        }
        // A few more times, so that refusing is seen to leave nothing behind.
        if refused.len() == 5 {
            break;
        }
    }
    println!("{} fitted, {} were refused", published.len(), refused.len());
    assert!(published.len() >= 10, "hardly anything fitted");
    assert_eq!(refused.len(), 5, "the disk never became full");

    let all_is_well = |registry: &Registry, published: &[Package], refused: &[Package]| {
        for package in published {
            is_there(registry, package);
        }
        for package in refused {
            is_not_listed(registry, package);
        }
        registry.http().get("/-/ping").send().expect(200);
    };
    all_is_well(&registry, &published, &refused);
    registry.command(&["verify"]).exits(0);

    // Dying on a full disk is no worse.
    registry.kill_9();
    registry.restart();
    all_is_well(&registry, &published, &refused);

    // With room again the same publishes go through, with the token from before, and without a restart.
    fs::remove_file(&filler).unwrap();
    for package in refused.drain(..3) {
        package.publish(&alice.http).send().expect(201);
        published.push(package);
    }
    all_is_well(&registry, &published, &refused);
    registry.stop();
    registry.command(&["verify"]).exits(0);
    registry.restart();
    all_is_well(&registry, &published, &refused);
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
