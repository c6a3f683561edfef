//! Documents that must not publish anything.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use integration::{Http, Package, Registry, document_path, gzipped, tar_of};
use serde_json::{Value, json};

/// A change that makes a well-made document wrong.
type Spoil = fn(&mut Value);

const FILE: &str = "spoiled-1.0.0.tgz";

/// The one file that a tarball of the spoiled package needs.
const OWN_MANIFEST: (&str, &str) = (
    "package/package.json",
    r#"{ "name": "spoiled", "version": "1.0.0" }"#,
);

fn attach(document: &mut Value, bytes: &[u8]) {
    let attachment = &mut document["_attachments"][FILE];
    attachment["data"] = STANDARD.encode(bytes).into();
    attachment["length"] = bytes.len().into();
}

/// Replaces the tarball and says nothing of its checksums, so that only its contents can be refused.
fn attach_only(document: &mut Value, bytes: &[u8]) {
    attach(document, bytes);
    remove(manifest(document), "dist");
}

fn attach_packed(document: &mut Value, files: &[(&str, &str)]) {
    attach_only(document, &gzipped(&tar_of(files)));
}

fn rename_key(object: &mut Value, from: &str, to: &str) {
    let object = object.as_object_mut().unwrap();
    let value = object.remove(from).unwrap();
    object.insert(to.to_owned(), value);
}

fn remove(object: &mut Value, key: &str) {
    object.as_object_mut().unwrap().remove(key).unwrap();
}

fn manifest(document: &mut Value) -> &mut Value {
    &mut document["versions"]["1.0.0"]
}

/// What is wrong, and how to make it so.
const SPOILED: &[(&str, Spoil)] = &[
    ("another shasum", |document| {
        manifest(document)["dist"]["shasum"] = "0".repeat(40).into();
    }),
    ("a shasum that is none", |document| {
        manifest(document)["dist"]["shasum"] = "nonsense".into();
    }),
    ("another integrity", |document| {
        let other = Package::new("other", "1.0.0").integrity();
        manifest(document)["dist"]["integrity"] = other.into();
    }),
    ("an integrity that is none", |document| {
        manifest(document)["dist"]["integrity"] = "sha512-nonsense".into();
    }),
    ("an integrity that is a number", |document| {
        manifest(document)["dist"]["integrity"] = 13.into();
    }),
    ("a length too short", |document| {
        document["_attachments"][FILE]["length"] = 13.into();
    }),
    ("a length too long", |document| {
        document["_attachments"][FILE]["length"] = 1_000_000.into();
    }),
    ("a negative length", |document| {
        document["_attachments"][FILE]["length"] = (-1).into();
    }),
    ("text that is not base64", |document| {
        document["_attachments"][FILE]["data"] = "not base64!".into();
    }),
    ("base64 without its end", |document| {
        let data = document["_attachments"][FILE]["data"].as_str().unwrap();
        document["_attachments"][FILE]["data"] = data[..data.len() - 1].into();
    }),
    ("base64 with line feeds", |document| {
        let data = document["_attachments"][FILE]["data"].as_str().unwrap();
        document["_attachments"][FILE]["data"] = data.replace('A', "\n").into();
    }),
    ("data that is a number", |document| {
        document["_attachments"][FILE]["data"] = 13.into();
    }),
    ("no data", |document| {
        remove(&mut document["_attachments"][FILE], "data");
    }),
    ("an empty tarball", |document| {
        attach(document, b"");
        remove(manifest(document), "dist");
    }),
    ("a tarball cut short", |document| {
        let tarball = Package::new("spoiled", "1.0.0").tarball();
        attach(document, &tarball[..tarball.len() / 2]);
    }),
    ("a tarball that is not gzip", |document| {
        attach_only(document, b"neither gzip nor tar");
    }),
    ("a tar without gzip around it", |document| {
        attach_only(document, &tar_of(&[OWN_MANIFEST]));
    }),
    ("gzip cut short", |document| {
        let tarball = Package::new("spoiled", "1.0.0").tarball();
        attach_only(document, &tarball[..tarball.len() / 2]);
    }),
    ("gzip without its checksum", |document| {
        let tarball = Package::new("spoiled", "1.0.0").tarball();
        attach_only(document, &tarball[..tarball.len() - 8]);
    }),
    ("gzip with a wrong checksum", |document| {
        let mut tarball = Package::new("spoiled", "1.0.0").tarball();
        let checksum = tarball.len() - 8;
        tarball[checksum] ^= 0xff;
        attach_only(document, &tarball);
    }),
    ("gzip with rubbish behind it", |document| {
        let mut tarball = Package::new("spoiled", "1.0.0").tarball();
        tarball.extend_from_slice(b"rubbish");
        attach_only(document, &tarball);
    }),
    ("gzip that is no tar", |document| {
        attach_only(document, &gzipped(&b"gzip, and no tar in it".repeat(100)));
    }),
    ("gzip of nothing", |document| {
        attach_only(document, &gzipped(b""));
    }),
    ("a tarball cut short inside", |document| {
        let tar = tar_of(&[OWN_MANIFEST, ("package/index.js", "module.exports = 13;")]);
        attach_only(document, &gzipped(&tar[..1100]));
    }),
    ("no package.json inside", |document| {
        attach_packed(document, &[("package/index.js", "module.exports = 13;")]);
    }),
    ("a package.json outside of the folder", |document| {
        attach_packed(document, &[("package.json", OWN_MANIFEST.1)]);
    }),
    ("a package.json too deep inside", |document| {
        attach_packed(document, &[("package/deep/package.json", OWN_MANIFEST.1)]);
    }),
    ("a package.json inside that is no JSON", |document| {
        attach_packed(document, &[("package/package.json", "name: spoiled")]);
    }),
    ("a package.json inside without a name", |document| {
        let json = r#"{ "version": "1.0.0" }"#;
        attach_packed(document, &[("package/package.json", json)]);
    }),
    ("another name inside", |document| {
        attach_only(document, &Package::new("other", "1.0.0").tarball());
    }),
    ("another version inside", |document| {
        attach_only(document, &Package::new("spoiled", "1.0.1").tarball());
    }),
    ("attachments that are a list", |document| {
        document["_attachments"] = json!([]);
    }),
    ("two attachments", |document| {
        document["_attachments"]["spoiled-1.0.1.tgz"] = document["_attachments"][FILE].clone();
    }),
    ("an attachment of another package", |document| {
        rename_key(&mut document["_attachments"], FILE, "other-1.0.0.tgz");
    }),
    ("an attachment of another version", |document| {
        rename_key(&mut document["_attachments"], FILE, "spoiled-1.0.1.tgz");
    }),
    ("an attachment that climbs", |document| {
        rename_key(
            &mut document["_attachments"],
            FILE,
            "../../spoiled-1.0.0.tgz",
        );
    }),
    ("an attachment without .tgz", |document| {
        rename_key(&mut document["_attachments"], FILE, "spoiled-1.0.0");
    }),
    (
        "another version in the manifest than in its key",
        |document| {
            manifest(document)["version"] = "1.0.1".into();
        },
    ),
    ("a key that is no version", |document| {
        rename_key(&mut document["versions"], "1.0.0", "banana");
    }),
    ("no version in the manifest", |document| {
        remove(manifest(document), "version");
    }),
    ("no name in the manifest", |document| {
        remove(manifest(document), "name");
    }),
    ("a manifest that is a text", |document| {
        document["versions"]["1.0.0"] = "1.0.0".into();
    }),
    ("a manifest that is null", |document| {
        document["versions"]["1.0.0"] = Value::Null;
    }),
    ("two versions", |document| {
        let mut other = manifest(document).clone();
        other["version"] = "1.0.1".into();
        document["versions"]["1.0.1"] = other;
    }),
    ("no versions", |document| remove(document, "versions")),
    ("empty versions", |document| {
        document["versions"] = json!({});
    }),
    ("versions that are a list", |document| {
        document["versions"] = json!([]);
    }),
    ("another name", |document| document["name"] = "other".into()),
    ("a name that is a number", |document| {
        document["name"] = 13.into();
    }),
    ("another _id", |document| document["_id"] = "other".into()),
    ("another name in the manifest", |document| {
        manifest(document)["name"] = "other".into();
    }),
    ("another case of the name", |document| {
        document["name"] = "Spoiled".into();
    }),
    ("a tag on a version that is not there", |document| {
        document["dist-tags"] = json!({ "latest": "2.0.0" });
    }),
    ("a second tag on a version that is not there", |document| {
        document["dist-tags"] = json!({ "latest": "1.0.0", "next": "2.0.0" });
    }),
    ("a tag that is a range", |document| {
        document["dist-tags"] = json!({ "^1.0.0": "1.0.0" });
    }),
    ("a tag that is a version", |document| {
        document["dist-tags"] = json!({ "1.0.0": "1.0.0" });
    }),
    ("a tag that is __proto__", |document| {
        document["dist-tags"] = serde_json::from_str(r#"{"__proto__":"1.0.0"}"#).unwrap();
    }),
    ("a tag on a number", |document| {
        document["dist-tags"] = json!({ "latest": 1 });
    }),
    ("tags that are a list", |document| {
        document["dist-tags"] = json!(["latest"]);
    }),
];

#[track_caller]
fn nothing_is_published(registry: &Registry, http: &Http, name: &str, what: &str) {
    let answer = http.get(&document_path(name)).send();
    assert_eq!(answer.status, 404, "{what}: {answer}");
    let lockfile = integration::Lockfile::read(&registry.lockfile());
    assert!(lockfile.lines.is_empty(), "{what}: {:?}", lockfile.lines);
}

#[test]
fn a_spoiled_document_publishes_nothing() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let package = Package::new("spoiled", "1.0.0");
    for (what, spoil) in SPOILED {
        let mut document = package.document();
        spoil(&mut document);
        let answer = alice.http.put("/spoiled").json(&document).send();
        assert_eq!(answer.status, 400, "{what}: {answer}");
        answer.error();
        nothing_is_published(&registry, &alice.http, "spoiled", what);
    }
    // The whole one is accepted, so it was the spoiling that was refused.
    package.publish(&alice.http).send().expect(201);
    registry.command(&["verify"]).exits(0);
}

#[test]
fn a_spoiled_document_changes_nothing_in_a_package() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    Package::new("spoiled", "0.1.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    let before = registry.packument("spoiled");
    for (what, spoil) in SPOILED {
        let mut document = Package::new("spoiled", "1.0.0").document();
        spoil(&mut document);
        let answer = alice.http.put("/spoiled").json(&document).send();
        assert_eq!(answer.status, 400, "{what}: {answer}");
        assert_eq!(registry.packument("spoiled"), before, "{what}");
    }
}

/// Such a document deprecates, so it is about versions that are there; it never adds one.
#[test]
fn a_document_without_a_tarball_adds_no_version() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let without: [(&str, Spoil); 2] = [
        ("no attachments", |document| {
            remove(document, "_attachments");
        }),
        ("empty attachments", |document| {
            document["_attachments"] = json!({});
        }),
    ];
    let put = |spoil: Spoil, message: Option<&str>| {
        let mut document = Package::new("spoiled", "1.0.0").document();
        spoil(&mut document);
        if let Some(message) = message {
            manifest(&mut document)["deprecated"] = message.into();
        }
        alice.http.put("/spoiled").json(&document).send()
    };
    for (what, spoil) in without {
        for message in [None, Some("too old"), Some("")] {
            put(spoil, message).expect(404).error();
            nothing_is_published(&registry, &alice.http, "spoiled", what);
        }
    }
    Package::new("spoiled", "0.1.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    for (what, spoil) in without {
        let before = registry.packument("spoiled");
        for message in [None, Some("too old"), Some("")] {
            put(spoil, message).expect(400).error();
            assert_eq!(registry.packument("spoiled"), before, "{what}");
        }
    }
    registry.command(&["verify"]).exits(0);
}

#[test]
fn a_body_that_is_no_document_publishes_nothing() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let whole = Package::new("spoiled", "1.0.0").document().to_string();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{}".to_vec(),
        b"13".to_vec(),
        b"\"text\"".to_vec(),
        b"{".to_vec(),
        b"\xff\xfe\x00".to_vec(),
        b"{\"name\":\"\xff\"}".to_vec(),
        format!("[{whole}]").into(),
        format!("{whole}{whole}").into(),
        whole.as_bytes()[..whole.len() - 1].to_vec(),
        whole.as_bytes()[..whole.len() / 2].to_vec(),
        deep.into(),
    ];
    for body in bodies {
        let what = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let request = alice.http.put("/spoiled").body(body);
        let answer = request.header("content-type", "application/json").send();
        assert_eq!(answer.status, 400, "{what}: {answer}");
        answer.error();
        nothing_is_published(&registry, &alice.http, "spoiled", &what);
    }
}

/// Where nesting is not looked into it may be deep; where it is, it must not exhaust the stack.
#[test]
fn deep_nesting_stops_nobody() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let whole = Package::new("deep", "1.0.0")
        .field("here", "here")
        .document()
        .to_string();
    for body in [
        whole.replacen('{', &format!("{{\"x\":{deep},"), 1),
        whole.replace("\"here\":\"here\"", &format!("\"here\":{deep}")),
        whole.replace(
            "\"description\":\"",
            &format!("\"readme\":{deep},\"description\":\""),
        ),
    ] {
        let answer = alice.http.put("/deep").body(body).send();
        assert!([201, 400, 409].contains(&answer.status), "{answer}");
        let answer = registry.http().get("/deep").send();
        assert!([200, 404].contains(&answer.status), "{answer}");
    }
    registry.http().get("/-/ping").send().expect(200);
    registry.command(&["verify"]).exits(0);
}

#[test]
fn a_name_that_looks_like_another_is_refused() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    Package::new("left-pad", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    for name in ["leftpad", "left.pad", "left_pad", "l-e-f-t-p-a-d"] {
        let answer = Package::new(name, "1.0.0").publish(&alice.http).send();
        let told = answer.expect(403).error();
        assert!(told.contains("too similar"), "{name}: {told}");
        // The one who asks may not be allowed to see the other package.
        assert!(!told.contains("left-pad"), "{name}: {told}");
    }
    Package::new("left-pad2", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
}

#[test]
fn a_body_that_ends_early_publishes_nothing() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let package = Package::new("spoiled", "1.0.0");
    let body = package.document().to_string();
    for sent in [0, 1, body.len() / 2, body.len() - 1] {
        let mut connection = alice.http.connect().unwrap();
        let head = format!(
            "PUT /spoiled HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            registry.address(),
            alice.token,
            body.len()
        );
        connection.send_raw(head.as_bytes()).unwrap();
        connection.send_raw(&body.as_bytes()[..sent]).unwrap();
        connection.finish().unwrap();
        // An answer is welcome and not required: who went away early does not read it.
        if let Ok(answer) = connection.receive(false) {
            assert!(answer.status >= 400, "{sent} bytes: {answer}");
        }
        nothing_is_published(&registry, &alice.http, "spoiled", "a cut body");
    }
    package.publish(&alice.http).send().expect(201);
}

#[test]
fn a_version_that_is_none_is_refused() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let long = format!("1.0.0-{}", "a".repeat(251));
    for version in [
        "banana",
        "v1.0.0",
        "1.0",
        "1",
        "",
        " 1.0.0",
        "1.0.0 ",
        "=1.0.0",
        "01.0.0",
        "1.0.0-01",
        "1.0.0-",
        "1.0.0+",
        "1.0.0-a..b",
        "-1.0.0",
        "1.0.0-ä",
        "^1.0.0",
        "latest",
        "../../x",
        "__proto__",
        "9007199254740992.0.0",
        &long,
    ] {
        let answer = Package::new("spoiled", version).publish(&alice.http).send();
        assert_eq!(answer.status, 400, "{version:?}: {answer}");
        answer.error();
        nothing_is_published(&registry, &alice.http, "spoiled", version);
    }
}

#[test]
fn a_document_may_leave_out_what_the_server_can_tell() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let check = |name: &str, change: Spoil| {
        let package = Package::new(name, "1.0.0");
        let mut document = package.document();
        change(&mut document);
        alice
            .http
            .put(&document_path(name))
            .body(document.to_string())
            .send()
            .expect(201);
        let document = registry.packument(name);
        assert_eq!(
            document["dist-tags"],
            json!({ "latest": "1.0.0" }),
            "{name}"
        );
        let dist = &document["versions"]["1.0.0"]["dist"];
        assert_eq!(dist["integrity"], package.integrity(), "{name}");
        assert_eq!(dist["shasum"].as_str().unwrap().len(), 40, "{name}");
    };
    check("no-dist", |document| remove(manifest(document), "dist"));
    check("no-integrity", |document| {
        remove(&mut manifest(document)["dist"], "integrity");
    });
    check("no-shasum", |document| {
        remove(&mut manifest(document)["dist"], "shasum");
    });
    check("no-tags", |document| remove(document, "dist-tags"));
    check("empty-tags", |document| document["dist-tags"] = json!({}));
    check("no-id", |document| remove(document, "_id"));
    check("no-access", |document| remove(document, "access"));
}

#[test]
fn a_wrong_content_type_is_refused() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let document = Package::new("typed", "1.0.0").document().to_string();
    for content_type in [
        "text/plain",
        "application/octet-stream",
        "multipart/form-data",
    ] {
        let request = alice.http.put("/typed").body(document.clone());
        let answer = request.header("content-type", content_type).send();
        answer.expect(415).error();
    }
    let request = alice.http.put("/typed").body(document);
    let content_type = "application/json; charset=utf-8";
    request
        .header("content-type", content_type)
        .send()
        .expect(201);
}

/// Only the first build of a version counts: npm strips what follows the plus sign.
#[test]
fn build_metadata_does_not_make_another_version() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    Package::new("built", "1.0.0+b1")
        .publish(&alice.http)
        .send()
        .expect(201);
    for version in ["1.0.0+b1", "1.0.0", "1.0.0+b2"] {
        let answer = Package::new("built", version).publish(&alice.http).send();
        assert_eq!(answer.status, 409, "{version}: {answer}");
    }
    let tarball = registry.tarball("built", "1.0.0+b1").expect(200);
    assert_eq!(tarball.body, Package::new("built", "1.0.0+b1").tarball());
}
