//! Packages and the status, over the data directory.

use integration::Package;
use serde_json::{Value, json};

use super::{becomes, exec, json_of, prepared};

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
