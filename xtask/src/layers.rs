//! `cargo xtask layers`: holds the crates to the table of allowed arrows in `ARCHITECTURE.md`.
//!
//! The table stands under the heading `## Arrows`, top floor first, with a row for each crate:
//! `` | `crate` | `one`, `another` | ``, or `—` for a crate that names no other. An arrow is a dependency of
//! any kind (normal, build, dev) on another member of the workspace. A crate may name only crates in later
//! rows, so there can be no cycle.

pub(crate) mod metadata;
mod table;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::{fs, io};

use self::metadata::{Member, MetadataError};
use self::table::{Row, TableError};
use crate::shell::Shell;

/// Checks the dependencies between crates against the table in ARCHITECTURE.md.
///
/// The table stands under the heading `## Arrows`. Fails on an arrow that is not in the table, an allowed arrow
/// that nobody uses, an arrow that points up, and a crate without a row or a row without a crate.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {}

/// Why the layers are not as the table says.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LayersError {
    /// The page is not there or cannot be read.
    #[error("could not read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// The page has no readable table.
    #[error("ARCHITECTURE.md: {0}")]
    Table(#[from] TableError),
    /// Cargo did not say which crates there are.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// Table and crates differ.
    #[error("the crates and the table under `## Arrows` in ARCHITECTURE.md differ:\n{}", lines(.0))]
    Differ(Vec<Difference>),
}

/// One way in which crates and table differ.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    /// A crate names another without being allowed to.
    NotAllowed { from: String, to: String },
    /// The table allows an arrow that points up or at its own row.
    PointsUp {
        line: usize,
        from: String,
        to: String,
    },
    /// The table allows an arrow that does not exist.
    Unused {
        line: usize,
        from: String,
        to: String,
    },
    /// A crate has no row.
    NoRow { name: String },
    /// A row or an arrow names a crate that does not exist.
    NoCrate { line: usize, name: String },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAllowed { from, to } => {
                write!(f, "{from} -> {to}: this arrow is not in the table")
            }
            Self::PointsUp { line, from, to } => {
                write!(
                    f,
                    "{from} -> {to}: line {line} allows an arrow that does not point down"
                )
            }
            Self::Unused { line, from, to } => {
                write!(
                    f,
                    "{from} -> {to}: line {line} allows an arrow that nobody uses"
                )
            }
            Self::NoRow { name } => write!(f, "{name}: this crate has no row"),
            Self::NoCrate { line, name } => {
                write!(f, "{name}: line {line} names a crate that does not exist")
            }
        }
    }
}

fn lines(differences: &[Difference]) -> String {
    differences
        .iter()
        .map(|difference| format!("  {difference}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Runs the command.
pub(crate) fn run(shell: &Shell, _options: &Options) -> Result<(), LayersError> {
    let path = shell.root().join("ARCHITECTURE.md");
    let page = fs::read_to_string(&path).map_err(|source| LayersError::Read { path, source })?;
    let rows = table::parse(&page)?;
    let members = metadata::read(shell)?.members();
    let differences = compare(&rows, &members);
    if !differences.is_empty() {
        return Err(LayersError::Differ(differences));
    }
    let arrows: usize = members.iter().map(|member| member.names.len()).sum();
    println!(
        "    crates: {}, arrows: {arrows}; all as ARCHITECTURE.md says",
        members.len()
    );
    Ok(())
}

/// Lists every difference between the table and the crates.
fn compare(rows: &[Row], members: &[Member]) -> Vec<Difference> {
    let member = |name: &str| members.iter().find(|member| member.name == name);
    let floor = |name: &str| rows.iter().position(|row| row.name == name);
    let mut found = Vec::new();
    for member in members {
        let Some(row) = rows.iter().find(|row| row.name == member.name) else {
            found.push(Difference::NoRow {
                name: member.name.clone(),
            });
            continue;
        };
        let unlisted = member
            .names
            .iter()
            .filter(|name| !row.may_name.contains(*name));
        found.extend(unlisted.map(|to| Difference::NotAllowed {
            from: member.name.clone(),
            to: to.clone(),
        }));
    }
    for (
        at,
        Row {
            line,
            name,
            may_name,
        },
    ) in rows.iter().enumerate()
    {
        let line = *line;
        let source = member(name);
        if source.is_none() {
            found.push(Difference::NoCrate {
                line,
                name: name.clone(),
            });
        }
        for to in may_name {
            if floor(to).is_some_and(|floor| floor <= at) {
                found.push(Difference::PointsUp {
                    line,
                    from: name.clone(),
                    to: to.clone(),
                });
            }
            if member(to).is_none() {
                // A name that has a row is reported there.
                if floor(to).is_none() {
                    found.push(Difference::NoCrate {
                        line,
                        name: to.clone(),
                    });
                }
            } else if source.is_some_and(|source| !source.names.contains(to)) {
                found.push(Difference::Unused {
                    line,
                    from: name.clone(),
                    to: to.clone(),
                });
            }
        }
    }
    found
}
