//! Installing: from nothing, from a cache, from a lock file; running what is not installed.

use std::fs;
use std::path::Path;

use integration::{ClientKind, Package};
use serde_json::json;

use super::scene::{Scene, installed, installed_version};
use super::{Cell, Told};

pub(super) const ROWS: &[(&str, Cell)] = &[
    ("install, cold", install_cold),
    ("install, warm", install_warm),
    ("install, frozen", install_frozen),
    ("install by dist-tag", install_by_tag),
    ("npx, dlx, bunx, create", run_without_installing),
];

/// Publishes two packages, of which one needs the other, and a newer version that is not wanted.
fn packages(scene: &Scene) -> [String; 2] {
    let (above, below) = (scene.name("above"), format!("{}-below", scene.scope));
    let publish = |package: Package| {
        package.publish(&scene.user.http).send().expect(201);
    };
    publish(Package::new(&below, "1.4.0"));
    publish(Package::new(&below, "2.0.0"));
    let needs = json!({ &below: "^1.0.0" });
    publish(Package::new(&above, "1.0.0").field("dependencies", needs));
    [above, below]
}

/// The module that a package's own module finds by name.
#[track_caller]
fn check(project: &Path, above: &str, below: &str) {
    assert_eq!(
        installed(project, above, "index.js"),
        "module.exports = \"1.0.0\";\n"
    );
    let from = project
        .join("node_modules")
        .join(above)
        .canonicalize()
        .unwrap();
    let found = from
        .ancestors()
        .map(|folder| folder.join("node_modules").join(below).join("index.js"))
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("{above} should find {below}"));
    assert_eq!(
        fs::read_to_string(found).unwrap(),
        "module.exports = \"1.4.0\";\n"
    );
}

fn install_cold(scene: &Scene) -> Told {
    let [above, below] = packages(scene);
    let project = scene.client.project();
    scene.client.install(&project, &[&above]).succeeds();
    check(&project, &above, &below);
    Told::Passed
}

fn install_warm(scene: &Scene) -> Told {
    let [above, below] = packages(scene);
    scene
        .client
        .install(&scene.client.project(), &[&above])
        .succeeds();
    let before = tarballs_sent(scene);
    let project = scene.client.project();
    scene.client.install(&project, &[&above]).succeeds();
    check(&project, &above, &below);
    assert_eq!(
        tarballs_sent(scene),
        before,
        "what is in the cache is not fetched again"
    );
    Told::Passed
}

/// How many tarballs of this cell the registry has sent.
fn tarballs_sent(scene: &Scene) -> usize {
    let answered = scene.registry.answered().into_iter();
    let sent = answered.filter(|it| it.path.contains("/-/") && it.path.contains(&scene.scope));
    sent.filter(|it| it.method == "GET" && it.status == 200)
        .count()
}

fn install_frozen(scene: &Scene) -> Told {
    let [above, below] = packages(scene);
    let project = scene.client.project();
    scene.client.install(&project, &[&above]).succeeds();
    fs::remove_dir_all(project.join("node_modules")).unwrap();
    // What has come since then is not in the lock file, and so not installed.
    let newer = Package::new(&below, "1.5.0");
    newer.publish(&scene.user.http).send().expect(201);
    let words: &[&str] = match scene.kind {
        ClientKind::Npm11 | ClientKind::Npm12 | ClientKind::MachineNpm | ClientKind::Deno => {
            &["ci"]
        }
        ClientKind::Pnpm | ClientKind::Yarn1 | ClientKind::Bun => &["install", "--frozen-lockfile"],
        ClientKind::Yarn4 => &["install", "--immutable"],
    };
    scene.client.run(&project, words).succeeds();
    check(&project, &above, &below);
    Told::Passed
}

fn install_by_tag(scene: &Scene) -> Told {
    let name = scene.name("tagged");
    for (version, tag) in [("1.0.0", "latest"), ("2.0.0-rc.1", "next")] {
        let package = Package::new(&name, version).tag(tag);
        package.publish(&scene.user.http).send().expect(201);
    }
    let project = scene.client.project();
    scene
        .client
        .install(&project, &[&format!("{name}@next")])
        .succeeds();
    assert_eq!(installed_version(&project, &name), "2.0.0-rc.1");
    Told::Passed
}

fn run_without_installing(scene: &Scene) -> Told {
    // yarn 1 runs only what is called so, and installs it for the whole home.
    let name = format!("create-{}", scene.scope);
    let script =
        "#!/usr/bin/env node\nconsole.log('the tool says', process.argv.slice(2).join('+'))\n";
    let tool = Package::new(&name, "1.0.0")
        .field("bin", json!({ &name: "tool.js" }))
        .file("tool.js", script);
    tool.publish(&scene.user.http).send().expect(201);
    let words: &[&str] = match scene.kind {
        ClientKind::Npm11 | ClientKind::Npm12 | ClientKind::MachineNpm => {
            &["exec", "--yes", "--", &name]
        }
        ClientKind::Pnpm | ClientKind::Yarn4 => &["dlx", &name],
        ClientKind::Yarn1 => &["create", &scene.scope],
        ClientKind::Bun => &["x", &name],
        ClientKind::Deno => &["x", "--yes", &name],
    };
    scene
        .run(&[words, &["a", "b"]].concat())
        .succeeds()
        .says("the tool says a+b");
    Told::Passed
}
