//! Heads: methods, headers, lengths, and how a body is announced.

use std::time::Duration;

use integration::Package;

use super::{Target, refused, refused_and_closed};

/// A head that is answered, as it stands.
const GOOD: &str = "GET /-/ping HTTP/1.1\r\nhost: HOST\r\n";

#[test]
fn other_methods_are_told_which_there_are() {
    let target = Target::start();
    for path in [
        "/",
        "/-/ping",
        "/@sc%2fname",
        "/@sc/name/1.0.0",
        "/@sc/name/-/name-1.0.0.tgz",
    ] {
        for method in [
            "PATCH", "TRACE", "CONNECT", "OPTIONS", "FOO", "get", "COPY", "PROPFIND", "QUERY", "a",
        ] {
            let answer = target.alice.http.request(method, path).send();
            refused(&format!("{method} {path}"), &answer, &[405]);
            let allowed = answer.required_header("allow");
            assert!(allowed.contains("GET"), "{method} {path}: {allowed}");
            // TRACE would show a script the headers that it may not see.
            let told = String::from_utf8_lossy(&answer.body);
            assert!(!told.contains(&target.alice.token), "{method} {path}");
        }
    }
    let long = "A".repeat(4096);
    let answer = target.alice.http.request(&long, "/-/ping").send();
    refused("a long method", &answer, &[400, 405]);
    target.survives();
}

/// A head that has to be refused, and how.
#[test]
fn a_head_that_makes_no_sense_is_refused() {
    let target = Target::start();
    for (headers, status) in [
        // Who is asked?
        ("", 400),
        ("host: HOST\r\nhost: evil.example", 400),
        ("host: HOST\r\nhost: HOST", 400),
        ("host: HOST\r\nHost: evil.example", 400),
        ("host: HOST, evil.example", 400),
        ("host: evil.example", 421),
        ("host: HOST@evil.example", 400),
        ("host: evil.example@HOST", 400),
        ("host: HOST/..", 400),
        ("host: ", 400),
        ("host: \u{e9}", 400),
        ("host : HOST", 400),
        // Who asks?
        (
            "host: HOST\r\nauthorization: Bearer TOKEN\r\nauthorization: Bearer x",
            400,
        ),
        (
            "host: HOST\r\nauthorization: Bearer TOKEN\r\nAUTHORIZATION: Bearer TOKEN",
            400,
        ),
        ("host: HOST\r\nauthorization: Bearer \u{e9}", 400),
        // Where does it end?
        ("host: HOST\r\ncontent-length: 1\r\ncontent-length: 2", 400),
        ("host: HOST\r\ncontent-length: 1, 2", 400),
        ("host: HOST\r\ncontent-length: -1", 400),
        ("host: HOST\r\ncontent-length: +1", 400),
        ("host: HOST\r\ncontent-length: 0x1", 400),
        ("host: HOST\r\ncontent-length: 1e3", 400),
        ("host: HOST\r\ncontent-length: one", 400),
        ("host: HOST\r\ncontent-length: ", 400),
        ("host: HOST\r\ncontent-length: 18446744073709551616", 400),
        (
            "host: HOST\r\ncontent-length: 99999999999999999999999999",
            400,
        ),
        ("host: HOST\r\ntransfer-encoding: gzip", 400),
        ("host: HOST\r\ntransfer-encoding: identity", 400),
        ("host: HOST\r\ntransfer-encoding: chunked, gzip", 400),
        ("host: HOST\r\ntransfer-encoding: xchunked", 400),
        (
            "host: HOST\r\ntransfer-encoding: chunked\r\ntransfer-encoding: x",
            400,
        ),
        // Lines that are no headers.
        ("host: HOST\r\nno colon", 400),
        ("host: HOST\r\n: no name", 400),
        ("host: HOST\r\nna me: x", 400),
        ("host: HOST\r\nname : x", 400),
        ("host: HOST\r\n folded: x", 400),
        ("host: HOST\r\nx: a\r\n b", 400),
        ("host: HOST\r\nx: a\0b", 400),
        ("host: HOST\r\nx\0: a", 400),
        ("host: HOST\r\nx: a\u{1}b", 400),
        ("host: HOST\r\nx: a\rb", 400),
        ("host: HOST\r\n\u{e9}: a", 400),
    ] {
        let request = format!("GET /-/whoami HTTP/1.1\r\n{headers}\r\n\r\n");
        let Some(answer) = target.send_raw(request.as_bytes()) else {
            panic!("{headers:?} should be answered");
        };
        refused(headers, &answer, &[status]);
    }
    target.survives();
}

/// Both lengths at once is how requests are hidden in the bodies of others: one counts, and nothing
/// that follows is believed.
#[test]
fn no_request_hides_in_another() {
    let target = Target::start();
    let hidden = "GET /-/whoami HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\n\r\n";
    for headers in [
        "content-length: 4\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 4",
        "content-length: 4\r\ntransfer-encoding: Chunked",
        "content-length: 4\r\ntransfer-encoding: gzip, chunked",
    ] {
        let request = format!(
            "PUT /-/user/org.couchdb.user:bob HTTP/1.1\r\nhost: HOST\r\n{headers}\r\n\r\n0\r\n\r\n{hidden}"
        );
        let mut connection = target.http().connect().unwrap();
        let request = target.filled_in(request.as_bytes());
        connection.send_raw(&request).unwrap();
        let answer = connection.receive(false).unwrap();
        refused(headers, &answer, &[400]);
        let next = connection.receive(false);
        assert!(
            next.is_err(),
            "{headers} let another request in: {}",
            next.unwrap()
        );
    }
    // HTTP/1.0 knows no chunks.
    let request =
        "PUT /@sc%2fname HTTP/1.0\r\nhost: HOST\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    refused_and_closed("chunks in 1.0", target.send_raw(request.as_bytes()), 400);
    target.survives();
}

#[test]
fn a_head_has_limits() {
    let target = Target::start();
    let url = |length: usize| {
        format!(
            "GET /{} HTTP/1.1\r\nhost: HOST\r\n\r\n",
            "a".repeat(length - 1)
        )
    };
    let query = |length: usize| url(length).replacen("/a", "/?", 1);
    let header = |length: usize| format!("{GOOD}x: {}\r\n\r\n", "a".repeat(length));
    let headers = |count: usize, length: usize| {
        let line = format!("x: {}\r\n", "a".repeat(length));
        format!("{GOOD}{}\r\n", line.repeat(count))
    };
    for (what, request, status) in [
        ("a URL of 8 KiB", url(8 << 10), 404),
        ("a URL of 8 KiB and a byte", url((8 << 10) + 1), 414),
        ("a URL of 9 KiB", url(9 << 10), 414),
        ("a URL of 40 KiB", url(40 << 10), 414),
        ("a URL of 60 KiB", url(60 << 10), 414),
        ("a URL of 100 KiB", url(100 << 10), 414),
        ("a URL of 4 MiB", url(4 << 20), 414),
        ("a query of 9 KiB", query(9 << 10), 414),
        ("a query of 100 KiB", query(100 << 10), 414),
        ("a header of 31 KiB", header(31 << 10), 200),
        ("a header of 33 KiB", header(33 << 10), 431),
        ("a header of 100 KiB", header(100 << 10), 431),
        ("a header of 4 MiB", header(4 << 20), 431),
        ("headers of 31 KiB", headers(31, 1000), 200),
        ("headers of 34 KiB", headers(34, 1024), 431),
        ("headers of 1 MiB", headers(90, 12 << 10), 431),
        ("90 headers", headers(90, 1), 200),
        ("101 headers", headers(100, 1), 431),
        ("10,000 headers", headers(10_000, 1), 431),
        ("100,000 headers", headers(100_000, 0), 431),
        ("a line that never ends", "a".repeat(1 << 20), 431),
        (
            "a header that never ends",
            format!("{GOOD}{}", "a".repeat(1 << 20)),
            431,
        ),
    ] {
        let Some(answer) = target.send_raw(request.as_bytes()) else {
            panic!("{what} should be answered with {status}");
        };
        assert_eq!(answer.status, status, "{what}: {answer}");
        if status >= 400 {
            answer.error();
        }
    }
    target.survives();
}

/// Empty lines before a request are passed over, but not for ever.
#[test]
fn empty_lines_do_not_add_up() {
    let target = Target::start();
    let few = format!("\r\n\r\n{GOOD}\r\n");
    target.send_raw(few.as_bytes()).unwrap().expect(200);
    if let Some(answer) = target.send_raw("\r\n".repeat(1 << 20).as_bytes()) {
        refused("only empty lines", &answer, &[400, 431]);
    }
    target.survives();
}

/// A client that waits for leave to send gets it when its body is wanted, and a refusal when not.
#[test]
fn a_body_is_asked_for_only_when_it_is_wanted() {
    let target = Target::start();
    let document = Package::new("@sc/asked", "1.0.0").document().to_string();
    let head = |path: &str, token: &str, length: usize, expect: &str| {
        target.filled_in(
            format!(
                "PUT {path} HTTP/1.1\r\nhost: HOST\r\n{token}content-length: {length}\r\nexpect: {expect}\r\n\r\n"
            )
            .as_bytes(),
        )
    };
    let token = "authorization: Bearer TOKEN\r\n";
    for (what, head, status) in [
        (
            "no account",
            head("/@sc%2fasked", "", 100, "100-continue"),
            401,
        ),
        (
            "no path",
            head("/-/nothing", token, 100, "100-continue"),
            404,
        ),
        ("no name", head("/.x", token, 100, "100-continue"), 400),
        (
            "too long a login",
            head("/-/user/org.couchdb.user:bob", "", 1 << 20, "100-continue"),
            413,
        ),
    ] {
        let mut connection = target.http().connect().unwrap();
        connection.send_raw(&head).unwrap();
        let answer = connection.receive(false).unwrap();
        refused(what, &answer, &[status]);
        // Its body may or may not follow, so nothing that follows is believed.
        assert_eq!(answer.required_header("connection"), "close", "{what}");
    }
    let mut connection = target.http().connect().unwrap();
    let head = head("/@sc%2fasked", token, document.len(), "100-continue");
    connection.send_raw(&head).unwrap();
    std::thread::sleep(Duration::from_millis(50));
    connection.send_raw(document.as_bytes()).unwrap();
    connection.receive(false).unwrap().expect(201);
    target.survives();
}

#[test]
fn broken_chunks_are_no_body() {
    let target = Target::start();
    let too_long = format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(64 << 10));
    let trailers = format!("0\r\n{}\r\n", "x: y\r\n".repeat(20_000));
    for chunks in [
        "zz\r\n",
        "-1\r\nx\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhelloworld\r\n0\r\n\r\n",
        "5 5\r\nhello\r\n0\r\n\r\n",
        "ffffffffffffffff\r\nhello\r\n",
        "10000000000000000\r\nhello\r\n",
        "fffffffffffffffffffffffffffffffff\r\nhello\r\n",
        "\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\nbad trailer\r\n\r\n",
        &too_long,
        &trailers,
    ] {
        for (path, token) in [
            ("/-/user/org.couchdb.user:bob", ""),
            ("/@sc%2fname", "authorization: Bearer TOKEN\r\n"),
            (
                "/-/package/@sc%2fname/dist-tags/next",
                "authorization: Bearer TOKEN\r\n",
            ),
        ] {
            let head = format!(
                "PUT {path} HTTP/1.1\r\nhost: HOST\r\n{token}transfer-encoding: chunked\r\n\r\n"
            );
            let mut connection = target.http().connect().unwrap();
            let bytes = target.filled_in(format!("{head}{chunks}").as_bytes());
            let _ = connection.send_raw(&bytes);
            let _ = connection.finish();
            let what = format!("{path} {:?}", &chunks[..chunks.len().min(40)]);
            // Who breaks off may find that we have hung up; an answer is one that can be read.
            if let Ok(answer) = connection.receive(false) {
                refused(&what, &answer, &[400, 413, 431]);
            }
        }
    }
    target.survives();
}

/// What browsers, proxies and other protocols say first.
#[test]
fn other_protocols_are_not_spoken() {
    let target = Target::start();
    for (what, bytes) in [
        (
            "TLS",
            &b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n"[..],
        ),
        ("SSH", b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
        ("SMTP", b"EHLO evil.example\r\n\r\n"),
        ("Redis", b"*1\r\n$4\r\nPING\r\n\r\n"),
        (
            "a proxy's preface",
            b"PROXY TCP4 1.2.3.4 127.0.0.1 56324 4873\r\n\r\n",
        ),
    ] {
        refused_and_closed(what, target.send_raw(bytes), 400);
    }
    // HTTP/2 without an upgrade: there is no answer that such a client could read.
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    if let Some(answer) = target.send_raw(preface) {
        refused("HTTP/2", &answer, &[400]);
    }
    let upgrade = format!(
        "{GOOD}connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n\r\n"
    );
    target.send_raw(upgrade.as_bytes()).unwrap().expect(200);
    target.survives();
}
