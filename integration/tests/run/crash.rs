//! Publishes that storm in, and a server that dies among them.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use integration::{Http, Lockfile, Package, Registry, document_path, seed};
use npm_model::Digests;
use serde_json::Value;

const ROUNDS: usize = 50;
const CONNECTIONS: usize = 16;
/// How long a storm lasts before the server is killed, in milliseconds.
const STORM: std::ops::Range<u64> = 20..350;
/// The package that every connection publishes versions of, in every round.
const SHARED: &str = "@storm/shared";

/// What became of one publish.
#[derive(Clone, Debug)]
struct Attempt {
    package: Package,
    /// `None` when the server died before it had answered.
    status: Option<u16>,
}

/// Versions by package name, then by version.
type Attempts = BTreeMap<String, BTreeMap<String, Attempt>>;

/// Publishes until the server is gone or `stop` is set, over one connection.
fn storm(
    http: &Http,
    seed: u64,
    round: usize,
    connection: usize,
    stop: &AtomicBool,
) -> Vec<Attempt> {
    let mut random =
        fastrand::Rng::with_seed(seed ^ (round as u64) << 32 ^ (connection as u64) << 16);
    let mut attempts = Vec::new();
    let Ok(mut stream) = http.connect() else {
        return attempts;
    };
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let name = match number % 3 {
            0 => SHARED.to_owned(),
            1 => format!("storm-{round}"),
            // Letters between the numbers: `2-11` and `21-1` would be refused as too similar.
            _ => format!("@storm/round-{round}-alone-{connection}"),
        };
        let filler: Vec<u8> = (0..random.usize(0..20_000))
            .map(|_| random.u8(..))
            .collect();
        let version = format!("{round}.{connection}.{number}");
        let package = Package::new(&name, &version).filler(filler).sealed();
        let answer = stream.send(&package.publish(http));
        let status = answer.as_ref().ok().map(|answer| answer.status);
        attempts.push(Attempt { package, status });
        if status.is_none() {
            break;
        }
    }
    attempts
}

/// Checks one package against what was tried: everything that was answered 201 is there with its bytes,
/// everything that is listed was tried and can be fetched.
fn check_package(registry: &Registry, name: &str, attempts: &BTreeMap<String, Attempt>) -> usize {
    let answered = |attempt: &&Attempt| attempt.status == Some(201);
    let http = registry.http();
    let answer = http.get(&document_path(name)).send();
    if answer.status == 404 {
        let lost: Vec<_> = attempts.values().filter(answered).collect();
        assert!(
            lost.is_empty(),
            "{name} is gone with {} versions",
            lost.len()
        );
        return 0;
    }
    let document = answer.expect(200).json();
    let listed = document["versions"].as_object().unwrap();
    for attempt in attempts.values().filter(answered) {
        let version = attempt.package.version();
        assert!(
            listed.contains_key(version),
            "{name}@{version} was answered 201 and is lost"
        );
    }
    let mut connection = http.connect().unwrap();
    for (version, manifest) in listed {
        let attempt = attempts
            .get(version)
            .unwrap_or_else(|| panic!("{name}@{version} was never published"));
        let tarball = attempt.package.tarball();
        let integrity = Digests::of(&tarball).integrity.to_string();
        assert_eq!(manifest["dist"]["integrity"], integrity, "{name}@{version}");
        let url = manifest["dist"]["tarball"].as_str().unwrap();
        let path = url.strip_prefix(&registry.url()).unwrap();
        let answer = connection.send(&http.get(path)).unwrap();
        assert_eq!(
            answer.status, 200,
            "{name}@{version} is listed, but: {answer}"
        );
        assert!(answer.body == tarball, "{name}@{version} has other bytes");
    }
    let latest = document["dist-tags"]["latest"].as_str().unwrap();
    assert!(listed.contains_key(latest), "latest of {name} is {latest}");
    listed.len()
}

/// Story (a).
#[test]
fn what_was_answered_survives_kill_9() {
    let seed = seed();
    let start = Instant::now();
    let mut random = fastrand::Rng::with_seed(seed);
    let mut registry = Registry::start();
    let alice = registry.user("alice");
    let mut all = Attempts::new();
    let (mut answered, mut unanswered) = (0, 0);

    for round in 0..ROUNDS {
        let stop = AtomicBool::new(false);
        let attempts = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for connection in 0..CONNECTIONS {
                let (http, stop, attempts) = (&alice.http, &stop, &attempts);
                scope.spawn(move || {
                    let made = storm(http, seed, round, connection, stop);
                    attempts.lock().unwrap().extend(made);
                });
            }
            thread::sleep(Duration::from_millis(random.u64(STORM)));
            registry.kill_9();
            stop.store(true, Ordering::Relaxed);
        });

        let mut touched = Vec::new();
        for attempt in attempts.into_inner().unwrap() {
            let (name, version) = (attempt.package.name(), attempt.package.version());
            match attempt.status {
                Some(201) => answered += 1,
                None => unanswered += 1,
                Some(status) => panic!("{name}@{version} was answered {status}"),
            }
            touched.push(name.to_owned());
            let versions = all.entry(name.to_owned()).or_default();
            versions.insert(version.to_owned(), attempt);
        }
        touched.sort();
        touched.dedup();

        registry.restart();
        let incoming = registry.data().join("blobs/incoming");
        let left = std::fs::read_dir(incoming).unwrap().count();
        assert_eq!(left, 0, "half tarballs should be swept at start");
        for name in &touched {
            // The shared one grows; its old versions are looked at again at the end.
            if name != SHARED {
                check_package(&registry, name, &all[name]);
            }
        }
        check_shared(&registry, round, &all);
        publish_again(&alice.http, &registry, &touched, &all);
    }

    let mut listed = 0;
    for (name, attempts) in &all {
        listed += check_package(&registry, name, attempts);
    }
    registry.stop();
    let mut lines = Lockfile::read(&registry.lockfile()).lines;
    assert_eq!(lines.len(), listed, "a line for each version");
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), listed, "no line twice");
    registry.command(&["verify"]).exits(0);
    println!(
        "{ROUNDS} rounds in {:?}: {answered} publishes answered, {unanswered} cut off",
        start.elapsed()
    );
    assert!(
        answered > ROUNDS && unanswered > ROUNDS,
        "the storm was none"
    );
}

/// Looks at this round's versions of the shared package.
fn check_shared(registry: &Registry, round: usize, all: &Attempts) {
    let Some(attempts) = all.get(SHARED) else {
        return;
    };
    let answer = registry.http().get(&document_path(SHARED)).send();
    let listed = answer.json()["versions"].clone();
    let prefix = format!("{round}.");
    for (version, attempt) in attempts.range(prefix.clone()..) {
        if !version.starts_with(&prefix) {
            break;
        }
        if attempt.status == Some(201) {
            let integrity = &listed[version]["dist"]["integrity"];
            assert_eq!(
                *integrity,
                attempt.package.integrity(),
                "{SHARED}@{version}"
            );
        }
    }
}

/// A publish that was cut off is either there or not; in both cases its author can try again.
fn publish_again(http: &Http, registry: &Registry, touched: &[String], all: &Attempts) {
    let cut_off = touched
        .iter()
        .flat_map(|name| all[name].values())
        .filter(|attempt| attempt.status.is_none());
    // Only this round's, and of those a few: each costs a publish.
    for attempt in cut_off
        .filter(|attempt| attempt.package.name() != SHARED)
        .take(2)
    {
        let package = &attempt.package;
        let listed = registry
            .http()
            .get(&document_path(package.name()))
            .send()
            .json();
        let there = !listed["versions"][package.version()].is_null();
        let answer = package.publish(http).send();
        let wanted = if there { 409 } else { 201 };
        assert_eq!(
            answer.status,
            wanted,
            "{}@{} again, there: {there}: {answer}",
            package.name(),
            package.version()
        );
    }
}

#[test]
fn a_first_start_that_was_cut_off_can_be_repeated() {
    let mut random = fastrand::Rng::with_seed(seed());
    for _ in 0..20 {
        let mut registry = Registry::options().prepared();
        for _ in 0..3 {
            registry.start_and_kill_9(Duration::from_millis(random.u64(0..60)));
        }
        registry.restart();
        let alice = registry.user("alice");
        let package = Package::new("first", "1.0.0");
        package.publish(&alice.http).send().expect(201);
        registry.kill_9();
        registry.restart();
        assert_eq!(registry.tarball("first", "1.0.0").body, package.tarball());
        registry.command(&["verify"]).exits(0);
    }
}

/// Story (d).
#[test]
fn two_hundred_versions_at_once_are_all_there() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let packages: Vec<Package> = (0..200)
        .map(|number| Package::new("@crowd/one", &format!("1.{}.{number}", number % 7)))
        .collect();
    let statuses = publish_over(&alice.http, &packages, 50);
    assert_eq!(statuses, [201; 200]);

    let document = registry.packument("@crowd/one");
    let listed = document["versions"].as_object().unwrap();
    assert_eq!(listed.len(), 200);
    assert_eq!(document["time"].as_object().unwrap().len(), 202);
    for package in &packages {
        let manifest: &Value = &listed[package.version()];
        assert_eq!(manifest["dist"]["integrity"], package.integrity());
        let tarball = registry.fetch(manifest["dist"]["tarball"].as_str().unwrap());
        assert_eq!(tarball.expect(200).body, package.tarball());
    }
    let lockfile = Lockfile::read(&registry.lockfile());
    assert_eq!(lockfile.lines.len(), 200);
    registry.command(&["verify"]).exits(0);
}

#[test]
fn of_two_hundred_publishes_of_one_version_one_wins() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    // Each with other bytes, so that it can be told who won.
    let packages: Vec<Package> = (0..200)
        .map(|number| Package::new("@crowd/same", "1.0.0").filler(format!("{number}")))
        .collect();
    let statuses = publish_over(&alice.http, &packages, 50);
    let winners: Vec<_> = (0..200).filter(|number| statuses[*number] == 201).collect();
    assert_eq!(winners.len(), 1, "{statuses:?}");
    let others = statuses.iter().filter(|status| **status == 409).count();
    assert_eq!(others, 199, "{statuses:?}");

    let winner = &packages[winners[0]];
    let manifest = registry.packument("@crowd/same")["versions"]["1.0.0"].clone();
    assert_eq!(manifest["dist"]["integrity"], winner.integrity());
    assert_eq!(
        registry.tarball("@crowd/same", "1.0.0").body,
        winner.tarball()
    );
    let lockfile = Lockfile::read(&registry.lockfile());
    assert_eq!(
        lockfile.lines,
        [format!("@crowd/same@1.0.0 {}", winner.integrity())]
    );
    registry.command(&["verify"]).exits(0);
}

/// Publishes all of them over this many connections at once, and returns the statuses in their order.
fn publish_over(http: &Http, packages: &[Package], connections: usize) -> Vec<u16> {
    let statuses = Mutex::new(vec![0; packages.len()]);
    let ready = std::sync::Barrier::new(connections);
    thread::scope(|scope| {
        for connection in 0..connections {
            let (statuses, ready) = (&statuses, &ready);
            scope.spawn(move || {
                let mut stream = http.connect().unwrap();
                ready.wait();
                for (number, package) in packages.iter().enumerate() {
                    if number % connections == connection {
                        let answer = stream.send(&package.publish(http)).unwrap();
                        if ![201, 409].contains(&answer.status) {
                            println!("{answer}");
                        }
                        statuses.lock().unwrap()[number] = answer.status;
                    }
                }
            });
        }
    });
    statuses.into_inner().unwrap()
}
