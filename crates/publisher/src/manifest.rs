//! The manifest that is published: `package.json` as npm 11 rewrites it on the way to the registry.
//!
//! What needs no change keeps its text. Each step here is one of npm's, in npm's order, since what one step adds
//! the next one may read: the README gives the description, the repository gives `bugs` and `homepage`.

use std::{
    io,
    path::{Path, PathBuf},
};

use npm_model::{NameError, PackageName, Quoted, Version};
use serde_json::{Map, Value, json};

use crate::document::{Document, is_something};

pub(crate) mod bin;
mod fields;
mod folder;
mod hosted;

/// Why a package has no manifest that can be published.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// A package needs a name.
    #[error("package.json has no `name`")]
    NoName,
    /// The name is none that a registry takes.
    #[error("the `name` in package.json cannot be one: {0}")]
    Name(#[from] NameError),
    /// A package needs a version.
    #[error("package.json has no `version`")]
    NoVersion,
    /// The version is no version.
    #[error("the `version` in package.json must be like 1.2.3, and is {version}")]
    Version {
        /// What it is.
        version: Quoted,
    },
    /// `main` names one file.
    #[error("the `main` in package.json must be a text")]
    Main,
    /// A file that goes into the manifest could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A manifest without `dist`, which tells of the tarball.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) name: PackageName,
    pub(crate) version: Version,
    pub(crate) manifest: Document,
}

/// Makes the manifest of a folder from its `package.json`.
pub(crate) fn make(mut manifest: Document, folder: &Path) -> Result<Made, ManifestError> {
    let (name, version) = identify(&mut manifest)?;
    // What `npm pkg fix` does.
    bin::normalise(&mut manifest, folder, false);
    bundle(&mut manifest, false);
    scripts(&mut manifest);
    repository(&mut manifest);
    dependencies(&mut manifest);
    // What npm adds from the folder.
    folder::add(&mut manifest, folder)?;
    // What npm calls the data.
    let private: Vec<String> = manifest
        .keys()
        .filter(|key| key.starts_with('_'))
        .map(str::to_owned)
        .collect();
    for key in private {
        manifest.remove(&key);
    }
    let id = format!("{name}@{version}");
    manifest.set("_id", &Value::from(id));
    if manifest.get("bundleDependencies").is_none()
        && let Some(bundled) = manifest.get("bundledDependencies")
    {
        manifest.set("bundleDependencies", &bundled);
    }
    manifest.remove("bundledDependencies");
    bundle(&mut manifest, true);
    scripts(&mut manifest);
    repository(&mut manifest);
    dependencies(&mut manifest);
    fields::normalise(&mut manifest);
    Ok(Made {
        name,
        version,
        manifest,
    })
}

/// Reads name and version, and writes them as they are meant.
fn identify(manifest: &mut Document) -> Result<(PackageName, Version), ManifestError> {
    let written = manifest.text("name").ok_or(ManifestError::NoName)?;
    let name = PackageName::parse(written.trim())?;
    let spelled = match manifest.get("version") {
        Some(Value::String(version)) if !version.is_empty() => version,
        Some(found) if is_something(&found) => {
            return Err(ManifestError::Version {
                version: Quoted::new(&found.to_string()),
            });
        }
        _ => return Err(ManifestError::NoVersion),
    };
    let plain = spelled.trim().trim_start_matches(['=', 'v', ' ']);
    let version = Version::parse(plain).map_err(|_| ManifestError::Version {
        version: Quoted::new(&spelled),
    })?;
    let version = version.without_build();
    if written != name.as_str() {
        manifest.set("name", &Value::from(name.as_str()));
    }
    if spelled != version.as_str() {
        manifest.set("version", &Value::from(version.as_str()));
    }
    Ok((name, version))
}

/// `bundleDependencies` is a list.
fn bundle(manifest: &mut Document, drops_false: bool) {
    const KEY: &str = "bundleDependencies";
    let names = |value: Option<Value>| match value {
        Some(Value::Object(fields)) => fields.into_iter().map(|(name, _)| name).collect(),
        _ => Vec::new(),
    };
    match manifest.get(KEY) {
        None | Some(Value::Array(_)) => {}
        Some(Value::Bool(false)) if !drops_false => manifest.set(KEY, &json!([])),
        Some(Value::Bool(true)) => {
            let names: Vec<String> = names(manifest.get("dependencies"));
            manifest.set(KEY, &json!(names));
        }
        found @ Some(Value::Object(_)) => {
            let names: Vec<String> = names(found);
            manifest.set(KEY, &json!(names));
        }
        Some(_) => manifest.remove(KEY),
    }
}

/// A script is a text, and finds the commands of dependencies by itself.
fn scripts(manifest: &mut Document) {
    let mut scripts = match manifest.get("scripts") {
        Some(Value::Object(scripts)) => scripts,
        None | Some(Value::Array(_)) => return,
        Some(_) => return manifest.remove("scripts"),
    };
    let before = scripts.clone();
    scripts.retain(|_, script| script.is_string());
    for script in scripts.values_mut() {
        let text = script.as_str().unwrap_or_default();
        let bare = text.strip_prefix("./").or(text.strip_prefix(".\\"));
        let bare = bare.unwrap_or(text);
        let rest = bare
            .strip_prefix("node_modules")
            .and_then(|rest| rest.strip_prefix(['/', '\\']))
            // npm's own rule takes any character for the dot.
            .and_then(|rest| rest.get(1..))
            .and_then(|rest| rest.strip_prefix("bin"))
            .and_then(|rest| rest.strip_prefix(['/', '\\']));
        if let Some(rest) = rest {
            *script = Value::from(rest);
        }
    }
    if scripts != before {
        manifest.set("scripts", &Value::Object(scripts));
    }
}

/// A repository is an object with the URL that git understands.
fn repository(manifest: &mut Document) {
    if manifest.is_something("repositories")
        && let Some(Value::Array(all)) = manifest.get("repositories")
        && let Some(first) = all.first()
    {
        manifest.set("repository", first);
    }
    let (mut repository, was_text) = match manifest.get("repository") {
        Some(Value::String(url)) if !url.is_empty() => {
            let mut repository = Map::new();
            repository.insert("type".to_owned(), Value::from("git"));
            repository.insert("url".to_owned(), Value::from(url));
            (repository, true)
        }
        Some(Value::Object(repository)) => (repository, false),
        _ => return,
    };
    let url = repository.get("url").and_then(Value::as_str);
    let hosted = url.and_then(hosted::Hosted::parse);
    let better = hosted.map(|hosted| hosted.repository());
    let is_better = better.as_deref().is_some_and(|better| url != Some(better));
    if let Some(better) = better {
        repository.insert("url".to_owned(), Value::from(better));
    }
    if was_text || is_better {
        manifest.set("repository", &Value::Object(repository));
    }
}

/// Dependencies are objects of texts.
fn dependencies(manifest: &mut Document) {
    for key in ["dependencies", "devDependencies", "optionalDependencies"] {
        let list: Vec<String> = match manifest.get(key) {
            Some(Value::String(text)) if !text.is_empty() => text
                .trim()
                .split(|character: char| character.is_whitespace() || character == ',')
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
                .collect(),
            Some(Value::Array(list)) => list
                .iter()
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect(),
            _ => continue,
        };
        let mut object = Map::new();
        for item in list {
            let item = item.trim();
            let at = item
                .char_indices()
                .find(|(_, character)| "@><=".contains(*character) || character.is_whitespace());
            let at = at.map_or(item.len(), |(at, _)| at);
            let (name, range) = item.split_at_checked(at).unwrap_or((item, ""));
            let range = range.strip_prefix('@').unwrap_or(range).trim();
            object.insert(name.to_owned(), Value::from(range));
        }
        manifest.set(key, &Value::Object(object));
    }
    for key in ["dependencies", "devDependencies"] {
        let mut object = match manifest.get(key) {
            None => continue,
            Some(Value::Object(object)) => object,
            Some(_) => {
                manifest.remove(key);
                continue;
            }
        };
        let before = object.clone();
        object.retain(|_, range| range.is_string());
        for range in object.values_mut() {
            let hosted = range.as_str().and_then(hosted::Hosted::parse);
            if let Some(hosted) = hosted {
                *range = Value::from(hosted.canonical());
            }
        }
        if object != before {
            manifest.set(key, &Value::Object(object));
        }
    }
}

/// A path without `.` and, as far as it goes, `..`.
pub(crate) fn normalised(path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match (name, names.last()) {
            ("" | ".", _) => {}
            ("..", Some(last)) if *last != ".." => {
                names.pop();
            }
            (name, _) => names.push(name),
        }
    }
    names.join("/")
}

#[cfg(test)]
mod tests;
