//! Does publishing cost more when a package has many versions?
//!
//! Publishes version 11 of small packages and version 5,001 (and the following ones) of a large
//! one, in turn, through [`Store`] with a 20 KB tarball, on the disk that holds the temporary
//! folder. Target: at most 1.2 times as long.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark talks, and stops when its machine fails it"
)]

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use catalog::{Catalog, Origin};
use config13::{Config13, ConfigFile};
use npm_model::{DistTag, Manifest};
use performance::{compare, noise};
use storage::{Contents, DataDir, OsDisk, Publication, Store, StoreOptions, layout};
use tokio::runtime::Runtime;

const ROUNDS: usize = 200;
const SMALL: usize = 10;
const LARGE: usize = 5_000;
const TARBALL: usize = 20 * 1024;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let runtime = Runtime::new().expect("a runtime");
    let store = open(folder.path());

    println!(
        "publish_growth: preparing {LARGE} versions of one package, {SMALL} of {ROUNDS} others"
    );
    runtime.block_on(async {
        prepare(&store, "large", LARGE).await;
        for package in 0..ROUNDS {
            prepare(&store, &format!("small-{package}"), SMALL).await;
        }
    });
    let time = |name: &str, patch: usize| {
        let tarball = noise(patch as u64 ^ 0xBEEF, TARBALL);
        let started = Instant::now();
        runtime.block_on(publish(&store, name, patch, &tarball));
        started.elapsed()
    };
    let small = |round: usize| -> Duration { time(&format!("small-{round}"), SMALL) };
    let large = |round: usize| -> Duration { time("large", LARGE + round) };
    let compared = compare(ROUNDS, small, large);
    println!(
        "version {} against version {}: {compared} (target 1.2 ×)",
        LARGE + 1,
        SMALL + 1
    );
}

fn open(folder: &std::path::Path) -> Store {
    let data = DataDir::claim(&folder.join("data")).expect("a data directory");
    let lockfile = layout::default_lockfile(data.path());
    ConfigFile::create(&lockfile, &Config13::new(0)).expect("a lockfile");
    let catalog = Catalog::open(&layout::catalog(data.path())).expect("a catalogue");
    let options = StoreOptions {
        lockfile,
        packument_cache_bytes: 64 * 1024 * 1024,
        disk: Arc::new(OsDisk),
    };
    Store::open(data, Arc::new(catalog), options).expect("a store")
}

/// Publishes many versions, several at a time, which shares their commits.
async fn prepare(store: &Store, name: &str, versions: usize) {
    let mut running = tokio::task::JoinSet::new();
    for patch in 0..versions {
        let (store, name) = (store.clone(), name.to_owned());
        running.spawn(async move {
            publish(&store, &name, patch, &noise(patch as u64, 256)).await;
        });
        if running.len() >= 64 {
            running.join_next().await;
        }
    }
    running.join_all().await;
}

async fn publish(store: &Store, name: &str, patch: usize, tarball: &[u8]) {
    let manifest = format!(
        r#"{{"name":"{name}","version":"1.0.{patch}","description":"grows","main":"index.js",
            "license":"MIT","dependencies":{{"left-pad":"^1.3.0"}},"scripts":{{"test":"node ."}}}}"#
    );
    let publication = Publication {
        manifest: Manifest::parse(manifest.as_bytes()).expect("a manifest"),
        dist_tags: vec![DistTag::latest()],
        readme: None,
        provenance: None,
        by: Origin {
            actor: "bench".to_owned(),
            token: String::new(),
            address: String::new(),
        },
        published: SystemTime::now(),
    };
    let mut incoming = store.receive().expect("a file");
    incoming.write(tarball).expect("a tarball");
    let draft = store.draft(publication, incoming.seal()).expect("a draft");
    let published = draft.commit(Contents::default()).await;
    published.expect("a publish");
}
