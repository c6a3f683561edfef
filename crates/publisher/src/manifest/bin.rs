//! `bin`: which files are commands, and what they are called.

use std::{fs, path::Path};

use serde_json::{Map, Value};

use crate::document::{Document, is_something};

/// Deepest that a folder of commands is looked through.
const DEEPEST: usize = 32;

/// The commands of a package and their files.
pub(crate) fn of(
    document: &Document,
    folder: &Path,
    looks_into_folder: bool,
) -> Option<Vec<(String, String)>> {
    let name = document.text("name");
    let found = document.get("bin").filter(is_something);
    let commands = match found {
        None if looks_into_folder => return in_folder(document, folder),
        Some(Value::String(file)) => {
            let name = name.filter(|name| !name.is_empty())?;
            vec![(name, Value::from(file))]
        }
        Some(Value::Array(files)) => files
            .into_iter()
            .filter_map(|file| {
                let name = basename(file.as_str()?).to_owned();
                Some((name, file))
            })
            .collect(),
        Some(Value::Object(commands)) => commands.into_iter().collect(),
        _ => return None,
    };
    let mut kept: Vec<(String, String)> = Vec::new();
    for (name, file) in commands {
        let name = secured(&name);
        let (name, file) = (basename(&name).to_owned(), file.as_str().map(secured));
        let Some(file) = file.filter(|file| !file.is_empty() && !name.is_empty()) else {
            continue;
        };
        kept.retain(|(kept, _)| *kept != name);
        kept.push((name, file));
    }
    (!kept.is_empty()).then_some(kept)
}

/// Writes `bin` as an object, or takes it out if it says nothing.
pub(super) fn normalise(document: &mut Document, folder: &Path, looks_into_folder: bool) {
    let Some(commands) = of(document, folder, looks_into_folder) else {
        return document.remove("bin");
    };
    let commands = commands.into_iter();
    let commands: Map<String, Value> = commands
        .map(|(name, file)| (name, Value::from(file)))
        .collect();
    let commands = Value::Object(commands);
    if document.get("bin").as_ref() != Some(&commands) {
        document.set("bin", &commands);
    }
}

/// Everything in the folder that `directories.bin` names.
fn in_folder(document: &Document, folder: &Path) -> Option<Vec<(String, String)>> {
    let place = document.get("directories")?;
    let place = secured(place.get("bin")?.as_str()?);
    let mut files = Vec::new();
    if !place.is_empty() {
        below(&folder.join(&place), "", 0, &mut files);
    }
    files.sort();
    let commands = files.iter().map(|file| {
        let name = basename(file).to_owned();
        (name, format!("{place}/{}", secured(file)))
    });
    Some(commands.collect())
}

/// Adds what is in a folder, without what begins with a dot. A folder that cannot be read has nothing.
fn below(folder: &Path, prefix: &str, depth: usize, files: &mut Vec<String>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
            continue;
        };
        let inside = format!("{prefix}{name}");
        files.push(inside.clone());
        if depth < DEEPEST && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            below(&entry.path(), &format!("{inside}/"), depth + 1, files);
        }
    }
}

/// A path without its way out of the package, and with slashes.
pub(super) fn secured(path: &str) -> String {
    let path = path.replace(['\\', ':'], "/");
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    let mut secured = names.join("/");
    if path.ends_with('/') && !secured.is_empty() {
        secured.push('/');
    }
    secured
}

fn basename(path: &str) -> &str {
    path.trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path)
}
