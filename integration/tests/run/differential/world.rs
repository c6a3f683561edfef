//! What is published in both places, in the same order.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::thread;
use std::time::{Duration, SystemTime};

use integration::{Package, Reference, Registry, Shelf, User, document_path};
use serde_json::{Map, Value, json};

/// How many connections publish at once.
const PUBLISHERS: usize = 4;

/// Packages, and a project's wishes for them.
pub(super) struct World {
    pub(super) random: fastrand::Rng,
    packages: Vec<Package>,
    tags: Vec<(String, String, String)>,
    deprecated: Vec<(String, String, String)>,
    /// The project's `dependencies`.
    pub(super) dependencies: Map<String, Value>,
    /// The project's `optionalDependencies`.
    pub(super) optional: Map<String, Value>,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: fastrand::Rng::with_seed(seed),
            packages: Vec::new(),
            tags: Vec::new(),
            deprecated: Vec::new(),
            dependencies: Map::new(),
            optional: Map::new(),
        }
    }

    /// Adds a version.
    pub(super) fn add(&mut self, package: Package) {
        self.packages.push(package.sealed());
    }

    /// Points a tag at a version, once everything is published.
    pub(super) fn tag(&mut self, name: &str, tag: &str, version: &str) {
        self.tags
            .push((name.to_owned(), tag.to_owned(), version.to_owned()));
    }

    /// Says that a version should not be used, once everything is published.
    pub(super) fn deprecate(&mut self, name: &str, version: &str, why: &str) {
        self.deprecated
            .push((name.to_owned(), version.to_owned(), why.to_owned()));
    }

    /// Lets the project depend on a package.
    pub(super) fn want(&mut self, name: &str, range: impl Into<Value>) {
        self.dependencies.insert(name.to_owned(), range.into());
    }

    /// Lets the project depend on a package if it can be had.
    pub(super) fn want_optionally(&mut self, name: &str, range: &str) {
        self.optional.insert(name.to_owned(), range.into());
    }

    /// Returns how many names there are.
    pub(super) fn names(&self) -> usize {
        let names: BTreeSet<&str> = self.packages.iter().map(Package::name).collect();
        names.len()
    }

    /// Returns every version that is published.
    pub(super) fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// Publishes everything to the server, and puts the same on the reference's shelf.
    pub(super) fn published(&self) -> Published {
        let registry = Registry::start();
        let alice = registry.user("alice");
        let mut shelf = Shelf::default();
        let mut waves = vec![SystemTime::now() - Duration::from_millis(1)];
        for wave in self.waves() {
            thread::scope(|scope| {
                for part in wave.chunks(wave.len().div_ceil(PUBLISHERS)) {
                    scope.spawn(|| publish(&alice, part));
                }
            });
            let now = SystemTime::now();
            waves.push(now);
            for package in &wave {
                shelf.put(package, now);
            }
            // The times of two waves must be told apart, whatever a client rounds to.
            thread::sleep(Duration::from_millis(20));
        }
        for (name, tag, version) in &self.tags {
            let path = format!("/-/package{}/dist-tags/{tag}", document_path(name));
            let request = alice.http.put(&path).json(&Value::from(version.as_str()));
            let answer = request.send();
            assert!(answer.status < 300, "{answer}");
            shelf.tag(name, tag, version);
        }
        for (name, version, why) in &self.deprecated {
            let request = alice.http.put(&document_path(name)).json(&json!({
                "_id": name,
                "name": name,
                "versions": { version: { "name": name, "version": version, "deprecated": why } },
            }));
            request.send().expect(201);
            shelf.deprecate(name, version, why);
        }
        Published {
            registry,
            reference: shelf.serve(),
            waves,
        }
    }

    /// First versions, second versions and so on: in a wave no package comes twice, so all of it can be
    /// published at once without losing the order of a package's versions.
    fn waves(&self) -> Vec<Vec<&Package>> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        let mut waves: BTreeMap<usize, Vec<&Package>> = BTreeMap::new();
        for package in &self.packages {
            let count = counts.entry(package.name()).or_default();
            waves.entry(*count).or_default().push(package);
            *count += 1;
        }
        waves.into_values().collect()
    }
}

fn publish(alice: &User, packages: &[&Package]) {
    let mut connection = alice.http.connect().unwrap();
    for package in packages {
        let request = package.publish(&alice.http);
        connection.send(&request).unwrap().expect(201);
    }
}

/// The two places.
pub(super) struct Published {
    pub(super) registry: Registry,
    pub(super) reference: Reference,
    /// When publishing began, and when each wave was published.
    waves: Vec<SystemTime>,
}

impl Published {
    /// Returns when the first version of every package was there, and no other yet.
    pub(super) fn first_wave(&self) -> SystemTime {
        self.waves[1]
    }

    /// Returns in which wave something was published at this time.
    pub(super) fn wave_of(&self, time: SystemTime) -> Option<usize> {
        self.waves
            .windows(2)
            .position(|ends| ends[0] < time && time <= ends[1])
    }
}
