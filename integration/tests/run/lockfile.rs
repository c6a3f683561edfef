//! The file that begins with 13 bytes, and the check of everything against it.

use std::fs;
use std::path::PathBuf;

use integration::{Lockfile, Package, Registry};

fn with_three_packages() -> Registry {
    let registry = Registry::start();
    let alice = registry.user("alice");
    for (name, version) in [
        ("one", "1.0.0"),
        ("@sc/two", "2.0.0-rc.1"),
        ("one", "1.0.1"),
    ] {
        Package::new(name, version)
            .publish(&alice.http)
            .send()
            .expect(201);
    }
    registry
}

#[test]
fn a_new_lockfile_begins_as_the_design_says() {
    let registry = Registry::start();
    let lockfile = Lockfile::read(&registry.lockfile());
    let mut hash = flate2::Crc::new();
    // The local URL, by the name that people type: `localhost`, not 127.0.0.1.
    let url = format!("http://localhost:{}", registry.address().port());
    hash.update(url.as_bytes());
    assert_eq!(lockfile.header[0], 1, "version");
    assert_eq!(lockfile.registry_hash(), hash.sum(), "hash of {url}");
    assert_eq!(lockfile.flags(), 0, "flags");
    assert_eq!(lockfile.header[9], 2, "terminal mode raw");
    assert_eq!(lockfile.header[10..], [0, 0, 0], "rows, cols, reserved");
    assert_eq!(lockfile.lines, [""; 0]);
}

#[test]
fn each_publish_appends_its_line_and_leaves_the_header() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let before = Lockfile::read(&registry.lockfile());
    let packages = [
        ("one", "1.0.0"),
        ("@sc/two", "2.0.0-rc.1"),
        ("one", "1.0.1"),
    ]
    .map(|(name, version)| Package::new(name, version));
    let mut expected = Vec::new();
    for package in &packages {
        package.publish(&alice.http).send().expect(201);
        expected.push(format!(
            "{}@{} {}",
            package.name(),
            package.version(),
            package.integrity()
        ));
        let now = Lockfile::read(&registry.lockfile());
        assert_eq!(now.lines, expected);
        assert_eq!(now.header, before.header);
    }
}

#[test]
fn verify_finds_nothing_wrong_in_what_is_whole() {
    let mut registry = with_three_packages();
    // While the server runs, and after.
    registry.command(&["verify"]).exits(0);
    registry.stop();
    registry.command(&["verify"]).exits(0);
    registry.command(&["verify", "--json"]).exits(0).json();
}

fn blobs(registry: &Registry) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![registry.data().join("blobs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    files
}

fn blob_of(registry: &Registry, package: &Package) -> PathBuf {
    let tarball = package.tarball();
    blobs(registry)
        .into_iter()
        .find(|path| fs::read(path).unwrap() == tarball)
        .expect("the tarball should lie among the blobs as it is")
}

/// Makes a file writable that the store may have closed.
fn write(path: &PathBuf, bytes: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn verify_names_the_package_whose_tarball_changed() {
    let mut registry = with_three_packages();
    registry.stop();
    let package = Package::new("@sc/two", "2.0.0-rc.1");
    let blob = blob_of(&registry, &package);
    let whole = fs::read(&blob).unwrap();

    for position in [0, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[position] ^= 1;
        write(&blob, &bytes);
        registry
            .command(&["verify"])
            .exits(1)
            .says("@sc/two@2.0.0-rc.1")
            .does_not_say("one@1.0.0");
    }
    write(&blob, &whole[..whole.len() - 1]);
    registry
        .command(&["verify"])
        .exits(1)
        .says("@sc/two@2.0.0-rc.1");
    fs::remove_file(&blob).unwrap();
    registry
        .command(&["verify"])
        .exits(1)
        .says("@sc/two@2.0.0-rc.1");
    let findings = registry.command(&["verify", "--json"]).exits(1).json();
    assert!(findings.to_string().contains("@sc/two"), "{findings}");
    fs::write(&blob, &whole).unwrap();
    registry.command(&["verify"]).exits(0);
}

#[test]
fn verify_names_the_package_whose_line_is_gone_or_another() {
    let mut registry = with_three_packages();
    registry.stop();
    let whole = fs::read(registry.lockfile()).unwrap();
    let (header, text) = whole.split_at(13);
    let text = std::str::from_utf8(text).unwrap();
    let with_text = |text: &str| [header, text.as_bytes()].concat();

    let gone: String = text
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("one@1.0.1"))
        .collect();
    fs::write(registry.lockfile(), with_text(&gone)).unwrap();
    registry.command(&["verify"]).exits(1).says("one@1.0.1");

    let other = Package::new("other", "1.0.0").integrity();
    let own = Package::new("one", "1.0.1").integrity();
    let another = text.replace(&own, &other);
    fs::write(registry.lockfile(), with_text(&another)).unwrap();
    registry.command(&["verify"]).exits(1).says("one@1.0.1");

    let more = format!("{text}ghost@1.0.0 {own}\n");
    fs::write(registry.lockfile(), with_text(&more)).unwrap();
    registry.command(&["verify"]).exits(1).says("ghost@1.0.0");

    fs::write(registry.lockfile(), &whole).unwrap();
    registry.command(&["verify"]).exits(0);
}

/// A damaged tarball must not be handed out as if it were whole.
#[test]
fn a_damaged_tarball_is_not_installed() {
    use integration::{Client, ClientKind};
    let mut registry = with_three_packages();
    registry.stop();
    let package = Package::new("one", "1.0.1");
    let blob = blob_of(&registry, &package);
    let mut bytes = fs::read(&blob).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    write(&blob, &bytes);
    registry.restart();
    let client = Client::anonymous(ClientKind::Npm11, &registry);
    client
        .run(
            &client.project(),
            &["install", "one@1.0.1", "--fetch-retries=0"],
        )
        .fails();
    client
        .run(&client.project(), &["install", "one@1.0.0"])
        .succeeds();
}
