//! Documents, compressed for those who say that they can unpack them.

use integration::{Package, Registry, Response};
use serde_json::{Map, Value};

/// Big enough in each form to be worth compressing.
fn with_a_package() -> Registry {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let many: Map<String, Value> = (0..100)
        .map(|number| (format!("other-{number}"), "^1.0.0".into()))
        .collect();
    let package = Package::new("@sc/name", "1.0.0").field("dependencies", many);
    package.publish(&alice.http).send().expect(201);
    registry
}

fn ask(registry: &Registry, accept: &str, encoding: &str) -> Response {
    let http = registry.http();
    let request = http.get("/@sc%2fname").header("accept", accept);
    request.header("accept-encoding", encoding).send()
}

#[test]
fn every_client_gets_the_best_encoding_that_it_takes() {
    let registry = with_a_package();
    for accept in ["application/json", "application/vnd.npm.install-v1+json"] {
        let plain = ask(&registry, accept, "identity").expect(200);
        assert_eq!(plain.header("content-encoding"), None);
        for (encoding, expected) in [
            // npm; pnpm; bun; yarn 4; deno; and `bun pm whoami`, which is no list of encodings
            ("gzip,deflate", Some("gzip")),
            ("zstd,gzip,deflate", Some("zstd")),
            ("gzip, deflate, br, zstd", Some("zstd")),
            ("gzip, deflate, br", Some("br")),
            ("gzip,br", Some("br")),
            ("gzip/deflate", None),
            ("br;q=0.5, gzip;q=0.8, zstd;q=0", Some("gzip")),
            ("x, GZIP;q=0.5", Some("gzip")),
            ("*", Some("zstd")),
            ("gzip;q=0", None),
            ("identity;q=0", None),
            ("identity, gzip;q=0.9", None),
            ("deflate", None),
            (",,;q=", None),
            ("", None),
        ] {
            let answer = ask(&registry, accept, encoding).expect(200);
            assert_eq!(
                answer.header("content-encoding"),
                expected,
                "{accept} {encoding:?}"
            );
            assert_eq!(answer.decoded(), plain.body, "{accept} {encoding:?}");
            let is_smaller = answer.body.len() < plain.body.len() / 2;
            assert_eq!(is_smaller, expected.is_some(), "{accept} {encoding:?}");
            // Else npm, which obeys it, would write tokens into its cache.
            assert_eq!(answer.required_header("vary"), "Accept, Accept-Encoding");
        }
    }
}

/// An error is short, and so is what a small package says of itself.
#[test]
fn what_is_short_is_sent_as_it_is() {
    let registry = with_a_package();
    let alice = registry.user("alice");
    let small = Package::new("small", "1.0.0");
    small.publish(&alice.http).send().expect(201);
    for (path, accept, status) in [
        ("/small", "application/vnd.npm.install-v1+json", 200),
        ("/nothing", "application/json", 404),
        ("/-/ping", "application/json", 200),
    ] {
        let http = registry.http();
        let request = http.get(path).header("accept", accept);
        let answer = request.header("accept-encoding", "gzip, br, zstd").send();
        let answer = answer.expect(status);
        assert_eq!(answer.header("content-encoding"), None, "{path}");
        answer.json();
    }
}
