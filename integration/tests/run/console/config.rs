//! The 13 bytes.

use std::fs;

use integration::{Lockfile, Package};
use serde_json::{Value, json};

use super::{becomes, exec, parsed, prepared};

#[test]
fn what_is_saved_counts_in_the_running_server_and_nothing_before() {
    let registry = prepared();
    let root = registry.user("root");
    let open = Package::new("open", "1.0.0").publish(&root.http);
    open.send().expect(201);
    let status = || registry.http().get("/open").send().status;
    let before = fs::read(registry.lockfile()).unwrap();
    exec(&registry, "enable private_registry; diff")
        .exits(0)
        .says("PRIVATE_REGISTRY");
    assert_eq!(fs::read(registry.lockfile()).unwrap(), before);

    // A flag that nobody has named yet is not ours to change.
    integration::write_flags(&registry.lockfile(), 0x8000_0000);
    let finished = registry.command(&["exec", "enable private_registry; save", "--json"]);
    let lines: Vec<Value> = finished.exits(0).stdout.lines().map(parsed).collect();
    assert_eq!(
        lines[0]["pending"],
        json!({ "feature_flags": 0x8000_0002_u32 })
    );
    let changed = json!([{ "offset": 5, "field": "feature_flags", "before": 0, "after": 2 }]);
    assert_eq!(lines[1]["changed"], changed);
    becomes("reading takes an account", || status() == 401);
    assert_eq!(Lockfile::read(&registry.lockfile()).flags(), 0x8000_0002);
    exec(&registry, "disable private_registry; save").exits(0);
    becomes("reading takes none any more", || status() == 200);
    let after = fs::read(registry.lockfile()).unwrap();
    assert_eq!(after[13..], before[13..], "the packages are not touched");
}

#[test]
fn a_lock_that_another_program_holds_is_not_waited_for_for_ever() {
    let registry = prepared();
    let before = fs::read(registry.lockfile()).unwrap();
    let held = fs::File::open(registry.lockfile()).unwrap();
    held.lock().unwrap();
    let path = registry.lockfile().display().to_string();
    exec(&registry, "set version 9; set rows 9; enable debug; save")
        .exits(1)
        .says(&format!("another program holds the lock of {path}"));
    assert_eq!(fs::read(registry.lockfile()).unwrap(), before);
    held.unlock().unwrap();
    exec(&registry, "set rows 9; enable debug; save").exits(0);
}
