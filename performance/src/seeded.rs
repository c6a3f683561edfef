//! Registries that hold packages before the clock starts, filled without HTTP.

use std::{path::Path, sync::Arc, time::SystemTime};

use catalog::{Catalog, Origin};
use config13::{Config13, ConfigFile};
use npm_model::{DistTag, Manifest};
use storage::{Contents, DataDir, OsDisk, Publication, Store, StoreOptions, layout};

use crate::noise;

/// Makes a data directory and opens it.
pub fn open(folder: &Path) -> Store {
    let data = DataDir::claim(folder).expect("a data directory");
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

/// Publishes one version each of many packages, several at a time.
pub async fn fill_with_packages(store: &Store, packages: usize) {
    let mut running = tokio::task::JoinSet::new();
    for number in 0..packages {
        let store = store.clone();
        running.spawn(async move {
            let name = format!("@scope-{}/package-{number}", number % 50);
            publish(&store, &name, 0, &noise(number as u64, 256)).await;
        });
        if running.len() >= 64 {
            running.join_next().await;
        }
    }
    running.join_all().await;
}

/// Publishes many versions, several at a time, which shares their commits.
pub async fn fill(store: &Store, name: &str, versions: usize) {
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

/// Publishes the version `1.0.{patch}` of a package.
pub async fn publish(store: &Store, name: &str, patch: usize, tarball: &[u8]) {
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
