//! Requests that mean no good, byte by byte.
//!
//! Each story throws tables of them at one server. Whatever was sent, the answer is the right 4xx with a
//! text that clients can print, or HTTP leaves nothing but hanging up; and after all of it the server has
//! what it had, takes little more memory, has not panicked, and publishes and hands out packages.
//!
//! `names` and `prototypes` are about words, `paths` about the first line, `heads` about the rest of the
//! head, `bodies` and `tarballs` about what comes behind it, `slow` about time, `random` about everything.

mod bodies;
mod heads;
mod names;
mod paths;
mod prototypes;
mod random;
mod slow;
mod tarballs;

use integration::{Http, Memory, Package, Registry, Request, Response, User, document_path};
use serde_json::Value;

/// The package that is there before, and has to be there after.
const PACKAGE: &str = "@sc/name";

/// How much more memory a server may take at any time of a story, in MiB. Hashing a password takes 19.
const MORE_MIB: u64 = 64;

/// A server that is to survive.
struct Target {
    registry: Registry,
    alice: User,
    document: Value,
    before: Memory,
}

impl Target {
    fn start() -> Self {
        Self::of(Registry::start())
    }

    fn of(registry: Registry) -> Self {
        let alice = registry.user("alice");
        let package = Package::new(PACKAGE, "1.0.0").field("keywords", vec!["kept"]);
        package.publish(&alice.http).send().expect(201);
        let document = registry.packument(PACKAGE);
        let before = registry.memory();
        Self {
            registry,
            alice,
            document,
            before,
        }
    }

    fn http(&self) -> Http {
        self.registry.http()
    }

    /// Sends bytes, in which `HOST` stands for the server's address and `TOKEN` for Alice's token.
    #[track_caller]
    fn send_raw(&self, bytes: &[u8]) -> Option<Response> {
        self.http().send_raw(&self.filled_in(bytes))
    }

    fn filled_in(&self, bytes: &[u8]) -> Vec<u8> {
        let host = self.registry.address().to_string();
        let bytes = replaced(bytes, b"HOST", host.as_bytes());
        replaced(&bytes, b"TOKEN", self.alice.token.as_bytes())
    }

    /// Checks that nothing came of it all, with room for a story that needs more memory than others.
    #[track_caller]
    fn survives_with(self, more_mib: u64) {
        let Self {
            registry,
            alice,
            document,
            before,
        } = self;
        let after = registry.memory();
        println!("memory before: {before}; after: {after}");
        let more = after.peak_kib.saturating_sub(before.peak_kib) / 1024;
        assert!(
            more <= more_mib,
            "it took {more} MiB more than before, and may take {more_mib}"
        );
        assert_eq!(registry.packument(PACKAGE), document);
        let package = Package::new("@sc/after", "1.0.0");
        package.publish(&alice.http).send().expect(201);
        for name in [PACKAGE, "@sc/after"] {
            registry.tarball(name, "1.0.0").expect(200);
        }
        assert_eq!(
            registry.tarball("@sc/after", "1.0.0").body,
            package.tarball()
        );
        let log = registry.stderr();
        assert!(!log.contains("panicked"), "{log}");
        registry.command(&["verify"]).exits(0);
    }

    #[track_caller]
    fn survives(self) {
        self.survives_with(MORE_MIB);
    }
}

/// Checks a refusal: one of these statuses, and a text for people.
#[track_caller]
fn refused(what: &str, answer: &Response, statuses: &[u16]) {
    assert!(
        statuses.contains(&answer.status),
        "{what} should give one of {statuses:?}: {answer}"
    );
    answer.error();
}

/// Checks that what HTTP itself refuses is refused, and that the connection ends with that.
#[track_caller]
fn refused_and_closed(what: &str, answer: Option<Response>, status: u16) {
    let Some(answer) = answer else {
        panic!("{what} should have been answered with {status}");
    };
    refused(what, &answer, &[status]);
    assert_eq!(answer.required_header("connection"), "close", "{what}");
}

/// Sends a request on a kept connection, which is made again when the server has closed it.
struct Kept<'a> {
    http: &'a Http,
    connection: Option<integration::Connection>,
}

impl<'a> Kept<'a> {
    fn new(http: &'a Http) -> Self {
        Self {
            http,
            connection: None,
        }
    }

    #[track_caller]
    fn send(&mut self, request: &Request<'_>) -> Response {
        let http = self.http;
        let connection = self
            .connection
            .get_or_insert_with(|| http.connect().unwrap());
        let answer = match connection.send(request) {
            Ok(answer) => answer,
            Err(error) => panic!("no answer to {request:?}: {error}"),
        };
        if answer.header("connection") == Some("close") {
            self.connection = None;
        }
        answer
    }
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len()).position(|part| part == from) {
        result.extend_from_slice(&rest[..at]);
        result.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    result.extend_from_slice(rest);
    result
}

/// Returns `[[[…]]]`, this deep.
fn deep_list(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// Returns `{"a":{"a":…}}`, this deep.
fn deep_object(depth: usize) -> String {
    format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth))
}

/// Says whether there is such a package.
#[track_caller]
fn is_published(http: &Http, name: &str) -> bool {
    let answer = http.get(&document_path(name)).send();
    match answer.status {
        200 => true,
        404 => false,
        _ => panic!("{name} should be there or not: {answer}"),
    }
}
