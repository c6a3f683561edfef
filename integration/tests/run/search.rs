//! Finding packages.

use std::collections::BTreeSet;

use integration::{Client, ClientKind, Http, Package, Registry};
use serde_json::{Value, json};

const SECRETS_ARE_ALICES: &str = "[access.\"@secret/*\"]\nread = [\"alice\"]\n";

fn with_packages() -> Registry {
    let registry = Registry::options().config(SECRETS_ARE_ALICES).start();
    let (alice, bob) = (registry.user("alice"), registry.user("bob"));
    let publish = |http: &Http, package: Package| {
        package.publish(http).send().expect(201);
    };
    publish(
        &alice.http,
        Package::new("@sc/left-pad", "1.2.3")
            .field("description", "Fills up a text with blanks")
            .field("keywords", json!(["pad", "string"]))
            .field("homepage", "https://example.com/left-pad")
            .field("author", json!({ "name": "Alice Smith" })),
    );
    publish(
        &bob.http,
        Package::new("right-pad", "0.3.0")
            .field("description", "Fills up a text from the other end")
            .field("keywords", json!(["pad", "tail"])),
    );
    publish(
        &alice.http,
        Package::new("@secret/pad", "1.0.0")
            .field("description", "Fills up what nobody may know")
            .field("keywords", json!(["pad"])),
    );
    publish(
        &bob.http,
        Package::new("thirteen", "1.0.0").field("description", "Counts up to a number of bytes"),
    );
    registry
}

fn search(http: &Http, query: &str) -> Value {
    let path = format!("/-/v1/search?{query}");
    http.get(&path).send().expect(200).json()
}

fn names(found: &Value) -> BTreeSet<String> {
    let objects = found["objects"].as_array().unwrap();
    let name = |object: &Value| object["package"]["name"].as_str().unwrap().to_owned();
    objects.iter().map(name).collect()
}

/// Checks what is found, and that it is counted.
#[track_caller]
fn finds(http: &Http, query: &str, expected: &[&str]) {
    let found = search(http, query);
    let expected: BTreeSet<String> = expected.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(names(&found), expected, "{query}");
    assert_eq!(found["total"], expected.len(), "{query}");
}

told_with!(
    npm_finds_by_name_description_and_keyword,
    npm_reads_every_field_of_what_it_finds
    with both pinned npms
);

fn npm_finds_by_name_description_and_keyword(kind: ClientKind) {
    let registry = with_packages();
    let client = Client::anonymous(kind, &registry);
    let folder = client.project();
    let npm = |words: &[&str]| {
        client
            .run(&folder, &[&["search"], words].concat())
            .succeeds()
    };
    npm(&["left-pad"])
        .says("@sc/left-pad")
        .says("Fills up a text with blanks")
        .says("1.2.3")
        .says("alice")
        .does_not_say("undefined")
        .does_not_say("prehistoric")
        .does_not_say("right-pad");
    npm(&["blanks"]).says("@sc/left-pad");
    npm(&["tail"]).says("right-pad").does_not_say("left-pad");
    npm(&["Fills", "text"])
        .says("@sc/left-pad")
        .says("right-pad")
        .does_not_say("secret");
    npm(&["nothing-like-that"]).says("No matches found");
}

fn npm_reads_every_field_of_what_it_finds(kind: ClientKind) {
    let registry = with_packages();
    let client = Client::anonymous(kind, &registry);
    let folder = client.project();
    let words = ["search", "--json", "left-pad"];
    let found = client.run(&folder, &words).succeeds().json();
    assert_eq!(found.as_array().unwrap().len(), 1, "{found}");
    let package = &found[0];
    assert_eq!(package["name"], "@sc/left-pad");
    assert_eq!(package["version"], "1.2.3");
    assert_eq!(package["description"], "Fills up a text with blanks");
    assert_eq!(package["keywords"], json!(["pad", "string"]));
    assert_eq!(package["publisher"]["username"], "alice");
    assert_eq!(package["maintainers"][0]["username"], "alice");
    assert_eq!(package["links"]["homepage"], "https://example.com/left-pad");
    let published = &registry.packument("@sc/left-pad")["time"]["1.2.3"];
    assert_eq!(package["date"], *published);

    // Who may read it finds it, with the same command.
    let words = ["search", "--parseable", "nobody", "may", "know"];
    let stranger = client.run(&folder, &words).succeeds();
    stranger.does_not_say("@secret/pad");
    let alice = Client::of(kind, &registry, &registry.user("alice"));
    alice.run(&folder, &words).succeeds().says("@secret/pad");
}

#[test]
fn a_search_answers_what_clients_read() {
    let registry = with_packages();
    let found = search(
        &registry.http(),
        "text=left-pad&size=20&from=0&quality=0.65",
    );
    assert_eq!(found["total"], 1);
    assert!(found["time"].is_string(), "{found}");
    let object = &found["objects"][0];
    for number in [
        &object["score"]["final"],
        &object["score"]["detail"]["quality"],
        &object["score"]["detail"]["popularity"],
        &object["score"]["detail"]["maintenance"],
        &object["searchScore"],
    ] {
        assert!(number.is_number(), "{object}");
    }
    assert!(object["flags"].is_object(), "{object}");
    assert!(object["updated"].is_string(), "{object}");
    let package = &object["package"];
    assert_eq!(package["scope"], "sc");
    assert_eq!(package["license"], "MIT");
    assert_eq!(package["author"]["name"], "Alice Smith");
    assert!(package["maintainers"][0]["email"].is_string(), "{package}");
    let link = package["links"]["npm"].as_str().unwrap();
    assert!(link.starts_with(&registry.url()), "{link}");
    let unscoped = search(&registry.http(), "text=thirteen");
    assert_eq!(unscoped["objects"][0]["package"]["scope"], "unscoped");
}

#[test]
fn words_are_looked_for_in_names_descriptions_and_keywords() {
    let registry = with_packages();
    let http = registry.http();
    finds(&http, "text=left-pad", &["@sc/left-pad"]);
    finds(&http, "text=%40sc%2Fleft-pad", &["@sc/left-pad"]);
    finds(&http, "text=LEFT", &["@sc/left-pad"]);
    finds(&http, "text=thirt", &["thirteen"]);
    finds(&http, "text=bytes", &["thirteen"]);
    finds(&http, "text=pad", &["@sc/left-pad", "right-pad"]);
    finds(&http, "text=pad+tail", &["right-pad"]);
    finds(&http, "text=pad%20tail", &["right-pad"]);
    finds(&http, "text=thirteen%20tail", &[]);
    let open = ["@sc/left-pad", "right-pad", "thirteen"];
    for everything in ["", "text=", "text=%20", "size=100"] {
        finds(&http, everything, &open);
    }
    // Text that would mean something to a query language or to a database.
    for text in [
        "%22",
        "%27",
        "*",
        "pad%22%20OR%201%3D1",
        "NEAR(",
        "%00",
        "%FF",
        "a%3Ab",
    ] {
        let found = search(&http, &format!("text={text}"));
        assert!(found["total"].is_number(), "{text}: {found}");
        assert!(!names(&found).contains("@secret/pad"), "{text}");
    }
}

#[test]
fn qualifiers_narrow_what_is_found() {
    let registry = with_packages();
    let http = registry.http();
    finds(&http, "text=author:alice", &["@sc/left-pad"]);
    finds(&http, "text=author:bob", &["right-pad", "thirteen"]);
    finds(&http, "text=author:bob%20pad", &["right-pad"]);
    finds(&http, "text=maintainer:bob", &["right-pad", "thirteen"]);
    finds(&http, "text=scope:sc", &["@sc/left-pad"]);
    finds(&http, "text=scope:@sc", &["@sc/left-pad"]);
    finds(&http, "text=scope:secret", &[]);
    finds(&http, "text=keywords:pad", &["@sc/left-pad", "right-pad"]);
    finds(
        &http,
        "text=keywords:string,tail",
        &["@sc/left-pad", "right-pad"],
    );
    finds(&http, "text=keywords:pad%2Bstring", &["@sc/left-pad"]);
    finds(&http, "text=keywords:pad,-tail", &["@sc/left-pad"]);
    finds(&http, "text=keywords:none", &[]);
    finds(&http, "text=is:unstable", &["right-pad"]);
    finds(&http, "text=not:unstable", &["@sc/left-pad", "thirteen"]);
    finds(&http, "text=is:deprecated", &[]);
    finds(
        &http,
        "text=pad%20boost-exact:false",
        &["@sc/left-pad", "right-pad"],
    );

    let alice = registry.user("alice");
    let document = json!({ "versions": { "1.2.3": { "deprecated": "too old" } } });
    let put = alice.http.put("/@sc%2fleft-pad").json(&document);
    put.send().expect(201);
    finds(&http, "text=is:deprecated", &["@sc/left-pad"]);
    finds(&http, "text=pad%20not:deprecated", &["right-pad"]);
}

#[test]
fn what_may_not_be_read_is_neither_found_nor_counted() {
    let registry = with_packages();
    let (alice, bob) = (registry.user("alice"), registry.user("bob"));
    let open = ["@sc/left-pad", "right-pad"];
    let all = ["@sc/left-pad", "right-pad", "@secret/pad"];
    for (http, expected) in [
        (&alice.http, all.as_slice()),
        (&bob.http, open.as_slice()),
        (&registry.http(), open.as_slice()),
        (&registry.http().with_token("not.a.token"), open.as_slice()),
    ] {
        finds(http, "text=pad", expected);
        finds(http, "text=keywords:pad", expected);
        let page = search(http, "text=pad&size=1");
        assert_eq!(page["total"], expected.len());
        let listed = http.get("/-/all").send().expect(200).json();
        assert_eq!(
            listed.get("@secret/pad").is_some(),
            expected.len() == 3,
            "{listed}"
        );
    }
}

#[test]
fn pages_hold_every_package_once() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let mut expected = BTreeSet::new();
    for number in 0..25 {
        let name = format!("paged-{number}");
        Package::new(&name, "1.0.0")
            .publish(&alice.http)
            .send()
            .expect(201);
        expected.insert(name);
    }
    let http = registry.http();
    for query in ["text=paged", "text=author:alice", ""] {
        let mut seen = BTreeSet::new();
        let mut from = 0;
        loop {
            let page = search(&http, &format!("{query}&size=7&from={from}"));
            assert_eq!(page["total"], 25, "{query}");
            let names = names(&page);
            if names.is_empty() {
                break;
            }
            from += names.len();
            for name in names {
                assert!(seen.insert(name.clone()), "{name} is on two pages");
            }
        }
        assert_eq!(seen, expected, "{query}");
    }
    assert_eq!(names(&search(&http, "text=paged")).len(), 20);
    assert_eq!(names(&search(&http, "text=paged&size=1000")).len(), 25);
    for query in ["size=0", "from=25", "from=18446744073709551615"] {
        let page = search(&http, &format!("text=paged&{query}"));
        assert!(names(&page).is_empty(), "{query}");
        assert_eq!(page["total"], 25, "{query}");
    }
    for nonsense in [
        "size=-1",
        "size=x",
        "from=-1",
        "from=x",
        "size=99999999999999999999",
    ] {
        let page = search(&http, &format!("text=paged&{nonsense}"));
        assert_eq!(page["total"], 25, "{nonsense}");
    }
}

#[test]
fn the_search_knows_what_changed() {
    let mut registry = with_packages();
    let bob = registry.user("bob");
    let second = Package::new("right-pad", "1.0.0").field("description", "Quite another thing");
    second.publish(&bob.http).send().expect(201);
    finds(&registry.http(), "text=another%20thing", &["right-pad"]);
    finds(&registry.http(), "text=tail", &[]);
    finds(&registry.http(), "text=is:unstable", &[]);
    registry.kill_9();
    registry.restart();
    finds(&registry.http(), "text=another%20thing", &["right-pad"]);

    // The document without the version, as npm sends it: the one before is the latest again.
    let mut document = registry.packument("right-pad");
    let rev = document["_rev"].as_str().unwrap().to_owned();
    document["versions"]
        .as_object_mut()
        .unwrap()
        .remove("1.0.0");
    let path = format!("/right-pad/-rev/{rev}");
    bob.http.put(&path).json(&document).send().expect(201);
    finds(&registry.http(), "text=another%20thing", &[]);
    finds(&registry.http(), "text=tail", &["right-pad"]);
}

#[test]
fn all_packages_are_listed_in_one_object() {
    let registry = with_packages();
    for path in ["/-/all", "/-/all/since?stale=update_after&startkey=0"] {
        let listed = registry.http().get(path).send().expect(200).json();
        assert!(listed["_updated"].is_u64(), "{listed}");
        let names: BTreeSet<&str> = listed
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let expected = ["@sc/left-pad", "_updated", "right-pad", "thirteen"];
        assert_eq!(names, BTreeSet::from(expected));
        let entry = &listed["@sc/left-pad"];
        assert_eq!(entry["name"], "@sc/left-pad");
        assert_eq!(entry["dist-tags"]["latest"], "1.2.3");
        assert_eq!(entry["maintainers"][0]["name"], "alice");
        assert!(entry["time"]["modified"].is_string(), "{entry}");
    }
}
