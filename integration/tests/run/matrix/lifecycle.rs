//! What becomes of versions: deprecated, taken back, unpublished.

use integration::ClientKind;

use super::scene::Scene;
use super::{Cell, Told, Told::NotThere};

pub(super) const ROWS: &[(&str, Cell)] = &[
    ("deprecate", deprecate),
    ("deprecate, undone", undeprecate),
    ("unpublish one version", unpublish_one),
    ("unpublish all", unpublish_all),
];

fn has_these(kind: ClientKind) -> bool {
    kind.is_npm() || kind == ClientKind::Pnpm
}

const NO_DEPRECATE: &str = "only npm and pnpm deprecate";
const NO_UNPUBLISH: &str = "only npm and pnpm unpublish";

fn deprecate(scene: &Scene) -> Told {
    if !has_these(scene.kind) {
        return NotThere(NO_DEPRECATE);
    }
    let name = scene.name("aging");
    for version in ["1.0.0", "1.1.0", "2.0.0"] {
        scene.published("aging", version);
    }
    let words = ["deprecate", &format!("{name}@1"), "use 2, please"];
    scene.run(&words).succeeds();
    let versions = &scene.packument(&name)["versions"];
    for version in ["1.0.0", "1.1.0"] {
        assert_eq!(
            versions[version]["deprecated"], "use 2, please",
            "{version}"
        );
    }
    assert!(versions["2.0.0"].get("deprecated").is_none());
    assert_eq!(versions.as_object().unwrap().len(), 3, "no version is lost");
    Told::Passed
}

fn undeprecate(scene: &Scene) -> Told {
    if !has_these(scene.kind) {
        return NotThere(NO_DEPRECATE);
    }
    let name = scene.name("aging");
    let spec = format!("{name}@1.0.0");
    scene.published("aging", "1.0.0");
    scene.run(&["deprecate", &spec, "too old"]).succeeds();
    assert_eq!(
        scene.packument(&name)["versions"]["1.0.0"]["deprecated"],
        "too old"
    );
    if scene.kind == ClientKind::Npm11 {
        // The old way, which the others have a word for.
        scene.run(&["deprecate", &spec, ""]).succeeds();
    } else {
        scene.run(&["undeprecate", &spec]).succeeds();
    }
    let manifest = &scene.packument(&name)["versions"]["1.0.0"];
    assert!(manifest.get("deprecated").is_none(), "{manifest}");
    Told::Passed
}

fn unpublish_one(scene: &Scene) -> Told {
    if !has_these(scene.kind) {
        return NotThere(NO_UNPUBLISH);
    }
    let name = scene.name("removed");
    scene.published("removed", "1.0.0");
    scene.published("removed", "1.1.0");
    let tarball = format!("/{name}/-/removed-1.1.0.tgz");
    scene.get(&tarball).expect(200);
    let words = ["unpublish", &format!("{name}@1.1.0"), "--force"];
    scene.run(&words).succeeds();
    let document = scene.packument(&name);
    let left: Vec<&String> = document["versions"].as_object().unwrap().keys().collect();
    assert_eq!(left, ["1.0.0"]);
    assert_eq!(document["dist-tags"]["latest"], "1.0.0");
    scene.get(&tarball).expect(404);
    let again = integration::Package::new(&name, "1.1.0").filler(b"other bytes");
    again.publish(&scene.user.http).send().expect(403).error();
    Told::Passed
}

fn unpublish_all(scene: &Scene) -> Told {
    if !has_these(scene.kind) {
        return NotThere(NO_UNPUBLISH);
    }
    let name = scene.name("gone");
    scene.published("gone", "1.0.0");
    scene.published("gone", "1.1.0");
    scene.run(&["unpublish", &name, "--force"]).succeeds();
    scene.get(&integration::document_path(&name)).expect(404);
    scene.get(&format!("/{name}/-/gone-1.0.0.tgz")).expect(404);
    Told::Passed
}
