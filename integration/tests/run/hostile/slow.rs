//! Clients that take their time.

use std::thread;
use std::time::{Duration, Instant};

use integration::{Connection, Package};

use super::Target;

/// How many there are of each kind.
const MANY: usize = 100;

/// How long somebody in a hurry may wait meanwhile, on a busy machine.
const SOON: Duration = Duration::from_secs(5);

/// A head and a body, sent a byte a second by a hundred clients each; nobody else is to notice.
#[test]
fn many_slow_clients_stop_nobody() {
    let target = Target::start();
    let open = |bytes: &str| -> Vec<Connection> {
        let bytes = target.filled_in(bytes.as_bytes());
        let connections = (0..MANY).map(|_| {
            let mut connection = target.http().connect().unwrap();
            connection.send_raw(&bytes).unwrap();
            connection
        });
        connections.collect()
    };
    let body = |method: &str, path: &str, length: u64| {
        format!(
            "{method} {path} HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\ncontent-length: {length}\r\n\r\n{{"
        )
    };
    let mut slow: Vec<Connection> = [
        // Nothing at all, and the head as far as it goes.
        open(""),
        open("GET /@sc%2fname HTTP/1.1\r\nhost: HO"),
        // More than a hundred of these together would be all the memory there is.
        open(&body("PUT", "/@sc%2fname", 300 << 20)),
        open(&body("PUT", "/@sc%2fslow", 300 << 20)),
        open(&body("PUT", "/-/user/org.couchdb.user:slow", 60_000)),
        open(&body(
            "POST",
            "/-/npm/v1/security/advisories/bulk",
            8_000_000,
        )),
        open(&body("PUT", "/-/package/@sc%2fname/dist-tags/next", 4_000)),
        open(&body("PUT", "/@sc%2fname/-rev/1", 300 << 20)),
        // Refused already, and still sending.
        open(&body("PUT", "/.nothing", 60_000)),
    ]
    .into_iter()
    .flatten()
    .collect();
    for second in 0..3 {
        let started = Instant::now();
        for connection in &mut slow {
            // One that has been refused may have been hung up on.
            let _ = connection.send_raw(b" ");
        }
        let http = target.http();
        http.get("/-/ping").send().expect(200);
        http.get("/@sc%2fname").send().expect(200);
        let package = Package::new("@sc/quick", &format!("1.0.{second}"));
        package.publish(&target.alice.http).send().expect(201);
        target.registry.user(&format!("quick{second}"));
        let took = started.elapsed();
        assert!(took < SOON, "a quick client waited for {took:?}");
        thread::sleep(Duration::from_secs(1).saturating_sub(took));
    }
    let held = target.registry.memory();
    println!("memory with {} slow clients: {held}", slow.len());
    drop(slow);
    target.survives();
}

/// A client that asks for much and reads nothing is not sent into memory.
#[test]
fn many_clients_that_do_not_read_stop_nobody() {
    let target = Target::start();
    let mut random = fastrand::Rng::with_seed(13);
    let filler: Vec<u8> = std::iter::repeat_with(|| random.u8(..))
        .take(4 << 20)
        .collect();
    let package = Package::new("@sc/big", "1.0.0").filler(filler).sealed();
    package.publish(&target.alice.http).send().expect(201);
    let before = target.registry.memory();
    let asks = "GET /@sc/big/-/big-1.0.0.tgz HTTP/1.1\r\nhost: HOST\r\n\r\n".repeat(20);
    let asks = target.filled_in(asks.as_bytes());
    let connections: Vec<Connection> = (0..MANY)
        .map(|_| {
            let mut connection = target.http().connect().unwrap();
            connection.send_raw(&asks).unwrap();
            connection
        })
        .collect();
    thread::sleep(Duration::from_millis(500));
    target.http().get("/-/ping").send().expect(200);
    let held = target.registry.memory();
    println!("memory before: {before}; with {MANY} who do not read: {held}");
    drop(connections);
    assert_eq!(
        target.registry.tarball("@sc/big", "1.0.0").body,
        package.tarball()
    );
    // Some pieces of 128 KiB are on their way to each.
    target.survives_with(super::MORE_MIB + 64);
}

/// It takes no account to ask about advisories, so what is sent there is what anybody can make us keep.
#[test]
fn long_questions_that_never_end_have_no_room() {
    let target = Target::start();
    let body = " ".repeat(4 << 20);
    let mut asking: Vec<Connection> = Vec::new();
    for path in ["advisories/bulk", "audits", "audits/quick"] {
        for _ in 0..15 {
            let head = format!(
                "POST /-/npm/v1/security/{path} HTTP/1.1\r\nhost: HOST\r\ncontent-length: 8000000\r\n\r\n"
            );
            let mut connection = target.http().connect().unwrap();
            connection
                .send_raw(&target.filled_in(head.as_bytes()))
                .unwrap();
            // Who gets no room is told so before all of it is sent.
            let _ = connection.send_raw(body.as_bytes());
            asking.push(connection);
        }
    }
    let package = Package::new("@sc/quick", "1.0.0");
    package.publish(&target.alice.http).send().expect(201);
    let held = target.registry.memory();
    println!("memory with {} who ask: {held}", asking.len());
    drop(asking);
    target.survives();
}

/// Each password takes 19 MiB while it is hashed, and none afterwards.
#[test]
fn many_logins_leave_nothing_behind() {
    let target = Target::start();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..10 {
                    target.registry.user("alice");
                }
            });
        }
    });
    target.survives();
}
