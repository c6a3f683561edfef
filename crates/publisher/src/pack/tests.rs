use std::{cell::Cell, fs};

use super::*;

fn folder(manifest: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("package.json"), manifest).unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

const PLAIN: &str = r#"{"name":"left","version":"1.0.0"}"#;

fn go_on(_: PackProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Packs, and does something to the folder once the first file is packed.
fn pack_while(folder: &Path, act: impl Fn()) -> Result<Packed, PackError> {
    let done = Cell::new(false);
    pack(folder, |progress| {
        if progress.files == 1 && !done.replace(true) {
            act();
        }
        ControlFlow::Continue(())
    })
}

#[test]
fn a_tarball_has_the_digests_that_are_told_of_it() {
    let folder = folder(PLAIN, &[("lib/a.js", "a"), ("empty", "")]);
    let mut packed = pack(folder.path(), go_on).unwrap();
    let mut bytes = Vec::new();
    packed.tarball.read_to_end(&mut bytes).unwrap();
    let digests = npm_model::Digests::of(&bytes);
    assert_eq!(packed.integrity, digests.integrity);
    assert_eq!(packed.shasum, digests.shasum);
    assert_eq!(packed.size, bytes.len() as u64);
    assert_eq!(packed.unpacked_size, 1 + PLAIN.len() as u64);
    // No time, no name, no system.
    assert_eq!(bytes[..10], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&bytes[..]));
    let read: Vec<String> = archive
        .entries()
        .unwrap()
        .map(|entry| entry.unwrap().path().unwrap().display().to_string())
        .collect();
    let told: Vec<String> = packed
        .files
        .iter()
        .map(|file| format!("package/{}", file.path))
        .collect();
    assert_eq!(read, told);
    let listed = list(folder.path()).unwrap();
    assert_eq!(listed.files, packed.files);
}

#[test]
fn times_and_the_folder_do_not_change_the_bytes() {
    let [first, second] = [1, 2].map(|_| folder(PLAIN, &[("b.js", "b"), ("a.js", "a")]));
    let file = File::options()
        .write(true)
        .open(second.path().join("a.js"))
        .unwrap();
    file.set_modified(std::time::UNIX_EPOCH).unwrap();
    let [first, second] = [first, second].map(|folder| pack(folder.path(), go_on).unwrap());
    assert_eq!(first.integrity, second.integrity);
    // If these bytes change, everybody's packages get another integrity: think twice.
    assert_eq!(
        first.shasum.to_string(),
        "f6a16888ee36fec5b605f759d8e54844a4279910"
    );
}

#[test]
fn what_changes_while_it_is_packed_is_an_error_that_names_it() {
    for change in ["longer than before", "x"] {
        let package = folder(PLAIN, &[("z.zz", "late")]);
        let path = package.path().join("z.zz");
        let error = pack_while(package.path(), || fs::write(&path, change).unwrap()).unwrap_err();
        assert!(
            matches!(&error, PackError::Changed { path: found } if *found == path),
            "{error}"
        );
    }
    let package = folder(PLAIN, &[("z.zz", "late")]);
    let path = package.path().join("z.zz");
    let error = pack_while(package.path(), || fs::remove_file(&path).unwrap()).unwrap_err();
    assert!(
        matches!(&error, PackError::Vanished { path: found } if *found == path),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_becomes_another_one_is_not_packed() {
    let package = folder(PLAIN, &[("z.zz", "late")]);
    let secret = folder(PLAIN, &[("secret", "hush")]);
    let path = package.path().join("z.zz");
    let error = pack_while(package.path(), || {
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(secret.path().join("secret"), &path).unwrap();
    });
    assert!(matches!(error, Err(PackError::Changed { .. })));
}

#[test]
fn packing_is_given_up_when_asked() {
    let folder = folder(PLAIN, &[("a.js", "a")]);
    let error = pack(folder.path(), |_| ControlFlow::Break(())).unwrap_err();
    assert!(matches!(error, PackError::GivenUp));
}

#[test]
fn progress_ends_with_everything() {
    let folder = folder(PLAIN, &[("a.js", &"a".repeat(300_000))]);
    let last = Cell::new(None);
    pack(folder.path(), |progress| {
        last.set(Some(progress));
        ControlFlow::Continue(())
    })
    .unwrap();
    let last = last.get().unwrap();
    assert_eq!((last.files, last.bytes), (last.all_files, last.all_bytes));
    assert_eq!(last.all_files, 2);
}

#[test]
fn what_cannot_be_read_is_named() {
    // A folder in a file's place, which not even an administrator can read.
    let folder = folder(PLAIN, &[("lib/.npmignore/x", "")]);
    let error = pack(folder.path(), go_on).unwrap_err();
    let place = folder.path().join("lib/.npmignore");
    assert!(
        error.to_string().contains(place.to_str().unwrap()),
        "{error}"
    );
}

#[test]
fn a_hostile_package_json_is_an_error() {
    for (manifest, said) in [
        ("", "is not a JSON object"),
        ("{", "is not a JSON object"),
        ("[]", "is not a JSON object"),
        ("7", "is not a JSON object"),
        ("\u{feff}\u{feff}{}", "is not a JSON object"),
        ("{}", "has no `name`"),
        (r#"{"name":7,"version":"1.0.0"}"#, "has no `name`"),
        (r#"{"name":"","version":"1.0.0"}"#, "cannot be one"),
        (r#"{"name":"../x","version":"1.0.0"}"#, "cannot be one"),
        (r#"{"name":"@a/../x","version":"1.0.0"}"#, "cannot be one"),
        (r#"{"name":"a\u0000b","version":"1.0.0"}"#, "cannot be one"),
        (r#"{"name":"a"}"#, "has no `version`"),
        (r#"{"name":"a","version":"1"}"#, "must be like 1.2.3"),
        (r#"{"name":"a","version":"../1.0.0"}"#, "must be like 1.2.3"),
        (r#"{"name":"a","version":{"x":1}}"#, "must be like 1.2.3"),
        (r#"{"name":"a","version":"1.0.0","main":["x"]}"#, "`main`"),
        (
            r#"{"name":"a","version":"1.0.0","files":{"lib":true}}"#,
            "`files`",
        ),
        (
            r#"{"name":"a","version":"1.0.0","files":["lib",7]}"#,
            "`files`",
        ),
    ] {
        let folder = folder(manifest, &[]);
        let error = pack(folder.path(), go_on).unwrap_err();
        assert!(error.to_string().contains(said), "{manifest}: {error}");
    }
    let huge = format!(
        r#"{{"name":"a","version":"1.0.0","x":"{}"}}"#,
        "x".repeat(5_000_000)
    );
    let error = pack(folder(&huge, &[]).path(), go_on).unwrap_err();
    assert!(error.to_string().contains("is larger than"), "{error}");
    let deep = format!(
        r#"{{"name":"a","version":"1.0.0","x":{}{}}}"#,
        "[".repeat(9999),
        "]".repeat(9999)
    );
    // npm takes it as well. What nobody reads keeps its text.
    pack(folder(&deep, &[]).path(), go_on).unwrap();
    let error = pack(tempfile::tempdir().unwrap().path(), go_on).unwrap_err();
    assert!(
        error.to_string().contains("there is no package.json"),
        "{error}"
    );
}

#[test]
fn a_package_json_that_is_odd_everywhere_is_packed_all_the_same() {
    for value in [
        "null",
        "true",
        "7",
        r#""x""#,
        "[]",
        r#"["a",7,null,{}]"#,
        "{}",
        r#"{"a":7,"b":null,"c":["x"]}"#,
    ] {
        let keys = [
            "_id",
            "author",
            "bin",
            "browser",
            "bugs",
            "bundleDependencies",
            "bundledDependencies",
            "contributors",
            "dependencies",
            "description",
            "devDependencies",
            "directories",
            "dist",
            "gypfile",
            "homepage",
            "keywords",
            "license",
            "maintainers",
            "man",
            "modules",
            "optionalDependencies",
            "private",
            "publishConfig",
            "readme",
            "repositories",
            "repository",
            "scripts",
            "tag",
            "types",
            "workspaces",
        ];
        let fields: Vec<String> = keys
            .iter()
            .map(|key| format!(r#""{key}":{value}"#))
            .collect();
        let manifest = format!(r#"{{"name":"a","version":"1.0.0",{}}}"#, fields.join(","));
        let folder = folder(&manifest, &[("x", "x"), ("a", "a")]);
        let packed = pack(folder.path(), go_on).unwrap();
        let made: Value = serde_json::from_str(&packed.manifest.to_json()).unwrap();
        assert_eq!(made["_id"], "a@1.0.0");
    }
}

#[test]
fn nothing_outside_the_folder_gets_in() {
    let outside = folder(PLAIN, &[("secret", "hush"), ("in/x", "x")]);
    let package = outside.path().join("in");
    let manifest = r#"{"name":"a","version":"1.0.0","main":"../secret","bin":{"b":"../secret"},"files":["../secret","../**","/../secret"],
        "bundleDependencies":["../..","../../secret","@a/../../.."],"dependencies":{"../..":"1","../../secret":"1","@a/../../..":"1"}}"#;
    fs::write(package.join("package.json"), manifest).unwrap();
    let packed = pack(&package, go_on).unwrap();
    let paths: Vec<&str> = packed.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["package.json"]);
    assert_eq!(packed.notes.len(), 3);
}

#[cfg(unix)]
#[test]
fn hard_links_are_files() {
    let package = folder(PLAIN, &[("a.js", "same")]);
    fs::hard_link(package.path().join("a.js"), package.path().join("b.js")).unwrap();
    let packed = pack(package.path(), go_on).unwrap();
    let sizes: Vec<u64> = packed.files.iter().map(|file| file.size).collect();
    assert_eq!(sizes[..2], [4, 4]);
}

#[test]
fn scripts_and_links_are_told_of() {
    let manifest = r#"{"name":"a","version":"1.0.0","scripts":{"prepack":"exit 1","prepare":"exit 1","test":"x"}}"#;
    let package = folder(manifest, &[("a.js", "a")]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("a.js", package.path().join("b.js")).unwrap();
    let notes = pack(package.path(), go_on).unwrap().notes;
    let said: Vec<String> = notes.iter().map(ToString::to_string).collect();
    assert!(said[0].contains("`prepack` is not run"), "{said:?}");
    assert!(said[1].contains("`prepare` is not run"), "{said:?}");
    #[cfg(unix)]
    assert_eq!(
        notes[2],
        Note::LeftOut {
            path: "b.js".to_owned()
        }
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn no_rules_make_it_panic(files in proptest::collection::vec("[a-c*?+@!(|)\\[\\]{},./\\\\#\n-]{0,12}", 0..4), ignore in "[a-c*!/#\r\n .{}\\[\\]\\\\]{0,30}") {
        let manifest = serde_json::json!({ "name": "a", "version": "1.0.0", "files": files });
        let package = folder(&manifest.to_string(), &[("a", ""), ("b/c", ""), ("b/.npmignore", &ignore), ("README", "")]);
        let packed = pack(package.path(), go_on).unwrap();
        proptest::prop_assert!(packed.files.iter().any(|file| file.path == "package.json"));
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_read_that_has_no_end() {
    use std::os::unix::fs::symlink;

    for (name, is_refused) in [
        (".npmignore", true),
        (".gitignore", true),
        ("README.md", false),
    ] {
        let folder = folder(PLAIN, &[]);
        symlink("/dev/zero", folder.path().join(name)).unwrap();
        let packed = pack(folder.path(), go_on);
        assert_eq!(packed.is_err(), is_refused, "{name}");
        if let Err(error) = packed {
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}
