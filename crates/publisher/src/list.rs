//! Which files of a folder belong to the package, as npm chooses them.
//!
//! Rules are read from the outside in: npm's own defaults, then `files` or else `.npmignore` or else `.gitignore`
//! of each folder, then what is always in or never. A later rule wins over an earlier one, and what a folder above
//! leaves out a folder below does not bring back, unless the folder itself was named.

use std::{
    collections::BTreeMap,
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
};

use crate::{
    Note,
    glob::units,
    package::{Package, PackageError},
};

mod bundle;
mod level;
mod rules;
mod workspace;

use level::Level;
use rules::Rules;
pub use workspace::project_of;

/// Most files that one package has.
const MOST: usize = 500_000;

/// Deepest that folders stand in folders.
const DEEPEST: usize = 512;

/// Longest file of rules, in bytes. A `package.json` is read as one too.
const LONGEST_RULES: u64 = 4 * 1024 * 1024;

/// Why the files of a folder could not be listed.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// There is no `package.json` to go by.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// A file or folder is there and could not be read.
    #[error("could not read {}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No client can unpack it everywhere.
    #[error("the name of {} is not Unicode", path.display())]
    NotUnicode {
        /// The file.
        path: PathBuf,
    },
    /// It would not be known what stays out.
    #[error("the `files` in {} must be a list of texts", folder.join("package.json").display())]
    Files {
        /// The folder of the package.
        folder: PathBuf,
    },
    /// Nobody wants to install it.
    #[error("{} has more than {MOST} files", folder.display())]
    TooMany {
        /// The folder.
        folder: PathBuf,
    },
    /// No path can be as long.
    #[error("{} is more than {DEEPEST} folders deep", path.display())]
    TooDeep {
        /// The folder.
        path: PathBuf,
    },
}

/// A file that was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    pub(crate) metadata: Metadata,
}

/// Files by their path in the package, with slashes.
pub(crate) type Files = BTreeMap<String, Found>;

/// Lists the files of the package in a folder. Both the folder and its `package.json` are there.
pub(crate) fn list(
    folder: &Path,
    package: &Package,
    notes: &mut Vec<Note>,
) -> Result<Files, ListError> {
    let mut walk = Walk {
        folder,
        files: Files::new(),
        notes,
    };
    let root = Root {
        package: Some(package),
        has_defaults: true,
        has_ignore_files: true,
        more_defaults: workspace::rules_above(folder)?,
        folders_read_package: package.workspaces.is_some(),
    };
    walk.walk(folder, "", &root)?;
    bundle::gather(&mut walk, folder, package)?;
    Ok(walk.files)
}

/// How a package's own folder is walked through.
struct Root<'a> {
    /// What its `package.json` says, if there is one.
    package: Option<&'a Package>,
    has_defaults: bool,
    has_ignore_files: bool,
    more_defaults: String,
    /// npm takes the `package.json` of a folder for an ignore file if the root has workspaces.
    folders_read_package: bool,
}

struct Walk<'a> {
    folder: &'a Path,
    files: Files,
    notes: &'a mut Vec<Note>,
}

/// What is left to look at in a folder.
struct Left {
    folder: PathBuf,
    /// Its path in the package, with a slash behind it unless it is empty.
    prefix: String,
    entries: std::vec::IntoIter<fs::DirEntry>,
}

impl Walk<'_> {
    /// Walks through a package and adds its files under a prefix.
    fn walk(&mut self, folder: &Path, prefix: &str, root: &Root<'_>) -> Result<(), ListError> {
        let (entries, level) = enter_root(folder, root)?;
        let mut levels = vec![level];
        let mut left = vec![Left {
            folder: folder.to_owned(),
            prefix: prefix.to_owned(),
            entries: entries.into_iter(),
        }];
        while let Some(here) = left.last_mut() {
            let Some(entry) = here.entries.next() else {
                left.pop();
                levels.pop();
                continue;
            };
            let name = entry.file_name();
            let text = name.to_string_lossy().into_owned();
            let name_units = units(&text);
            let as_file = level::is_included(&levels, &name_units, false);
            let as_folder = level::is_included(&levels, &name_units, true);
            // npm leaves out what Windows cannot have.
            if !(as_file || as_folder) || text.contains('*') {
                continue;
            }
            let path = here.folder.join(&name);
            let failed = |source| ListError::Read {
                path: path.clone(),
                source,
            };
            if name.to_str().is_none() {
                return Err(ListError::NotUnicode { path });
            }
            let inside = format!("{}{text}", here.prefix);
            let metadata = fs::symlink_metadata(&path).map_err(failed)?;
            if metadata.is_file() {
                if as_file {
                    self.add(inside, path, metadata)?;
                }
            } else if metadata.is_dir() {
                if !as_folder {
                    continue;
                }
                if left.len() >= DEEPEST {
                    return Err(ListError::TooDeep { path });
                }
                let exact = as_file || level::is_included_with_slash(&levels, &name_units);
                let reads_package = root.folders_read_package;
                let required = levels.last().map(|level| level.required_below(&text));
                let required = required.unwrap_or_default();
                let (entries, level) = enter(&path, name_units, exact, required, reads_package)?;
                levels.push(level);
                left.push(Left {
                    folder: path,
                    prefix: format!("{inside}/"),
                    entries: entries.into_iter(),
                });
            } else if as_file {
                self.notes.push(Note::LeftOut { path: inside });
            }
        }
        Ok(())
    }

    fn add(&mut self, inside: String, path: PathBuf, metadata: Metadata) -> Result<(), ListError> {
        if self.files.len() >= MOST {
            return Err(ListError::TooMany {
                folder: self.folder.to_owned(),
            });
        }
        self.files.insert(inside, Found { path, metadata });
        Ok(())
    }
}

fn enter_root(folder: &Path, root: &Root<'_>) -> Result<(Vec<fs::DirEntry>, Level), ListError> {
    let entries = entries(folder)?;
    let mut level = Level::default();
    if root.has_defaults {
        level.defaults = Rules::parse(&format!("{}{}", rules::DEFAULTS, root.more_defaults));
    }
    if root.has_ignore_files {
        read_ignore_files(folder, &entries, &mut level)?;
    }
    if let Some(package) = root.package {
        if package.has_wrong_files {
            return Err(ListError::Files {
                folder: folder.to_owned(),
            });
        }
        level.take(folder, package);
    }
    level.settle();
    Ok((entries, level))
}

fn enter(
    folder: &Path,
    name: Vec<u16>,
    exact: bool,
    required: Vec<String>,
    reads_package: bool,
) -> Result<(Vec<fs::DirEntry>, Level), ListError> {
    let entries = entries(folder)?;
    let mut level = Level {
        name,
        exact,
        defaults: Rules::parse(rules::DEFAULTS),
        ..Level::default()
    };
    let mut strict = String::from("/.git\n");
    for file in required {
        strict.push('!');
        strict.push_str(&file);
        strict.push('\n');
    }
    level.strict = Rules::parse(&strict);
    if reads_package && has(&entries, "package.json") {
        level.package = Some(read_rules(&folder.join("package.json"))?);
    }
    read_ignore_files(folder, &entries, &mut level)?;
    level.settle();
    Ok((entries, level))
}

fn read_ignore_files(
    folder: &Path,
    entries: &[fs::DirEntry],
    level: &mut Level,
) -> Result<(), ListError> {
    if has(entries, ".npmignore") {
        level.npmignore = Some(read_rules(&folder.join(".npmignore"))?);
    }
    if has(entries, ".gitignore") {
        level.gitignore = Some(read_rules(&folder.join(".gitignore"))?);
    }
    Ok(())
}

fn has(entries: &[fs::DirEntry], name: &str) -> bool {
    entries.iter().any(|entry| entry.file_name() == name)
}

fn read_rules(path: &Path) -> Result<Rules, ListError> {
    Ok(Rules::parse(&read_text(path)?))
}

/// Reads a file that decides over others. One that cannot be read is an error and no absence: what it keeps
/// out would go in. A pipe or a device has no end, also behind a link.
fn read_text(path: &Path) -> Result<String, ListError> {
    let read = || {
        let found = fs::metadata(path)?;
        if !found.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        if found.len() > LONGEST_RULES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        fs::read(path)
    };
    let bytes = read().map_err(|source| ListError::Read {
        path: path.to_owned(),
        source,
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn entries(folder: &Path) -> Result<Vec<fs::DirEntry>, ListError> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect);
    entries.map_err(|source| ListError::Read {
        path: folder.to_owned(),
        source,
    })
}
