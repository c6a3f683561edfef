//! First lines: ways up and out, and every way to spell a name.

use integration::Package;
use serde_json::json;

use super::{Kept, PACKAGE, Target, refused, refused_and_closed};

/// What leads somewhere else, or ends a name, somewhere.
const LEADING_AWAY: &[&str] = &[
    "..",
    ".",
    "%2e%2e",
    "%2E%2e",
    ".%2e",
    "%2e",
    "..%2f..%2fregistry.lockb",
    "%2e%2e%2fregistry.lockb",
    "..%5c..%5cregistry.lockb",
    "../../registry.lockb",
    "..\\..\\registry.lockb",
    "%5c",
    "....//registry.lockb",
    "..;/registry.lockb",
    "/registry.lockb",
    "%2fregistry.lockb",
    "%2fetc%2fpasswd",
    "%252e%252e%252fregistry.lockb",
    "%252fregistry.lockb",
    "@sc%252fname",
    "@sc%2f..%2fname",
    "@sc%2fname%2f..",
    "@sc%2f%2e%2e",
    // Slashes and periods in more bytes than they have, which old decoders took for them.
    "%c0%ae%c0%ae%c0%af",
    "%c0%ae%c0%ae",
    "%e0%80%af",
    "%f0%80%80%af",
    "%u002e%u002e",
    "%ff",
    "%",
    "%2",
    "%zz",
    "%00",
    "name%00.tgz",
    "name%00",
    "%0a",
    "%0d%0aset-cookie:%20a=b",
    "%1b[2J",
    "%7f",
    "~root",
    "C:%5cregistry.lockb",
    "file:%2f%2f%2fetc%2fpasswd",
    "$(id)",
    "`id`",
    "{{7*7}}",
    "';DROP%20TABLE%20packages;--",
    "%25s%25n",
    "<script>",
];

/// Where such a thing can stand.
const PLACES: &[&str] = &[
    "/{}",
    "/{}/latest",
    "/@sc/{}",
    "/@sc%2f{}",
    "/@{}/name",
    "/@{}%2fname",
    "/{}/-/name-1.0.0.tgz",
    "/@sc/name/-/{}",
    "/@sc/name/-/@sc/{}",
    "/@sc/name/-/{}/-rev/1",
    "/@sc/name/{}",
    "/@sc/name/{}/-rev/1",
    "/-/{}",
    "/-/package/{}/dist-tags",
    "/-/package/@sc%2fname/{}",
    "/-/package/@sc%2fname/dist-tags/{}",
    "/-/user/{}",
    "/-/user/org.couchdb.user:{}",
    "/-/user/token/{}",
    "/-/user/{}/package",
    "/-/package/@sc%2fname/owners/{}",
    "/-/org/{}/team",
    "/-/team/{}/core/user",
    "/-/team/sc/{}/package",
    "/-/npm/v1/tokens/token/{}",
    "/-/v1/{}",
    "/-/v1/done/{}",
    "/-/npm/v1/security/{}",
];

#[test]
fn no_path_leads_anywhere_else() {
    let target = Target::start();
    let http = &target.alice.http;
    let mut kept = Kept::new(http);
    for place in PLACES {
        for away in LEADING_AWAY {
            let path = place.replace("{}", away);
            for method in ["GET", "PUT", "DELETE"] {
                let mut request = http.request(method, &path);
                if method == "PUT" {
                    request = request.json(&json!(null));
                }
                let answer = kept.send(&request);
                // What a person's browser is shown is a page, which names no file either.
                let kind = answer.header("content-type").unwrap_or_default();
                if *place == "/-/v1/login/{}" && method == "GET" && kind.starts_with("text/html") {
                    assert_eq!(answer.status, 404, "{path}");
                    continue;
                }
                // A user who may not be called so is a 422 to npm, and nobody's token is a 404.
                refused(&format!("{method} {path}"), &answer, &[400, 404, 405, 422]);
                let told = String::from_utf8_lossy(&answer.body);
                assert!(
                    !told.contains("root:") && !told.contains("sha512-"),
                    "{path}: {told}"
                );
            }
        }
    }
    target.survives();
}

/// The one page that is there is for people, so it says in HTML that it is over, and nothing else.
#[test]
fn a_login_page_that_is_none_shows_nothing_of_what_was_asked() {
    let target = Target::start();
    for away in LEADING_AWAY {
        let path = format!("/-/v1/login/{away}");
        for method in ["GET", "POST"] {
            let answer = target.http().request(method, &path).send();
            assert!([400, 404].contains(&answer.status), "{path}: {answer}");
            let told = String::from_utf8_lossy(&answer.body);
            assert!(
                !told.contains("<script>") && !told.contains("{{7*7}}"),
                "{path}: {told}"
            );
        }
    }
    target.survives();
}

/// What is no URL at all never becomes a request.
#[test]
fn a_first_line_that_is_none_is_refused() {
    let target = Target::start();
    let rest = b"host: HOST\r\n\r\n";
    for line in [
        &b"GET /a b HTTP/1.1\r\n"[..],
        b"GET  / HTTP/1.1\r\n",
        b" GET / HTTP/1.1\r\n",
        b"GET\t/\tHTTP/1.1\r\n",
        b"GET /\r\n",
        b"GET\r\n",
        b"/\r\n",
        b"GET / HTTP/1.1 \r\n",
        b"GET / HTTP/1.2\r\n",
        b"GET / HTTP/2.0\r\n",
        b"GET / HTTP/0.9\r\n",
        b"GET / http/1.1\r\n",
        b"GET / HTTPS/1.1\r\n",
        b"GET / HTTP/1.1, HTTP/1.1\r\n",
        b"G\x00T / HTTP/1.1\r\n",
        b"G(T) / HTTP/1.1\r\n",
        b"\xff\xfe / HTTP/1.1\r\n",
        b"GET /a\x00b HTTP/1.1\r\n",
        b"GET /a\x01b HTTP/1.1\r\n",
        b"GET /a\x0bb HTTP/1.1\r\n",
        b"GET /a\x7fb HTTP/1.1\r\n",
        b"GET nothing HTTP/1.1\r\n",
        b"GET ../../registry.lockb HTTP/1.1\r\n",
        b"GET http:// HTTP/1.1\r\n",
        b"GET http:///x HTTP/1.1\r\n",
        b"GET http://[::1 HTTP/1.1\r\n",
        b"GET http://HOST:x/ HTTP/1.1\r\n",
        b"GET :// HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 / HTTP/1.1\r\n",
        b"{\"name\":\"x\"}\r\n",
        b"() { :; }; echo\r\n",
    ] {
        let answer = target.send_raw(&[line, rest].concat());
        let what = String::from_utf8_lossy(line).into_owned();
        match answer {
            // hyper reads some of these as URLs with nobody's host, and then it is we who refuse.
            Some(answer) if answer.header("connection") != Some("close") => {
                refused(&what, &answer, &[400, 421]);
            }
            answer => refused_and_closed(&what, answer, 400),
        }
    }
    target.survives();
}

/// Bytes above ASCII are no URL, but servers have always read them.
#[test]
fn bytes_that_are_no_text_name_nothing() {
    let target = Target::start();
    for path in [
        &b"/\xff"[..],
        b"/\xc3\xa9",
        b"/@sc/\xc0\xae\xc0\xae",
        b"/\xe2\x80\xae",
    ] {
        let answer = target.send_raw(&[b"GET ", path, b" HTTP/1.1\r\nhost: HOST\r\n\r\n"].concat());
        let answer = answer.expect("an answer");
        refused(&format!("{path:?}"), &answer, &[400, 404]);
    }
    target.survives();
}

/// A proxy sends whole URLs; the host in one counts, and the header beside it does not.
#[test]
fn a_whole_url_is_answered_when_its_host_is_ours() {
    let target = Target::start();
    for (line, status) in [
        ("GET http://HOST/@sc%2fname", 200),
        ("GET http://HOST/-/ping", 200),
        ("GET HTTP://HOST/@sc/name", 200),
        ("GET http://HOST", 200),
        ("GET http://HOST/../registry.lockb", 400),
        ("GET http://HOST//etc/passwd", 400),
        ("GET http://evil.example/@sc%2fname", 421),
        ("GET http://evil.example/../registry.lockb", 421),
        ("GET https://evil.example:4873/", 421),
        ("GET http://HOST@evil.example/", 400),
        ("GET http://evil.example@HOST/", 400),
        ("GET ftp://evil.example/x", 421),
        ("GET file:///etc/passwd", 400),
        ("GET //evil.example/x", 400),
        ("GET //HOST/@sc%2fname", 400),
        ("GET evil.example:80", 421),
        ("CONNECT evil.example:443", 421),
        ("CONNECT HOST", 405),
        ("CONNECT /@sc%2fname", 405),
        ("OPTIONS *", 400),
        ("GET *", 400),
        ("PUT *", 400),
    ] {
        let request = format!("{line} HTTP/1.1\r\nhost: HOST\r\nconnection: close\r\n\r\n");
        let Some(answer) = target.send_raw(request.as_bytes()) else {
            panic!("{line} should be answered");
        };
        assert_eq!(answer.status, status, "{line}: {answer}");
        if status >= 400 {
            answer.error();
        }
    }
    target.survives();
}

/// Clients and proxies spell a scoped name in all these ways, with or without a slash behind it.
fn spellings(scope: &str, base: &str) -> Vec<String> {
    let (first, others) = base.split_at(1);
    let encoded = format!("%{:02x}{others}", first.as_bytes()[0]);
    let mut spellings = vec![
        format!("@{scope}/{base}"),
        format!("@{scope}%2f{base}"),
        format!("@{scope}%2F{base}"),
        format!("%40{scope}/{base}"),
        format!("%40{scope}%2f{base}"),
        format!("%40{scope}%2F{base}"),
        format!("@{scope}/{encoded}"),
        format!("%40{scope}%2F{encoded}"),
    ];
    spellings.dedup();
    spellings
}

#[test]
fn every_route_takes_every_spelling_of_a_scoped_name() {
    let target = Target::start();
    target.registry.user("bob");
    let http = &target.alice.http;
    let mut kept = Kept::new(http);
    let mut number = 0;
    for slash in ["", "/"] {
        for spelling in 0..spellings("sc", "x").len() {
            number += 1;
            let base = format!("spelt{number}");
            let name = format!("@sc/{base}");
            let spelt = &spellings("sc", &base)[spelling];
            let mut send = |method: &str, path: String, body: Option<serde_json::Value>| {
                let path = format!("{path}{slash}");
                let mut request = http.request(method, &path);
                if let Some(body) = &body {
                    request = request.json(body);
                }
                let answer = kept.send(&request);
                assert!(
                    matches!(answer.status, 200 | 201),
                    "{method} {path}: {answer}"
                );
                answer
            };
            for version in ["1.0.0", "1.0.1"] {
                let document = Package::new(&name, version).document();
                send("PUT", format!("/{spelt}"), Some(document));
            }
            let read = send("GET", format!("/{spelt}"), None).json();
            assert_eq!(read["name"], name, "{spelt}");
            let rev = read["_rev"].as_str().unwrap();
            for selector in ["1.0.0", "latest"] {
                send("GET", format!("/{spelt}/{selector}"), None);
            }
            let tarball = Package::new(&name, "1.0.0").tarball();
            for file in [
                format!("{base}-1.0.0.tgz"),
                format!("@sc/{base}-1.0.0.tgz"),
                format!("@sc%2f{base}-1.0.0.tgz"),
                format!("%40sc%2F{base}-1.0.0.tgz"),
            ] {
                let answer = send("GET", format!("/{spelt}/-/{file}"), None);
                assert_eq!(answer.body, tarball, "{spelt} {file}");
            }
            for about in ["visibility", "access", "collaborators", "owners"] {
                send("GET", format!("/-/package/{spelt}/{about}"), None);
            }
            let owners = format!("/-/package/{spelt}/owners");
            send("PUT", owners.clone(), Some(json!({ "user": "bob" })));
            send("DELETE", format!("{owners}/bob"), None);
            let public = json!({ "access": "public" });
            send("POST", format!("/-/package/{spelt}/access"), Some(public));
            let tags = format!("/-/package/{spelt}/dist-tags");
            send("PUT", tags.clone(), Some(json!({ "beta": "1.0.0" })));
            send("POST", tags.clone(), Some(json!({ "beta": "1.0.1" })));
            send("PUT", format!("/{spelt}/alpha"), Some(json!("1.0.0")));
            send("PUT", format!("{tags}/next"), Some(json!("1.0.0")));
            send("POST", format!("{tags}/next"), Some(json!("1.0.1")));
            assert_eq!(send("GET", tags.clone(), None).json()["next"], "1.0.1");
            send("DELETE", format!("{tags}/next"), None);
            let star = json!({ "_id": name, "users": { "alice": true } });
            send("PUT", format!("/{spelt}"), Some(star));
            let mut deprecated = read.clone();
            deprecated["versions"]["1.0.0"]["deprecated"] = "old".into();
            send("PUT", format!("/{spelt}"), Some(deprecated));
            let owners = json!({ "maintainers": [{ "name": "alice" }] });
            send("PUT", format!("/{spelt}/-rev/undefined"), Some(owners));
            let mut without = send("GET", format!("/{spelt}"), None).json();
            assert_ne!(without["_rev"], rev);
            let rev = without["_rev"].as_str().unwrap().to_owned();
            without["versions"].as_object_mut().unwrap().remove("1.0.1");
            without["dist-tags"] = json!({ "latest": "1.0.0" });
            let changed = send("PUT", format!("/{spelt}/-rev/{rev}"), Some(without)).json();
            let rev = changed["rev"].as_str().unwrap();
            send(
                "DELETE",
                format!("/{spelt}/-/@sc/{base}-1.0.1.tgz/-rev/{rev}"),
                None,
            );
            let rev = send("GET", format!("/{spelt}"), None).json()["_rev"].clone();
            let rev = rev.as_str().unwrap();
            send("DELETE", format!("/{spelt}/-rev/{rev}"), None);
        }
    }
    target.survives();
}

#[test]
fn a_name_that_is_encoded_twice_is_another_name() {
    let target = Target::start();
    for spelt in [
        "@sc%252fname",
        "%2540sc%252fname",
        "%2540sc/name",
        "@sc%25%32%66name",
        "@sc%2f%256eame",
        "@sc/n%2561me",
    ] {
        for path in [
            format!("/{spelt}"),
            format!("/{spelt}/1.0.0"),
            format!("/{spelt}/-/name-1.0.0.tgz"),
            format!("/-/package/{spelt}/dist-tags"),
        ] {
            let answer = target.http().get(&path).send();
            refused(&path, &answer, &[400, 404]);
        }
        let document = Package::new(PACKAGE, "1.0.1").document();
        let answer = target
            .alice
            .http
            .put(&format!("/{spelt}"))
            .json(&document)
            .send();
        // With the slash as it is, the second part stands where a version stands, which is only read.
        refused(spelt, &answer, &[400, 404, 405]);
    }
    target.survives();
}
