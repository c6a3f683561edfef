//! Bodies: JSON of every kind but the right one, and what claims to be gzip.

use integration::{Registry, gzip_bomb, gzipped};

use super::{Kept, PACKAGE, Target, deep_list, deep_object, refused};

/// A route that takes a body.
struct Route {
    method: &'static str,
    path: &'static str,
    /// The longest body, in bytes, that is far from too long.
    takes: usize,
    /// Which bodies make sense here.
    good: fn(&str) -> bool,
}

const ROUTES: &[Route] = &[
    Route {
        method: "PUT",
        path: "/@sc%2fname",
        takes: 1 << 20,
        good: |_| false,
    },
    Route {
        method: "PUT",
        path: "/@sc%2fother",
        takes: 1 << 20,
        good: |_| false,
    },
    Route {
        method: "PUT",
        path: "/@sc%2fname/-rev/1",
        takes: 1 << 20,
        // Nothing is to be changed, and nothing is.
        good: |body| is_object(body) && !body.contains("versions") && !body.contains("users"),
    },
    Route {
        method: "PUT",
        path: "/-/user/org.couchdb.user:bob",
        takes: 1 << 14,
        good: |_| false,
    },
    Route {
        method: "PUT",
        path: "/-/user/org.couchdb.user:bob/-rev/undefined",
        takes: 1 << 14,
        good: |_| false,
    },
    Route {
        method: "POST",
        path: "/-/v1/login",
        takes: 1 << 14,
        // It says whether an account is wanted, if it says anything.
        good: |body| body.trim().is_empty() || is_object(body),
    },
    Route {
        method: "POST",
        path: "/-/npm/v1/user",
        takes: 1 << 14,
        // A profile has many fields that nobody keeps here.
        good: is_object,
    },
    Route {
        method: "POST",
        path: "/-/npm/v1/tokens",
        takes: 1 << 14,
        good: |_| false,
    },
    Route {
        method: "PUT",
        path: "/-/user/v1/star",
        takes: 1 << 10,
        good: |_| false,
    },
    Route {
        method: "DELETE",
        path: "/-/user/v1/star",
        takes: 1 << 10,
        good: |_| false,
    },
    Route {
        method: "PUT",
        path: "/-/package/@sc%2fname/dist-tags",
        takes: 1 << 14,
        // Nothing is to be tagged.
        good: |body| body == "{}",
    },
    Route {
        method: "PUT",
        path: "/-/package/@sc%2fname/dist-tags/next",
        takes: 1 << 10,
        good: |_| false,
    },
    Route {
        method: "POST",
        path: "/-/package/@sc%2fname/dist-tags",
        takes: 1 << 14,
        // Nothing is to be tagged.
        good: |body| body == "{}",
    },
    Route {
        method: "POST",
        path: "/-/package/@sc%2fname/dist-tags/next",
        takes: 1 << 10,
        good: |_| false,
    },
    Route {
        method: "PUT",
        path: "/@sc%2fname/next",
        takes: 1 << 10,
        good: |_| false,
    },
    Route {
        method: "POST",
        path: "/-/package/@sc%2fname/access",
        takes: 1 << 10,
        good: |_| false,
    },
    Route {
        method: "PUT",
        path: "/-/package/@sc%2fname/owners",
        takes: 1 << 10,
        good: |_| false,
    },
    Route {
        method: "PUT",
        path: "/-/org/sc/team",
        takes: 1 << 14,
        good: |_| false,
    },
    Route {
        method: "PUT",
        path: "/-/org/sc/user",
        takes: 1 << 14,
        good: |_| false,
    },
    Route {
        method: "PUT",
        path: "/-/team/sc/core/user",
        takes: 1 << 14,
        good: |_| false,
    },
    Route {
        method: "PUT",
        path: "/-/team/sc/core/package",
        takes: 1 << 10,
        good: |_| false,
    },
    Route {
        method: "DELETE",
        path: "/-/org/sc/user",
        takes: 1 << 14,
        good: |_| false,
    },
    Route {
        method: "DELETE",
        path: "/-/team/sc/core/user",
        takes: 1 << 14,
        good: |_| false,
    },
    Route {
        method: "DELETE",
        path: "/-/team/sc/core/package",
        takes: 1 << 10,
        good: |_| false,
    },
    Route {
        method: "POST",
        path: "/-/npm/v1/security/advisories/bulk",
        takes: 1 << 20,
        // Versions of packages with odd names, of which nothing is known.
        good: |body| body == "{}" || (is_object(body) && body.ends_with(":[]}")),
    },
    Route {
        method: "POST",
        path: "/-/npm/v1/security/audits",
        takes: 1 << 20,
        // A tree without dependencies.
        good: is_object,
    },
    Route {
        method: "POST",
        path: "/-/npm/v1/security/audits/quick",
        takes: 1 << 20,
        // A tree without dependencies.
        good: is_object,
    },
];

/// A target in which what the routes name is there.
fn with_a_team() -> Target {
    with_a_team_in(Registry::start())
}

fn with_a_team_in(registry: Registry) -> Target {
    let target = Target::of(registry);
    let core = serde_json::json!({ "name": "core" });
    let request = target.alice.http.put("/-/org/sc/team");
    request.json(&core).send().expect(201);
    target
}

fn is_object(text: &str) -> bool {
    text.starts_with('{') && serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok()
}

/// What the tree of one client may take while it is read, in MiB.
const TREES_MIB: u64 = 512;

#[test]
fn json_of_the_wrong_kind_is_refused_everywhere() {
    let target = with_a_team();
    let http = &target.alice.http;
    let mut kept = Kept::new(http);
    let numbers = format!("[{}]", "9".repeat(900));
    let texts: Vec<Vec<u8>> = [
        "",
        " ",
        "null",
        "true",
        "13",
        "-0",
        "1e999999",
        "NaN",
        "Infinity",
        "\"text\"",
        "\"\"",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "'text'",
        "[]",
        "[[]]",
        "[null]",
        "[{}]",
        "{}",
        "{\"a\":1}",
        "{\"name\":\"x\",\"name\":\"y\"}",
        "{\"name\":null}",
        "{\"name\":[]}",
        "{\"name\":{}}",
        "{\"versions\":13}",
        "{\"users\":[]}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\"}",
        "{",
        "[",
        "\"",
        "{}{}",
        "{} x",
        "/* */{}",
        "\u{feff}{}",
        "{\"\u{1}\":1}",
        "<xml/>",
        "name=x&password=y",
        "--boundary\r\ncontent-disposition: form-data\r\n\r\n",
        &numbers,
        &deep_list(100),
        &deep_object(100),
        &deep_list(10_000),
        &deep_object(10_000),
        &"[".repeat(10_000),
        &"{\"a\":".repeat(10_000),
    ]
    .into_iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    let bytes = [
        &b"\xff"[..],
        b"\"\xff\"",
        b"{\"\xff\":1}",
        b"{\"name\":\"\xc0\xaf\"}",
        b"\"\xed\xa0\x80\"",
        b"\x00",
        b"{}\x00",
        b"\xff\xfe{\x00}\x00",
    ];
    for Route {
        method,
        path,
        takes,
        good,
    } in ROUTES
    {
        let bytes = bytes.iter().map(|bytes| bytes.to_vec());
        for body in texts.iter().cloned().chain(bytes) {
            let text = String::from_utf8_lossy(&body).into_owned();
            let what = format!(
                "{method} {path} {}",
                text.chars().take(60).collect::<String>()
            );
            if good(&text) {
                continue;
            }
            let too_long = body.len() > *takes;
            let request = http.request(method, path).body(body);
            let answer = kept.send(&request.header("content-type", "application/json"));
            let statuses: &[u16] = match () {
                () if too_long => &[400, 413],
                // It is about a package that is not there, which is known only from the body.
                () if path.ends_with("other") => &[400, 404],
                () => &[400],
            };
            refused(&what, &answer, statuses);
        }
    }
    target.survives();
}

/// A few MiB of a tree in which every place says a long name again, which together is a hundred GiB.
#[test]
fn a_tree_of_dependencies_cannot_be_grown_into_memory() {
    let target = Target::start();
    let long = "x".repeat(1 << 20);
    let inner: Vec<String> = (0..200_000).map(|n| format!("\"{n}\":{{}}")).collect();
    let wide = format!(
        "{{\"dependencies\":{{\"{long}\":{{\"dependencies\":{{{}}}}}}}}}",
        inner.join(",")
    );
    let level = "{\"dependencies\":{\"a\":";
    let deep = format!("{}{{}}{}", level.repeat(50), "}}".repeat(50));
    let many: Vec<String> = (0..5_000).map(|n| format!("\"{n}\":{deep}")).collect();
    let bushy = format!("{{\"dependencies\":{{{}}}}}", many.join(","));
    for tree in [wide, bushy] {
        let http = target.http();
        let request = http.request("POST", "/-/npm/v1/security/audits").body(tree);
        let answer = request.send();
        assert!([200, 413].contains(&answer.status), "{answer}");
    }
    target.survives_with(TREES_MIB);
}

#[test]
fn what_claims_to_be_gzip_and_is_not_is_refused() {
    let target = with_a_team();
    let http = &target.alice.http;
    let packed = gzipped(b"[]");
    let mut wrong_sum = packed.clone();
    let at = wrong_sum.len() - 8;
    wrong_sum[at] ^= 0xff;
    for (what, encodings, body, status) in [
        ("no gzip", &["gzip"][..], b"[]".to_vec(), 400),
        ("nothing", &["gzip"], Vec::new(), 400),
        (
            "half of it",
            &["gzip"],
            packed[..packed.len() / 2].to_vec(),
            400,
        ),
        ("a wrong sum", &["gzip"], wrong_sum, 400),
        ("gzip of a wrong kind", &["gzip"], packed.clone(), 400),
        ("gzip of a wrong kind", &["x-gzip"], packed.clone(), 400),
        ("gzip of a wrong kind", &["GZIP"], packed.clone(), 400),
        ("gzip twice", &["gzip, gzip"], gzipped(&packed), 415),
        ("gzip twice", &["gzip", "gzip"], gzipped(&packed), 415),
        ("deflate", &["deflate"], packed.clone(), 415),
        ("br", &["br"], packed.clone(), 415),
        ("zstd", &["zstd"], packed.clone(), 415),
        ("two", &["gzip, br"], packed.clone(), 415),
        ("a list", &["gzip;q=1"], packed.clone(), 415),
        ("nonsense", &["\u{e9}"], packed.clone(), 415),
        ("a long one", &[&"x".repeat(10_000)], packed.clone(), 415),
    ] {
        for Route { method, path, .. } in ROUTES {
            let mut request = http.request(method, path).body(body.clone());
            for encoding in encodings {
                request = request.header("content-encoding", encoding);
            }
            let answer = request.send();
            refused(&format!("{what} to {path}"), &answer, &[status]);
            assert!(answer.body.len() < 1000, "{what} to {path}: {answer}");
        }
    }
    target.survives();
}

/// A MiB or less that unpacks to a GiB. What is read as a text ends at its limit; a package document is
/// read as it comes, so it ends where it stops being one.
#[test]
fn no_bomb_goes_off() {
    let target = Target::of(
        Registry::options()
            .config("[limits]\npublish_mib = 16\n")
            .start(),
    );
    let http = &target.alice.http;
    for byte in *b" [" {
        let bomb = gzip_bomb(byte, 1 << 10);
        for Route { method, path, .. } in ROUTES {
            let request = http.request(method, path).body(bomb.clone());
            let answer = request.header("content-encoding", "gzip").send();
            refused(&format!("a bomb to {path}"), &answer, &[400, 413]);
        }
    }
    target.survives();
}

#[test]
fn a_body_that_never_ends_is_cut_off() {
    let target = with_a_team();
    let mut waiting = Vec::new();
    for route in ROUTES.iter().filter(|route| route.takes < 1 << 20) {
        let Route {
            method,
            path,
            takes,
            ..
        } = route;
        for length in [
            "transfer-encoding: chunked",
            "content-length: 1125899906842624",
        ] {
            let head = format!(
                "{method} {path} HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\n{length}\r\n\r\n"
            );
            let mut connection = target.http().connect().unwrap();
            connection
                .send_raw(&target.filled_in(head.as_bytes()))
                .unwrap();
            if length.contains("chunked") {
                let chunk = format!("{takes:x}\r\n{}\r\n", " ".repeat(*takes));
                for _ in 0..5 {
                    let _ = connection.send_raw(chunk.as_bytes());
                }
            }
            waiting.push((path, length, connection));
        }
    }
    for (path, length, mut connection) in waiting {
        let answer = connection.receive(false).unwrap();
        refused(&format!("{path} {length}"), &answer, &[413]);
        assert_eq!(answer.required_header("connection"), "close", "{path}");
    }
    target.survives();
}

#[test]
fn a_body_that_stops_half_way_changes_nothing() {
    let target = Target::start();
    for (path, body) in [
        ("/-/package/@sc%2fname/dist-tags/next", "\"1.0.0\""),
        (
            "/-/user/org.couchdb.user:bob",
            "{\"name\":\"bob\",\"password\":\"correct horse battery\"}",
        ),
        (
            "/@sc%2fname",
            "{\"_id\":\"@sc/name\",\"users\":{\"alice\":true}}",
        ),
        (
            "/@sc%2fname/-rev/undefined",
            "{\"maintainers\":[{\"name\":\"alice\"}]}",
        ),
    ] {
        for sent in 0..body.len() {
            if sent % 5 != 0 && sent + 1 != body.len() {
                continue;
            }
            let head = format!(
                "PUT {path} HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\ncontent-length: {}\r\n\r\n{}",
                body.len(),
                &body[..sent]
            );
            let mut connection = target.http().connect().unwrap();
            connection
                .send_raw(&target.filled_in(head.as_bytes()))
                .unwrap();
            connection.finish().unwrap();
            if let Ok(answer) = connection.receive(false) {
                refused(path, &answer, &[400]);
            }
        }
    }
    let answer = target.alice.http.get("/-/user/org.couchdb.user:bob").send();
    refused("bob", &answer, &[404]);
    assert_eq!(
        target.registry.packument(PACKAGE)["users"],
        target.document["users"]
    );
    target.survives();
}
