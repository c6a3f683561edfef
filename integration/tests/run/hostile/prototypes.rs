//! Words that a JavaScript object answers to without having been given them.

use integration::{Package, Registry, document_path};
use serde_json::{Value, json};

use super::{Target, is_published, refused};

const WORDS: &[&str] = &[
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "toLocaleString",
    "valueOf",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "__defineGetter__",
    "__lookupSetter__",
];

/// JSON of an object with one key; `json!` would be too tidy for some of them.
fn object(key: &str, value: &Value) -> Value {
    let mut object = serde_json::Map::new();
    object.insert(key.to_owned(), value.clone());
    object.into()
}

#[test]
fn nothing_is_found_under_an_inherited_name() {
    let target = Target::start();
    for word in WORDS {
        for path in [
            format!("/{word}"),
            format!("/{word}/latest"),
            format!("/{word}/{word}"),
            format!("/{word}/-/{word}-1.0.0.tgz"),
            format!("/@sc%2f{word}"),
            format!("/@{word}%2fname"),
            format!("/@sc%2fname/{word}"),
            format!("/@sc/name/-/name-{word}.tgz"),
            format!("/-/package/{word}/dist-tags"),
            format!("/-/user/org.couchdb.user:{word}"),
            format!("/-/{word}"),
        ] {
            let answer = target.alice.http.get(&path).send();
            // The list of tags takes a name that could be published.
            refused(&path, &answer, &[400, 404]);
        }
    }
    target.survives();
}

#[test]
fn an_inherited_name_is_no_version_and_no_tag() {
    let target = Target::start();
    let http = &target.alice.http;
    for word in WORDS {
        let answer = Package::new("@sc/other", word).publish(http).send();
        refused(&format!("version {word}"), &answer, &[400]);
        let answer = Package::new("@sc/other", "1.0.0")
            .tag(word)
            .publish(http)
            .send();
        refused(&format!("tag {word}"), &answer, &[400]);
        let path = format!("/-/package/@sc%2fname/dist-tags/{word}");
        let answer = http.put(&path).json(&json!("1.0.0")).send();
        refused(&path, &answer, &[400]);
        let answer = http.request("DELETE", &path).send();
        refused(&path, &answer, &[400]);
    }
    assert!(!is_published(&target.http(), "@sc/other"));
    target.survives();
}

/// Names of people are folded to lower case, so most of these are names; none is special.
#[test]
fn people_may_be_called_what_they_like_within_reason() {
    let target = Target::start();
    let log_in = |name: &str| {
        let body = json!({ "name": name, "password": "correct horse battery" });
        let path = format!(
            "/-/user/org.couchdb.user:{}",
            integration::percent_encoded(name)
        );
        target.http().put(&path).json(&body).send()
    };
    for name in [
        "__proto__",
        "__defineGetter__",
        "$all",
        "$authenticated",
        "team:core",
        "org.couchdb.user:x",
        "-x",
        ".x",
        "a b",
        "a@b",
        "é",
        "",
        &"a".repeat(65),
    ] {
        refused(&format!("user {name:?}"), &log_in(name), &[422, 404]);
    }
    for name in ["..", "a/b", "a\\b", "a\0b", "a\nb"] {
        refused(&format!("user {name:?}"), &log_in(name), &[400, 422]);
    }
    for word in WORDS.iter().filter(|word| !word.starts_with('_')) {
        let token = log_in(word).expect(201).json()["token"].clone();
        let http = target.http().with_token(token.as_str().unwrap());
        let who = http.get("/-/whoami").send().expect(200).json();
        assert_eq!(who["username"], word.to_ascii_lowercase());
    }
    target.survives();
}

#[test]
fn an_inherited_name_is_a_key_like_any_other() {
    let target = Target::start();
    let http = &target.alice.http;
    let words: Vec<Value> = WORDS.iter().map(|&word| word.into()).collect();
    for word in WORDS {
        let package = Package::new("@sc/keys", &format!("1.0.0-{}", word.replace('_', "-")))
            .field("keywords", words.clone())
            .field("dependencies", object(word, &"1.0.0".into()))
            .field("engines", object(word, &"*".into()))
            .field(word, object(word, &json!({ "polluted": true })));
        package.publish(http).send().expect(201);
        let manifest = &target.registry.packument("@sc/keys")["versions"][package.version()];
        assert_eq!(manifest["dependencies"], object(word, &"1.0.0".into()));
        assert_eq!(manifest[word][word], json!({ "polluted": true }), "{word}");
        // As keys of the document around the manifest, they are nothing that we know.
        let mut document = Package::new("@sc/keys", "2.0.0").document();
        document[word] = json!({ "polluted": true });
        document["_attachments"][word] = json!({ "data": "", "length": 0 });
        let answer = http.put("/@sc%2fkeys").json(&document).send();
        refused(word, &answer, &[400]);
    }
    let query = "/-/v1/search?text=keywords:constructor";
    let found = target.http().get(query).send().expect(200).json();
    assert_eq!(found["total"], 1, "{found}");
    for word in WORDS {
        for query in [
            format!("/-/v1/search?text={word}"),
            format!("/-/v1/search?{word}=1"),
            format!("/-/v1/search?text={word}:{word}"),
        ] {
            let found = target.http().get(&query).send().expect(200).json();
            assert!(found["total"].is_number(), "{query}: {found}");
        }
        let asked = object(word, &json!(["1.0.0", word]));
        let path = "/-/npm/v1/security/advisories/bulk";
        let told = target
            .http()
            .request("POST", path)
            .json(&asked)
            .send()
            .expect(200)
            .json();
        assert_eq!(told, json!({}), "{word}");
    }
    stars_of_nobody(&target.registry, http);
    target.survives();
}

/// A star is set by the caller's own name in the document; other keys are not people.
fn stars_of_nobody(registry: &Registry, http: &integration::Http) {
    for word in WORDS {
        let document = json!({ "_id": "@sc/keys", "users": object(word, &true.into()) });
        let answer = http.put(&document_path("@sc/keys")).json(&document).send();
        // Alice is not among them, so all that it says is that she takes her star away.
        answer.expect(201);
    }
    let document = registry.packument("@sc/keys");
    let nobody = document["users"]
        .as_object()
        .is_none_or(serde_json::Map::is_empty);
    assert!(nobody, "{document}");
}
