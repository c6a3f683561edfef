//! Requests that are too much.

use integration::{Http, Package, Registry, Response, gzip_bomb, gzipped};

fn announce(http: &Http, token: &str, registry: &Registry, headers: &str) -> Response {
    let mut connection = http.connect().unwrap();
    let head = format!(
        "PUT /big HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n{headers}\r\n\r\n",
        registry.address()
    );
    connection.send_raw(head.as_bytes()).unwrap();
    connection.receive(false).unwrap()
}

#[test]
fn a_body_that_is_too_big_is_refused_before_it_is_sent() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    for length in ["1000000000000", "9223372036854775807"] {
        let headers = format!("content-length: {length}");
        let answer = announce(&alice.http, &alice.token, &registry, &headers);
        assert_eq!(answer.status, 413, "{length}: {answer}");
        answer.error();
        assert_eq!(answer.required_header("connection"), "close");
    }
    // Not even asked for, when the client waits to be asked.
    let headers = "content-length: 1000000000000\r\nexpect: 100-continue";
    let answer = announce(&alice.http, &alice.token, &registry, headers);
    answer.expect(413).error();
    registry.http().get("/-/ping").send().expect(200);
}

#[test]
fn a_login_that_is_too_big_is_refused() {
    let registry = Registry::start();
    let body = format!("{{\"password\":\"{}\"}}", "x".repeat(1 << 20));
    let answer = registry
        .http()
        .put("/-/user/org.couchdb.user:alice")
        .body(body)
        .send();
    answer.expect(413).error();
}

#[test]
fn a_body_without_a_length_is_counted() {
    let registry = Registry::start();
    let mut connection = registry.http().connect().unwrap();
    let head = format!(
        "PUT /-/user/org.couchdb.user:alice HTTP/1.1\r\nhost: {}\r\ntransfer-encoding: chunked\r\n\r\n",
        registry.address()
    );
    connection.send_raw(head.as_bytes()).unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    for _ in 0..64 {
        // The server may have said no and hung up by now.
        if connection.send_raw(chunk.as_bytes()).is_err() {
            break;
        }
    }
    let answer = connection.receive(false).unwrap();
    answer.expect(413).error();
}

#[test]
fn a_gzip_bomb_is_refused() {
    let registry = Registry::start();
    let request = registry.http();
    let request = request
        .put("/-/user/org.couchdb.user:alice")
        .header("content-encoding", "gzip")
        .body(gzip_bomb(b' ', 64));
    request.send().expect(413).error();
}

#[test]
fn a_gzipped_document_publishes() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let package = Package::new("zipped", "1.0.0");
    let body = gzipped(package.document().to_string().as_bytes());
    let put = |body: Vec<u8>, encoding: &str| {
        let request = alice.http.put("/zipped").body(body);
        request
            .header("content-type", "application/json")
            .header("content-encoding", encoding)
            .send()
    };
    put(b"not gzip".to_vec(), "gzip").expect(400).error();
    put(b"{}".to_vec(), "compress").expect(415).error();
    put(body, "gzip").expect(201);
    assert_eq!(registry.tarball("zipped", "1.0.0").body, package.tarball());
}

#[test]
fn a_big_package_is_published_whole() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let mut random = fastrand::Rng::with_seed(13);
    let filler: Vec<u8> = std::iter::repeat_with(|| random.u8(..))
        .take(20 << 20)
        .collect();
    let package = Package::new("big", "1.0.0").filler(filler);
    package.publish(&alice.http).send().expect(201);
    let tarball = registry.tarball("big", "1.0.0").expect(200);
    assert!(
        tarball.body == package.tarball(),
        "other bytes than published"
    );
}
