//! What the files beside `package.json` add to the manifest.

use std::{fs, io, path::Path};

use serde_json::{Map, Value};

use super::{ManifestError, bin};
use crate::document::Document;

/// What stands for a README that is not there.
pub(super) const NO_README: &str = "ERROR: No README data found!";

/// The longest README that goes into a manifest, in bytes. It is in the tarball all the same.
const LONGEST_README: u64 = 2 * 1024 * 1024;

/// The longest that any other file may be which is read here.
const LONGEST: u64 = 1024 * 1024;

/// Deepest that a folder of manuals is looked through.
const DEEPEST: usize = 32;

pub(super) fn add(manifest: &mut Document, folder: &Path) -> Result<(), ManifestError> {
    let names = names_in(folder)?;
    scripts(manifest, &names);
    if !manifest.is_something("contributors")
        && let Some(authors) = text_of(folder, "AUTHORS", LONGEST)
    {
        let lines = authors.split('\n').map(|line| {
            let line = line.trim();
            if line.starts_with('#') { "" } else { line }
        });
        let authors: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        manifest.set("contributors", &authors.into());
    }
    readme(manifest, folder, &names)?;
    mans(manifest, folder);
    bin::normalise(manifest, folder, true);
    if !manifest.is_something("gitHead")
        && let Some(head) = git_head(folder)
    {
        manifest.set("gitHead", &head.into());
    }
    types(manifest, folder)
}

/// Names in the folder itself, sorted.
fn names_in(folder: &Path) -> Result<Vec<String>, ManifestError> {
    let failed = |source: io::Error| ManifestError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        names.extend(name.into_string().ok());
    }
    names.sort();
    Ok(names)
}

/// Native code is built, and a server is started, without being told.
fn scripts(manifest: &mut Document, names: &[String]) {
    let mut scripts = match manifest.get("scripts") {
        Some(Value::Object(scripts)) => scripts,
        _ => Map::new(),
    };
    let has = |scripts: &Map<String, Value>, name: &str| {
        scripts.get(name).is_some_and(crate::document::is_something)
    };
    let is_gyp = |name: &String| {
        !name.starts_with('.')
            && name
                .rsplit_once('.')
                .is_some_and(|(_, ending)| ending == "gyp")
    };
    let mut changed = false;
    if !has(&scripts, "install")
        && !has(&scripts, "preinstall")
        && manifest.get("gypfile") != Some(Value::Bool(false))
        && names.iter().any(is_gyp)
    {
        scripts.insert("install".to_owned(), "node-gyp rebuild".into());
        manifest.set("scripts", &Value::Object(scripts.clone()));
        manifest.set("gypfile", &Value::Bool(true));
        changed = true;
    }
    if !has(&scripts, "start") && names.iter().any(|name| name == "server.js") {
        scripts.insert("start".to_owned(), "node server.js".into());
        changed = true;
    }
    if changed {
        manifest.set("scripts", &Value::Object(scripts));
    }
}

fn readme(manifest: &mut Document, folder: &Path, names: &[String]) -> Result<(), ManifestError> {
    if manifest.is_something("readme") {
        return Ok(());
    }
    let is_readme = |name: &&String| {
        let lower = name.to_ascii_lowercase();
        (lower == "readme" || lower.starts_with("readme.")) && folder.join(name).is_file()
    };
    let mut found = None;
    for name in names.iter().filter(is_readme) {
        if is_markdown(name) {
            found = Some(name);
            break;
        }
        if name.ends_with("README") {
            found = Some(name);
        }
    }
    let Some(name) = found else {
        manifest.set("readme", &NO_README.into());
        return Ok(());
    };
    let path = folder.join(name);
    let failed = |source| ManifestError::Read {
        path: path.clone(),
        source,
    };
    let found = fs::metadata(&path).map_err(failed)?;
    let mut text = String::new();
    // A link may lead to a device, which has no end.
    if found.is_file() && found.len() <= LONGEST_README {
        let bytes = fs::read(&path).map_err(failed)?;
        text = String::from_utf8_lossy(&bytes).into_owned();
    }
    manifest.set("readme", &text.as_str().into());
    manifest.set("readmeFilename", &name.as_str().into());
    if text.is_empty() {
        manifest.set("readme", &NO_README.into());
    }
    Ok(())
}

/// Whether a name ends in what is left of `.markdown` when letters are taken out.
fn is_markdown(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let Some((_, ending)) = lower.rsplit_once('.') else {
        return false;
    };
    let mut rest = ending;
    for letter in "markdown".chars() {
        rest = rest.strip_prefix(letter).unwrap_or(rest);
    }
    rest.is_empty()
}

/// Manuals are a list of paths.
fn mans(manifest: &mut Document, folder: &Path) {
    if !manifest.is_something("man")
        && let Some(place) = manifest.get("directories")
        && let Some(place) = place.get("man").and_then(Value::as_str)
        && !place.is_empty()
    {
        let place = bin::secured(place);
        let place = place.trim_end_matches('/');
        let mut found = Vec::new();
        manuals(&folder.join(place), place, 0, &mut found);
        found.sort();
        manifest.set("man", &found.into());
    }
    let mans = match manifest.get("man") {
        Some(Value::Array(mans)) => mans,
        Some(Value::String(man)) if !man.is_empty() => vec![man.into()],
        _ => return manifest.remove("man"),
    };
    let mans = mans.iter().filter_map(Value::as_str).map(bin::secured);
    let mans: Vec<String> = mans.collect();
    if mans.is_empty() {
        manifest.remove("man");
    } else {
        manifest.set("man", &mans.into());
    }
}

fn manuals(folder: &Path, prefix: &str, depth: usize, found: &mut Vec<String>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
            continue;
        };
        let slash = if prefix.is_empty() { "" } else { "/" };
        let inside = format!("{prefix}{slash}{name}");
        let is_manual = name.rsplit_once('.').is_some_and(|(_, section)| {
            section.len() == 1 && section.bytes().all(|byte| byte.is_ascii_digit())
        });
        if is_manual {
            found.push(inside.clone());
        }
        if depth < DEEPEST && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            manuals(&entry.path(), &inside, depth + 1, found);
        }
    }
}

/// The commit that is checked out, if the folder is in a repository.
fn git_head(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let root = folder
        .ancestors()
        .find(|above| above.join(".git").exists())?;
    let git = root.join(".git");
    let head = text_of(&git, "HEAD", LONGEST)?;
    let Some(branch) = head.strip_prefix("ref: ") else {
        return Some(head.trim().to_owned()).filter(|head| !head.is_empty());
    };
    let branch = branch.trim();
    // A file of the repository says which, and nobody says where that may lead.
    if !branch.starts_with("refs/") || branch.split('/').any(|name| name == "..") {
        return None;
    }
    if let Some(commit) = text_of(&git, branch, LONGEST) {
        let commit = commit.strip_prefix("ref: ").unwrap_or(&commit).trim();
        if !commit.is_empty() {
            return Some(commit.to_owned());
        }
    }
    let packed = text_of(&git, "packed-refs", LONGEST)?;
    let commit = packed.lines().find_map(|line| {
        let (commit, name) = line.split_once(' ')?;
        let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_commit && name.trim() == branch).then_some(commit)
    });
    commit.map(str::to_owned)
}

/// Types beside the main file are its types.
fn types(manifest: &mut Document, folder: &Path) -> Result<(), ManifestError> {
    let main = match manifest.get("main") {
        Some(Value::String(main)) if !main.is_empty() => main,
        Some(found) if crate::document::is_something(&found) => return Err(ManifestError::Main),
        _ => "index.js".to_owned(),
    };
    let has_types = manifest
        .keys()
        .any(|key| key == "types" || key == "typings");
    if has_types {
        return Ok(());
    }
    let main = main.trim_end_matches('/');
    let (place, name) = main.rsplit_once('/').unwrap_or(("", main));
    let name = match name.rsplit_once('.') {
        Some((name, _)) if !name.is_empty() => name,
        _ => name,
    };
    let place = super::normalised(place);
    let slash = if place.is_empty() { "" } else { "/" };
    let types = format!("./{place}{slash}{name}.d.ts");
    if folder.join(&types).exists() {
        manifest.set("types", &types.into());
    }
    Ok(())
}

/// A file's text; nothing if it is not there, too long, or cannot be read, as npm passes over it.
fn text_of(folder: &Path, name: &str, longest: u64) -> Option<String> {
    let path = folder.join(name);
    let found = fs::metadata(&path).ok()?;
    if !found.is_file() || found.len() > longest {
        return None;
    }
    let bytes = fs::read(&path).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
