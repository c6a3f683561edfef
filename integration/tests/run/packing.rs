//! Folders of awkward shapes, packed by us and by npm: the same files, the same manifests.
//!
//! The shapes are in `packing/shapes.rs`. npm packs all of them in one go, since starting it takes longer than packing.

use std::{fs, ops::ControlFlow, path::Path};

use integration::{Client, ClientKind, Entry, Registry, Tree};
use publisher::{Packed, PackedFile};
use serde_json::Value;

mod shapes;

use shapes::Shape;

/// What npm 12 packs otherwise than npm 11, and why.
const NPM_12_DIFFERS: [(&str, &str); 1] = [(
    "files-named-in-another-case",
    "its patterns in `files` tell upper from lower case",
)];

told_with!(npm_packs_the_same_files_of_every_shape with both pinned npms);

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
        let differs = NPM_12_DIFFERS.iter().any(|(name, _)| *name == shape.name);
        let differs = differs && kind == ClientKind::Npm12;
        for difference in differences(ours, theirs) {
            if !differs {
                wrong.push(format!("{}: {difference}", shape.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
