//! `package.json` as it stands in the folder.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::document::{Document, is_something};

/// The longest `package.json` that is read, in bytes.
const LONGEST: u64 = 4 * 1024 * 1024;

/// Why a `package.json` is none.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The folder is no package.
    #[error("there is no package.json in {}", folder.display())]
    Missing {
        /// The folder.
        folder: PathBuf,
    },
    /// It is there and could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Nobody writes one as long.
    #[error("{} is larger than {LONGEST} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// It is not JSON, or not an object.
    #[error("{} is not a JSON object: {problem}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        problem: String,
    },
}

/// What decides which files are packed.
#[derive(Debug, Default)]
pub(crate) struct Package {
    pub(crate) files: Option<Vec<String>>,
    /// `files` is there and is no list of texts: what it means to leave out would get in.
    pub(crate) has_wrong_files: bool,
    pub(crate) main: Option<String>,
    pub(crate) browser: Option<String>,
    /// Commands and the files that they are.
    pub(crate) bin: Vec<(String, String)>,
    pub(crate) bundled: Vec<String>,
    pub(crate) dependencies: BTreeSet<String>,
    pub(crate) optional: BTreeSet<String>,
    pub(crate) dev: BTreeSet<String>,
    pub(crate) workspaces: Option<Vec<String>>,
}

/// Reads the document in a folder.
pub(crate) fn read(folder: &Path) -> Result<Document, PackageError> {
    let path = folder.join("package.json");
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => PackageError::Missing {
            folder: folder.to_owned(),
        },
        _ => PackageError::Read {
            path: path.clone(),
            source,
        },
    };
    let found = fs::metadata(&path).map_err(failed)?;
    if !found.is_file() {
        return Err(failed(io::ErrorKind::NotFound.into()));
    }
    if found.len() > LONGEST {
        return Err(PackageError::TooLarge { path });
    }
    let bytes = fs::read(&path).map_err(failed)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    Document::parse(bytes).map_err(|error| PackageError::Json {
        path,
        problem: error.to_string(),
    })
}

impl Package {
    /// Takes out of a document what decides over files. What npm would stumble over is left out.
    pub(crate) fn new(document: &Document, folder: &Path) -> Self {
        let field = |key: &str| document.get(key);
        let keys = |key: &str| match field(key) {
            Some(Value::Object(fields)) => fields.into_iter().map(|(key, _)| key).collect(),
            _ => BTreeSet::new(),
        };
        let dependencies = keys("dependencies");
        let bundled = field("bundleDependencies").or_else(|| field("bundledDependencies"));
        let bundled = match bundled {
            Some(Value::Bool(true)) => dependencies.iter().cloned().collect(),
            Some(Value::Array(names)) => names.iter().filter_map(text).collect(),
            Some(Value::Object(fields)) => fields.into_iter().map(|(name, _)| name).collect(),
            _ => Vec::new(),
        };
        let workspaces = match field("workspaces") {
            Some(Value::Object(mut fields)) => fields.remove("packages"),
            found => found,
        };
        let workspaces = match workspaces {
            Some(Value::Array(patterns)) => Some(patterns.iter().filter_map(text).collect()),
            _ => None,
        };
        let files = match field("files") {
            Some(Value::Array(files)) => {
                let texts = files.iter().map(|file| file.as_str().map(str::to_owned));
                texts.collect::<Option<Vec<String>>>().map(Some)
            }
            // npm takes a text for a list of its letters.
            Some(Value::String(files)) if !files.is_empty() => {
                Some(Some(files.chars().map(String::from).collect()))
            }
            Some(files) if is_something(&files) => None,
            _ => Some(None),
        };
        Self {
            has_wrong_files: files.is_none(),
            files: files.flatten(),
            main: field("main").as_ref().and_then(text),
            browser: match field("browser") {
                Some(Value::Object(_)) => Some("[object Object]".to_owned()),
                found => found.as_ref().and_then(text),
            },
            bin: crate::manifest::bin::of(document, folder, true).unwrap_or_default(),
            bundled,
            dependencies,
            optional: keys("optionalDependencies"),
            dev: keys("devDependencies"),
            workspaces,
        }
    }
}

fn text(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}
