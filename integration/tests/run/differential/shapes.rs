//! Two hundred small packages, in every shape that a dependency can have.
//!
//! Each family has a function. What a family needs to be what it is stands fixed in it; versions, ranges and
//! edges between packages come from the seed.

use integration::Package;
use serde_json::{Map, Value, json};

use super::world::World;

/// Makes them all.
pub(super) fn two_hundred(seed: u64) -> World {
    let mut world = World::new(seed);
    chain(&mut world);
    (0..6).for_each(|group| diamond(&mut world, group));
    (0..6).for_each(|group| cycle(&mut world, group));
    (0..5).for_each(|group| peers(&mut world, group));
    (0..2).for_each(|group| platforms(&mut world, group));
    (0..4).for_each(|group| bundle(&mut world, group));
    (0..5).for_each(|group| alias(&mut world, group));
    (0..5).for_each(|group| prerelease(&mut world, group));
    (0..5).for_each(|group| tags(&mut world, group));
    (0..4).for_each(|group| deprecated(&mut world, group));
    bins(&mut world);
    (0..3).for_each(|group| scripts(&mut world, group));
    (0..3).for_each(|group| engines(&mut world, group));
    shrinkwrap(&mut world);
    accepted(&mut world);
    let missing = 200 - world.names();
    leaves(&mut world, missing);
    world
}

fn map<const N: usize>(entries: [(&str, &str); N]) -> Map<String, Value> {
    let entries = entries.into_iter();
    entries
        .map(|(name, range)| (name.to_owned(), range.into()))
        .collect()
}

/// One to three versions of a major one, in order.
fn versions(world: &mut World, major: u32) -> Vec<String> {
    let mut versions = vec![format!("{major}.0.0")];
    let (mut minor, mut patch) = (0, 0);
    for _ in 0..world.random.u32(0..3) {
        if world.random.bool() {
            minor += world.random.u32(1..12);
            patch = 0;
        } else {
            patch += world.random.u32(1..12);
        }
        versions.push(format!("{major}.{minor}.{patch}"));
    }
    versions
}

/// One of the ways to ask for a major version.
fn range(world: &mut World, major: u32) -> String {
    match world.random.u32(0..8) {
        0 => format!("~{major}"),
        1 => format!("{major}.x"),
        2 => format!(">={major}.0.0 <{}.0.0", major + 1),
        3 => format!("{major}.0.0 - {major}.99.99"),
        4 => format!("^{major}.0.0 || ^{}.0.0", major + 40),
        5 => format!("{major}"),
        6 => format!("{major}.0.0"),
        _ => format!("^{major}.0.0"),
    }
}

/// A package in a scope, or not.
fn named(world: &mut World, name: &str) -> String {
    const SCOPES: [&str; 5] = ["acme", "deep.scope", "under_score", "13", "a-b"];
    if world.random.bool() {
        let scope = SCOPES[world.random.usize(0..SCOPES.len())];
        format!("@{scope}/{name}")
    } else {
        name.to_owned()
    }
}

/// Each needs the next, twenty-four deep.
fn chain(world: &mut World) {
    let names: Vec<String> = (0..24)
        .map(|link| named(world, &format!("chain-{link:02}")))
        .collect();
    for (link, name) in names.iter().enumerate() {
        for version in versions(world, 1) {
            let mut package = Package::new(name, &version);
            if let Some(next) = names.get(link + 1) {
                let range = range(world, 1);
                package = package.field("dependencies", map([(next, &range)]));
            }
            world.add(package);
        }
    }
    world.want(&names[0], "*");
    // And once more from its middle.
    world.want(&names[12], "^1.0.0");
}

/// Two ways to the same package, which want different majors of it.
fn diamond(world: &mut World, group: u32) {
    let [top, left, right, base] = ["top", "left", "right", "base"]
        .map(|side| named(world, &format!("diamond-{group}-{side}")));
    for major in 1..=3 {
        for version in versions(world, major) {
            world.add(Package::new(&base, &version));
        }
    }
    for (side, major) in [(&left, 1), (&right, 2)] {
        for version in versions(world, 1) {
            let range = range(world, major);
            world.add(Package::new(side, &version).field("dependencies", map([(&base, &range)])));
        }
    }
    let any = ["*", ">=1", "1 || 2", "latest"][world.random.usize(0..4)];
    let needs = map([(&left, "^1.0.0"), (&right, "^1.0.0"), (&base, any)]);
    world.add(Package::new(&top, "1.0.0").field("dependencies", needs));
    world.want(&top, "^1.0.0");
}

/// Two or three that need each other; one of the groups needs an older version of itself.
fn cycle(world: &mut World, group: u32) {
    let length = 2 + group % 2;
    let names: Vec<String> = (0..length)
        .map(|place| named(world, &format!("cycle-{group}-{place}")))
        .collect();
    for (place, name) in names.iter().enumerate() {
        let next = &names[(place + 1) % names.len()];
        for version in versions(world, 1) {
            let needs = map([(next, "^1.0.0")]);
            world.add(Package::new(name, &version).field("dependencies", needs));
        }
    }
    if group == 0 {
        let needs = map([(&names[0], "^1.0.0")]);
        world.add(Package::new(&names[0], "2.0.0").field("dependencies", needs));
    }
    world.want(&names[0], "*");
}

/// A plugin of a host of which two majors are in use; a peer that is optional and so must not come by itself,
/// one that is named as optional only, and one that must come by itself.
fn peers(world: &mut World, group: u32) {
    let name = |part: &str| format!("peer-{group}-{part}");
    let host = named(world, &name("host"));
    let [plugin, one, two, absent, only, own] =
        ["plugin", "one", "two", "absent", "only", "own"].map(name);
    for major in 1..=2 {
        for version in versions(world, major) {
            world.add(Package::new(&host, &version));
        }
    }
    for name in [&absent, &only, &own] {
        for version in versions(world, 1) {
            world.add(Package::new(name, &version));
        }
    }
    for version in versions(world, 1) {
        let plugin = Package::new(&plugin, &version)
            .field(
                "peerDependencies",
                map([(&host, "1 || 2"), (&absent, ">=1"), (&own, "^1.0.0")]),
            )
            .field(
                "peerDependenciesMeta",
                json!({ &absent: { "optional": true }, &only: { "optional": true } }),
            );
        world.add(plugin);
    }
    for (name, major) in [(&one, "^1.0.0"), (&two, "^2.0.0")] {
        let needs = map([(&host, major), (&plugin, "*")]);
        world.add(Package::new(name, "1.0.0").field("dependencies", needs));
        world.want(name, "1.0.0");
    }
}

/// One binary a platform, of which one is for this machine. Their names do not say which: bun makes out a libc
/// from a name, where no field tells.
fn platforms(world: &mut World, group: u32) {
    const PLATFORMS: [(&str, &str, &str, Option<&str>); 7] = [
        ("amber", "linux", "x64", Some("glibc")),
        ("beige", "linux", "x64", Some("musl")),
        ("coral", "linux", "arm64", Some("glibc")),
        ("denim", "linux", "arm64", Some("musl")),
        ("ebony", "darwin", "arm64", None),
        ("fawn", "win32", "x64", None),
        // Anywhere but there.
        ("green", "!win32", "!ia32", None),
    ];
    let main = named(world, &format!("native-{group}"));
    let mut optional = Map::new();
    for (name, os, cpu, libc) in PLATFORMS {
        let name = format!("@native-{group}/{name}");
        let mut package = Package::new(&name, "1.0.0")
            .field("os", json!([os]))
            .field("cpu", json!([cpu]));
        if let Some(libc) = libc {
            package = package.field("libc", json!([libc]));
        }
        world.add(package);
        optional.insert(name, "1.0.0".into());
    }
    // One that is needed: pnpm reads of what is optional the full document, and of this the abbreviated one.
    let always = format!("native-{group}-always");
    let package = Package::new(&always, "1.0.0")
        .field("os", json!(["linux", "darwin", "win32"]))
        .field("cpu", json!(["x64", "arm64"]))
        .field("libc", json!(["glibc", "musl"]));
    world.add(package);
    for version in versions(world, 1) {
        let package = Package::new(&main, &version)
            .field("dependencies", map([(&always, "*")]))
            .field("optionalDependencies", optional.clone());
        world.add(package);
    }
    if group == 0 {
        world.want_optionally(&main, "1");
    } else {
        world.want(&main, "^1.0.0");
    }
}

/// A package that brings another one along, which the registry has too, with other contents.
fn bundle(world: &mut World, group: u32) {
    let outer = named(world, &format!("bundle-{group}-outer"));
    let [inner, other] = ["inner", "other"].map(|part| format!("bundle-{group}-{part}"));
    for name in [&inner, &other] {
        for version in versions(world, 1) {
            world.add(Package::new(name, &version));
        }
    }
    for version in versions(world, 1) {
        let mut package = Package::new(&outer, &version).field(
            "dependencies",
            map([(&inner, "^1.0.0"), (&other, "^1.0.0")]),
        );
        package = match group {
            0 => package.field("bundleDependencies", true),
            1 => package.field("bundleDependencies", false),
            // As pnpm and bun publish it, if the publisher spelled it so.
            2 => package.field("bundledDependencies", json!([inner])),
            _ => package.field("bundleDependencies", json!([inner])),
        };
        if group != 1 {
            let manifest = json!({ "name": inner, "version": "1.99.0" });
            let path = format!("node_modules/{inner}");
            package = package
                .file(&format!("{path}/package.json"), manifest.to_string())
                .file(&format!("{path}/index.js"), "module.exports = 'bundled';\n");
        }
        if group == 0 {
            let manifest = json!({ "name": other, "version": "1.99.0" });
            let path = format!("node_modules/{other}/package.json");
            package = package.file(&path, manifest.to_string());
        }
        world.add(package);
    }
    world.want(&outer, "^1.0.0");
}

/// One package under two other names, in two majors.
fn alias(world: &mut World, group: u32) {
    let real = named(world, &format!("alias-{group}-real"));
    let by = named(world, &format!("alias-{group}-by"));
    for major in 1..=2 {
        for version in versions(world, major) {
            world.add(Package::new(&real, &version));
        }
    }
    let (old, new) = (format!("npm:{real}@^1"), format!("npm:{real}@^2.0.0"));
    for version in versions(world, 1) {
        let needs = map([
            (&format!("alias-{group}-old"), &old),
            (&format!("@alias/new-{group}"), &new),
        ]);
        world.add(Package::new(&by, &version).field("dependencies", needs));
    }
    world.want(&by, "1");
    if group == 0 {
        world.want("alias-of-the-project", old);
    }
}

/// A package that has nothing but prereleases, and one that has both; ranges that let them in and that do not.
fn prerelease(world: &mut World, group: u32) {
    let only = named(world, &format!("prerelease-{group}-only"));
    let both = named(world, &format!("prerelease-{group}-both"));
    let by = format!("prerelease-{group}-by");
    let last = world.random.u32(2..12);
    for version in [
        "alpha.1".to_owned(),
        "beta".to_owned(),
        format!("beta.{last}"),
    ] {
        world.add(Package::new(&only, &format!("1.0.0-{version}")).tag("beta"));
    }
    for version in versions(world, 1) {
        world.add(Package::new(&both, &version));
    }
    world.add(Package::new(&both, "2.0.0-rc.1").tag("next"));
    world.add(Package::new(&both, "2.0.0-rc.10+build.7").tag("next"));
    let lets_in = ["^2.0.0-rc.0", "next", ">=2.0.0-rc.1 <3"][world.random.usize(0..3)];
    let of_only = ["^1.0.0-beta", "beta", "latest", "1.0.0-alpha.1"][world.random.usize(0..4)];
    let needs = map([(&both, lets_in), (&only, of_only)]);
    world.add(Package::new(&by, "1.0.0").field("dependencies", needs));
    world.want(&both, if group == 0 { "next" } else { ">=1.0.0" });
    world.want(&by, "^1.0.0");
}

/// A package whose latest version is not its highest one, with other tags beside it.
fn tags(world: &mut World, group: u32) {
    let name = named(world, &format!("tags-{group}"));
    for version in ["1.0.0", "1.1.0"] {
        world.add(Package::new(&name, version));
    }
    world.add(Package::new(&name, "1.2.0").tag("next"));
    world.add(Package::new(&name, "2.0.0").tag("canary.2"));
    world.tag(&name, "stable", "1.0.0");
    if group.is_multiple_of(2) {
        world.tag(&name, "latest", "1.0.0");
    }
    let wish = ["^1.0.0", "next", "stable", "latest", "canary.2"][group as usize % 5];
    world.want(&name, wish);
    let by = format!("tags-{group}-by");
    let needs = map([(&name, ["*", "1", "latest"][world.random.usize(0..3)])]);
    world.add(Package::new(&by, "1.0.0").field("dependencies", needs));
    world.want(&by, "latest");
}

/// A package whose highest version should not be used, or none of which should.
fn deprecated(world: &mut World, group: u32) {
    let name = named(world, &format!("deprecated-{group}"));
    let mut all = versions(world, 1);
    all.push("1.50.0".to_owned());
    for version in &all {
        world.add(Package::new(&name, version));
    }
    if group == 0 {
        for version in &all {
            world.deprecate(&name, version, "use \"13 bytes\" instead");
        }
    } else {
        world.deprecate(&name, "1.50.0", "broken");
    }
    world.want(&name, "^1.0.0");
}

/// Commands, declared in each of the ways.
fn bins(world: &mut World) {
    const COMMAND: &str = "#!/usr/bin/env node\nconsole.log('thirteen bytes');\n";
    let declared = [
        ("bin-text", "bin", json!("cli.js")),
        ("@acme/bin-text", "bin", json!("./cli.js")),
        ("bin-one", "bin", json!({ "other-name": "cli.js" })),
        (
            "@acme/bin-many",
            "bin",
            json!({ "many-a": "cli.js", "many-b": "./bin/tool.js", "same": "cli.js" }),
        ),
        ("bin-folder", "directories", json!({ "bin": "bin" })),
        ("bin-same", "bin", json!({ "same": "bin/tool.js" })),
    ];
    let mut needs = Map::new();
    for (name, field, value) in declared {
        let package = Package::new(name, "1.0.0").field(field, value);
        world.add(package.file("cli.js", COMMAND).file("bin/tool.js", COMMAND));
        world.want(name, "1.0.0");
        needs.insert(name.to_owned(), "^1.0.0".into());
    }
    // And for another package in place of the project.
    world.add(Package::new("bin-user", "1.0.0").field("dependencies", needs));
    world.want("bin-user", "1.0.0");
}

/// A package that would run something when it is installed.
fn scripts(world: &mut World, group: u32) {
    let name = named(world, &format!("script-{group}"));
    let script = ["preinstall", "install", "postinstall"][group as usize % 3];
    for version in versions(world, 1) {
        let package = Package::new(&name, &version)
            .field("scripts", json!({ script: "node ran.js", "test": "true" }))
            .file("ran.js", "require('fs').writeFileSync('ran', '');\n");
        world.add(package);
    }
    world.want(&name, "1");
}

/// A package whose highest version no node is new enough for, and a project that can do without another.
fn engines(world: &mut World, group: u32) {
    let name = named(world, &format!("engine-{group}"));
    let never = format!("engine-{group}-never");
    for version in versions(world, 1) {
        let engines = json!({ "node": ">=6", "npm": ">=3" });
        world.add(Package::new(&name, &version).field("engines", engines));
    }
    let engines = json!({ "node": ">=999" });
    let highest = Package::new(&name, "1.60.0").field("engines", engines.clone());
    world.add(highest);
    world.add(Package::new(&never, "1.0.0").field("engines", engines));
    world.want(&name, "^1.0.0");
    world.want_optionally(&never, "^1.0.0");
}

/// A package that fixes what it needs to an old version.
fn shrinkwrap(world: &mut World) {
    let inner = "shrinkwrap-inner";
    let old = Package::new(inner, "1.0.0").sealed();
    let fixed = json!({
        "name": "shrinkwrap-outer",
        "version": "1.0.0",
        "lockfileVersion": 2,
        "requires": true,
        "packages": {
            "": { "name": "shrinkwrap-outer", "version": "1.0.0", "dependencies": { inner: "^1.0.0" } },
            format!("node_modules/{inner}"): { "version": "1.0.0", "integrity": old.integrity() },
        },
        "dependencies": { inner: { "version": "1.0.0", "integrity": old.integrity() } },
    });
    world.add(old);
    world.add(Package::new(inner, "1.1.0"));
    let outer = Package::new("shrinkwrap-outer", "1.0.0")
        .field("dependencies", map([(inner, "^1.0.0")]))
        .file("npm-shrinkwrap.json", fixed.to_string());
    world.add(outer);
    world.want("shrinkwrap-outer", "1.0.0");
}

/// A package that would rather have version 2, and can live with version 1.
fn accepted(world: &mut World) {
    for version in ["1.0.0", "2.0.0"] {
        world.add(Package::new("accept-base", version));
    }
    let outer = Package::new("accept-outer", "1.0.0")
        .field("dependencies", map([("accept-base", "^2.0.0")]))
        .field("acceptDependencies", map([("accept-base", "1 || 2")]))
        .field("funding", json!({ "url": "https://example.com/fund" }));
    world.add(outer);
    world.want("accept-base", "^1.0.0");
    world.want("accept-outer", "^1.0.0");
}

/// What is left: each needs some of those before it, and the last ones are needed by the project.
fn leaves(world: &mut World, count: usize) {
    let names: Vec<String> = (0..count)
        .map(|place| named(world, &format!("leaf-{place:02}")))
        .collect();
    for (place, name) in names.iter().enumerate() {
        for version in versions(world, 1) {
            let mut needs = Map::new();
            for _ in 0..world.random.usize(0..4).min(place) {
                let other = names[world.random.usize(0..place)].clone();
                needs.insert(other, range(world, 1).into());
            }
            world.add(Package::new(name, &version).field("dependencies", needs));
        }
    }
    for name in names.iter().rev().step_by(3) {
        let range = range(world, 1);
        world.want(name, range);
    }
}
