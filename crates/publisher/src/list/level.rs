//! The rules of one folder, and what all folders above an entry say of it.

use std::{fs, path::Path};

use crate::{glob::Pieces, package::Package};

use super::rules::{ALWAYS, Rules};

/// The rules of one folder, by their source.
#[derive(Debug, Default)]
pub(super) struct Level {
    /// The folder's name, in the folder above.
    pub(super) name: Vec<u16>,
    /// Whether the folder itself was named, so that its own rules can bring back what is left out above.
    pub(super) exact: bool,
    pub(super) defaults: Rules,
    pub(super) package: Option<Rules>,
    pub(super) npmignore: Option<Rules>,
    pub(super) gitignore: Option<Rules>,
    pub(super) strict: Rules,
    /// Files that `files` names, by their path from here.
    pub(super) required: Vec<String>,
}

impl Level {
    /// Takes the rules that a `package.json` gives.
    pub(super) fn take(&mut self, folder: &Path, package: &Package) {
        let mut strict = vec![ALWAYS.to_owned()];
        if let Some(files) = &package.files {
            let mut rules = vec!["*".to_owned()];
            for file in files {
                // Only a slash of `./` stays, which binds the rest to the package's folder.
                let mut file = if file.starts_with("./") {
                    file.get(1..).unwrap_or_default().to_owned()
                } else {
                    file.clone()
                };
                if file.ends_with("/*") {
                    file.push('*');
                }
                let place = crate::manifest::normalised(file.trim_start_matches('!'));
                match fs::symlink_metadata(folder.join(place)) {
                    Ok(found) if found.is_file() => {
                        strict.insert(0, format!("!{file}"));
                        let path = file.strip_prefix('/').unwrap_or(&file);
                        self.required.push(path.to_owned());
                    }
                    Ok(found) if found.is_dir() => {
                        rules.push(format!("!{file}\n!{file}/**"));
                    }
                    // What is neither is not wanted.
                    Ok(_) => {}
                    Err(_) => rules.push(format!("!{file}")),
                }
            }
            self.package = Some(Rules::parse(&rules.join("\n")));
        }
        let entries = [&package.browser, &package.main].into_iter().flatten();
        let entries = entries.chain(package.bin.iter().map(|(_, file)| file));
        for file in entries {
            strict.push(format!("!/{file}"));
        }
        self.strict = Rules::parse(&strict.join("\n"));
    }

    /// `files` means no ignore file, and `.npmignore` means no `.gitignore`.
    pub(super) fn settle(&mut self) {
        if self.package.is_some() {
            self.npmignore = None;
            self.gitignore = None;
        } else if self.npmignore.is_some() {
            self.gitignore = None;
        }
    }

    /// Those of the required files that are in a folder here, by their names.
    pub(super) fn required_below(&self, folder: &str) -> Vec<String> {
        let inside = |file: &String| {
            let mut names = file
                .split('/')
                .filter(|name| !name.is_empty() && *name != ".");
            let (first, second) = (names.next()?, names.next()?);
            (first == folder && names.next().is_none()).then(|| second.to_owned())
        };
        self.required.iter().filter_map(inside).collect()
    }

    fn rules(&self) -> impl Iterator<Item = &Rules> {
        let ignored = [&self.package, &self.npmignore, &self.gitignore];
        let ignored = ignored.into_iter().flatten();
        std::iter::once(&self.defaults)
            .chain(ignored)
            .chain(std::iter::once(&self.strict))
    }
}

/// Whether an entry of the innermost folder is in the package; as a folder also if something in it may be.
pub(super) fn is_included(levels: &[Level], name: &[u16], as_folder: bool) -> bool {
    decide(levels, name, as_folder, false)
}

/// The same, for a path that ends with a slash.
pub(super) fn is_included_with_slash(levels: &[Level], name: &[u16]) -> bool {
    decide(levels, name, false, true)
}

fn decide(levels: &[Level], name: &[u16], as_folder: bool, with_slash: bool) -> bool {
    // An empty piece at each end, for the forms with a slash there.
    let mut whole: Vec<&[u16]> = vec![&[]];
    whole.extend(levels.iter().skip(1).map(|level| level.name.as_slice()));
    whole.extend([name, &[]]);
    let mut included = true;
    for (at, level) in levels.iter().enumerate() {
        if at > 0 && !included && !level.exact {
            return false;
        }
        // Below this folder: what stands before is overwritten by the slash.
        let Some(below) = whole.get_mut(at..) else {
            return false;
        };
        if let Some(slash) = below.first_mut() {
            *slash = &[];
        }
        let is_innermost = at + 1 == levels.len();
        let entry = Entry {
            rooted: below,
            with_slash,
        };
        let lone: [&[u16]; 3] = [&[], name, &[]];
        let lone = (!is_innermost).then_some(Entry {
            rooted: &lone,
            with_slash,
        });
        for rules in level.rules() {
            for rule in &rules.0 {
                // A rule that takes in says nothing of what is in, nor one that leaves out of what is out.
                if rule.negated == included {
                    continue;
                }
                let lone = lone.as_ref().filter(|_| rule.is_relative);
                let matches = entry.is_named(rule, false)
                    || as_folder
                        && (entry.is_folder_of(rule)
                            || lone.is_some_and(|entry| entry.is_folder_of(rule)));
                if matches {
                    included = rule.negated;
                }
            }
        }
    }
    included
}

/// A path with an empty piece at each end.
struct Entry<'a> {
    rooted: &'a Pieces<'a>,
    with_slash: bool,
}

impl Entry<'_> {
    fn is_named(&self, rule: &crate::glob::Pattern, partial: bool) -> bool {
        let end = self.rooted.len() - usize::from(!self.with_slash);
        self.meets(rule, end, partial)
    }

    fn is_folder_of(&self, rule: &crate::glob::Pattern) -> bool {
        self.meets(rule, self.rooted.len(), false) || rule.negated && self.is_named(rule, true)
    }

    /// Compares the path with a slash before it, and without.
    fn meets(&self, rule: &crate::glob::Pattern, end: usize, partial: bool) -> bool {
        let path = |start: usize| self.rooted.get(start..end).unwrap_or_default();
        rule.is_match(path(0), partial) || rule.is_match(path(1), partial)
    }
}
