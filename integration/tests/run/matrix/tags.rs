//! Dist-tags.

use integration::ClientKind;
use serde_json::json;

use super::scene::Scene;
use super::{Cell, Told, Told::NotThere};

pub(super) const ROWS: &[(&str, Cell)] = &[
    ("dist-tag add", add),
    ("dist-tag ls", list),
    ("dist-tag rm", remove),
];

/// The words before a command about tags, and the words for adding, listing and removing.
fn words(kind: ClientKind) -> Result<(&'static [&'static str], [&'static str; 3]), Told> {
    match kind {
        ClientKind::Npm11 | ClientKind::Npm12 | ClientKind::MachineNpm | ClientKind::Pnpm => {
            Ok((&["dist-tag"], ["add", "ls", "rm"]))
        }
        ClientKind::Yarn1 => Ok((&["tag"], ["add", "list", "remove"])),
        ClientKind::Yarn4 => Ok((&["npm", "tag"], ["add", "list", "remove"])),
        ClientKind::Bun => Err(NotThere(
            "bun reads tags (`bun info NAME dist-tags`) and sets none",
        )),
        ClientKind::Deno => Err(NotThere("deno knows tags only in what it installs")),
    }
}

fn add(scene: &Scene) -> Told {
    let (before, [add, ..]) = match words(scene.kind) {
        Ok(words) => words,
        Err(absent) => return absent,
    };
    let name = scene.name("tagged");
    scene.published("tagged", "1.0.0");
    scene.published("tagged", "2.0.0");
    let spec = format!("{name}@1.0.0");
    scene
        .run(&[before, &[add, &spec, "stable"]].concat())
        .succeeds();
    let expected = json!({ "latest": "2.0.0", "stable": "1.0.0" });
    assert_eq!(scene.packument(&name)["dist-tags"], expected);
    Told::Passed
}

fn list(scene: &Scene) -> Told {
    let name = scene.name("tagged");
    scene.published("tagged", "1.0.0");
    let path = format!("/-/package/{name}/dist-tags/stable");
    scene
        .user
        .http
        .put(&path)
        .json(&json!("1.0.0"))
        .send()
        .expect(201);
    let said = match words(scene.kind) {
        Ok((before, [_, list, _])) => scene.run(&[before, &[list, &name]].concat()),
        Err(_) if scene.kind == ClientKind::Bun => scene.run(&["info", &name, "dist-tags"]),
        Err(absent) => return absent,
    };
    said.succeeds().says("stable").says("latest").says("1.0.0");
    Told::Passed
}

fn remove(scene: &Scene) -> Told {
    let (before, [.., remove]) = match words(scene.kind) {
        Ok(words) => words,
        Err(absent) => return absent,
    };
    let name = scene.name("tagged");
    scene.published("tagged", "1.0.0");
    let path = format!("/-/package/{name}/dist-tags/stable");
    scene
        .user
        .http
        .put(&path)
        .json(&json!("1.0.0"))
        .send()
        .expect(201);
    scene
        .run(&[before, &[remove, &name, "stable"]].concat())
        .succeeds();
    assert_eq!(
        scene.packument(&name)["dist-tags"],
        json!({ "latest": "1.0.0" })
    );
    Told::Passed
}
