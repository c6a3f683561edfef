//! Entity tags: a client asks for what it has already, and is told so.

use std::collections::HashSet;

use integration::{Package, Registry, Response, User, document_path};
use serde_json::json;

const NAME: &str = "@sc/name";

fn with_a_package() -> (Registry, User) {
    let registry = Registry::start();
    let alice = registry.user("alice");
    for version in ["1.0.0", "1.1.0"] {
        let package = Package::new(NAME, version);
        package.publish(&alice.http).send().expect(201);
    }
    (registry, alice)
}

fn ask(registry: &Registry, path: &str, headers: &[(&str, &str)]) -> Response {
    let http = registry.http();
    let mut request = http.get(path);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.send()
}

/// The small documents, which have one form each.
const SMALL: [&str; 3] = [
    "/@sc%2fname/1.0.0",
    "/@sc%2fname/latest",
    "/-/package/@sc%2fname/dist-tags",
];

#[test]
fn small_documents_are_sent_only_to_who_has_not_got_them() {
    let (registry, _) = with_a_package();
    for path in SMALL {
        let answer = ask(&registry, path, &[]).expect(200);
        let etag = answer.required_header("etag").to_owned();
        assert!(etag.starts_with('"'), "{etag}");
        assert_eq!(answer.required_header("cache-control"), "no-cache");
        let unchanged = ask(&registry, path, &[("if-none-match", &etag)]).expect(304);
        assert!(unchanged.body.is_empty());
        assert_eq!(unchanged.required_header("etag"), etag);
        let other = ask(&registry, path, &[("if-none-match", "\"x\"")]).expect(200);
        assert_eq!(other.body, answer.body);
        // pnpm sends a date beside the tag; by itself it means nothing here.
        let date = ("if-modified-since", "Thu, 01 Jan 2099 00:00:00 GMT");
        ask(&registry, path, &[date]).expect(200);
        ask(&registry, path, &[date, ("if-none-match", "\"x\"")]).expect(200);
        let date = ("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT");
        ask(&registry, path, &[date, ("if-none-match", &etag)]).expect(304);
    }
}

#[test]
fn what_took_a_token_to_see_is_kept_by_nobody_else() {
    let (_registry, alice) = with_a_package();
    for path in SMALL {
        let answer = alice.http.get(path).send().expect(200);
        assert_eq!(answer.required_header("cache-control"), "private, no-cache");
    }
}

/// Every state of a package has entity tags that no other state has.
#[test]
fn the_tag_changes_with_all_that_a_document_says() {
    let (registry, alice) = with_a_package();
    let bob = registry.user("bob");
    let path = document_path(NAME);
    let rev = || {
        registry.packument(NAME)["_rev"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let put = |user: &User, path: &str, body: &serde_json::Value| {
        let answer = user.http.put(path).json(body).send();
        assert!((200..300).contains(&answer.status), "{answer}");
    };
    let dist_tag = "/-/package/@sc%2fname/dist-tags/next";
    let change = |number| match number {
        0 => {}
        1 => put(&alice, dist_tag, &json!("1.0.0")),
        2 => put(&alice, dist_tag, &json!("1.1.0")),
        3 => {
            let removed = alice.http.request("DELETE", dist_tag).send();
            assert!((200..300).contains(&removed.status), "{removed}");
        }
        4 | 5 => {
            let mut document = registry.packument(NAME);
            let said = if number == 4 { "too old" } else { "" };
            document["versions"]["1.0.0"]["deprecated"] = said.into();
            put(&alice, &path, &document);
        }
        6 | 7 => {
            let people: &[&str] = if number == 6 {
                &["alice", "bob"]
            } else {
                &["alice"]
            };
            let maintainers: Vec<_> = people
                .iter()
                .map(|name| json!({ "name": name, "email": "" }))
                .collect();
            let rev = rev();
            let document = json!({ "_id": NAME, "_rev": rev, "maintainers": maintainers });
            put(&alice, &format!("{path}/-rev/{rev}"), &document);
        }
        8 | 9 => {
            let users = if number == 8 {
                json!({ "bob": true })
            } else {
                json!({})
            };
            put(
                &bob,
                &path,
                &json!({ "_id": NAME, "_rev": rev(), "users": users }),
            );
        }
        _ => panic!("there is no change {number}"),
    };
    let mut seen = HashSet::new();
    let mut last: Option<String> = None;
    for number in 0..10 {
        change(number);
        for encoding in ["identity", "gzip", "br", "zstd"] {
            let headers = [("accept-encoding", encoding)];
            let answer = ask(&registry, &path, &headers).expect(200);
            let etag = answer.required_header("etag").to_owned();
            assert!(seen.insert(etag.clone()), "change {number}: {etag} again");
            if encoding == "identity" {
                if let Some(last) = last.replace(etag.clone()) {
                    ask(&registry, &path, &[("if-none-match", &last)]).expect(200);
                }
                ask(&registry, &path, &[("if-none-match", &etag)]).expect(304);
            }
        }
    }
}

#[test]
fn small_documents_change_their_tag_with_what_they_say() {
    let (registry, alice) = with_a_package();
    let tags = || SMALL.map(|path| ask(&registry, path, &[]).required_header("etag").to_owned());
    let before = tags();
    // `latest` is a tag like any other.
    let latest = "/-/package/@sc%2fname/dist-tags/latest";
    alice
        .http
        .put(latest)
        .json(&json!("1.0.0"))
        .send()
        .expect(201);
    let after = tags();
    assert_eq!(before[0], after[0], "the version is as it was");
    assert_eq!(after[0], after[1], "one document, one tag");
    assert_ne!(before[1], after[1]);
    assert_ne!(before[2], after[2]);
    for (path, old) in SMALL.iter().zip(&before).skip(1) {
        ask(&registry, path, &[("if-none-match", old)]).expect(200);
    }
}
