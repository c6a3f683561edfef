//! Packages and the status, over the data directory.

use std::{fs, path::Path};

use integration::{Finished, Package, Registry};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{becomes, exec, json_of, prepared};

/// A folder with a package, which says something more in its `package.json`.
fn folder(version: &str, more: &Value) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut manifest = json!({ "name": "@acme/made", "version": version, "license": "MIT" });
    for (key, value) in more.as_object().unwrap() {
        manifest[key] = value.clone();
    }
    fs::write(folder.path().join("package.json"), manifest.to_string()).unwrap();
    fs::write(folder.path().join("index.js"), "module.exports = 1;\n").unwrap();
    folder
}

/// Publishes a folder, with a token in the environment or without.
fn publish(registry: &Registry, token: Option<&str>, folder: &Path, options: &str) -> Finished {
    let command = format!("publish '{}' {options}", folder.display());
    match token {
        Some(token) => registry.command_with("REGISTRY_TOKEN", token, &["exec", &command]),
        None => exec(registry, &command),
    }
}

#[test]
fn a_folder_is_published_to_the_running_server() {
    let registry = prepared();
    let bob = registry.user("bob");
    let token = Some(bob.token.as_str());
    let made = folder("1.0.0", &json!({ "scripts": { "prepack": "exit 1" } }));
    let dry = publish(&registry, None, made.path(), "--dry-run").exits(0);
    let dry = dry
        .says("index.js")
        .says("@acme/made@1.0.0 would be published to");
    let lines = dry.stderr.lines().count();
    assert_eq!(lines, 1, "nothing is drawn in a pipe: {}", dry.stderr);
    registry.http().get("/@acme%2fmade").send().expect(404);

    let done = publish(&registry, token, made.path(), "").exits(0);
    done.says("2 files, ")
        .says(&format!(
            "@acme/made@1.0.0 published to {} as latest",
            registry.url()
        ))
        .says("`prepack` is not run");
    let shown = registry.packument("@acme/made");
    assert_eq!(shown["versions"]["1.0.0"]["_npmUser"]["name"], "bob");
    let again = publish(&registry, token, made.path(), "").exits(1);
    again
        .says("already published")
        .says("hint: raise the version");

    let next = folder("2.0.0-rc.1", &json!({}));
    publish(&registry, token, next.path(), "")
        .exits(2)
        .says("which needs a tag of its own");
    let told = publish(&registry, token, next.path(), "--tag next --json").exits(0);
    let told = told.json();
    assert_eq!(
        (&told["tag"], &told["dry_run"]),
        (&json!("next"), &json!(false))
    );
    assert_eq!(told["files"].as_array().unwrap().len(), 2);
    let shown = registry.packument("@acme/made");
    let dist = &shown["versions"]["2.0.0-rc.1"]["dist"];
    assert_eq!(dist["integrity"], told["integrity"]);
    assert_eq!(
        shown["dist-tags"],
        json!({ "latest": "1.0.0", "next": "2.0.0-rc.1" })
    );
    exec(&registry, "log --user bob --kind package.publish").says("@acme/made");
    assert!(!registry.stderr().contains(&bob.token));
}

#[test]
fn whoever_cannot_publish_is_told_what_is_missing() {
    let mut registry = prepared();
    let bob = registry.user("bob");
    let made = folder("1.0.0", &json!({}));
    publish(&registry, None, made.path(), "")
        .exits(1)
        .says("needs a login")
        .says(&format!("npm login --registry {}", registry.url()));
    publish(&registry, Some("nonsense"), made.path(), "")
        .exits(1)
        .says("does not accept the login")
        .does_not_say("nonsense");
    exec(&registry, "grant root publish @acme/*").exits(0);
    let root = registry.user("root");
    becomes("the server follows the rule", || {
        let rules = root.http.get("/_auth/rules").send().expect(200).json();
        rules.to_string().contains("@acme/*")
    });
    let token = Some(bob.token.as_str());
    publish(&registry, token, made.path(), "")
        .exits(1)
        .says("does not let this account publish")
        .says("hint: ask an owner of @acme/made");
    let private = folder("1.0.0", &json!({ "private": true }));
    publish(&registry, token, private.path(), "")
        .exits(2)
        .says("is private");
    exec(&registry, "publish ./nowhere")
        .exits(2)
        .says("no package.json");
    // A token goes to no registry but its own.
    let elsewhere = json!({ "publishConfig": { "registry": "http://127.0.0.1:9/" } });
    let elsewhere = folder("1.0.0", &elsewhere);
    publish(&registry, token, elsewhere.path(), "")
        .exits(1)
        .says("publishing to http://127.0.0.1:9/ needs a login");

    registry.stop();
    publish(&registry, token, made.path(), "")
        .exits(2)
        .says("is down")
        .says("hint: start the server with `registryd`");
    publish(&registry, None, made.path(), "--dry-run").exits(0);
}

#[test]
fn a_tag_that_is_moved_beside_the_server_counts_in_it() {
    let registry = prepared();
    let bob = registry.user("bob");
    for version in ["1.0.0", "1.1.0"] {
        let package = Package::new("@acme/x", version);
        package.publish(&bob.http).send().expect(201);
    }
    // The server has rendered it, and answers from memory.
    let tags = || registry.packument("@acme/x")["dist-tags"].clone();
    assert_eq!(tags(), json!({ "latest": "1.1.0" }));
    let before = registry.packument("@acme/x")["_rev"].clone();
    exec(
        &registry,
        "tag add @acme/x@1.0.0 latest; tag add @acme/x@1.1.0 next",
    )
    .exits(0);
    let moved = json!({ "latest": "1.0.0", "next": "1.1.0" });
    becomes("the server shows the tags", || tags() == moved);
    assert_ne!(registry.packument("@acme/x")["_rev"], before);
    assert_eq!(json_of(&registry, "tag list @acme/x")["tags"], moved);
    // The search finds the version that latest points at.
    let found = json_of(&registry, "search acme");
    assert_eq!(found["packages"][0]["version"], "1.0.0");
    exec(&registry, "tag remove @acme/x next").exits(0);
    becomes("the server has forgotten the tag", || {
        tags() == json!({ "latest": "1.0.0" })
    });
    exec(&registry, "log --target @acme/x --limit 3")
        .says("command line  dist-tag.remove  @acme/x")
        .says("next: 1.1.0");
}

#[test]
fn what_is_said_of_packages_is_what_the_server_says() {
    let registry = prepared();
    let bob = registry.user("bob");
    let package = Package::new("@acme/x", "1.0.0-beta.1")
        .tag("beta")
        .field("license", "MIT")
        .field("dependencies", json!({ "left-pad": "^1.0.0" }));
    package.publish(&bob.http).send().expect(201);
    let info = json_of(&registry, "info @acme/x");
    let shown = registry.packument("@acme/x");
    let version = &info["versions"][0];
    let manifest = &shown["versions"]["1.0.0-beta.1"];
    assert_eq!(version["integrity"], manifest["dist"]["integrity"]);
    assert_eq!(version["unpacked_size"], manifest["dist"]["unpackedSize"]);
    assert_eq!(version["dependencies"], manifest["dependencies"]);
    assert_eq!(version["published"], shown["time"]["1.0.0-beta.1"]);
    assert_eq!(version["publisher"], "bob");
    assert_eq!(version["size"], package.tarball().len());
    assert_eq!(info["license"], "MIT");
    assert_eq!(info["tags"], shown["dist-tags"]);

    let listed = &json_of(&registry, "packages")["packages"][0];
    let all = registry.http().get("/-/all").send().expect(200).json();
    let all = &all["@acme/x"];
    assert_eq!(listed["version"], all["dist-tags"]["latest"]);
    assert_eq!(listed["publisher"], all["_npmUser"]["name"]);
    assert_eq!(listed["deprecated"], Value::Bool(false));
}

#[test]
fn a_pipe_shows_nothing_of_what_is_for_a_terminal() {
    let registry = prepared();
    let cleared = exec(&registry, "clear").exits(0);
    assert_eq!((cleared.stdout.as_str(), cleared.stderr.as_str()), ("", ""));
    let json = exec(&registry, "clear --json").exits(0);
    assert_eq!(json.json(), json!({ "cleared": true }));
    let left = exec(&registry, "exit; user disable bob; nonsense").exits(2);
    left.says("there is no command");
    let left = exec(&registry, "can bob read x; exit; user disable bob").exits(0);
    left.does_not_say("disabled");
    exec(&registry, "can nobody read x; exit").exits(1);
    let line = "$REGISTRYD exec 'clear; show' --data $DATA";
    let shown = registry.in_terminal(line, &[]);
    shown.says("\u{1b}[2J").says("0x0A");
}

#[test]
fn the_status_tells_a_server_that_runs_from_one_that_is_down() {
    let mut registry = prepared();
    let up = json_of(&registry, "status");
    assert_ne!(up["problem"], "the server is down");
    assert_eq!(up["config"]["terminal_mode"], "raw");
    registry.stop();
    let down = json_of(&registry, "status");
    assert_eq!(down["problem"], "the server is down");
    assert_eq!(
        (&down["server"], &down["user"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(down["config"], up["config"]);
    exec(&registry, "status")
        .exits(0)
        .says("server          the server is down");
}

#[test]
fn who_needs_a_package_is_told_with_it() {
    let mut registry = prepared();
    let bob = registry.user("bob");
    for (name, needs) in [
        ("left-pad", json!({})),
        ("pads", json!({"left-pad": "^1.0.0"})),
    ] {
        let package = Package::new(name, "1.0.0").field("dependencies", needs);
        package.publish(&bob.http).send().expect(201);
    }
    exec(&registry, "info left-pad").says("dependents   pads\n");
    registry.stop();
    exec(&registry, "info left-pad").says("dependents   pads\n");
    exec(&registry, "info pads").does_not_say("dependents");
}
