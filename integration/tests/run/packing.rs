//! Folders of awkward shapes, packed by us and by npm: the same files, the same manifests.
//!
//! The shapes are in `packing/shapes.rs`. npm packs all of them in one go, since starting it takes longer than packing.

use std::{collections::BTreeMap, fs, io::Read as _, ops::ControlFlow, path::Path};

use client::{Credentials, Npmrc};
use integration::{Client, ClientKind, Entry, Registry, Tree, User};
use publisher::{Packed, PackedFile, PublishError, PublishOptions, Published};
use serde_json::{Value, json};

mod manifests;
mod shapes;

/// The shapes that npm 12 packs otherwise than npm 11, and why.
const NPM_12_DIFFERS: [(&str, &str); 2] = [
    (
        "files-named-in-another-case",
        "its patterns in `files` tell upper from lower case",
    ),
    (
        "files-of-other-tools",
        "it leaves out npm-shrinkwrap.json and bun.lock",
    ),
];

told_with!(
    npm_packs_the_same_files_of_every_shape,
    npm_packs_the_same_files_of_a_workspace,
    npm_installs_exactly_the_files_of_every_shape
    with both pinned npms
);

fn npm_packs_the_same_files_of_every_shape(kind: ClientKind) {
    let registry = Registry::start();
    let npm = Client::anonymous(kind, &registry);
    let project = npm.project();
    let shapes = shapes::all();
    let mut words = vec!["pack", "--json", "--ignore-scripts"];
    let folders: Vec<String> = shapes
        .iter()
        .map(|shape| {
            shape.build(&project.join(shape.name));
            format!("./{}", shape.name)
        })
        .collect();
    words.extend(folders.iter().map(String::as_str));
    let packed = npm.run(&project, &words).succeeds().json();
    let mut wrong = Vec::new();
    for (at, shape) in shapes.iter().enumerate() {
        // npm 12 names them, npm 11 has them in order.
        let theirs = match &packed {
            Value::Array(all) => all[at].clone(),
            named => named[shape.package()].clone(),
        };
        let theirs = files_of(&theirs);
        let ours: Vec<String> = pack(&project.join(shape.name))
            .files
            .iter()
            .map(line)
            .collect();
        let differences = differences(ours, theirs);
        let differs = NPM_12_DIFFERS.iter().find(|(name, _)| *name == shape.name);
        match differs.filter(|_| kind == ClientKind::Npm12) {
            Some((name, why)) if differences.is_empty() => {
                wrong.push(format!("{name} differs no more, though {why}"));
            }
            Some(_) => {}
            None => wrong.extend(
                differences
                    .iter()
                    .map(|line| format!("{}: {line}", shape.name)),
            ),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The ignore files of the folders above a workspace count, up to the root.
fn npm_packs_the_same_files_of_a_workspace(kind: ClientKind) {
    let registry = Registry::start();
    let npm = Client::anonymous(kind, &registry);
    let root = npm.project();
    let workspace = root.join("packages/deep/a");
    fs::create_dir_all(workspace.join("dist")).unwrap();
    let manifest = json!({ "name": "root", "version": "1.0.0", "workspaces": ["packages/**/*", "!packages/other"] });
    fs::write(root.join("package.json"), manifest.to_string()).unwrap();
    fs::write(root.join(".gitignore"), "dist\n").unwrap();
    fs::write(root.join("packages/.npmignore"), "*.map\n").unwrap();
    fs::write(root.join("packages/.gitignore"), "b.js\n").unwrap();
    let manifest = json!({ "name": "a", "version": "1.0.0" });
    fs::write(workspace.join("package.json"), manifest.to_string()).unwrap();
    for path in ["a.js", "b.js", "a.js.map", "dist/c.js"] {
        fs::write(workspace.join(path), path).unwrap();
    }
    let packed = npm
        .run(&workspace, &["pack", "--json", "--ignore-scripts"])
        .succeeds()
        .json();
    let theirs = match &packed {
        Value::Array(all) => files_of(&all[0]),
        named => files_of(&named["a"]),
    };
    fs::remove_file(root.join("a-1.0.0.tgz")).unwrap_or_default();
    fs::remove_file(workspace.join("a-1.0.0.tgz")).unwrap_or_default();
    let ours = pack(&workspace).files.iter().map(line).collect();
    assert_eq!(differences(ours, theirs), [""; 0]);
}

/// Rules that are put together by chance from what people write into them.
#[test]
fn npm_packs_the_same_files_whatever_the_rules() {
    const FOLDERS: usize = 120;
    let registry = Registry::start();
    let npm = Client::anonymous(ClientKind::Npm11, &registry);
    let project = npm.project();
    let mut random = fastrand::Rng::with_seed(integration::seed());
    let mut words = vec![
        "pack".to_owned(),
        "--json".to_owned(),
        "--ignore-scripts".to_owned(),
    ];
    for number in 0..FOLDERS {
        let folder = project.join(format!("chance-{number}"));
        shapes::by_chance(&folder, &format!("chance-{number}"), &mut random);
        words.push(format!("./chance-{number}"));
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let packed = npm.run(&project, &words).succeeds().json();
    let mut wrong = Vec::new();
    for number in 0..FOLDERS {
        let folder = project.join(format!("chance-{number}"));
        let ours = pack(&folder).files.iter().map(line).collect();
        let differences = differences(ours, files_of(&packed[number]));
        if !differences.is_empty() {
            let rules = [
                "package.json",
                ".npmignore",
                ".gitignore",
                "lib/.npmignore",
                "lib/.gitignore",
            ];
            let rules = rules
                .map(|file| format!("{file}: {:?}", fs::read_to_string(folder.join(file)).ok()));
            wrong.push(format!("{}\n{}", rules.join("\n"), differences.join("\n")));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {FOLDERS} differ\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

fn npm_installs_exactly_the_files_of_every_shape(kind: ClientKind) {
    let registry = Registry::start();
    let npm = Client::anonymous(kind, &registry);
    let project = npm.project();
    let shapes = shapes::all();
    let mut words = vec![
        "install",
        "--ignore-scripts",
        "--offline",
        "--no-audit",
        "--legacy-peer-deps",
    ];
    let tarballs: Vec<String> = shapes
        .iter()
        // Its dependencies are on no registry, apart from those that it brings along.
        .filter(|shape| !shape.name.starts_with("bundled"))
        .map(|shape| {
            let folder = npm.home().join("shapes").join(shape.name);
            shape.build(&folder);
            let mut packed = pack(&folder);
            let tarball = npm.home().join(format!("{}.tgz", shape.name));
            let mut bytes = Vec::new();
            packed.tarball.read_to_end(&mut bytes).unwrap();
            fs::write(&tarball, bytes).unwrap();
            tarball.display().to_string()
        })
        .collect();
    words.extend(tarballs.iter().map(String::as_str));
    npm.run(&project, &words).succeeds();
    for shape in shapes
        .iter()
        .filter(|shape| !shape.name.starts_with("bundled"))
    {
        let folder = npm.home().join("shapes").join(shape.name);
        let packed = pack(&folder);
        let installed = Tree::read(&project.join("node_modules").join(shape.package()));
        let files = |(path, entry): (String, Entry)| match entry {
            Entry::File { bytes, .. } => Some((path, bytes)),
            _ => None,
        };
        let installed: BTreeMap<String, Vec<u8>> =
            installed.0.into_iter().filter_map(files).collect();
        let expected = packed.files.iter().map(|file| {
            (
                file.path.clone(),
                fs::read(folder.join(&file.path)).unwrap(),
            )
        });
        let expected: BTreeMap<String, Vec<u8>> = expected.collect();
        let (installed_paths, expected_paths): (Vec<_>, Vec<_>) =
            (installed.keys().collect(), expected.keys().collect());
        assert_eq!(installed_paths, expected_paths, "{}", shape.name);
        assert!(installed == expected, "{}", shape.name);
    }
}

#[test]
fn packing_twice_gives_the_same_bytes() {
    let home = tempfile::tempdir().unwrap();
    for shape in shapes::all() {
        // Another folder, made later, whose entries lie in another order.
        let [first, second] = ["first", "second"].map(|name| {
            let folder = home.path().join(name).join(shape.name);
            shape.build(&folder);
            pack(&folder)
        });
        assert_eq!(first.integrity, second.integrity, "{}", shape.name);
        let folder = home.path().join("first").join(shape.name);
        let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&first.tarball));
        let mut read = 0;
        for (entry, file) in archive.entries().unwrap().zip(&first.files) {
            let mut entry = entry.unwrap();
            assert_eq!(entry.path().unwrap(), Path::new("package").join(&file.path));
            assert_eq!(entry.header().mode().unwrap(), file.mode, "{}", file.path);
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            assert!(
                bytes == fs::read(folder.join(&file.path)).unwrap(),
                "{}",
                file.path
            );
            read += 1;
        }
        assert_eq!(read, first.files.len());
        assert_eq!(first.files, second.files, "{}", shape.name);
    }
}

#[test]
fn npm_publishes_the_same_manifest() {
    let (ours, theirs) = (Registry::start(), Registry::start());
    let (alice, other_alice) = (ours.user("alice"), theirs.user("alice"));
    let npm = Client::of(ClientKind::Npm11, &theirs, &other_alice);
    let home = npm.project();
    let shapes = manifests::all();
    let mut wrong = Vec::new();
    for shape in &shapes {
        let folder = home.join(shape.name);
        shape.build(&folder);
        let told = npm.publish(&folder, &["--ignore-scripts"]);
        assert!(told.status.success(), "{}: {told}", shape.name);
        publish(&folder, &ours, Some(&alice)).unwrap();
        let [ours, theirs] = [&alice, &other_alice].map(|user| {
            let path = shape.package().replace('/', "%2f");
            let document = user.http.get(&format!("/{path}")).send().json();
            let mut manifest = document["versions"]["1.0.0"].clone();
            let fields = manifest
                .as_object_mut()
                .unwrap_or_else(|| panic!("{document}"));
            for key in ["_nodeVersion", "_npmVersion"] {
                fields.remove(key);
            }
            let dist = fields.remove("dist").unwrap();
            let keys: Vec<String> = dist.as_object().unwrap().keys().cloned().collect();
            fields.insert("dist".to_owned(), json!(keys));
            manifest["description at the top"] = document["description"].clone();
            manifest["readme at the top"] = document["readme"].clone();
            manifest["tags"] = document["dist-tags"].clone();
            manifest
        });
        for (key, value) in ours.as_object().unwrap() {
            if theirs[key] != *value {
                wrong.push(format!(
                    "{}: {key} is {value} for us and {} for npm",
                    shape.name, theirs[key]
                ));
            }
        }
        for (key, value) in theirs.as_object().unwrap() {
            if ours.get(key).is_none() {
                wrong.push(format!("{}: only npm has {key}: {value}", shape.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_refused_says_what_to_do() {
    let registry = Registry::start();
    let alice = registry.user("alice");
    let home = tempfile::tempdir().unwrap();
    let package = |manifest: Value| {
        let folder = home.path().join("package");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("package.json"), manifest.to_string()).unwrap();
        folder
    };
    let version = |version: &str| package(json!({ "name": "left", "version": version }));
    let refused = |folder: &Path, user: Option<&User>| {
        let error = publish(folder, &registry, user).unwrap_err();
        assert!(!error.to_string().contains(&alice.token));
        error
    };
    let error = refused(
        &package(json!({ "name": "left", "version": "1.0.0", "private": true })),
        Some(&alice),
    );
    assert!(matches!(error, PublishError::Private { .. }), "{error}");
    let error = refused(&version("1.0.0-rc.1"), Some(&alice));
    assert!(
        matches!(error, PublishError::PrereleaseWithoutTag { .. }),
        "{error}"
    );
    let error = refused(&version("1.0.0"), None);
    assert!(
        matches!(&error, PublishError::NotLoggedIn { .. }),
        "{error}"
    );
    assert!(error.hint().unwrap().contains(&registry.url()));
    let nobody = User {
        token: "nonsense".to_owned(),
        ..alice.clone()
    };
    let error = refused(&version("1.0.0"), Some(&nobody));
    assert!(
        matches!(error, PublishError::LoginRefused { .. }),
        "{error}"
    );

    let published = publish(&version("1.5.0"), &registry, Some(&alice)).unwrap();
    assert_eq!(
        (
            published.name.as_str(),
            published.version.as_str(),
            published.tag.as_str()
        ),
        ("left", "1.5.0", "latest")
    );
    let error = refused(&version("1.5.0"), Some(&alice));
    assert!(
        matches!(error, PublishError::AlreadyPublished { .. }),
        "{error}"
    );
    let error = refused(&version("1.4.0"), Some(&alice));
    assert!(
        matches!(&error, PublishError::NotHighest { highest, .. } if highest.as_str() == "1.5.0"),
        "{error}"
    );
    let restricted =
        json!({ "name": "left", "version": "3.0.0", "publishConfig": { "access": "restricted" } });
    let error = refused(&package(restricted), Some(&alice));
    assert!(
        matches!(error, PublishError::RestrictedWithoutScope { .. }),
        "{error}"
    );
    let elsewhere = json!({ "name": "left", "version": "3.0.0", "publishConfig": { "registry": "http://127.0.0.1:9/" } });
    let error = refused(&package(elsewhere), Some(&alice));
    assert!(
        matches!(error, PublishError::NotLoggedIn { .. }),
        "a token goes where only the package wants it: {error}"
    );
    let folder = version("4.0.0");
    drop(registry);
    let npmrc = Npmrc::parse(
        "registry=http://127.0.0.1:9/\n//127.0.0.1:9/:_authToken=t",
        &client::Environment::default(),
    );
    let error = wait(publisher::publish(
        pack(&folder),
        &npmrc,
        &PublishOptions::default(),
        |_| {},
    ))
    .unwrap_err();
    assert!(error.to_string().contains("is down"), "{error}");
}

#[test]
fn whoever_may_not_publish_is_told_so_and_by_whom() {
    let file = "[access.\"@acme/*\"]\npublish = [\"bob\"]\n[limits]\npublish_mib = 1\n";
    let registry = Registry::options().config(file).start();
    let (alice, bob) = (registry.user("alice"), registry.user("bob"));
    let folder = tempfile::tempdir().unwrap();
    let manifest =
        json!({ "name": "@acme/left", "version": "1.0.0", "publishConfig": { "tag": "beta" } });
    fs::write(folder.path().join("package.json"), manifest.to_string()).unwrap();
    let error = publish(folder.path(), &registry, Some(&alice)).unwrap_err();
    assert!(
        matches!(&error, PublishError::Forbidden { said: Some(_), .. }),
        "{error}"
    );
    let published = publish(folder.path(), &registry, Some(&bob)).unwrap();
    assert_eq!(published.tag.as_str(), "beta");

    let mut random = fastrand::Rng::with_seed(7);
    let noise: Vec<u8> = std::iter::repeat_with(|| random.u8(..))
        .take(2_000_000)
        .collect();
    fs::write(folder.path().join("noise"), noise).unwrap();
    let manifest = json!({ "name": "@acme/left", "version": "2.0.0" });
    fs::write(folder.path().join("package.json"), manifest.to_string()).unwrap();
    let error = publish(folder.path(), &registry, Some(&bob)).unwrap_err();
    assert!(matches!(&error, PublishError::TooLarge { .. }), "{error}");
}

#[test]
fn a_scope_has_its_own_registry_and_login() {
    let (everyone, acme) = (Registry::start(), Registry::start());
    let (alice, bob) = (everyone.user("alice"), acme.user("bob"));
    let host = |registry: &Registry| registry.url().replace("http:", "");
    let settings = format!(
        "registry={}\n@acme:registry={}\n{}/:_authToken=${{ALICE}}\n{}/:_authToken={}\n",
        everyone.url(),
        acme.url(),
        host(&everyone),
        host(&acme),
        bob.token
    );
    let environment = [("ALICE", alice.token.as_str())].into_iter().collect();
    let npmrc = Npmrc::parse(&settings, &environment);
    let folder = tempfile::tempdir().unwrap();
    for (name, registry) in [("left", &everyone), ("@acme/left", &acme)] {
        let manifest = json!({ "name": name, "version": "1.0.0" });
        fs::write(folder.path().join("package.json"), manifest.to_string()).unwrap();
        let published = wait(publisher::publish(
            pack(folder.path()),
            &npmrc,
            &PublishOptions::default(),
            |_| {},
        ))
        .unwrap();
        assert_eq!(published.registry.as_str(), format!("{}/", registry.url()));
    }
}

#[test]
fn a_large_tarball_with_a_wrong_login_is_told_so() {
    let registry = Registry::start();
    let home = tempfile::tempdir().unwrap();
    fs::write(
        home.path().join("package.json"),
        r#"{"name":"large","version":"1.0.0"}"#,
    )
    .unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    let noise: Vec<u8> = std::iter::repeat_with(|| random.u8(..))
        .take(20_000_000)
        .collect();
    fs::write(home.path().join("noise"), noise).unwrap();
    let alice = registry.user("alice");
    let nobody = User {
        token: "nonsense".to_owned(),
        ..alice.clone()
    };
    let error = publish(home.path(), &registry, Some(&nobody)).unwrap_err();
    assert!(
        matches!(error, PublishError::LoginRefused { .. }),
        "{error}"
    );
    let published = publish(home.path(), &registry, Some(&alice)).unwrap();
    assert!(published.size > 20_000_000);
    let npm = Client::anonymous(ClientKind::Npm11, &registry);
    let project = npm.project();
    npm.install(&project, &["large"]).succeeds();
    let installed = fs::read(project.join("node_modules/large/noise")).unwrap();
    assert!(installed == fs::read(home.path().join("noise")).unwrap());
}

/// Publishes a folder as somebody, or as nobody.
fn publish(
    folder: &Path,
    registry: &Registry,
    user: Option<&User>,
) -> Result<Published, PublishError> {
    let npmrc = Npmrc::parse(
        &format!("registry={}/", registry.url()),
        &client::Environment::default(),
    );
    let options = PublishOptions {
        credentials: user.map(|user| Credentials::token(&user.token).unwrap()),
        ..PublishOptions::default()
    };
    wait(publisher::publish(pack(folder), &npmrc, &options, |_| {}))
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

/// A file in a line: mode, size, path.
fn line(file: &PackedFile) -> String {
    format!("{:o} {} {}", file.mode, file.size, file.path)
}

fn files_of(packed: &Value) -> Vec<String> {
    let files = packed["files"]
        .as_array()
        .unwrap_or_else(|| panic!("{packed}"));
    let line = |file: &Value| {
        let mode = file["mode"].as_u64().unwrap();
        format!(
            "{mode:o} {} {}",
            file["size"],
            file["path"].as_str().unwrap()
        )
    };
    files.iter().map(line).collect()
}

/// What only one of the two has.
fn differences(mut ours: Vec<String>, mut theirs: Vec<String>) -> Vec<String> {
    ours.sort();
    theirs.sort();
    let only_ours = ours.iter().filter(|line| !theirs.contains(line));
    let only_theirs = theirs.iter().filter(|line| !ours.contains(line));
    only_ours
        .map(|line| format!("only we have {line}"))
        .chain(only_theirs.map(|line| format!("only npm has {line}")))
        .collect()
}

fn pack(folder: &Path) -> Packed {
    publisher::pack(folder, |_| ControlFlow::Continue(()))
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}
