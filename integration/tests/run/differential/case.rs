//! Which projects are installed, and with which options: each looks at other parts of the documents.

use std::collections::BTreeSet;
use std::fs;

use integration::{Client, ClientKind};
use serde_json::{Map, Value, json};

use super::installed::Installed;
use super::world::{Published, World};

/// One project, installed in one way.
pub(super) struct Case {
    pub(super) name: &'static str,
    manifest: Value,
    /// Settings, by their file in the project.
    settings: Vec<(&'static str, String)>,
    words: Vec<String>,
    /// How many different packages must be there in the end.
    pub(super) least: usize,
    /// What else must be true of them.
    pub(super) check: fn(&BTreeSet<String>),
}

impl Case {
    fn new(name: &'static str, kind: ClientKind, world: &World, families: &[&str]) -> Self {
        let wanted = |from: &Map<String, Value>| -> Map<String, Value> {
            let wanted = from.iter().filter(|(name, _)| {
                families.is_empty() || families.iter().any(|family| name.contains(family))
            });
            wanted
                .map(|(name, range)| (name.clone(), range.clone()))
                .collect()
        };
        let mut case = Self {
            name,
            manifest: json!({
                "name": "project",
                "version": "0.0.0",
                "private": true,
                "dependencies": wanted(&world.dependencies),
                "optionalDependencies": wanted(&world.optional),
            }),
            settings: Vec::new(),
            words: vec!["install".to_owned()],
            least: 8,
            check: |_| (),
        };
        match kind {
            ClientKind::Yarn4 => {
                case = case.setting(".yarnrc.yml", "enableScripts: false\n");
            }
            ClientKind::Npm11 | ClientKind::Npm12 => {
                case = case.words(&["--ignore-scripts", "--no-audit"]);
            }
            _ => case = case.words(&["--ignore-scripts"]),
        }
        case
    }

    fn words(mut self, words: &[&str]) -> Self {
        self.words
            .extend(words.iter().map(|word| (*word).to_owned()));
        self
    }

    fn setting(mut self, file: &'static str, text: &str) -> Self {
        self.settings.push((file, text.to_owned()));
        self
    }

    fn least(mut self, least: usize) -> Self {
        self.least = least;
        self
    }

    fn check(mut self, check: fn(&BTreeSet<String>)) -> Self {
        self.check = check;
        self
    }

    /// Installs it from here, into a new home.
    #[track_caller]
    pub(super) fn installed(
        &self,
        kind: ClientKind,
        base: &str,
        published: &Published,
    ) -> Installed {
        let client = Client::pointed_at(base, kind);
        let project = client.project();
        fs::write(project.join("package.json"), self.manifest.to_string()).unwrap();
        for (file, text) in &self.settings {
            fs::write(project.join(file), text).unwrap();
        }
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        client.run(&project, &words).succeeds();
        Installed::read(&client, &project, base, published)
    }
}

/// Everything at once, and then what only an option brings to light.
pub(super) fn all(kind: ClientKind, world: &World, published: &Published) -> Vec<Case> {
    let case = |name, families: &[&str]| Case::new(name, kind, world, families);
    let everything = case("everything", &[]).least(150);
    let mut cases = vec![everything];
    let lean = || case("nothing optional", &["native", "engine", "peer"]);
    let musl = || case("another platform", &["native", "engine"]);
    match kind {
        // The other npm reads the same documents for the same ends; once is enough.
        ClientKind::Npm11 => {
            let before = humantime::format_rfc3339_millis(published.first_wave());
            let before = format!("--before={before}");
            let old = case("as it was before", &["chain", "leaf"]).words(&[&before]);
            cases.push(old.least(30).check(all_are_old));
            let old_peers = case("no peers by themselves", &["peer"]);
            cases.push(old_peers.words(&["--legacy-peer-deps"]).check(no_peer_came));
            cases.push(lean().words(&["--omit=optional"]).check(no_binary_came));
            let platform = ["--os=linux", "--cpu=arm64", "--libc=musl"];
            cases.push(musl().words(&platform).check(one_binary_came));
        }
        ClientKind::Pnpm => {
            const FILE: &str = "pnpm-workspace.yaml";
            let young = case("all too young", &["chain", "leaf"]);
            let age = "minimumReleaseAge: 1440\nminimumReleaseAgeStrict: false\n";
            cases.push(young.setting(FILE, age).least(30).check(all_are_old));
            let timed = case(
                "by the time of what is asked for",
                &["chain", "leaf", "tags"],
            );
            let timed = timed.setting(FILE, "resolutionMode: time-based\n");
            cases.push(timed.least(30));
            let old_peers = case("no peers by themselves", &["peer"]);
            cases.push(
                old_peers
                    .setting(FILE, "autoInstallPeers: false\n")
                    .check(no_peer_came),
            );
            cases.push(lean().words(&["--no-optional"]).check(no_binary_came));
            let platform =
                "supportedArchitectures:\n  os: [linux]\n  cpu: [arm64]\n  libc: [musl]\n";
            cases.push(musl().setting(FILE, platform).check(one_binary_came));
        }
        ClientKind::Yarn4 => {
            let platform = "enableScripts: false\nsupportedArchitectures:\n  os: [linux]\n  cpu: [arm64]\n  libc: [musl]\n";
            let musl = musl().setting(".yarnrc.yml", platform);
            cases.push(musl.check(one_binary_came));
        }
        ClientKind::Bun => {
            cases.push(lean().words(&["--omit=optional"]).check(no_binary_came));
            let old_peers = case("no peers by themselves", &["peer"]);
            cases.push(old_peers.words(&["--omit=peer"]).check(no_peer_came));
            cases.push(
                musl()
                    .words(&["--os=linux", "--cpu=arm64"])
                    .check(arm64_came),
            );
        }
        _ => (),
    }
    cases
}

/// A client that can tell their ages took first versions only.
fn all_are_old(there: &BTreeSet<String>) {
    let newer = there.iter().find(|id| !id.ends_with("@1.0.0"));
    assert_eq!(newer, None);
}

fn binaries(there: &BTreeSet<String>) -> Vec<&str> {
    let binaries = there.iter().filter(|id| id.starts_with("@native-0/"));
    binaries.map(String::as_str).collect()
}

fn no_binary_came(there: &BTreeSet<String>) {
    assert_eq!(binaries(there), Vec::<&str>::new());
}

/// And the one that is for all platforms but one.
fn one_binary_came(there: &BTreeSet<String>) {
    let wanted = ["@native-0/denim@1.0.0", "@native-0/green@1.0.0"];
    assert_eq!(binaries(there), wanted);
}

fn arm64_came(there: &BTreeSet<String>) {
    let binaries = binaries(there);
    assert!(binaries.contains(&"@native-0/coral@1.0.0"), "{binaries:?}");
    assert!(!binaries.contains(&"@native-0/amber@1.0.0"), "{binaries:?}");
}

fn no_peer_came(there: &BTreeSet<String>) {
    let peer = there.iter().find(|id| id.contains("-own@"));
    assert_eq!(peer, None);
}
