//! Looking into a tarball before it is published: whether it opens, and whether what it says of
//! itself is what its manifest says.
//!
//! A client that installs it unpacks it and reads the `package.json` inside. If that named another
//! package, the registry would have vouched for something it does not have.

use std::{
    cell::Cell,
    fs::File,
    io::{self, BufReader, Read},
    path::{Component, Path},
};

use flate2::read::MultiGzDecoder;
use npm_model::Manifest;
use serde::Deserialize;

use crate::reject::Reject;

/// Files and folders that are looked at; the largest packages have some ten thousand.
const MOST_ENTRIES: u64 = 200_000;

/// Bytes that are unpacked before it is taken for a bomb.
const MOST_BYTES: u64 = 2 * 1024 * 1024 * 1024;

/// Longest `package.json` inside, in bytes.
const LONGEST_MANIFEST: u64 = 4 * 1024 * 1024;

/// Longest description of an entry, in bytes: names and times that its header has no room for. The
/// padding at the end is no longer either.
const LONGEST_DESCRIPTION: u64 = 1024 * 1024;

const BOMB: &str = "the tarball unpacks to more than a package can be";

/// What is in a tarball.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Inventory {
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// Whether it fixes the versions of what it needs, which npm has to know before it unpacks it.
    pub(super) shrinkwrap: bool,
}

/// Reads the whole tarball and compares its own manifest with the published one.
pub(super) fn inspect(tarball: File, manifest: &Manifest) -> Result<Inventory, Reject> {
    let unpacked = MultiGzDecoder::new(BufReader::new(tarball));
    let allowance = Cell::new(LONGEST_DESCRIPTION);
    let mut archive = tar::Archive::new(Rationed {
        stream: unpacked,
        allowance: &allowance,
        left: MOST_BYTES,
    });
    let mut inventory = Inventory::default();
    let mut found = false;
    let mut seen = 0_u64;
    for entry in archive.entries().map_err(|error| unreadable(&error))? {
        let mut entry = entry.map_err(|error| unreadable(&error))?;
        seen += 1;
        inventory.bytes = inventory.bytes.saturating_add(entry.size());
        let describes_all = entry.header().entry_type().is_pax_global_extensions();
        if seen > MOST_ENTRIES
            || inventory.bytes > MOST_BYTES
            || (describes_all && entry.size() > LONGEST_DESCRIPTION)
        {
            return Err(Reject::bad_request(BOMB));
        }
        allowance.set(u64::MAX);
        if entry.header().entry_type().is_file() {
            inventory.files += 1;
            inventory.shrinkwrap |= entry.path().is_ok_and(|path| is_shrinkwrap(&path));
            // Whoever unpacks the tarball is left with the last of several, so each has to be right.
            if entry.path().is_ok_and(|path| is_package_json(&path)) {
                let mut json = Vec::new();
                let read = (&mut entry).take(LONGEST_MANIFEST).read_to_end(&mut json);
                read.map_err(|error| unreadable(&error))?;
                OwnManifest::parse(&json)?.check(manifest)?;
                found = true;
            }
        }
        // What is read from here to the next entry describes that one.
        io::copy(&mut entry, &mut io::sink()).map_err(|error| unreadable(&error))?;
        allowance.set(LONGEST_DESCRIPTION);
    }
    // The rest of the stream has to be sound too, and no more than padding: a client reads it to its
    // end, and some unpack what they find there.
    if !only_zeros(archive.into_inner()).map_err(|error| unreadable(&error))? {
        return Err(Reject::bad_request(
            "the tarball goes on where it should have ended",
        ));
    }
    if !found {
        return Err(Reject::bad_request("the tarball holds no package.json"));
    }
    Ok(inventory)
}

/// Hands out so much of a stream and no more: the unpacker gathers in memory what describes an entry,
/// such as a long name.
struct Rationed<'a, R> {
    stream: R,
    /// What may be read until the next entry.
    allowance: &'a Cell<u64>,
    /// What may be read at all.
    left: u64,
}

impl<R: Read> Read for Rationed<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ration = self.left.min(self.allowance.get());
        let ration = usize::try_from(ration).unwrap_or(usize::MAX);
        if ration == 0 && !buffer.is_empty() {
            return Err(io::Error::other(BOMB));
        }
        let end = ration.min(buffer.len());
        let read = self
            .stream
            .read(buffer.get_mut(..end).unwrap_or_default())?;
        self.left -= read as u64;
        self.allowance.set(self.allowance.get() - read as u64);
        Ok(read)
    }
}

fn only_zeros(mut stream: impl Read) -> io::Result<bool> {
    const ZEROS: [u8; 4096] = [0; 4096];
    let mut buffer = ZEROS;
    loop {
        let read = stream.read(&mut buffer)?;
        if buffer.get(..read) != ZEROS.get(..read) {
            return Ok(false);
        }
        if read == 0 {
            return Ok(true);
        }
    }
}

/// Whether it is the `package.json` of the one folder that a tarball consists of. npm calls that
/// folder `package`, others do not. Clients pass over a slash at the front.
fn is_package_json(path: &Path) -> bool {
    let mut parts = path
        .components()
        .filter(|part| !matches!(part, Component::CurDir | Component::RootDir));
    matches!(parts.next(), Some(Component::Normal(_)))
        && parts
            .next()
            .is_some_and(|file| file.as_os_str() == "package.json")
        && parts.next().is_none()
}

/// Whether it is the `npm-shrinkwrap.json` beside that one.
fn is_shrinkwrap(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name == "npm-shrinkwrap.json")
        && is_package_json(&path.with_file_name("package.json"))
}

fn unreadable(error: &io::Error) -> Reject {
    Reject::bad_request(format!("the tarball cannot be unpacked: {error}"))
}

/// What a tarball says of itself.
#[derive(Deserialize)]
struct OwnManifest {
    name: String,
    version: String,
}

impl OwnManifest {
    fn parse(json: &[u8]) -> Result<Self, Reject> {
        // npm has tolerated a byte order mark for ever.
        let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
        crate::json::object(json).map_err(|error| {
            Reject::bad_request(format!(
                "the package.json in the tarball cannot be read: {error}"
            ))
        })
    }

    fn check(&self, manifest: &Manifest) -> Result<(), Reject> {
        // npm normalises the version when it publishes and leaves the file as it is: a leading `v`
        // or `=`, spaces, and build metadata may differ.
        let version = self.version.trim().trim_start_matches(['=', 'v']).trim();
        let same_version = npm_model::Version::parse(version)
            .is_ok_and(|version| version.without_build() == manifest.version().without_build());
        if self.name.trim() == manifest.name().as_str() && same_version {
            return Ok(());
        }
        let shown = |text: &str| text.chars().take(100).collect::<String>();
        Err(Reject::bad_request(format!(
            "the package.json in the tarball is of {:?} {:?}, but {} {} is published",
            shown(&self.name),
            shown(&self.version),
            manifest.name(),
            manifest.version()
        )))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn tarball(files: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (path, text) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            builder
                .append_data(&mut header, path, text.as_bytes())
                .unwrap();
        }
        builder.into_inner().unwrap().finish().unwrap()
    }

    fn inspected(bytes: &[u8]) -> Result<Inventory, String> {
        let manifest = Manifest::parse(br#"{"name":"@a/b","version":"1.0.0"}"#).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.rewind().unwrap();
        inspect(file, &manifest).map_err(|reject| reject.to_string())
    }

    #[test]
    fn a_tarball_is_counted() {
        let files = [
            (
                "package/package.json",
                r#"{"name":"@a/b","version":"1.0.0"}"#,
            ),
            (
                "package/deep/package.json",
                r#"{"name":"other","version":"9.9.9"}"#,
            ),
            ("package/index.js", "1;"),
        ];
        let inventory = inspected(&tarball(&files)).unwrap();
        let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
        assert_eq!((inventory.files, inventory.bytes), (3, bytes as u64));
    }

    #[test]
    fn a_shrinkwrap_counts_beside_the_manifest_only() {
        let own = r#"{"name":"@a/b","version":"1.0.0"}"#;
        for (path, expected) in [
            ("b/npm-shrinkwrap.json", true),
            ("./b/npm-shrinkwrap.json", true),
            ("b/package-lock.json", false),
            ("b/node_modules/c/npm-shrinkwrap.json", false),
            ("npm-shrinkwrap.json", false),
        ] {
            let files = [("b/package.json", own), (path, "{}")];
            let inventory = inspected(&tarball(&files)).unwrap();
            assert_eq!(inventory.shrinkwrap, expected, "{path}");
        }
    }

    #[test]
    fn the_folder_may_have_any_name_and_the_version_build_metadata() {
        for (path, json) in [
            ("b/package.json", r#"{"name":"@a/b","version":"1.0.0"}"#),
            (
                "./package/package.json",
                r#"{"name":"@a/b","version":"v1.0.0+x"}"#,
            ),
            (
                "package/package.json",
                "\u{feff}{\"name\":\"@a/b\",\"version\":\" 1.0.0\"}",
            ),
        ] {
            assert!(
                inspected(&tarball(&[(path, json)])).is_ok(),
                "{path} {json}"
            );
        }
    }

    #[test]
    fn what_is_not_the_published_package_is_refused() {
        let check = |bytes: &[u8], expected: &str| {
            let refused = inspected(bytes).unwrap_err();
            assert!(refused.contains(expected), "{refused}");
        };
        let with = |json| tarball(&[("package/package.json", json)]);
        check(b"not gzip at all", "cannot be unpacked");
        check(&[], "cannot be unpacked");
        check(&tarball(&[("package/index.js", "1;")]), "no package.json");
        check(
            &tarball(&[("package.json", r#"{"name":"@a/b","version":"1.0.0"}"#)]),
            "no package.json",
        );
        check(&with("{}"), "cannot be read");
        check(
            &with(r#"{"name":"@a/c","version":"1.0.0"}"#),
            "is of \"@a/c\"",
        );
        check(
            &with(r#"{"name":"@a/b","version":"1.0.1"}"#),
            "is of \"@a/b\"",
        );
        let whole = with(r#"{"name":"@a/b","version":"1.0.0"}"#);
        check(whole.get(..whole.len() / 2).unwrap(), "cannot be unpacked");
    }

    #[test]
    fn no_other_package_hides_in_a_tarball() {
        const RIGHT: (&str, &str) = (
            "package/package.json",
            r#"{"name":"@a/b","version":"1.0.0"}"#,
        );
        let wrong = r#"{"name":"@a/c","version":"1.0.0"}"#;
        for path in ["package/package.json", "./other/package.json"] {
            for files in [[RIGHT, (path, wrong)], [(path, wrong), RIGHT]] {
                let refused = inspected(&tarball(&files)).unwrap_err();
                assert!(refused.contains("is of \"@a/c\""), "{path}: {refused}");
            }
        }
        // One after the other is one stream, as gzip has it.
        let behind = [tarball(&[RIGHT]), tarball(&[(RIGHT.0, wrong)])].concat();
        let refused = inspected(&behind).unwrap_err();
        assert!(refused.contains("goes on"), "{refused}");
    }

    #[test]
    fn a_long_name_is_not_gathered_for_ever() {
        let named = |length: usize| {
            let name = format!("package/{}", "x".repeat(length));
            let files = [
                (name.as_str(), ""),
                (
                    "package/package.json",
                    r#"{"name":"@a/b","version":"1.0.0"}"#,
                ),
            ];
            inspected(&tarball(&files))
        };
        assert!(named(100_000).is_ok());
        let refused = named(2 << 20).unwrap_err();
        assert!(refused.contains("unpacks to more"), "{refused}");
    }
}
