//! The switches, flipped by another program while everybody works.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use integration::forge::opened;
use integration::{
    Client, ClientKind, Connection, Http, PASSWORD, PREMIUM_TYPES, PRIVATE_REGISTRY, Package,
    Registry, Request, Response, User, document_path, eventually,
};
use serde_json::{Value, json};

const CONNECTIONS: usize = 64;

/// Everybody installs it.
const HOT: &str = "@load/hot";

/// How long a new algorithm may take to show; it is some milliseconds, and the machine may be busy.
const LIMIT: Duration = Duration::from_secs(10);

/// What is promised.
const PROMISED: Duration = Duration::from_millis(100);

/// How long each setting stays in force once it has shown.
const HELD: Duration = Duration::from_millis(100);

const ROUNDS: usize = 3;

/// The header as another program has it: an open file and an offset.
struct Switches(File);

impl Switches {
    fn of(registry: &Registry) -> Self {
        let mut file = OpenOptions::new();
        Self(file.write(true).open(registry.lockfile()).unwrap())
    }

    /// Sets the four bytes at 0x05 with one `pwrite`.
    fn flip(&self, flags: u32) -> Instant {
        let written = self.0.write_at(&flags.to_le_bytes(), 5).unwrap();
        assert_eq!(written, 4);
        Instant::now()
    }
}

fn issuer_and_algorithm(token: &str) -> (Value, Value) {
    let (mut header, mut claims) = opened(token);
    (claims["iss"].take(), header["alg"].take())
}

/// Makes a key that gets tokens without a password, and so without the time that checking one takes.
fn api_key(user: &User) -> String {
    let wish = json!({ "name": "flip", "scopes": ["read"], "password": PASSWORD });
    let request = user.http.request("POST", "/_auth/keys").json(&wish);
    let made = request.send().expect(201).json();
    made["key"].as_str().unwrap().to_owned()
}

fn exchanged(registry: &Registry, key: &str) -> String {
    let http = registry.http();
    let request = http.request("POST", "/_auth/token");
    let answer = request.json(&json!({ "api_key": key })).send().expect(200);
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

/// What was done.
#[derive(Default)]
struct Tally {
    documents: AtomicUsize,
    tarballs: AtomicUsize,
    published: AtomicUsize,
    logins: AtomicUsize,
}

/// One connection that is kept, and the person behind it.
struct Worker<'a> {
    number: usize,
    user: &'a User,
    connection: Connection,
    package: String,
    tally: &'a Tally,
}

impl<'a> Worker<'a> {
    fn new(number: usize, user: &'a User, tally: &'a Tally) -> Self {
        Self {
            number,
            user,
            connection: user.http.connect().unwrap(),
            package: format!("@load/of-{number}"),
            tally,
        }
    }

    /// Sends a request on the kept connection; the server has no reason to end it.
    fn ask(&mut self, what: &str, request: &Request<'_>, status: u16) -> Response {
        let answer = self.connection.send(request);
        let answer = answer.unwrap_or_else(|error| panic!("{what} got no answer: {error}"));
        assert_eq!(answer.status, status, "{what}: {answer}");
        answer
    }

    fn turn(&mut self, turn: usize) {
        let (user, tally) = (self.user, self.tally);
        let http = &user.http;
        let count = |counter: &AtomicUsize| counter.fetch_add(1, Ordering::Relaxed);
        self.ask("the document", &http.get(&document_path(HOT)), 200);
        count(&tally.documents);
        self.ask("the tarball", &http.get("/@load/hot/-/hot-1.0.0.tgz"), 200);
        count(&tally.tarballs);
        if turn.is_multiple_of(4) {
            let package = Package::new(&self.package, &format!("1.0.{turn}"));
            self.ask("publishing", &package.publish(http), 201);
            count(&tally.published);
            let document = self.ask("the new version", &http.get(&package.path()), 200);
            let versions = document.json()["versions"].take();
            assert!(versions[package.version()].is_object(), "{versions}");
        }
        // Not all at once: the line in which logins wait is not that long.
        if (turn + self.number) % 32 == 31 {
            let path = format!("/-/user/org.couchdb.user:{}", user.name);
            let body = json!({ "name": user.name, "password": PASSWORD });
            let stranger = Http::new(http.address());
            let answer = self.ask("logging in", &stranger.put(&path).json(&body), 201);
            count(&tally.logins);
            let token = answer.json()["token"].as_str().unwrap().to_owned();
            let fresh = stranger.with_token(&token);
            self.ask("the new token", &fresh.get(&document_path(HOT)), 200);
        }
    }
}

/// How long after a flip an old token was last asked for, if one was, and the first new one was there: the
/// flip came into force in between.
struct Shown {
    last_old_asked: Option<Duration>,
    first_new_there: Duration,
}

/// Flips a flag and waits until tokens are issued otherwise than the last one was.
fn flip(
    switches: &Switches,
    flags: u32,
    last: &mut (Value, Value),
    issue: impl Fn() -> (Value, Value),
) -> Shown {
    let written = switches.flip(flags);
    let mut last_old_asked = None;
    let (issued, _) = eventually("the flipped flag", LIMIT, || {
        let asked = written.elapsed();
        let issued = issue();
        if issued == *last {
            last_old_asked = Some(asked);
        }
        (issued != *last).then_some(issued)
    });
    *last = issued;
    Shown {
        last_old_asked,
        first_new_there: written.elapsed(),
    }
}

#[test]
fn nobody_who_works_notices_a_flip() {
    let registry = Registry::start();
    let switches = Switches::of(&registry);
    let users: Vec<User> = (0..8)
        .map(|number| registry.user(&format!("user-{number}")))
        .collect();
    let key = api_key(&users[0]);
    let issue = || issuer_and_algorithm(&exchanged(&registry, &key));
    let hot = Package::new(HOT, "1.0.0");
    hot.publish(&users[0].http).send().expect(201);
    let mut last = issue();
    assert_eq!(last.1, "RS256");
    // The second key is made when it is first needed, and is there from then on.
    for flags in [PREMIUM_TYPES, 0] {
        flip(&switches, flags, &mut last, issue);
    }

    let (tally, stop) = (Tally::default(), AtomicBool::new(false));
    let (admitted, turned_away, installed) = Default::default();
    let mut old_asked_latest = Duration::ZERO;
    thread::scope(|scope| {
        for number in 0..CONNECTIONS {
            let mut worker = Worker::new(number, &users[number % users.len()], &tally);
            let stop = &stop;
            scope.spawn(move || {
                // Whoever fails must not let the others go on for ever.
                let _stop = StopWhenPanicking(stop);
                for turn in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        break;
                    }
                    worker.turn(turn);
                }
            });
        }
        scope.spawn(|| look_on(&registry, &stop, &admitted, &turned_away));
        scope.spawn(|| install_again_and_again(&registry, &users[1], &stop, &installed));
        let _stop = StopAtTheEnd(&stop);
        for round in 0..ROUNDS {
            for flags in [
                PREMIUM_TYPES,
                PREMIUM_TYPES | PRIVATE_REGISTRY,
                PRIVATE_REGISTRY,
                0,
            ] {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let shown = flip(&switches, flags, &mut last, issue);
                let expected = if flags & PREMIUM_TYPES == 0 {
                    "RS256"
                } else {
                    "EdDSA"
                };
                assert_eq!(last.1, expected, "round {round}, {flags:#b}");
                let old = shown.last_old_asked.unwrap_or_default();
                println!(
                    "round {round}: {flags:#b} counts after {old:?} and before {:?}",
                    shown.first_new_there
                );
                old_asked_latest = old_asked_latest.max(old);
                thread::sleep(HELD);
            }
        }
    });
    let Tally {
        documents,
        tarballs,
        published,
        logins,
    } = tally;
    let counts = [
        documents,
        tarballs,
        published,
        logins,
        admitted,
        turned_away,
        installed,
    ];
    let counts = counts.map(AtomicUsize::into_inner);
    println!(
        "{} documents, {} tarballs, {} publishes, {} logins; a stranger was let in {} times and turned away {} \
         times; npm installed {} times",
        counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6]
    );
    println!(
        "an old token was asked for {old_asked_latest:?} after one of {} flips at the latest ({PROMISED:?} are \
         promised, and measured without this much load)",
        4 * ROUNDS
    );
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    registry.command(&["verify"]).exits(0);
}

/// A stranger sees the switch, and nothing else than its two settings.
fn look_on(
    registry: &Registry,
    stop: &AtomicBool,
    admitted: &AtomicUsize,
    turned_away: &AtomicUsize,
) {
    let _stop = StopWhenPanicking(stop);
    let http = registry.http();
    let mut connection = http.connect().unwrap();
    while !stop.load(Ordering::Relaxed) {
        let answer = connection.send(&http.get(&document_path(HOT))).unwrap();
        match answer.status {
            200 => admitted.fetch_add(1, Ordering::Relaxed),
            401 => turned_away.fetch_add(1, Ordering::Relaxed),
            _ => panic!("a stranger may be let in or not: {answer}"),
        };
    }
}

fn install_again_and_again(
    registry: &Registry,
    user: &User,
    stop: &AtomicBool,
    installed: &AtomicUsize,
) {
    let _stop = StopWhenPanicking(stop);
    let client = Client::of(ClientKind::Npm11, registry, user);
    while !stop.load(Ordering::Relaxed) {
        let project = client.project();
        client.install(&project, &[HOT]).succeeds();
        // The next one asks the registry, and not the cache.
        std::fs::remove_dir_all(client.home().join("cache")).unwrap();
        installed.fetch_add(1, Ordering::Relaxed);
    }
}

struct StopWhenPanicking<'a>(&'a AtomicBool);

impl Drop for StopWhenPanicking<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}

struct StopAtTheEnd<'a>(&'a AtomicBool);

impl Drop for StopAtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
