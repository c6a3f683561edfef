//! Where a setting can come from, and which place wins.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use integration::{Package, Registry, write_flags};

/// Bits that nobody has named yet.
const UNKNOWN_FLAGS: u32 = 0xFFFF_FFF8;

#[test]
fn the_lockfile_can_lie_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.lockb");
    let registry = Registry::options()
        .argument("--lockfile")
        .argument(&path)
        .start();
    let alice = registry.user("alice");
    Package::new("elsewhere", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    assert!(!registry.lockfile().exists());
    let lockfile = integration::Lockfile::read(&path);
    assert_eq!(lockfile.lines.len(), 1);
}

#[test]
fn a_public_url_is_what_tarballs_point_at() {
    for (name, value) in [
        ("flag", "https://npm.example.com/reg"),
        ("variable", "https://npm.example.com/reg/"),
    ] {
        let options = Registry::options().open_to_all();
        let options = match name {
            "flag" => options.argument("--public-url").argument(value),
            _ => options.env("REGISTRY_PUBLIC_URL", value),
        };
        let registry = options.start();
        let alice = registry.user("alice");
        Package::new("@sc/name", "1.0.0")
            .publish(&alice.http)
            .send()
            .expect(201);
        let document = registry.packument("@sc/name");
        assert_eq!(
            document["versions"]["1.0.0"]["dist"]["tarball"],
            "https://npm.example.com/reg/@sc/name/-/name-1.0.0.tgz",
            "{name}"
        );
    }
}

/// Each place with everything below it, from the lowest to the highest.
#[test]
fn the_higher_place_wins() {
    let mut options = Registry::options().open_to_all();
    for place in ["file", "env-file", "variable", "flag"] {
        let url = format!("https://{place}.example.com");
        options = match place {
            "file" => options.beside("registryd.toml", &format!("public_url = \"{url}\"\n")),
            "env-file" => options.beside(".env.local", &format!("REGISTRY_PUBLIC_URL={url}\n")),
            "variable" => options.env("REGISTRY_PUBLIC_URL", &url),
            _ => options.argument("--public-url").argument(&url),
        };
        let registry = options.clone().start();
        let alice = registry.user("alice");
        Package::new("name", "1.0.0")
            .publish(&alice.http)
            .send()
            .expect(201);
        let tarball = &registry.packument("name")["versions"]["1.0.0"]["dist"]["tarball"];
        assert_eq!(*tarball, format!("{url}/name/-/name-1.0.0.tgz"));
    }
}

#[test]
fn a_field_is_changed_from_the_command_line_while_the_server_runs() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    Package::new("open", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    let limit = std::time::Duration::from_secs(5);
    let becomes = |wanted: u16| {
        integration::eventually("the changed field", limit, || {
            (registry.http().get("/open").send().status == wanted).then_some(())
        });
    };
    registry
        .command(&["config", "set", "feature_flags", "2"])
        .exits(0);
    becomes(401);
    let shown = registry.command(&["config", "get", "--json"]).exits(0);
    assert_eq!(shown.json()["feature_flags"], 2, "{shown}");
    registry
        .command(&["config", "set", "feature_flags", "0x0"])
        .exits(0);
    becomes(200);

    let before = fs::read(registry.lockfile()).unwrap();
    for (field, value) in [
        ("terminal_mode", "7"),
        ("rows", "256"),
        ("rows", "many"),
        ("feature_flags", "4294967296"),
        ("nonsense", "1"),
    ] {
        let refused = registry.command(&["config", "set", field, value]);
        refused.exits(2).says(field);
    }
    assert_eq!(fs::read(registry.lockfile()).unwrap(), before);
}

#[test]
fn unknown_flags_are_kept_and_mean_nothing() {
    let mut registry = Registry::start();
    write_flags(&registry.lockfile(), UNKNOWN_FLAGS);
    let alice = registry.user("alice");
    Package::new("flagged", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    registry.restart();
    registry.http().get("/flagged").send().expect(200);
    let lockfile = integration::Lockfile::read(&registry.lockfile());
    assert_eq!(lockfile.flags(), UNKNOWN_FLAGS);
}

/// What cannot be read is not followed: the last good settings stay, and the log says so.
#[test]
fn a_header_that_breaks_while_the_server_runs_is_not_followed() {
    let mut registry = Registry::start();
    let alice = registry.user("alice");
    Package::new("open", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    let whole = fs::read(registry.lockfile()).unwrap();
    let mut broken = whole.clone();
    broken[9] = 7;
    fs::write(registry.lockfile(), &broken).unwrap();
    let limit = std::time::Duration::from_secs(5);
    integration::eventually("a complaint", limit, || {
        let said = registry.stderr();
        (said.contains("0x09") || said.contains("terminal_mode")).then_some(())
    });
    registry.http().get("/open").send().expect(200);
    alice.http.get("/-/whoami").send().expect(200);
    fs::write(registry.lockfile(), &whole).unwrap();
    write_flags(&registry.lockfile(), integration::PRIVATE_REGISTRY);
    integration::eventually("the mended header being followed", limit, || {
        (registry.http().get("/open").send().status == 401).then_some(())
    });
    write_flags(&registry.lockfile(), 0);
    registry.stop();
    registry.command(&["verify"]).exits(0);
}

/// An editor writes a new file and renames it over the old one.
#[test]
fn a_lockfile_that_is_replaced_is_followed() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    Package::new("one", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    let mut bytes = fs::read(registry.lockfile()).unwrap();
    bytes[5] = 2;
    let new = registry.data().join("registry.lockb.new");
    fs::write(&new, &bytes).unwrap();
    fs::rename(&new, registry.lockfile()).unwrap();
    let limit = std::time::Duration::from_secs(5);
    integration::eventually("the new file being followed", limit, || {
        (registry.http().get("/one").send().status == 401).then_some(())
    });
    // The next line goes to the file that is there now.
    Package::new("two", "1.0.0")
        .publish(&alice.http)
        .send()
        .expect(201);
    let lines = integration::Lockfile::read(&registry.lockfile()).lines;
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[test]
fn the_premium_flag_changes_how_new_tokens_are_signed() {
    let registry = Registry::start();
    let algorithm = |token: &str| {
        use base64::Engine as _;
        let header = token.split('.').next().unwrap();
        let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let header = engine.decode(header).unwrap();
        let header: serde_json::Value = serde_json::from_slice(&header).unwrap();
        header["alg"].as_str().unwrap().to_owned()
    };
    let before = registry.user("alice");
    assert_eq!(algorithm(&before.token), "RS256");
    write_flags(&registry.lockfile(), integration::PREMIUM_TYPES);
    let limit = std::time::Duration::from_secs(5);
    let (after, _) = integration::eventually("the new algorithm", limit, || {
        let user = registry.user("alice");
        (algorithm(&user.token) == "EdDSA").then_some(user)
    });
    for user in [before, after] {
        let answer = user.http.get("/-/whoami").send().expect(200);
        assert_eq!(answer.json()["username"], "alice");
    }
}

#[test]
fn settings_beside_the_data_are_not_needed() {
    let registry = Registry::start();
    let mut names: Vec<_> = fs::read_dir(registry.data())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.contains(&"registry.lockb".to_owned()), "{names:?}");
    // Keys and passwords are nobody else's.
    let mode = fs::metadata(registry.data()).unwrap().permissions().mode();
    assert_eq!(
        mode & 0o077,
        0,
        "the data directory is open to others: {mode:o}"
    );
}
