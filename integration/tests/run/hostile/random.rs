//! Good requests with something broken in them, wherever chance has it.

use integration::{Client, ClientKind, Package, Response};
use serde_json::json;

use super::Target;

/// How many are sent, unless `PROPTEST_CASES` says how many.
const CASES: usize = 600;

/// Pieces that mean something somewhere.
const PIECES: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b" ",
    b"\t",
    b":",
    b"/",
    b"//",
    b"..",
    b"%2f",
    b"%00",
    b"%",
    b"@",
    b"-",
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b"null",
    b"1e999",
    b"-1",
    b"99999999999999999999",
    b"\\u0000",
    b"__proto__",
    b"HTTP/1.0",
    b"HTTP/1.1",
    b"transfer-encoding: chunked\r\n",
    b"content-length: 5\r\n",
    b"content-encoding: gzip\r\n",
    b"expect: 100-continue\r\n",
    b"connection: close\r\n",
    b"upgrade: websocket\r\n",
    b"range: bytes=0-\r\n",
    b"host: x\r\n",
    b"accept: */*\r\n",
    b"if-none-match: *\r\n",
];

fn requests(target: &Target) -> Vec<Vec<u8>> {
    let put = |path: &str, body: &str| {
        format!(
            "PUT {path} HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let get = |path: &str| {
        format!(
            "GET {path} HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\n\
             accept: application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*\r\n\
             accept-encoding: gzip\r\nif-none-match: \"x\"\r\n\r\n"
        )
    };
    let document = Package::new("@sc/random", "1.0.0").document().to_string();
    let login = json!({ "name": "bob", "password": "correct horse battery" }).to_string();
    let chunks = format!("{:x}\r\n{document}\r\n0\r\n\r\n", document.len());
    [
        get("/@sc%2fname"),
        get("/@sc/name/latest"),
        get("/@sc/name/-/name-1.0.0.tgz"),
        get("/-/v1/search?text=keywords:kept&size=20&from=0"),
        put("/@sc%2frandom", &document),
        put("/-/user/org.couchdb.user:bob", &login),
        put("/-/package/@sc%2fname/dist-tags/next", "\"1.0.0\""),
        put("/@sc%2fname/-rev/1", "{\"maintainers\":[]}"),
        put("/@sc%2frandom", "").replace("content-length: 0", "transfer-encoding: chunked")
            + &chunks,
    ]
    .iter()
    .map(|request| target.filled_in(request.as_bytes()))
    .collect()
}

fn broken(bytes: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..random.usize(1..4) {
        // Most of what is read with care stands at the front.
        let end = if random.bool() {
            bytes.len()
        } else {
            bytes.len().min(300)
        };
        let at = random.usize(..end.max(1)).min(bytes.len());
        let to = (at + random.usize(..20)).min(bytes.len());
        let piece = PIECES[random.usize(..PIECES.len())];
        match random.u8(..6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..to)),
            2 => drop(bytes.splice(at..at, piece.iter().copied())),
            3 => drop(bytes.splice(at..to, piece.iter().copied())),
            4 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.u8(..8);
                }
            }
            _ => {
                let again = bytes[at..to].to_vec();
                drop(bytes.splice(at..at, again.repeat(random.usize(1..50))));
            }
        }
    }
    bytes
}

/// Whatever it was taken for, an answer is one that clients can read.
#[track_caller]
fn is_readable(answer: &Response, request: &[u8]) {
    let what = || String::from_utf8_lossy(&request[..request.len().min(600)]).into_owned();
    assert!(answer.status < 500, "{}\n{answer}", what());
    if answer.status >= 400 {
        // One to a `HEAD` has no body; no request here is one.
        let told: Result<serde_json::Value, _> = serde_json::from_slice(&answer.body);
        let told = told.is_ok_and(|told| told["error"].is_string());
        assert!(told, "{}\n{answer}", what());
    }
}

#[test]
fn a_broken_request_breaks_nothing() {
    let cases = std::env::var("PROPTEST_CASES").map_or(CASES, |text| {
        let cases = text.parse();
        cases.expect("PROPTEST_CASES should be a number")
    });
    let mut random = fastrand::Rng::with_seed(integration::seed());
    let target = Target::start();
    let requests = requests(&target);
    let mut answered = 0;
    for _ in 0..cases {
        let request = broken(&requests[random.usize(..requests.len())], &mut random);
        let mut connection = target.http().connect().unwrap();
        let _ = connection.send_raw(&request);
        let _ = connection.finish();
        while let Ok(answer) = connection.receive(false) {
            is_readable(&answer, &request);
            answered += 1;
        }
    }
    println!("{answered} answers to {cases} broken requests");
    assert!(answered > cases / 4, "most should have been answered");
    // Some of them were whole enough to change something, which is as it should be.
    let document = target.registry.packument(super::PACKAGE);
    assert_eq!(document["versions"], target.document["versions"]);
    let target = Target { document, ..target };
    let client = Client::of(ClientKind::Npm11, &target.registry, &target.alice);
    let project = client.project();
    client
        .run(&project, &["install", super::PACKAGE])
        .succeeds();
    target.survives();
}
