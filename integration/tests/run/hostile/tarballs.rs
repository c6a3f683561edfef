//! Tarballs that are not what they say, or too much of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use integration::{Package, gzipped};
use serde_json::json;
use tar::{EntryType, Header};

use super::{Target, is_published, refused};

const NAME: &str = "@sc/packed";

/// What the one file that counts says.
const MANIFEST: &str = r#"{ "name": "@sc/packed", "version": "1.0.0" }"#;

/// A block of a tar that describes what follows, with a path and a size that nobody checks.
fn block(kind: EntryType, path: &str, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(size);
    header.set_cksum();
    header
}

fn entry(kind: EntryType, path: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = block(kind, path, content.len() as u64).as_bytes().to_vec();
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn file(path: &str, content: &str) -> Vec<u8> {
    entry(EntryType::Regular, path, content.as_bytes())
}

/// The file that makes a tarball a package.
fn manifest() -> Vec<u8> {
    file("package/package.json", MANIFEST)
}

/// What stands at the end of a tar.
fn end() -> Vec<u8> {
    vec![0; 1024]
}

fn tarball(entries: &[Vec<u8>]) -> Vec<u8> {
    gzipped(&[entries.concat(), end()].concat())
}

/// A record of a pax header: its own length, a key and a value.
fn pax(key: &str, value: &str) -> Vec<u8> {
    let rest = format!(" {key}={value}\n");
    let mut length = rest.len();
    while length != rest.len() + length.to_string().len() {
        length = rest.len() + length.to_string().len();
    }
    let record = format!("{length}{rest}");
    entry(EntryType::XHeader, "PaxHeaders/x", record.as_bytes())
}

#[track_caller]
fn is_refused(target: &Target, what: &str, tarball: &[u8]) {
    let mut document = Package::new(NAME, "1.0.0").with_tarball(tarball).document();
    // Without its checksums, only what is in it can be refused.
    let manifest = document["versions"]["1.0.0"].as_object_mut().unwrap();
    manifest.remove("dist");
    let answer = target
        .alice
        .http
        .put("/@sc%2fpacked")
        .json(&document)
        .send();
    refused(what, &answer, &[400]);
    assert!(!is_published(&target.http(), NAME), "{what}");
}

#[test]
fn a_tar_that_lies_is_refused() {
    let target = Target::start();
    let with_size = |size: u64| {
        block(EntryType::Regular, "package/x", size)
            .as_bytes()
            .to_vec()
    };
    let mut negative = with_size(0);
    negative[124..136].copy_from_slice(&[0xff; 12]);
    let mut no_number = with_size(0);
    no_number[124..136].copy_from_slice(b"not a number");
    let mut wrong_sum = manifest();
    wrong_sum[148] ^= 1;
    for (what, entries) in [
        ("a file of 8 GiB", vec![manifest(), with_size(8 << 30)]),
        ("a file of 8 EiB", vec![manifest(), with_size(u64::MAX / 2)]),
        ("a file of 16 EiB", vec![manifest(), with_size(u64::MAX)]),
        (
            "a file of 1 GiB that is not there",
            vec![manifest(), with_size(1 << 30)],
        ),
        (
            "files that add up to more than there is",
            vec![with_size(u64::MAX), with_size(u64::MAX)],
        ),
        ("a negative size", vec![manifest(), negative]),
        ("a size that is no number", vec![manifest(), no_number]),
        ("a wrong sum", vec![wrong_sum]),
        ("rubbish", vec![manifest(), vec![b'x'; 512]]),
        ("half a block", vec![manifest(), vec![b'x'; 100]]),
        ("no package.json", vec![file("package/index.js", "1;")]),
        (
            "a link for a package.json",
            vec![entry(EntryType::Symlink, "package/package.json", b"")],
        ),
        (
            "a folder for a package.json",
            vec![entry(EntryType::Directory, "package/package.json", b"")],
        ),
        (
            "a device for a package.json",
            vec![entry(EntryType::Char, "package/package.json", b"")],
        ),
        (
            "a package.json beside the folder",
            vec![file("package.json", MANIFEST)],
        ),
        (
            "a package.json above the folder",
            vec![file("../package.json", MANIFEST)],
        ),
    ] {
        is_refused(&target, what, &tarball(&entries));
    }
    for cut in [1, 100, 511, 512, 513, 1023, 1500] {
        let tar = [manifest(), file("package/index.js", &"x".repeat(2000))].concat();
        is_refused(
            &target,
            &format!("a tar cut at {cut}"),
            &gzipped(&tar[..cut]),
        );
    }
    // Nothing else was wrong with them.
    let whole = Package::new(NAME, "1.0.0").with_tarball(tarball(&[manifest()]));
    whole.publish(&target.alice.http).send().expect(201);
    target.survives();
}

#[test]
fn a_tar_that_is_of_another_package_is_refused() {
    let target = Target::start();
    let named = |name: &str| MANIFEST.replace(NAME, name);
    for (what, entries) in [
        // Whoever unpacks it gets the last one; each has to be the right one.
        (
            "another package.json behind it",
            vec![
                manifest(),
                file("package/package.json", &named("@sc/other")),
            ],
        ),
        (
            "another package.json in another folder",
            vec![manifest(), file("other/package.json", &named("@sc/other"))],
        ),
        (
            "another package.json at the root",
            vec![
                manifest(),
                file("/package/package.json", &named("@sc/other")),
            ],
        ),
        (
            "another package.json under a longer name",
            vec![
                manifest(),
                pax("path", "package/package.json"),
                file("package/harmless.json", &named("@sc/other")),
            ],
        ),
        (
            "another package.json under an old longer name",
            vec![
                manifest(),
                entry(
                    EntryType::GNULongName,
                    "././@LongLink",
                    b"package/package.json\0",
                ),
                file("package/harmless.json", &named("@sc/other")),
            ],
        ),
        (
            "a package.json that is called something else",
            vec![pax("path", "package/other.json"), manifest()],
        ),
        (
            "a name for nothing",
            vec![manifest(), pax("path", "x"), pax("path", "y")],
        ),
        (
            "an empty package.json",
            vec![file("package/package.json", "")],
        ),
        ("a list", vec![file("package/package.json", "[]")]),
        (
            "a number for a name",
            vec![file(
                "package/package.json",
                &named("x").replace("\"x\"", "13"),
            )],
        ),
        (
            "deep lists",
            vec![file("package/package.json", &super::deep_list(10_000))],
        ),
        ("text", vec![file("package/package.json", &"x".repeat(100))]),
    ] {
        is_refused(&target, what, &tarball(&entries));
    }
    target.survives();
}

/// Some MiB that unpack to some GiB, in each place where an unpacker may gather what it reads.
#[test]
fn a_bomb_in_a_tarball_is_refused() {
    const MIB: usize = 1 << 10;
    let target = Target::start();
    let size = (MIB as u64) << 20;
    // Members of gzip behind each other unpack to what they hold, joined.
    let members = |byte: u8, mib: usize| gzipped(&vec![byte; 16 << 20]).repeat(mib / 16);
    let letters = members(b'a', MIB);
    let head = |kind, path| gzipped(block(kind, path, size).as_bytes());
    for (what, head) in [
        (
            "a package.json",
            head(EntryType::Regular, "package/package.json"),
        ),
        ("a long name", head(EntryType::GNULongName, "././@LongLink")),
        ("a long link", head(EntryType::GNULongLink, "././@LongLink")),
        ("a pax header", head(EntryType::XHeader, "PaxHeaders/x")),
        (
            "a global pax header",
            head(EntryType::XGlobalHeader, "pax_global_header"),
        ),
        (
            "a sparse file",
            head(EntryType::GNUSparse, "package/sparse"),
        ),
    ] {
        let bomb = [
            head,
            letters.clone(),
            gzipped(&[manifest(), end()].concat()),
        ]
        .concat();
        is_refused(&target, what, &bomb);
    }
    let behind = [tarball(&[manifest()]), members(0, MIB)].concat();
    is_refused(&target, "something behind its end", &behind);
    target.survives();
}

#[test]
fn base64_that_is_none_is_refused() {
    let target = Target::start();
    let tarball = tarball(&[manifest()]);
    let data = STANDARD.encode(&tarball);
    let half = &data[..data.len() / 2];
    for (what, data, length) in [
        ("nothing", json!(""), tarball.len()),
        ("half of it", json!(half), tarball.len()),
        (
            "half of it, and it says so",
            json!(half),
            half.len() / 4 * 3,
        ),
        ("a character less", json!(data[1..]), tarball.len()),
        ("spaces", json!(data.replace('A', " ")), tarball.len()),
        ("line feeds", json!(data.replace('A', "\n")), tarball.len()),
        (
            "the other alphabet",
            json!(data.replace(['+', '/', 'A'], "-_")),
            tarball.len(),
        ),
        (
            "padding inside",
            json!(format!("AA=={data}")),
            tarball.len() + 1,
        ),
        (
            "too much padding",
            json!(format!("{data}====")),
            tarball.len(),
        ),
        ("only padding", json!("===="), 0),
        (
            "letters of others",
            json!(data.replace('A', "é")),
            tarball.len(),
        ),
        ("NUL", json!(data.replace('A', "\0")), tarball.len()),
        ("twice", json!(format!("{data}{data}")), tarball.len() * 2),
        ("a length of 0", json!(data), 0),
        ("a length of all there is", json!(data), usize::MAX),
        ("a list", json!([data]), tarball.len()),
        ("bytes", json!(tarball), tarball.len()),
        ("an object", json!({ "data": data }), tarball.len()),
        ("null", json!(null), tarball.len()),
    ] {
        let mut document = Package::new(NAME, "1.0.0")
            .with_tarball(tarball.clone())
            .document();
        let attachment = &mut document["_attachments"]["@sc/packed-1.0.0.tgz"];
        assert!(attachment.is_object());
        attachment["data"] = data;
        attachment["length"] = length.into();
        document["versions"]["1.0.0"]
            .as_object_mut()
            .unwrap()
            .remove("dist");
        let answer = target
            .alice
            .http
            .put("/@sc%2fpacked")
            .json(&document)
            .send();
        refused(what, &answer, &[400]);
        assert!(!is_published(&target.http(), NAME), "{what}");
    }
    target.survives();
}
