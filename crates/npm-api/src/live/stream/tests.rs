//! A stream and whoever reads it, or does not.

use std::thread;

use auth::{AccessRules, AuthOptions, Identity, Issuers, Need, Policy, Registration, Trust};
use catalog::Catalog;
use storage::{DataDir, OsDisk, StoreOptions, layout};
use tempfile::TempDir;

use super::*;
use crate::surroundings::{Counted, Counts};

/// A registry without doors.
struct House {
    sources: Sources,
    settings: watch::Sender<Config13>,
    stopping: watch::Sender<bool>,
    _folder: TempDir,
}

#[derive(Debug)]
struct Uncounted;

impl Counts for Uncounted {
    fn now(&self) -> Counted {
        Counted::default()
    }
}

impl House {
    fn new() -> Self {
        // Opening waits for the catalogue's thread, which a runtime's own may not.
        thread::scope(|threads| threads.spawn(Self::open).join().unwrap())
    }

    fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let data = DataDir::claim(folder.path()).unwrap();
        let lockfile = layout::default_lockfile(data.path());
        std::fs::write(&lockfile, [0; config13::LEN]).unwrap();
        let catalog = Arc::new(Catalog::open(&layout::catalog(data.path())).unwrap());
        let options = AuthOptions {
            keys: layout::keys(folder.path()),
            issuers: Issuers {
                local: "http://localhost:4873/_auth".to_owned(),
                private: "https://private.example".to_owned(),
                public: "https://public.example".to_owned(),
                local_hash: 0,
            },
            trust: Trust::default(),
            policy: Policy {
                registration: Registration::Open,
                token_lifetime: Duration::from_hours(1),
                rules: AccessRules::default(),
                owner_only: false,
                hides_private: false,
            },
        };
        let auth = Auth::open(Arc::clone(&catalog), options).unwrap();
        let options = StoreOptions {
            lockfile,
            packument_cache_bytes: 0,
            disk: Arc::new(OsDisk),
        };
        let (settings, follow_settings) = watch::channel(Config13::new(0));
        let (stopping, follow_stopping) = watch::channel(false);
        Self {
            sources: Sources {
                live: Arc::default(),
                auth: Arc::new(auth),
                store: Store::open(data, catalog, options).unwrap(),
                surroundings: Surroundings {
                    counts: Arc::new(Uncounted),
                    settings: follow_settings,
                    stopping: follow_stopping,
                },
            },
            settings,
            stopping,
            _folder: folder,
        }
    }

    /// Begins to tell nobody in particular what happens, and hears of the 13 bytes.
    async fn follow(&self) -> mpsc::Receiver<Bytes> {
        let mut pieces = self.begin().await;
        let first = pieces.recv().await.unwrap();
        assert!(
            first.starts_with(b"event: config\ndata: {\"bytes\":\"01"),
            "{first:?}"
        );
        pieces
    }

    async fn begin(&self) -> mpsc::Receiver<Bytes> {
        let Sources { auth, live, .. } = &self.sources;
        let settings = *self.settings.borrow();
        let nobody = Identity::Anonymous(None);
        let permit = auth.decide(&nobody, &Need::Registry, &settings).await;
        let address = [192, 0, 2, 1].into();
        let (permit, auth) = (permit.unwrap(), Arc::clone(auth));
        let standing = Standing::new(auth, permit, None, address, &settings).await;
        let place = live.places.take(address).unwrap();
        let stream = Stream::new(standing, self.sources.clone(), false, place);
        let (sender, pieces) = mpsc::channel(1);
        tokio::spawn(stream.run(sender));
        pieces
    }

    /// Announces changes of packages.
    fn change(&self, names: impl IntoIterator<Item = String>) {
        let packages = names.into_iter().map(|it| PackageName::parse(&it).unwrap());
        self.sources
            .store
            .forget_rendered(&packages.collect::<Vec<_>>());
    }
}

/// Reads until a text comes, and returns everything up to it.
async fn until(pieces: &mut mpsc::Receiver<Bytes>, text: &str) -> String {
    let mut read = String::new();
    while !read.contains(text) {
        let piece = pieces.recv().await.expect("the stream should go on");
        read.push_str(std::str::from_utf8(&piece).unwrap());
    }
    read
}

/// Lets everything else go on until there is nothing left to do.
async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_misses_something_and_is_told_so() {
    let house = House::new();
    let mut pieces = house.follow().await;
    for number in 0..50 {
        let names = (0..100).map(|place| format!("p-{}", number * 100 + place));
        house.change(names);
        settle().await;
    }
    house.change(["the-last".to_owned()]);
    let read = until(&mut pieces, "the-last").await;
    assert!(read.contains("event: resync\ndata: {}\n\n"), "{read}");
    let kept = read.matches("event: package").count();
    assert!(kept < 1000, "{kept} of 5001 were kept");
    house.change(["one-more".to_owned()]);
    let read = until(&mut pieces, "one-more").await;
    assert_eq!(read, "event: package\ndata: {\"name\":\"one-more\"}\n\n");
}

#[tokio::test]
async fn several_changes_of_one_package_at_once_are_told_once() {
    let house = House::new();
    let mut pieces = house.follow().await;
    house.change(["a", "b", "a", "a"].map(str::to_owned));
    let read = until(&mut pieces, "\"b\"").await;
    assert_eq!(read.matches("event: package").count(), 2, "{read}");
}

#[tokio::test(start_paused = true)]
async fn a_quiet_stream_says_every_15_seconds_that_it_is_there() {
    let house = House::new();
    let mut pieces = house.follow().await;
    let start = Instant::now();
    for number in 1..4 {
        assert_eq!(pieces.recv().await.unwrap(), ":\n\n");
        assert_eq!(start.elapsed().as_secs(), 15 * number);
    }
}

#[tokio::test]
async fn a_stream_ends_with_the_server_even_when_its_client_does_not_read() {
    let house = House::new();
    let mut idle = house.follow().await;
    let mut stuck = house.begin().await;
    settle().await;
    house.change(["a".to_owned()]);
    settle().await;
    house.stopping.send_replace(true);
    while idle.recv().await.is_some() {}
    assert!(stuck.recv().await.unwrap().starts_with(b"event: config"));
    while stuck.recv().await.is_some() {}
    let mut late = house.begin().await;
    while late.recv().await.is_some() {}
}

#[tokio::test]
async fn the_place_of_a_client_that_has_gone_is_free() {
    let house = House::new();
    let address = [192, 0, 2, 1].into();
    let mut streams = Vec::new();
    for _ in 0..64 {
        streams.push(house.follow().await);
    }
    let places = &house.sources.live.places;
    assert!(places.take(address).is_err());
    streams.clear();
    settle().await;
    assert!(places.take(address).is_ok());
}

#[tokio::test]
async fn of_many_changes_of_the_bytes_the_last_is_told() {
    let house = House::new();
    let mut pieces = house.begin().await;
    settle().await;
    for rows in 1..=200 {
        house
            .settings
            .send_modify(|settings| settings.set_rows(rows));
        settle().await;
    }
    let read = until(&mut pieces, "c80000\"").await;
    assert!(read.matches("event: config").count() <= 3, "{read}");
}

#[tokio::test]
async fn nobody_hears_more_of_a_registry_that_becomes_private() {
    let house = House::new();
    let mut pieces = house.follow().await;
    house.settings.send_modify(|settings| {
        let flags = settings.feature_flags();
        settings.set_feature_flags(flags.with(config13::Feature::PrivateRegistry));
    });
    assert_eq!(pieces.recv().await, None);
}
