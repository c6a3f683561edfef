//! Workspaces: the folder may be one of another package, whose ignore files then count too.

use std::path::{Path, PathBuf};

use crate::{
    glob::{Pattern, units},
    package::{self, Package},
};

use super::{ListError, has};

/// The folder whose `.npmrc` npm reads for a package: the root of its workspaces, if it is one of them, or itself.
pub fn project_of(folder: &Path) -> PathBuf {
    let Ok(folder) = folder.canonicalize() else {
        return folder.to_owned();
    };
    root_of(&folder).unwrap_or(&folder).to_owned()
}

/// The rules of the nearest ignore file in each folder from the workspaces' root down to the one above this.
pub(super) fn rules_above(folder: &Path) -> Result<String, ListError> {
    let mut rules = String::new();
    let Ok(folder) = folder.canonicalize() else {
        return Ok(rules);
    };
    let Some(root) = root_of(&folder) else {
        return Ok(rules);
    };
    let mut between: Vec<&Path> = folder
        .ancestors()
        .skip(1)
        .take_while(|above| above.starts_with(root))
        .collect();
    between.reverse();
    for above in between {
        let entries = super::entries(above)?;
        let names = [".npmignore", ".gitignore"];
        let Some(name) = names.into_iter().find(|name| has(&entries, name)) else {
            continue;
        };
        rules.push_str(&super::read_text(&above.join(name))?);
        rules.push('\n');
    }
    Ok(rules)
}

/// The nearest folder above whose `package.json` has this one among its workspaces.
fn root_of(folder: &Path) -> Option<&Path> {
    folder.ancestors().skip(1).find(|above| {
        let Ok(document) = package::read(above) else {
            return false;
        };
        let workspaces = Package::new(&document, above).workspaces;
        let inside = folder.strip_prefix(above).ok().and_then(Path::to_str);
        match (workspaces, inside) {
            (Some(workspaces), Some(inside)) => is_among(&workspaces, inside),
            _ => false,
        }
    })
}

fn is_among(workspaces: &[String], folder: &str) -> bool {
    let pieces: Vec<Vec<u16>> = folder.split('/').map(units).collect();
    let pieces: Vec<&[u16]> = pieces.iter().map(Vec::as_slice).collect();
    let mut found = false;
    for workspace in workspaces {
        let bare = workspace.trim_start_matches('!');
        let path = bare.trim_start_matches("./").trim_matches('/');
        // A lone name would meet the last name of any path.
        let pattern = Pattern::new(path);
        if (path.contains('/') || pieces.len() == 1) && pattern.is_match(&pieces, false) {
            found = bare.len() == workspace.len();
        }
    }
    found
}
