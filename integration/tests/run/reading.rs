//! Documents and tarballs, byte by byte over HTTP.

use integration::{Package, Registry, Response, User};
use serde_json::{Value, json};

const FULL: &str = "application/json";
const ABBREVIATED: &str = "application/vnd.npm.install-v1+json";
const NPM_INSTALL: &str =
    "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";

/// Big enough in each form to be worth compressing.
fn package() -> Package {
    let many: serde_json::Map<String, Value> = (0..100)
        .map(|number| (format!("other-{number}"), "^1.0.0".into()))
        .collect();
    Package::new("@sc/name", "1.0.0")
        .field("peerDependencies", many)
        .field("dependencies", json!({ "other": "^1.0.0" }))
        .field("scripts", json!({ "test": "true" }))
        .field("engines", json!({ "node": ">=20" }))
}

fn with_a_package() -> (Registry, User) {
    let registry = Registry::start();
    let alice = registry.user("alice");
    package().publish(&alice.http).send().expect(201);
    (registry, alice)
}

fn get(registry: &Registry, path: &str, headers: &[(&str, &str)]) -> Response {
    let http = registry.http();
    let mut request = http.get(path);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.send()
}

#[test]
fn a_full_document_has_what_clients_read() {
    let (registry, _) = with_a_package();
    let document = registry.packument("@sc/name");
    assert_eq!(document["_id"], "@sc/name");
    assert_eq!(document["name"], "@sc/name");
    assert_eq!(document["dist-tags"], json!({ "latest": "1.0.0" }));
    assert!(document["_rev"].is_string(), "{document}");
    assert!(document["readme"].is_string(), "{document}");
    assert_eq!(document["maintainers"][0]["name"], "alice");
    for time in ["created", "modified", "1.0.0"] {
        let time = document["time"][time].as_str().unwrap();
        assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
    }
    let manifest = &document["versions"]["1.0.0"];
    assert_eq!(manifest["scripts"]["test"], "true");
    assert_eq!(manifest["_id"], "@sc/name@1.0.0");
    assert_eq!(manifest["_npmUser"]["name"], "alice");
    assert_eq!(manifest["maintainers"][0]["name"], "alice");
    assert!(manifest["readme"].is_null(), "{manifest}");
    let dist = &manifest["dist"];
    assert_eq!(dist["integrity"], package().integrity());
    assert_eq!(
        dist["tarball"],
        format!("{}/@sc/name/-/name-1.0.0.tgz", registry.url())
    );
    assert_eq!(dist["shasum"].as_str().unwrap().len(), 40);
}

#[test]
fn an_abbreviated_document_has_only_what_installing_needs() {
    let (registry, _) = with_a_package();
    let answer = get(&registry, "/@sc%2fname", &[("accept", NPM_INSTALL)]).expect(200);
    assert!(
        answer
            .required_header("content-type")
            .starts_with(ABBREVIATED)
    );
    let document = answer.json();
    let manifest = &document["versions"]["1.0.0"];
    assert_eq!(document["name"], "@sc/name");
    assert!(document["modified"].is_string());
    assert!(document["readme"].is_null());
    assert_eq!(manifest["dependencies"]["other"], "^1.0.0");
    assert_eq!(manifest["engines"]["node"], ">=20");
    assert_eq!(manifest["dist"]["integrity"], package().integrity());
    for absent in [
        "scripts",
        "description",
        "_npmUser",
        "maintainers",
        "readme",
    ] {
        assert!(manifest[absent].is_null(), "{absent} in {manifest}");
    }
}

#[test]
fn the_accept_header_chooses_the_form() {
    let (registry, _) = with_a_package();
    for (accept, wanted) in [
        (FULL, FULL),
        ("*/*", FULL),
        ("application/json; q=1.0, */*", FULL),
        ("", FULL),
        ("text/plain", FULL),
        ("text/html,application/xhtml+xml,*/*;q=0.8", FULL),
        ("text/html", FULL),
        (";;;q=,", FULL),
        (ABBREVIATED, ABBREVIATED),
        (NPM_INSTALL, ABBREVIATED),
        (
            "application/vnd.npm.install-v1+json; q=0.1, application/json",
            FULL,
        ),
        ("application/vnd.npm.install-v1+json; q=0, */*", FULL),
    ] {
        let answer = get(&registry, "/@sc%2fname", &[("accept", accept)]).expect(200);
        let found = answer.required_header("content-type");
        assert!(found.starts_with(wanted), "{accept:?} gave {found}");
        let vary = answer.required_header("vary").to_ascii_lowercase();
        assert!(
            vary.contains("accept") && vary.contains("accept-encoding"),
            "{vary}"
        );
    }
    // yarn 4 sends no Accept at all.
    let answer = get(&registry, "/@sc%2fname", &[]).expect(200);
    assert!(answer.required_header("content-type").starts_with(FULL));
}

#[test]
fn every_form_has_its_own_etag_and_304() {
    let (registry, _) = with_a_package();
    let mut etags = Vec::new();
    for accept in [FULL, ABBREVIATED] {
        for encoding in ["identity", "gzip", "br", "zstd"] {
            let headers = [("accept", accept), ("accept-encoding", encoding)];
            let answer = get(&registry, "/@sc%2fname", &headers).expect(200);
            let etag = answer.required_header("etag").to_owned();
            assert!(etag.starts_with('"'), "an ETag of bytes is strong: {etag}");

            let ask = |tag: &str| {
                let [first, second] = headers;
                get(
                    &registry,
                    "/@sc%2fname",
                    &[first, second, ("if-none-match", tag)],
                )
            };
            let unchanged = ask(&etag).expect(304);
            assert!(unchanged.body.is_empty());
            assert_eq!(unchanged.required_header("etag"), etag);
            for tag in [&format!("\"x\", {etag}"), &format!("W/{etag}"), "*"] {
                ask(tag).expect(304);
            }
            for tag in ["\"x\"", "garbage", "W/\"x\""] {
                ask(tag).expect(200);
            }
            etags.push(etag);
        }
    }
    let count = etags.len();
    etags.sort();
    etags.dedup();
    assert_eq!(etags.len(), count, "one for each form: {etags:?}");
    // bun asks with the ETag of the form that it saw before.
    for etag in &etags {
        let headers = [("accept", ABBREVIATED), ("if-none-match", etag.as_str())];
        let answer = get(&registry, "/@sc%2fname", &headers);
        let own = answer.required_header("etag") == etag;
        assert_eq!(answer.status == 304, own, "{etag}");
    }
}

/// pnpm sends both; the date must not win.
#[test]
fn an_etag_wins_over_a_date() {
    let (registry, _) = with_a_package();
    let etag = get(&registry, "/@sc%2fname", &[])
        .required_header("etag")
        .to_owned();
    let date = ("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT");
    get(&registry, "/@sc%2fname", &[date, ("if-none-match", &etag)]).expect(304);
    let date = ("if-modified-since", "Thu, 01 Jan 2099 00:00:00 GMT");
    get(
        &registry,
        "/@sc%2fname",
        &[date, ("if-none-match", "\"x\"")],
    )
    .expect(200);
}

#[test]
fn head_is_get_without_the_body() {
    let (registry, _) = with_a_package();
    let same = [
        "content-type",
        "etag",
        "content-length",
        "content-encoding",
        "vary",
        "cache-control",
        "accept-ranges",
    ];
    for (path, encoding) in [
        ("/@sc%2fname", "identity"),
        ("/@sc%2fname", "gzip"),
        ("/@sc%2fname", "br"),
        ("/@sc%2fname", "zstd"),
        ("/@sc/name/1.0.0", "gzip"),
        ("/-/package/@sc%2fname/dist-tags", "gzip"),
        ("/@sc/name/-/name-1.0.0.tgz", "gzip"),
        ("/-/ping", "gzip"),
        ("/", "gzip"),
    ] {
        let http = registry.http();
        let ask = |method| {
            let request = http.request(method, path);
            request.header("accept-encoding", encoding).send()
        };
        let (get, head) = (ask("GET").expect(200), ask("HEAD").expect(200));
        for name in same {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
        let length = get.required_header("content-length");
        assert_eq!(length, get.body.len().to_string(), "{path}");
        // On a kept connection a body after all would be taken for the next answer.
        let mut connection = http.connect().unwrap();
        connection
            .send(&http.request("HEAD", path))
            .unwrap()
            .expect(200);
        let next = connection.send(&http.get("/-/ping")).unwrap().expect(200);
        assert_eq!(next.json(), json!({}));
    }
}

#[test]
fn a_scoped_name_is_found_however_it_is_spelled() {
    let (registry, _) = with_a_package();
    let wanted = get(&registry, "/@sc%2fname", &[]).expect(200).body;
    for path in [
        "/@sc%2Fname",
        "/@sc/name",
        "/%40sc%2fname",
        "/%40sc%2Fname",
        "/%40sc/name",
        "/@sc%2fname/",
        "/@sc/name/",
        "/@sc%2fname?write=true",
        "/@sc/%6e%61me",
    ] {
        let answer = get(&registry, path, &[]).expect(200);
        assert_eq!(answer.body, wanted, "{path}");
    }
    for path in [
        "/@sc%252fname",
        "/@sc",
        "/@sc/",
        "/sc/name",
        "/@sc%2f%2fname",
        "/@sc%00name",
    ] {
        let answer = get(&registry, path, &[]);
        assert!([400, 404].contains(&answer.status), "{path}: {answer}");
        answer.error();
    }
    for path in ["/@sc/name/1.0.0", "/@sc%2fname/1.0.0", "/@sc/name/latest"] {
        let manifest = get(&registry, path, &[]).expect(200).json();
        assert_eq!(manifest["version"], "1.0.0", "{path}");
    }
    for path in [
        "/@sc/name/9.9.9",
        "/@sc/name/^1.0.0",
        "/@sc/name/1.x",
        "/@sc/name/%3E=1.0.0",
        "/@sc/name/1.0",
        "/@sc/name/*",
        "/@sc/name/nothing",
        "/nothing",
        "/nothing/latest",
    ] {
        get(&registry, path, &[]).expect(404).error();
    }
}

#[test]
fn a_tarball_is_found_however_it_is_spelled() {
    let (registry, _) = with_a_package();
    let tarball = package().tarball();
    for path in [
        "/@sc/name/-/name-1.0.0.tgz",
        "/@sc%2fname/-/name-1.0.0.tgz",
        "/@sc%2Fname/-/name-1.0.0.tgz",
        "/%40sc/name/-/name-1.0.0.tgz",
        "/%40sc%2fname/-/name-1.0.0.tgz",
        "/@sc/name/-/@sc/name-1.0.0.tgz",
        "/@sc/name/-/name-1.0.0.tgz?cache=no",
    ] {
        let answer = get(&registry, path, &[("accept-encoding", "gzip")]).expect(200);
        assert_eq!(answer.body, tarball, "{path}");
        assert_eq!(answer.header("content-encoding"), None, "{path}");
        assert_eq!(
            answer.required_header("content-type"),
            "application/octet-stream"
        );
        assert_eq!(
            answer.required_header("content-length"),
            tarball.len().to_string()
        );
        let etag = answer.required_header("etag").to_owned();
        get(&registry, path, &[("if-none-match", &etag)]).expect(304);
    }
    for path in [
        "/@sc/name/-/name-1.0.1.tgz",
        "/@sc/name/-/other-1.0.0.tgz",
        "/@sc/name/-/name-1.0.0.tar",
        "/@sc/name/-/..%2f..%2fregistry.lockb",
        "/@sc/name/-/../../../registry.lockb",
        "/@sc/name/-/%2e%2e/name-1.0.0.tgz",
        "/@other/name/-/name-1.0.0.tgz",
        "/name/-/name-1.0.0.tgz",
        "/@sc/name/-/@other/name-1.0.0.tgz",
    ] {
        let answer = get(&registry, path, &[]);
        assert!([400, 404].contains(&answer.status), "{path}: {answer}");
        answer.error();
    }
    let answer = get(&registry, "/@sc/name/-/name-1.0.0.tgz", &[]);
    let kept = answer.required_header("cache-control");
    assert!(kept.contains("immutable"), "{kept}");
    // yarn 1 asks for a tarball as if it were a document.
    for accept in [NPM_INSTALL, "text/html"] {
        let headers = [("accept", accept)];
        let answer = get(&registry, "/@sc/name/-/name-1.0.0.tgz", &headers).expect(200);
        assert_eq!(answer.body, tarball, "{accept}");
        assert_eq!(
            answer.required_header("content-type"),
            "application/octet-stream"
        );
    }
}

#[test]
fn tarball_urls_follow_the_host_that_was_asked() {
    let (registry, _) = with_a_package();
    let port = registry.address().port();
    for accept in [FULL, ABBREVIATED] {
        for host in [format!("localhost:{port}"), format!("127.0.0.1:{port}")] {
            let headers = [("accept", accept), ("host", host.as_str())];
            let document = get(&registry, "/@sc%2fname", &headers).expect(200).json();
            assert_eq!(
                document["versions"]["1.0.0"]["dist"]["tarball"],
                format!("http://{host}/@sc/name/-/name-1.0.0.tgz")
            );
        }
    }
    let host = format!("localhost:{port}");
    let manifest = get(&registry, "/@sc/name/1.0.0", &[("host", &host)])
        .expect(200)
        .json();
    assert_eq!(
        manifest["dist"]["tarball"],
        format!("http://{host}/@sc/name/-/name-1.0.0.tgz")
    );
}

/// A page on the web can make a browser ask any address; the name it asked for gives it away.
#[test]
fn a_foreign_host_is_refused_on_the_loopback() {
    let (registry, alice) = with_a_package();
    let port = registry.address().port();
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        "evil.example@localhost".to_owned(),
        String::new(),
    ] {
        for path in ["/@sc%2fname", "/-/whoami", "/-/ping", "/", "/nothing"] {
            let answer = alice.http.get(path).header("host", &host).send();
            assert!(
                (400..500).contains(&answer.status),
                "{host:?} {path}: {answer}"
            );
            answer.error();
        }
    }
}

#[test]
fn everything_below_the_dash_answers_in_json() {
    let (registry, alice) = with_a_package();
    assert_eq!(get(&registry, "/-/ping", &[]).expect(200).json(), json!({}));
    for path in [
        "/-/nothing",
        "/-/v1/nothing",
        "/-/package",
        "/-/package/@sc%2fname",
        "/-/package/@sc%2fname/nothing",
        "/-/user/nobody",
        "/-/-/package?format=cli",
        "/-",
        "/-/",
    ] {
        for method in ["GET", "PUT", "POST", "DELETE"] {
            let answer = alice.http.request(method, path).body("{}").send();
            assert!(
                [404, 405].contains(&answer.status),
                "{method} {path}: {answer}"
            );
            answer.error();
        }
    }
}

#[test]
fn a_wrong_method_is_told_the_right_ones() {
    let (registry, alice) = with_a_package();
    for (method, path) in [
        ("PATCH", "/@sc%2fname"),
        ("POST", "/@sc%2fname"),
        ("DELETE", "/@sc%2fname"),
        ("POST", "/-/ping"),
        ("DELETE", "/-/whoami"),
        ("PUT", "/@sc/name/-/name-1.0.0.tgz"),
        ("PATCH", "/-/package/@sc%2fname/dist-tags/latest"),
        ("BREW", "/@sc%2fname"),
        ("OPTIONS", "/@sc%2fname"),
    ] {
        let answer = alice.http.request(method, path).send().expect(405);
        answer.error();
        let allow = answer.required_header("allow");
        assert!(
            !allow.is_empty() && !allow.contains(method),
            "{method} {path}: {allow}"
        );
    }
    assert_eq!(registry.packument("@sc/name")["name"], "@sc/name");
}

#[test]
fn whoami_knows_whom_and_is_not_kept() {
    let (registry, alice) = with_a_package();
    let answer = alice.http.get("/-/whoami").send().expect(200);
    assert_eq!(answer.json(), json!({ "username": "alice" }));
    assert!(answer.required_header("cache-control").contains("no-store"));
    get(&registry, "/-/whoami", &[]).expect(401).error();
}

/// npm sends whatever token it has, also for what everybody may read.
#[test]
fn a_stale_token_does_not_close_what_is_open() {
    let (registry, _) = with_a_package();
    let stale = registry.http().with_token("eyJhbGciOiJFZERTQSJ9.e30.AAAA");
    stale.get("/@sc%2fname").send().expect(200);
    stale.get("/@sc/name/-/name-1.0.0.tgz").send().expect(200);
    let answer = Package::new("@sc/name", "2.0.0").publish(&stale).send();
    answer.expect(401).error();
    let basic = registry.http();
    let request = basic
        .get("/@sc%2fname")
        .header("authorization", "Basic !!!");
    request.send().expect(200);
}

#[test]
fn a_kept_connection_serves_many_requests() {
    let (registry, alice) = with_a_package();
    let mut connection = alice.http.connect().unwrap();
    for number in 0..50 {
        let version = format!("2.0.{number}");
        let package = Package::new("@sc/name", &version);
        let publish = package.publish(&alice.http);
        connection.send(&publish).unwrap().expect(201);
        let get = alice.http.get("/@sc%2fname");
        let document = connection.send(&get).unwrap().expect(200).json();
        assert_eq!(document["dist-tags"]["latest"], version);
    }
    assert_eq!(
        registry.packument("@sc/name")["versions"]
            .as_object()
            .unwrap()
            .len(),
        51
    );
}
